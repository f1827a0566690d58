"""One pass over examples."""

import numpy as np
import pytest

import bprop as bp
from bprop.reporting.about import Facts
from bprop.reporting.looking import finite_rows, look
from bprop.reporting.outcome import outcome
from bprop.reporting.worst import WORST


def losses_of(fit, data):
    values = fit.graph.fprop(fit.params, data, training=False)
    return values[fit.graph.loss]


def test_rows_that_mix_are_looked_at_together(monkeypatch):
    x, y, w = bp.Input("x", (2,)), bp.Input("y"), bp.Parameter("w", (2,))
    f = bp.sum((x - bp.mean(x, axis=0)) * w, axis=1)
    model = bp.Model(bp.Graph(loss=bp.squared_error(f, y), outputs={"f": f}), {"w": np.array([1.0, 2.0])})
    rng = np.random.default_rng(0)
    data = {"x": rng.normal(size=(20, 2)), "y": rng.normal(size=20)}
    monkeypatch.setattr("bprop.reporting.looking.PART", 7)
    found = outcome(model, data, None, "test", Facts())["worst"]
    assert [one["loss"] for one in found] == pytest.approx(
        np.sort(losses_of(model, data))[::-1][:WORST].tolist(), rel=1e-3
    )


def test_rows_with_a_number_that_is_not_finite_are_known():
    assert finite_rows(np.array([[0.0, np.nan], [1.0, 2.0], [np.inf, 0.0]])).tolist() == [False, True, False]


def test_a_loss_of_ones_own_compares_nothing(rng):
    x, w = bp.Input("x", (2,)), bp.Parameter("w", (2,))
    model = bp.Model(bp.Graph(loss=bp.sum(bp.square(x * w), axis=1)), {"w": np.ones(2)})
    seen = look(model, {"x": rng.normal(size=(5, 2))})
    assert seen.predicted is None and seen.finite.all() and seen.losses.shape == (5,)
