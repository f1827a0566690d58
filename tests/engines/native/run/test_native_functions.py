"""Functions of machine code: what is copied, and what may be written."""

import numpy as np
import pytest

import bprop as bp
from bprop.errors import UnknownNameError

pytest.importorskip("llvmlite")


@pytest.fixture
def graph():
    x, W, b = bp.Input("x", (33,)), bp.Parameter("W", (33, 3)), bp.Parameter("b", (3,))  # W lies transposed in memory
    return bp.Graph(loss=bp.sum(bp.square(bp.linear(x, W, b)), axis=1), outputs={"a": bp.linear(x, W, b)})


@pytest.fixture
def batch():
    return {"x": np.random.default_rng(0).normal(size=(5, 33))}


def test_in_place_theta_is_the_same_memory_from_step_to_step(graph, batch):
    of = graph.functions("native", bp.Adam(0.1), in_place=True)
    theta = graph.init(0)
    first, state, _ = of.step(theta, of.init(theta), batch)
    before = first["W"].copy()
    second, _, _ = of.step(first, state, batch)
    assert second["W"] is first["W"]
    assert not np.array_equal(first["W"], before)
    assert np.array_equal(theta["W"], graph.init(0)["W"])  # theta of the caller is not taken over


def test_theta_may_be_changed_between_steps_in_place(graph, batch):
    of, pure = (graph.functions("native", bp.SGD(0.01), in_place=in_place) for in_place in (True, False))
    theta = graph.init(0)
    mine, state, _ = of.step(theta, of.init(theta), batch)
    other = {name: np.array(array) for name, array in mine.items()}
    mine["b"][...] = other["b"] = np.array([1, 2, 3], "float32")
    found, expected = of.step(mine, state, batch)[0], pure.step(other, pure.init(other), batch)[0]
    assert all(np.array_equal(found[name], expected[name]) for name in found)


def test_arrays_of_a_pure_step_cannot_be_written(graph, batch):
    of = graph.functions("native", bp.SGD(0.01, momentum=0.9))
    theta, state, _ = of.step(graph.init(0), of.init(graph.init(0)), batch)
    with pytest.raises(ValueError, match="read-only"):
        theta["W"][0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        state["rule"]["velocity"]["W"][0, 0] = 1


def test_gradients_between_steps_do_not_disturb_them(graph, batch):
    of = graph.functions("native", bp.Adam(0.1), in_place=True)
    theta, other = graph.init(0), graph.init(1)
    mine, state, _ = of.step(theta, of.init(theta), batch)
    kept = {name: array.copy() for name, array in mine.items()}
    state = {"t": 1, "rule": {what: {n: a.copy() for n, a in arrays.items()} for what, arrays in state["rule"].items()}}
    of.gradients(other, batch)
    found = of.step(kept, state, batch)[0]
    alone = graph.functions("native", bp.Adam(0.1))
    expected = alone.step(kept, state, batch)[0]
    assert all(np.array_equal(found[name], expected[name]) for name in found)


def test_batches_of_several_sizes_share_theta(graph, batch):
    of = graph.functions("native", bp.SGD(0.01), in_place=True)
    pure = graph.functions("numpy", bp.SGD(0.01))
    mine = other = graph.init(0)
    state = of.init(mine)
    for rows in (5, 2, 5, 1):
        part = {"x": batch["x"][:rows]}
        mine, state, _ = of.step(mine, state, part)
        other = pure.step(other, pure.init(other), part)[0]
    for name in other:
        np.testing.assert_allclose(mine[name], other[name], rtol=1e-5)


def test_theta_that_a_step_in_place_returned_is_not_touched_by_functions_of_another(graph, batch):
    of, pure = (graph.functions("native", bp.Adam(0.1), in_place=in_place) for in_place in (True, False))
    theta, other = graph.init(0), graph.init(1)
    mine, _, _ = of.step(theta, of.init(theta), batch)
    kept = {name: array.copy() for name, array in mine.items()}
    of.loss(other, batch), of.gradients(other, batch), of.outputs(other, batch)
    assert all(np.array_equal(mine[name], kept[name]) for name in kept)
    assert of.loss(mine, batch) == pure.loss(kept, batch)


@pytest.mark.parametrize("in_place", [False, True])
def test_the_state_of_the_rule_outlives_the_first_batch_of_another_size(graph, batch, in_place):
    results = []
    for engine in ("native", "numpy"):
        of = graph.functions(engine, bp.SGD(0.01, momentum=0.9), in_place=in_place)
        theta = graph.init(0)
        state = of.init(theta)
        for rows in (5, 5, 2, 5, 1):
            theta, state, _ = of.step(theta, state, {"x": batch["x"][:rows]})
        results.append(theta)
    for name, array in results[1].items():
        np.testing.assert_allclose(results[0][name], array, rtol=1e-4)


def test_a_theta_without_parameters_is_refused_after_a_step(graph, batch):
    of = graph.functions("native")
    of.step(graph.init(0), of.init(graph.init(0)), batch)
    with pytest.raises(UnknownNameError, match="missing parameters"):
        of.loss({}, batch)
    with pytest.raises(UnknownNameError, match="missing parameters"):
        graph.functions("native").loss({}, batch)


def test_rows_that_fill_up_a_batch_do_not_count(graph, batch):
    of, plain = (graph.functions(engine, batch_size=8, dtype="float64") for engine in ("native", "numpy"))
    theta = {name: array.astype(float) for name, array in graph.init(0).items()}
    np.testing.assert_allclose(of.loss(theta, batch), plain.loss(theta, batch), rtol=1e-12)
    expected = plain.gradients(theta, batch)
    for name, gradient in of.gradients(theta, batch).items():
        np.testing.assert_allclose(gradient, expected[name], rtol=1e-12)


def test_outputs_of_batches_of_several_sizes_have_memory_of_their_own(graph):
    """The rows of a larger batch once went past the end of the memory that a smaller one had made."""
    of, theta = graph.functions("native"), graph.init(0)
    x = np.random.default_rng(0).normal(size=(300, 33))
    for rows in (1, 300, 7, 300, 1):
        (found,) = of.outputs(theta, {"x": x[:rows]}).values()
        np.testing.assert_allclose(found, graph.predict(theta, x=x[:rows]), rtol=1e-5, atol=1e-6)
    for call in of.aside[0].calls.values():
        layouts = call.loaded.routine.layouts
        assert all(array.nbytes == layouts[leaf].bytes for leaf, array in call.loaded.arrays.items())
