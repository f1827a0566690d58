"""Data for a graph, by the names of its inputs, and the leaves of a pass."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.data import DataSet
from bprop.graph.intake import natural

X, Y = np.linspace(-1, 1, 12).reshape(4, 3), np.array([0, 1, 1, 0])
graph = bp.mlp([3, 2, 2])


def test_without_asking_the_precision_is_the_widest_of_params_and_inputs():
    theta = graph.init(dtype="float32")
    x = X.astype("float32")
    assert graph.fprop(theta, x=x, y=Y).objective.dtype == np.float32
    assert graph.fprop(theta, x=X, y=Y).objective.dtype == np.float64
    assert graph.fprop(theta, x=x > 0, y=Y).objective.dtype == np.float32


@pytest.mark.parametrize("data", [(X, Y), {"x": X, "y": Y}, DataSet({"x": X, "y": Y})], ids=["pair", "dict", "set"])
def test_data_has_names_in_every_form(data):
    named = graph.named(data)
    assert set(named) == {"x", "y"} and named["x"] is X and named["y"] is Y
    assert graph.named({"x": X}, {"y": Y}) == {"x": X, "y": Y}
    read = graph.read_set(data)
    assert isinstance(read, DataSet) and np.array_equal(read.arrays["x"], X)


def test_the_leaves_of_a_pass_are_those_of_its_plan_in_its_precision():
    plan = graph.plan([graph.outputs["f"]], training=False)
    leaves, context = graph.leaves_of(plan, graph.init(), {"x": X, "y": Y}, seed=3, dtype="float32")
    assert set(leaves) == set(plan.leaves) and "y" not in leaves
    assert {array.dtype for array in leaves.values()} == {np.dtype("float32")}
    np.testing.assert_array_equal(context.weights, np.ones(len(X)))


def test_a_label_out_of_range_is_refused_with_its_row_also_in_a_set():
    for read in (graph.read, graph.read_set):
        with pytest.raises(errors.DataError, match="row 2"):
            read({"x": X, "y": np.array([0, 1, 2, 0])})


@pytest.mark.parametrize("seed", [-1, 1.5, True, "0", None])
def test_a_seed_is_a_whole_number(seed):
    with pytest.raises(errors.SettingError, match="a seed is a whole number, 0 or more"):
        natural(seed)
    assert natural(np.int64(3)) == 3
