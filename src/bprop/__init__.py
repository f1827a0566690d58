"""bprop: train feed-forward networks on an explicit flow graph. The graph you draw is the graph that runs.

x, y = bp.Input("x", (784,)), bp.Input("y", (), dtype="int")       leaves: data
W1, b1 = bp.Parameter("W1", (784, 10)), bp.Parameter("b1", (10,))  and parameters, which training learns
f = bp.softmax(bp.linear(x, W1, b1))                               boxes, each with fprop and bprop
graph = bp.Graph(loss=bp.nll(f, y), penalty=1e-4 * bp.l2(W1), outputs={"f": f})
fit = bp.train(graph, {"x": X, "y": Y}, rule=bp.SGD(0.1), epochs=20)
"""

from bprop import exits  # first, so that Ctrl-C during the other imports ends the process without a traceback

# isort: split
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from bprop import boxes, errors
from bprop import forked as forked  # early, so that it notices every fork
from bprop.box import Box
from bprop.boxes import *
from bprop.leaves import Constant, Input, Parameter
from bprop.namespace import namespace

if TYPE_CHECKING:  # these are imported when they are first used, so that `import bprop` costs little
    from bprop import init, layers, toys
    from bprop.check import check_box, check_gradients
    from bprop.embedding import tabular
    from bprop.ensembles import ensemble
    from bprop.estimators import (
        GraphClassifier,
        GraphRegressor,
        MLPClassifier,
        MLPRegressor,
        TableClassifier,
        TableRegressor,
    )
    from bprop.graph import Gradients, Graph, Values
    from bprop.health import advice
    from bprop.history import History
    from bprop.integrations.mlflow import MLflow
    from bprop.integrations.optuna import OptunaPruning
    from bprop.model import Model, save
    from bprop.onnx import to_onnx
    from bprop.perceptron import mlp
    from bprop.playing.play import play
    from bprop.record import Record
    from bprop.reporting import Live, compare, report
    from bprop.rules import SGD, Adam, AdamW, Rule, schedules
    from bprop.sources.stream import stream
    from bprop.stepper import Stepper
    from bprop.tables.loading import load
    from bprop.tables.model import TableFit, TableModel
    from bprop.tables.opening import table
    from bprop.tables.table import Table
    from bprop.tensorboard import TensorBoard
    from bprop.training import Callback, Fit, train
    from bprop.training.many.networks import train_many
    from bprop.tuning.ranges import between
    from bprop.tuning.result import Tuned
    from bprop.tuning.tune import tune

__version__ = "0.1.0"

__all__ = [
    "SGD",
    "Adam",
    "AdamW",
    "Box",
    "Callback",
    "Constant",
    "Fit",
    "Gradients",
    "Graph",
    "GraphClassifier",
    "GraphRegressor",
    "History",
    "Input",
    "Live",
    "MLPClassifier",
    "MLPRegressor",
    "MLflow",
    "Model",
    "OptunaPruning",
    "Parameter",
    "Record",
    "Rule",
    "Stepper",
    "Table",
    "TableClassifier",
    "TableFit",
    "TableModel",
    "TableRegressor",
    "TensorBoard",
    "Tuned",
    "Values",
    "advice",
    "between",
    "boxes",
    "check_box",
    "check_gradients",
    "compare",
    "ensemble",
    "errors",
    "init",
    "layers",
    "load",
    "mlp",
    "namespace",
    "play",
    "report",
    "save",
    "schedules",
    "stream",
    "table",
    "tabular",
    "to_onnx",
    "toys",
    "train",
    "train_many",
    "tune",
]  # fmt: skip
__all__ += boxes.__all__
__all__.remove("abs")
__all__.remove("max")
__all__.remove("slice")
__all__.remove("sum")
"""What `from bprop import *` takes: the product, but for the names of Python's own functions."""

_LATER = {
    "bprop": ("init", "layers", "toys"),
    "bprop.check": ("check_box", "check_gradients"),
    "bprop.embedding": ("tabular",),
    "bprop.ensembles": ("ensemble",),
    "bprop.estimators": (
        "GraphClassifier",
        "GraphRegressor",
        "MLPClassifier",
        "MLPRegressor",
        "TableClassifier",
        "TableRegressor",
    ),
    "bprop.graph": ("Gradients", "Graph", "Values"),
    "bprop.health": ("advice",),
    "bprop.history": ("History",),
    "bprop.integrations.mlflow": ("MLflow",),
    "bprop.integrations.optuna": ("OptunaPruning",),
    "bprop.model": ("Model", "save"),
    "bprop.onnx": ("to_onnx",),
    "bprop.perceptron": ("mlp",),
    "bprop.playing.play": ("play",),
    "bprop.record": ("Record",),
    "bprop.reporting": ("Live", "compare", "report"),
    "bprop.rules": ("SGD", "Adam", "AdamW", "Rule", "schedules"),
    "bprop.sources.stream": ("stream",),
    "bprop.stepper": ("Stepper",),
    "bprop.tables.loading": ("load",),
    "bprop.tables.model": ("TableFit", "TableModel"),
    "bprop.tables.opening": ("table",),
    "bprop.tables.table": ("Table",),
    "bprop.tensorboard": ("TensorBoard",),
    "bprop.training": ("Callback", "Fit", "train"),
    "bprop.training.many.networks": ("train_many",),
    "bprop.tuning.ranges": ("between",),
    "bprop.tuning.result": ("Tuned",),
    "bprop.tuning.tune": ("tune",),
}
_HOME = {name: module for module, names in _LATER.items() for name in names}


def _leave_out(names: tuple[str, ...]) -> None:
    """`from bprop import *` takes no names whose package is not installed: it would end in an error."""
    for name in names:
        __all__.remove(name)


if find_spec("sklearn") is None:
    _leave_out(_LATER["bprop.estimators"])


if not TYPE_CHECKING:  # a type checker knows the names above, and reports all others

    def __getattr__(name: str) -> object:
        if name not in _HOME:
            raise AttributeError(f"module 'bprop' has no attribute {name!r}{_cure(name)}")
        home = _HOME[name]
        value = import_module(f"bprop.{name}") if home == "bprop" else getattr(import_module(home), name)
        globals()[name] = value
        return value


def _cure(name: str) -> str:
    """The name to type instead of one that bprop does not have."""
    if name.startswith("_"):
        return ""
    from bprop.elsewhere import answer
    from bprop.elsewhere.package import PACKAGE

    public = [one for one in __dir__() if not one.startswith("_")]
    same = [one for one in public if one.lower() == name.lower()]
    if same and name not in PACKAGE:
        return f": type bp.{same[-1]}"  # the function before its class
    names = [one for one in public if one.islower() >= name.islower()]  # no class for a function
    return answer(name, names, PACKAGE, listed=False)


def __dir__() -> list[str]:
    return sorted({*__all__, *boxes.__all__, *_HOME, "__version__"})
