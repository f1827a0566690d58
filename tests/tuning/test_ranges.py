"""What a setting can be, and the words that say so."""

import numpy as np
import pytest

import bprop as bp
from bprop.errors import SettingError
from bprop.tuning.ranges import Between, Choice, Fixed, listed, parse, plain, read, shown, value_of


@pytest.mark.parametrize(
    ("words", "range_"),
    [
        ("1e-4..1e-1", Between(1e-4, 1e-1, True)), ("0..0.5", Between(0, 0.5, False)),
        ("32..512", Between(32, 512, True)),
        ("32..64", Between(32, 64, False)), ("1..100:even", Between(1, 100, False)), ("1..2:log", Between(1, 2, True)),
        ("64..512:64", Between(64, 512, False, 64)), ("-1..1", Between(-1, 1, False)),
        (".1..5.", Between(0.1, 5.0, True)),
        ("relu|tanh", Choice(("relu", "tanh"))), ("64|128,64", Choice((64, (128, 64)))),
        ("0.1|none", Choice((0.1, None))),
        ("adam", Fixed("adam")), ("3", Fixed(3)), ("none", Fixed(None)), ("true", Fixed(True)),
        ("128,64", Fixed((128, 64))),
    ],
)  # fmt: skip
def test_words_are_read(words, range_):
    assert parse(words) == range_


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("1..1", "the smaller one first"), ("2..1", "the smaller one first"), ("a..b", "ends of a range are numbers"),
        ("1..nan", "are numbers"), ("0..1:log", "no logarithm"), ("0..1:2", "does not fit"),
        ("1..9:0.5", "no whole number"),
        ("0..1:x", "a step, log, or even"), ("a|a", "twice"), ([], "needs values"), ([1, "1"], "twice"),
    ],
)  # fmt: skip
def test_words_that_are_no_range_are_refused_with_the_name_of_the_setting(value, why):
    with pytest.raises(SettingError, match="the setting lr: .*" + why):
        read("lr", value)


def test_a_range_from_python_is_that_of_the_words():
    assert read("lr", bp.between(1e-4, 1e-1)) == parse("1e-4..1e-1")
    assert read("hidden", [(64,), [128, 64]]) == Choice(((64,), (128, 64)))
    assert read("hidden", (128, 64)) == Fixed((128, 64))
    assert read("units", np.int64(3)) == Fixed(3) == read("units", [3])


def test_a_grid_has_the_ends_and_the_middle_or_all_steps():
    assert parse("1e-4..1e-2").grid() == [1e-4, 1e-3, 1e-2]
    assert parse("0..1").grid() == [0, 1] and parse("0..0.5").grid() == [0, 0.25, 0.5]
    assert parse("1..3").grid() == [1, 2, 3] and parse("2..10:3").grid() == [2, 5, 8]
    assert parse("a|b").grid() == ["a", "b"] and parse("a").grid() == ["a"]


def test_a_range_knows_what_it_holds():
    assert parse("1..3").holds(2) and not parse("1..3").holds(2.5) and not parse("1..3").holds(4)
    assert parse("0.0..1.0").holds(0.5) and not parse("a|b").holds("c") and parse("64|128,64").holds((128, 64))


@pytest.mark.parametrize("value", [1, 0.25, None, True, "relu", (128, 64), (128,)])
def test_a_value_in_words_is_read_again(value):
    assert value_of(shown(value)) == value


def test_settings_are_plain_data():
    assert plain({"lr": 0.1, "hidden": (4, 2), "dropout": None, "box": bp.Tanh}) == {
        "lr": 0.1, "hidden": "4,2", "dropout": None, "box": "Tanh",
    }  # fmt: skip


def test_what_is_searched_is_listed_apart_from_what_is_fixed():
    space = {"lr": parse("1e-4..1e-1"), "rule": parse("adam")}
    assert listed(space, searched=True) == "lr 0.0001..0.1 by factors"
    assert listed(space, searched=False) == "rule adam"
