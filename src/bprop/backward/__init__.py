"""The gradient of a graph as a graph: bprop of every box, run on arrays that become boxes."""

from bprop.backward.backward import backward

__all__ = ["backward"]
