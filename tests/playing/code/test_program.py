"""The code that the page shows runs, and makes the same graph, theta, rule and data."""

import contextlib
import io

import numpy as np
import pytest

from bprop.playing.machine import Machine
from bprop.playing.subjects.toys import EVERY, toy

BUILT = [
    {"do": "skip", "from": 0, "to": 3},
    {"do": "penalty", "kind": "l2", "strength": 0.01},
    {"do": "initialisation", "name": "he_normal", "seed": 3},
    {"do": "activation", "at": 1, "name": "leaky_relu"},
    {"do": "rule", "name": "SGD", "settings": {"momentum": 0.9}},
    {"do": "step", "updates": 30},
]


def executed(machine):
    """The variables of the program that the page shows, after it has run."""
    variables = {}
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        exec(machine.snapshot()["parts"]["code"]["text"], variables)
    return variables


def need_same(machine, variables):
    work = machine.state.work
    assert variables["graph"].describe() == work.network.graph.describe()
    assert variables["rule"] == work.training.rule
    for name, array in work.theta.items():
        assert variables["theta"][name].dtype == array.dtype
        assert variables["theta"][name].tobytes() == array.tobytes()
    for which, arrays in (("data", work.subject.data), ("held_out", work.subject.held_out)):
        assert all(np.array_equal(variables[which][name], array) for name, array in arrays.items())


@pytest.mark.parametrize("name", EVERY)
def test_the_code_of_a_toy_runs_and_gives_the_same(name):
    machine = Machine(toy(name))
    need_same(machine, executed(machine))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_code_of_a_network_that_was_built_and_trained_gives_the_same_bits(dtype):
    machine = Machine(toy("xor"))
    recipe = {**machine.snapshot()["parts"]["recipe"], "dtype": dtype}
    for command in ({"do": "recipe", "recipe": recipe}, *BUILT):
        assert "message" not in machine.do(command)["parts"]
    variables = executed(machine)
    need_same(machine, variables)
    shown = machine.snapshot()["parts"]["batch"]
    assert float(variables["values"].objective) == shown["objective"]
    assert all(np.array_equal(variables["gradients"][n], np.array(g, dtype)) for n, g in shown["gradients"].items())


def test_large_parameters_are_written_as_bytes_and_read_back():
    machine = Machine(toy("moons"))
    machine.do({"do": "units", "at": 1, "count": 30})
    machine.do({"do": "units", "at": 2, "count": 20})
    machine.do({"do": "step", "updates": 1})
    assert "b64decode" in machine.snapshot()["parts"]["code"]["text"]
    need_same(machine, executed(machine))
