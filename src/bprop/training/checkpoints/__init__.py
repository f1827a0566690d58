"""Checkpoints: where a run writes them (`place`, `folder`), when (`writer`), what one holds (`file`), and how a run
continues from one (`resume`)."""

from bprop.training.checkpoints.folder import Folder
from bprop.training.checkpoints.place import Place, is_folder
from bprop.training.checkpoints.resume import same_place
from bprop.training.checkpoints.writer import Interval

__all__ = ["Folder", "Interval", "Place", "is_folder", "same_place"]
