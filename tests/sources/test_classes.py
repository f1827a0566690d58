"""Names of classes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bprop.sources.classes import BOOLEAN, NOCASE, Recognised, alike, folded, joined, keys_of, plain


@pytest.mark.parametrize(
    ("classes", "join", "groups"),
    [
        (("ja", "JA", "Ja"), BOOLEAN, [{"ja", "JA", "Ja"}]),
        (("rot", "ROT", "Rot"), NOCASE, [{"rot", "ROT", "Rot"}]),
        (("red", "Red", "green", "blue", "BLUE"), NOCASE, [{"red", "Red"}, {"blue", "BLUE"}]),
        (("dark  red", "dark red", "dark\u00a0red"), NOCASE, [{"dark  red", "dark red", "dark\u00a0red"}]),
        (("cafe\u0301", "caf\u00e9", "tea"), NOCASE, [{"cafe\u0301", "caf\u00e9"}]),
        (("yes", "1", "no", "0"), BOOLEAN, [{"yes", "1"}, {"no", "0"}]),
        (("a", "\u200ba", "b"), NOCASE, [{"a", "\u200ba"}]),
        (("y", "Yes", "n"), BOOLEAN, [{"y", "Yes"}]),
        (("TRUE", "true"), BOOLEAN, [{"TRUE", "true"}]),
    ],
)
def test_names_that_differ_by_spelling_alone(classes, join, groups):
    found = alike(classes)
    assert {kind for kind, _ in found} == {join}
    assert [{classes[k] for k in group} for _, group in found] == groups


@pytest.mark.parametrize(
    "classes", [("yes", "no"), ("a", "b", "ab"), (0, 1), (True, False), ("1", "01", "x"), ("\u00b2", "2", "x")]
)
def test_names_that_differ_by_more_are_not_alike(classes):
    assert alike(classes) == []


@given(st.text(max_size=8))
def test_folding_twice_changes_nothing_more(text):
    assert folded(folded(text)) == folded(text)


def test_a_joined_class_has_its_most_frequent_spelling():
    assert joined(["Ja", "ja", "nein"], np.array([2, 5, 1]), NOCASE) == ("ja", "nein")
    assert joined(["y", "no", "yes", "N"], np.array([9, 1, 2, 4]), BOOLEAN) == ("N", "y")


def test_keys_of_cells_that_say_neither_yes_nor_no_are_empty():
    assert keys_of(["yes", "maybe", "0"], BOOLEAN) == ["1", "", "0"]


def test_cells_are_recognised_as_classes():
    assert Recognised((0.5, 2)).numbers([np.float64(0.5), np.float32(2), "2.0", "x"]).tolist() == [0, 1, 1, -1]
    assert Recognised(("1_0", "x")).numbers(["10", "1_0"]).tolist() == [-1, 0]
    assert Recognised((2**60, 2**60 + 1)).numbers([str(2**60 + 1), float(2**60)]).tolist() == [1, 0]
    assert Recognised(("no", "yes"), BOOLEAN).numbers(["T", "0", "other"]).tolist() == [1, 0, -1]


def test_labels_are_plain():
    assert [plain(value) for value in (np.int64(3), 3.0, 3.5, "3", True)] == [3, 3, 3.5, "3", True]
    assert type(plain(np.float32(3))) is int
