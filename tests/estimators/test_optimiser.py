"""The state of the solver between calls."""

from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("sklearn")

import bprop as bp
from bprop.estimators.optimiser import Optimiser, kind_of, new_optimiser, rule_of
from bprop.estimators.rules import HeavyBall, InverseScaling, ScaledAdam


def settings(**changed):
    return SimpleNamespace(**{**vars(bp.MLPClassifier()), **changed})


def test_the_rules_of_solvers():
    assert isinstance(rule_of(settings(), new_optimiser(settings()), 0, 10, 1), ScaledAdam)
    sgd = settings(solver="sgd", learning_rate_init=0.5, momentum=0.1)
    assert rule_of(sgd, new_optimiser(sgd), 0, 10, 1) == HeavyBall(0.5, 0.1, True)
    scaled = settings(solver="sgd", learning_rate="invscaling", power_t=0.3)
    found = rule_of(scaled, Optimiser("sgd", 0.001, 0.001, updates=6), 20, 10, 3)
    assert found.learning_rate == InverseScaling(0.001, 20.0, 10.0, 3.0, 6.0, 0.3)
    mine = bp.AdamW(0.1)
    assert rule_of(settings(solver=mine), new_optimiser(settings(solver=mine)), 0, 10, 1) is mine


def test_a_schedule_has_no_rate_of_the_estimators_own():
    scheduled = settings(learning_rate=bp.schedules.cosine(0.1, 10))
    found = new_optimiser(scheduled)
    assert found.learning_rate is None
    assert not found.divide_rate()
    assert rule_of(scheduled, found, 0, 10, 1).learning_rate == bp.schedules.cosine(0.1, 10)


def test_an_adaptive_rate_has_an_end():
    found = Optimiser("sgd", 0.1, 0.1)
    assert found.divide_rate()
    assert np.isclose(found.learning_rate, 0.02)
    found.learning_rate = 1e-6
    assert not found.divide_rate()


def test_numbers_do_not_make_another_kind():
    assert kind_of(settings(solver=bp.AdamW(0.1))) == kind_of(settings(solver=bp.AdamW(0.2)))
    assert kind_of(settings(solver=bp.AdamW(0.1))) != kind_of(settings(solver=bp.Adam(0.1)))
    assert kind_of(settings(solver="sgd")) == "sgd"


def test_the_state_of_an_optax_rule_goes_on_with_other_numbers_and_not_in_another_rule():
    optax = pytest.importorskip("optax")
    other = getattr(optax, "sign_sgd", optax.lion)  # from optax 0.2.4
    kinds = [kind_of(bp.MLPRegressor(solver=rule)) for rule in (optax.sgd(0.1), optax.sgd(0.2), other(0.1))]
    assert kinds[0] == kinds[1] != kinds[2]
