"""A limit on the time of training."""

import pytest

import bprop as bp
from bprop import errors
from bprop.tables.inputs import Inputs
from bprop.tables.recipe import Recipe
from bprop.tables.timing import Budget, fitted, seconds_of

RECIPE = Recipe("best", members=4, epochs=100)


@pytest.mark.parametrize(("time", "seconds"), [("60s", 60), ("10min", 600), ("2h", 7200), (1.5, 1.5), (3, 3)])
def test_times_are_numbers_of_seconds_or_have_a_unit(time, seconds):
    assert seconds_of(time) == seconds


@pytest.mark.parametrize("time", ["", "5", "5epochs", "3 parsecs", -1, 0, True, float("nan"), float("inf"), [1]])
def test_a_time_that_is_none_is_refused(time):
    with pytest.raises(errors.SettingError, match="give how long training may take, such as '60s'"):
        seconds_of(time)


def test_a_budget_is_over_when_its_seconds_are():
    now = [100.0]
    budget = Budget.of("10s", lambda: now[0])
    now[0] = 107
    assert budget.left == 3
    assert not budget.over()
    half = budget.part(0.5)
    now[0] = 108.5
    assert half.over()
    assert not budget.over()
    assert Budget.of(None) is None


@pytest.mark.parametrize(
    ("epoch", "left", "cores", "fixed", "members", "epochs"),
    [
        (0.01, 1000, 1, (), 4, 100),
        (1.0, 100, 1, (), 4, 22),
        (1.0, 100, 4, (), 4, 90),
        (1.0, 40, 1, (), 3, 12),
        (1.0, 10, 1, (), 1, 9),
        (1.0, 0.5, 1, (), 1, 1),
        (1.0, 20, 1, ("members",), 4, 4),
        (1.0, 10, 1, ("epochs",), 4, 100),
    ],
)
def test_fewer_epochs_and_then_fewer_networks_fit_into_less_time(epoch, left, cores, fixed, members, epochs):
    recipe = fitted(RECIPE, epoch, left, cores, frozenset(fixed))
    assert (recipe.members, recipe.epochs) == (members, epochs)


def test_other_kinds_of_networks_are_the_first_to_be_left_out():
    recipe = Recipe("best", members=4, epochs=100, inputs=(Inputs(), Inputs(("waves",))))
    assert len(fitted(recipe, 1.0, 1000, 1).inputs) == 2
    less = fitted(recipe, 1.0, 60, 1)
    assert (len(less.inputs), less.members, less.epochs) == (1, 4, 13)
    assert fitted(recipe, 1.0, 20, 1).members == 1
    chosen = fitted(recipe, 1.0, 20, 1, frozenset({"members"}))
    assert (len(chosen.inputs), chosen.members, chosen.epochs) == (1, 4, 4)


def test_training_is_over_when_the_time_is(rows):
    fit = bp.table(rows).fit(members=2, epochs=1_000_000, time=0.5, patience=10**6, hidden=(6,), engine="numpy")
    assert fit.stopped == "time"
    assert [member.kept_epoch is not None for member in fit.members] == [True, True]
    assert len(fit.history) > 1


def test_the_time_decides_the_networks_and_epochs_and_notes_them(rows):
    fit = bp.table(rows).fit(time=1, hidden=(6,), engine="numpy", progress=False)
    assert 1 <= fit.notes["recipe"]["members"] <= 4
    assert len(fit.history) <= fit.notes["recipe"]["epochs"] <= 200
    single = bp.table(rows).fit(time=1, members=1, epochs=3, hidden=(6,), engine="numpy", progress=False)
    assert not single.members
    assert len(single.history) == 3
