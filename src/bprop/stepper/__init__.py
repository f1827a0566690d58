"""A pass looked at box by box, forward and back through fprop and bprop."""

from bprop.stepper.stepper import Move, Stepper

__all__ = ["Move", "Stepper"]
