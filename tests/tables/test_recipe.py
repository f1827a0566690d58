"""Recipes: what is chosen where the user chooses nothing, and how single choices override it."""

import pytest

import bprop as bp
from bprop import errors
from bprop.tables.recipe import NAMES, Recipe, recipe_for

TASKS = ("classification", "regression", "counts", "multilabel")


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("examples", [1, 10, 999, 1000, 100_000, 10**9])
@pytest.mark.parametrize("name", NAMES)
def test_every_recipe_makes_a_network_and_a_rule(name, task, examples):
    recipe = recipe_for(name, task, examples)
    assert recipe.name == name
    assert recipe.epochs >= 1
    assert recipe.make_rule(recipe.updates(examples)).rate(0) > 0
    assert recipe.architecture().hidden == recipe.hidden
    assert recipe.keep_best == (name != "lecture")


def test_the_recipe_of_the_lecture_is_plain_gradient_descent():
    recipe = recipe_for("lecture", "regression", 500)
    assert recipe.make_rule(100) == bp.SGD(0.1)
    assert (recipe.members, recipe.epochs, recipe.hidden, recipe.patience) == (1, 30, (200,), None)


def test_more_rows_get_fewer_epochs():
    epochs = [recipe_for("best", "classification", 10**k).epochs for k in range(3, 9)]
    assert epochs == sorted(epochs, reverse=True)
    assert epochs[0] > epochs[-1] > 1


def test_a_recipe_that_is_not_there_is_refused():
    with pytest.raises(errors.UnknownNameError, match="no recipe is called 'bst'; there are: best"):
        recipe_for("bst", "classification", 100)


def test_a_choice_overrides_its_part_alone():
    recipe = recipe_for("best", "regression", 5000)
    chosen = recipe.overridden(hidden=(9,), epochs=3, dropout=None)
    assert chosen == Recipe(**{**vars(recipe), "hidden": (9,), "epochs": 3})


def test_another_rule_has_its_own_learning_rate():
    recipe = recipe_for("best", "regression", 5000)
    assert recipe.overridden(rule="adam").learning_rate == recipe.learning_rate
    assert recipe.overridden(rule="sgd").make_rule(100).rate(0) == 0.1
    assert recipe.overridden(rule="sgd", learning_rate=0.5).make_rule(100).rate(0) == 0.5
    assert recipe.overridden(rule=bp.SGD(0.3)).make_rule(100) == bp.SGD(0.3)


def test_a_schedule_ends_with_the_updates():
    rule = recipe_for("best", "classification", 5000).make_rule(700)
    assert rule.rate(700) == pytest.approx(0, abs=1e-12)
    assert recipe_for("best", "classification", 5000).overridden(schedule="constant").make_rule(700) == bp.Adam(1e-3)


def test_a_schedule_that_needs_more_numbers_is_refused():
    with pytest.raises(errors.SettingError, match="schedule='step' needs every, factor: give the rule as an object"):
        recipe_for("best", "classification", 5000).overridden(schedule="step").make_rule(700)


@pytest.mark.parametrize("members", [0, -1, 1.5, True, "4"])
def test_a_number_of_networks_that_cannot_be_is_refused(members):
    with pytest.raises(errors.SettingError, match="members is the number of networks"):
        recipe_for("best", "classification", 5000).overridden(members=members)


def test_without_validation_rows_the_last_epoch_is_kept():
    assert "the best epoch is kept" in str(recipe_for("best", "classification", 500))
    assert "the last epoch is kept" in str(recipe_for("best", "classification", 500).unwatched)
    assert recipe_for("best", "classification", 500).unwatched.patience is None


def test_one_member_is_one_network_of_the_first_kind():
    recipe = recipe_for("best", "classification", 5000)
    assert len(recipe.inputs) > 1
    assert recipe.overridden(members=1).inputs == recipe.inputs[:1]
    assert recipe.overridden(members=2).inputs == recipe.inputs


def test_the_recipe_as_text_and_as_plain_data():
    recipe = recipe_for("fast", "regression", 500)
    assert str(recipe) == (
        "fast: 1 network of 256, 256 relu units, dropout 0.1, bins and waves of numbers; adam 0.002, at most 200 "
        "epochs in batches of 32, patience 20; the best epoch is kept"
    )
    assert recipe.describe()["hidden"] == [256, 256]
    own = recipe.overridden(activation=bp.tanh, rule=bp.Adam(0.5))
    assert "Adam(" in own.describe()["rule"]
    assert str(own).count("tanh") == 1
