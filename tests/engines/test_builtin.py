"""What is known of bprop's engines before they are imported."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.data import DataSet
from bprop.engines import NAMES, builtin
from bprop.engines.builtin import BUILT_IN, NATIVE, NUMPY, XLA
from bprop.engines.engine import Job
from bprop.rules import Foreign


def job(rule=None, dtype="float32"):
    x, y = bp.Input("x", (3,)), bp.Input("y", (), dtype="int")
    graph = bp.Graph(loss=bp.cross_entropy(x @ bp.Parameter("W", (3, 2)), y))
    data = DataSet({"x": np.ones((4, 3)), "y": np.zeros(4, int)})
    return Job(graph, rule or bp.SGD(), data, 2, np.dtype(dtype), 0)


@pytest.fixture
def installed(monkeypatch):
    """installed(*packages): as if only these were."""
    return lambda *packages: monkeypatch.setattr(builtin, "find_spec", lambda name: name in packages or None)


def test_the_names_of_engines_are_those_of_the_table():
    assert tuple(NAMES)[:4] == ("auto", "native", "numpy", "xla")
    assert set(NAMES) == {"auto", *BUILT_IN}
    assert all(engine.name == name for name, engine in BUILT_IN.items())


def test_why_an_engine_is_not_tried(installed):
    installed("jax", "llvmlite", "numpy")
    assert [engine.obstacle(job()) for engine in (NATIVE, XLA, NUMPY)] == [None] * 3
    half = job(dtype="float16")
    assert NATIVE.obstacle(half) == XLA.obstacle(half) == "it does not compute in float16"
    few, boxes = NATIVE._replace(many_boxes=2), len(job().graph.order)
    assert few.obstacle(job()) == f"compiling {boxes} boxes would take longer than most training"


def test_numpy_can_do_everything(installed):
    installed()
    assert NUMPY.obstacle(job(dtype="float16")) is None


def test_a_rule_of_optax_is_for_xla_whatever_the_number_of_boxes(installed):
    installed("jax", "llvmlite")
    foreign = job(Foreign(None))
    assert NATIVE.obstacle(foreign) == "an optax rule computes with JAX"
    assert XLA._replace(many_boxes=1).obstacle(foreign) is None


@pytest.mark.parametrize("engine", [NATIVE, XLA])
def test_what_is_not_installed_is_no_engine(installed, engine):
    installed()
    said = rf"{engine.package} is not installed \(pip install 'bprop\[{engine.name}\]'\)"
    assert engine.obstacle(job()) == said.replace("\\", "")
    with pytest.raises(errors.MissingPackageError, match=rf"needs {engine.called}: pip install"):
        engine.make()
