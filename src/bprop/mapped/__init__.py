"""Data sets that lie in files: only the part of them that is being visited is in memory."""

from bprop.mapped.dataset import Mapped
from bprop.mapped.spool import Spool

__all__ = ["Mapped", "Spool"]
