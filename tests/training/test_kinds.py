"""The choice between kinds of networks by rows that they were not trained on."""

import numpy as np
import pytest

import bprop as bp
from bprop.data import DataSet
from bprop.training.fit import Fit
from bprop.training.kinds import kinds_of
from bprop.training.members import Member, train_members


def constant(value):
    """A fit that always answers `value`."""
    f = 0.0 * bp.Input("x", ()) + bp.Parameter("b", ())
    graph = bp.Graph(loss=bp.squared_error(f, bp.Input("y", ())), outputs={"f": f})
    return Fit(graph, {"b": np.array(value)}, [])


def rows(*y):
    return DataSet({"x": np.zeros(len(y)), "y": np.array(y, float)})


def test_the_better_kind_is_chosen_by_the_rows_that_each_network_watched():
    held = [rows(0.0, 0.0, 0.0), rows(0.0)] * 2
    fits = {0: constant(0.1), 1: constant(0.5), 2: constant(3.0), 3: constant(3.0)}
    kinds = kinds_of(fits, held, 2)
    loss = (3 * 0.1**2 + 0.5**2) / 4
    ratio = kinds.losses[1] / kinds.losses[0]
    assert kinds.chosen == [0]
    np.testing.assert_allclose(ratio, 9 / loss)
    assert "kind 1 is kept" in str(kinds)


def test_all_kinds_are_kept_where_together_they_do_better():
    kinds = kinds_of({0: constant(1.0), 1: constant(-1.0)}, [rows(0.0, 0.2)] * 2, 2)
    assert kinds.chosen == [0, 1] and kinds.together < min(kinds.losses)
    assert "all are kept" in str(kinds)


def test_kinds_that_gain_no_more_than_any_two_networks_do_are_not_kept_together():
    kinds = kinds_of({0: constant(1.0), 1: constant(0.98)}, [rows(0.0)] * 2, 2)
    assert kinds.chosen == [1]


@pytest.mark.parametrize("fits", [{0: constant(1.0)}, {1: constant(1.0)}])
def test_a_kind_that_lacks_its_network_is_not_compared(fits):
    assert kinds_of(fits, [rows(0.0)] * 2, 2) is None
    assert kinds_of({0: constant(1.0), 1: constant(1.0)}, [None, None], 2) is None


def test_one_kind_is_no_choice():
    assert kinds_of({0: constant(1.0), 1: constant(2.0)}, [rows(0.0)] * 2, 1) is None


def test_members_of_two_kinds_are_trained_and_the_better_ones_are_the_model():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 3))
    data = DataSet({"x": X, "y": X[:, 0] ** 2})
    train, watched = data.rows(np.arange(90)), data.rows(np.arange(90, 120))
    plain, better = bp.mlp([3, 1], task="regression"), bp.mlp([3, 16, 1], task="regression")
    members = [Member(seed, train, watched, graph) for graph in (plain, better) for seed in (0, 1)]
    settings = {"epochs": 30, "batch_size": 10, "engine": "numpy", "progress": False, "keep_best": True}
    fit = train_members(plain, members, lambda examples: bp.Adam(0.02), settings)
    assert fit.kinds.chosen == [1]
    assert len(fit.members) == 2 and fit.params["m1/W1"].shape == (3, 16)
