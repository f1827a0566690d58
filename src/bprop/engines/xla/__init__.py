"""The XLA engine: the same box code traced once by JAX, many steps in one compiled program.

JAX serves as array compiler and device layer only: every derivative is the boxes' own bprop.
"""

from bprop.engines.xla.run import XlaRun
from bprop.engines.xla.xla_engine import XlaEngine

__all__ = ["XlaEngine", "XlaRun"]
