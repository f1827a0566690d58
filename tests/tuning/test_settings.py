"""The settings that a search knows by name."""

import pytest

import bprop as bp
from bprop.errors import SettingError, UnknownNameError
from bprop.tuning import settings as of
from bprop.tuning.ranges import parse


def space_of(**words):
    return {name: parse(text) for name, text in words.items()}


@pytest.mark.parametrize("rows", [1, 20, 500, 1024, 100_000])
def test_the_first_trial_of_a_table_lies_in_its_space(rows):
    space, first = of.default_space(rows, "classification")
    assert all(space[name].holds(value) or name == "batch_size" for name, value in first.items())
    assert max(space["batch_size"].grid()) <= max(64, rows / 8)
    assert of.checked(space).keys() == space.keys()


def test_hidden_replaces_layers_and_units():
    default, _ = of.default_space(100, "regression")
    space = of.widened(default, space_of(hidden="8|16,8"))
    assert "layers" not in space and "units" not in space
    with pytest.raises(SettingError, match="hidden and units both say"):
        of.widened(default, space_of(hidden="8", units="4"))


def test_the_weight_decay_stays_where_a_rule_has_one():
    default, _ = of.default_space(100, "regression")
    assert "weight_decay" not in of.widened(default, space_of(rule="sgd"))
    assert "weight_decay" in of.widened(default, space_of(rule="sgd|adamw"))
    with pytest.raises(SettingError, match="weight_decay is of adamw"):
        of.need_effect(of.widened(default, space_of(rule="sgd", weight_decay="0.1")))


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({"epochs": "0"}, "epochs is a whole number"), ({"epochs": "1.5..3"}, "epochs is a whole number"),
        ({"batch_size": "0|8"}, "batch_size is a whole number"), ({"layers": "none"}, "layers is a whole number"),
        ({"schedule": "cosin"}, "did you mean 'cosine'"), ({"rule": "adm|sgd"}, "did you mean"),
    ],
)  # fmt: skip
def test_settings_out_of_their_range_are_refused_before_any_trial(words, why):
    with pytest.raises((SettingError, UnknownNameError), match=why):
        of.checked(space_of(**words))


def test_a_setting_with_fractions_has_them_also_where_the_ends_are_whole():
    space = of.checked(space_of(dropout="0..1", momentum="0..1", units="1..4"))
    assert (space["dropout"].grid(), space["momentum"].whole, space["units"].whole) == ([0.0, 0.5, 1.0], False, True)


def test_settings_without_effect_and_unknown_ones_are_refused():
    with pytest.raises(SettingError, match="add schedule=step"):
        of.need_effect(space_of(factor="0.1..0.9"))
    with pytest.raises(UnknownNameError, match=r"no setting 'dropuot'.*did you mean 'dropout'"):
        of.need_known(["dropuot"], of.NETWORK)


def test_the_network_of_settings():
    plain = of.architecture({"layers": 2, "units": 8, "activation": "tanh", "dropout": 0.5})
    assert (plain.hidden, plain.activation, plain.dropout) == ((8, 8), "tanh", 0.5)
    assert of.architecture({"hidden": (4, 2)}).hidden == (4, 2) and of.architecture({"hidden": 3}).hidden == (3,)
    assert of.architecture({"hidden": None, "dropout": 0.5}).hidden == ()
    with pytest.raises(SettingError, match="whole numbers above 0"):
        of.architecture({"hidden": (4, 0)})


def test_the_inputs_of_settings():
    assert of.inputs({}).features == () == of.inputs({"inputs": "plain"}).features
    assert of.inputs({"inputs": "bins+waves", "category_dropout": 0.3}).features == ("bins", "waves")
    with pytest.raises(UnknownNameError, match="did you mean 'bins'"):
        of.checked(space_of(inputs="plain|bin"))


def test_the_rule_of_settings():
    assert of.rule({"rule": "adamw", "lr": 0.01, "weight_decay": 0.2, "momentum": 0.9}, 10) == bp.AdamW(
        0.01, weight_decay=0.2
    )
    assert of.rule({"rule": "sgd", "lr": 0.1, "momentum": 0.9}, 10) == bp.SGD(0.1, momentum=0.9)
    assert of.rule({"rule": "adam", "lr": 0.1, "schedule": "cosine"}, 10) == bp.Adam(
        bp.schedules.cosine(0.1, updates=10)
    )
    warm = of.rule({"rule": "adam", "lr": 0.1, "schedule": "cosine", "warm_up": 4}, 10)
    assert warm == bp.Adam(bp.schedules.warm_up(4, bp.schedules.cosine(0.1, updates=6)))
    stepped = of.rule({"lr": 0.1, "schedule": "step", "factor": 0.1, "every": 5}, 10)
    assert stepped == bp.SGD(bp.schedules.step(0.1, factor=0.1, every=5))
    assert of.rule({"rule": bp.Adam(0.3)}, 10) == bp.Adam(0.3)
    with pytest.raises(SettingError, match="lr is for a rule by name"):
        of.rule({"rule": bp.Adam(0.3), "lr": 0.1}, 10)
