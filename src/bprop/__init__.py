"""bprop: train feed-forward networks on an explicit flow graph."""

from bprop import boxes, errors, init
from bprop.box import Box
from bprop.boxes import *
from bprop.graph import Gradients, Graph, Values
from bprop.leaves import Constant, Input, Parameter
from bprop.namespace import namespace
