"""A pass box by box, forward and back through fprop and bprop."""

from bprop.stepper.moves import Move
from bprop.stepper.stepper import Stepper

__all__ = ["Move", "Stepper"]
