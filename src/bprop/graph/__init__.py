"""The flow graph: order, names, fprop, bprop, description."""

from bprop.graph.graph import Graph
from bprop.graph.values import Gradients, Values

__all__ = ["Gradients", "Graph", "Values"]
