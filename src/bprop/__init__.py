"""bprop: train feed-forward networks on an explicit flow graph. The graph you draw is the graph that runs.

x, y = bp.Input("x", (784,)), bp.Input("y", (), dtype="int")     leaves: data
W1, b1 = bp.Parameter("W1", (784, 10)), bp.Parameter("b1", (10,))  and what is learned
f = bp.softmax(bp.linear(x, W1, b1))                               boxes, each with fprop and bprop
graph = bp.Graph(loss=bp.nll(f, y), penalty=1e-4 * bp.l2(W1), outputs={"f": f})
fit = bp.train(graph, {"x": X, "y": Y}, rule=bp.SGD(0.1), epochs=20)
"""

from bprop import boxes, errors, init
from bprop.box import Box
from bprop.boxes import *
from bprop.check import check_box, check_gradients
from bprop.graph import Gradients, Graph, Values
from bprop.leaves import Constant, Input, Parameter
from bprop.model import Model, load, save
from bprop.namespace import namespace
from bprop.record import Record
from bprop.rules import SGD, Adam, AdamW, Rule, schedules
from bprop.train import Fit, train

__version__ = "0.1.0"
