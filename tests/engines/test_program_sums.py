"""What a program sums up over an epoch, and what of it records show."""

import numpy as np
import pytest

import bprop as bp
from bprop.engines.program import Program
from bprop.graph.plan import Context

FLOAT = np.dtype("float64")


def context(rows, weights=None, dtype=FLOAT):
    key = (np.array([1], np.uint32), np.array([0], np.uint32))
    return Context(np.ones(rows, dtype) if weights is None else np.asarray(weights, dtype), key, dtype)


def regression(penalty=None):
    x, y = bp.Input("x", (2,)), bp.Input("y", (2,))
    return bp.Graph(loss=bp.squared_error(x * bp.Parameter("w", (2,)), y), penalty=penalty)


def examples(rows=6):
    rng = np.random.default_rng(3)
    return {"x": rng.normal(size=(rows, 2)), "y": rng.normal(size=(rows, 2))}


def test_metrics_are_summed_with_the_weights_and_finished_as_means():
    program, batch, w = Program(regression(), FLOAT), examples(), np.array([0, 1, 2, 0.5, 3, 1])
    theta = {"w": np.array([0.5, -2.0])}
    away = batch["x"] * theta["w"] - batch["y"]
    sums = program.measure(theta, batch, {}, context(6, w))
    assert sums["mae"] == pytest.approx((abs(away).mean(axis=1) * w).sum(), rel=1e-13)
    assert sums["rmse"] == pytest.approx(((away**2).mean(axis=1) * w).sum(), rel=1e-13)
    found = program.finish(sums)
    assert found["mae"] == pytest.approx((abs(away).mean(axis=1) * w).sum() / 7.5, rel=1e-13)
    assert found["rmse"] == pytest.approx(np.sqrt(((away**2).mean(axis=1) * w).sum() / 7.5), rel=1e-13)
    assert found["loss"] == pytest.approx(sums["loss"] / 7.5, rel=1e-13)


def test_sums_have_their_names_in_order_and_the_precision_of_the_weights():
    program, batch = Program(regression(), np.dtype("float32")), examples()
    assert program.sum_names == ("weight", "loss", "rmse", "mae")
    batch = {name: array.astype("float32") for name, array in batch.items()}
    sums = program.measure({"w": np.ones(2, "float32")}, batch, {}, context(6, dtype=np.dtype("float32")))
    assert tuple(sums) == program.sum_names
    assert {value.dtype for value in sums.values()} == {np.dtype("float32")}


def test_running_sums_are_taken_by_name_and_corrected_where_an_engine_keeps_corrections():
    program = Program(regression(), FLOAT)
    assert program.totals([[4.0, 3.0, 2.0, 1.0]]) == {"weight": 4.0, "loss": 3.0, "rmse": 2.0, "mae": 1.0}
    corrected = program.totals([[4.0, 3.0, 2.0, 1.0], [0.0, 0.5, 0.25, -0.125]])
    assert corrected == {"weight": 4.0, "loss": 2.5, "rmse": 1.75, "mae": 1.125}


def test_the_penalty_is_taken_outside_training():
    """A graph whose penalty depends on noise shows, between epochs, what it is without the noise."""
    noisy = bp.sum(bp.square(bp.dropout(bp.Parameter("v", (50,)), 0.5)))
    program = Program(regression(penalty=noisy), FLOAT)
    theta = {"w": np.ones(2), "v": np.linspace(1, 2, 50)}
    assert program.penalty(theta, program.constants(), context(1)) == pytest.approx((theta["v"] ** 2).sum())


def test_constants_have_the_dtype_of_the_program_unless_they_are_whole_numbers():
    x, E = bp.Input("x"), bp.Parameter("E", (3,))
    graph = bp.Graph(loss=bp.square(x * bp.Constant(0.1, name="c") + bp.sum(bp.take(E, bp.Constant([0, 2], name="k")))))
    constants = Program(graph, np.dtype("float32")).constants()
    assert {name: array.dtype.name for name, array in constants.items()} == {"c": "float32", "k": "int64"}


def test_a_parameter_that_a_step_does_not_need_is_not_asked_for():
    x, w, v = bp.Input("x"), bp.Parameter("w", ()), bp.Parameter("v", (), trainable=False)
    graph = bp.Graph(loss=bp.square(x * w), outputs={"f": v * x})
    moved, _, _ = Program(graph, FLOAT).step(
        bp.SGD(0.1, momentum=0.5), {"w": np.array(1.0), "v": np.array(2.0)}, {"velocity": {"w": np.array(0.0)}},
        {"x": np.ones(4)}, {}, context(4), 0,
    )  # fmt: skip
    assert moved == {"w": 0.8, "v": 2.0}
