"""Columns of lists that are known before a file is read."""

import numpy as np
import pytest

from bprop.sources.known_lists import LONGEST, Known, named, of_files, other_list


def test_the_columns_of_a_model_say_which_columns_are_lists():
    known = Known(["a", "a.1", "e.1", "e.2", "b.c.1", "gap.1", "gap.3", "x.0", "y.01", "z.²"])
    lengths = {name: known.length(name) for name in ("a", "e", "b.c", "gap", "x", "y", "z", "")}
    assert lengths == {"a": 0, "e": 2, "b.c": 1, "gap": None, "x": None, "y": None, "z": None, "": None}
    assert Known().length("e") is None
    assert Known(named("e", LONGEST)).length("e") == LONGEST
    assert Known(named("e", LONGEST + 1)).length("e") is None


def test_a_file_without_lists_has_the_columns_of_those_that_have_some():
    assert of_files([["a", "e"], ["a", "e.1", "e.2"]]) == ("a", "e.1", "e.2")
    assert of_files([["e", "f.1"], ["e.1", "f"]]) == ("f.1", "e.1")
    assert of_files([["price"], ["price", "price.1"]]) == ("price", "price.1")


@pytest.mark.parametrize(
    "cell, length, words",
    [
        ([0.5], 2, "t, row 3, column 'e': a list of 1, and the columns e.1 to e.2 need 2 numbers: [0.5]"),
        (np.array([1, 2]), 1, "t, row 3, column 'e': a list of 2, and the column e.1 needs 1 number: [1, 2]"),
        ("word", 2, "t, row 3, column 'e': 'word' is no list of 2 numbers, which the columns e.1 to e.2 need"),
        ([True], 1, "t, row 3, column 'e': [True] is no list of 1 number, which the column e.1 needs"),
    ],
)
def test_another_list_is_told_with_its_row(cell, length, words):
    assert str(other_list("t, row 3", "e", cell, length)) == words


def test_a_long_cell_is_shortened():
    words = str(other_list("t", "e", [0.5] * 1000, 2))
    assert "a list of 1,000," in words and words.endswith("...") and len(words) < 150
