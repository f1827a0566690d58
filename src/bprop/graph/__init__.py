"""The flow graph: forward propagation, backpropagation, prediction, and the checks of their data."""

from bprop.graph.graph import Graph
from bprop.graph.values import Gradients, Values

__all__ = ["Gradients", "Graph", "Values"]
