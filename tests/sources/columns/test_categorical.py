"""One of some names."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bprop.sources.columns import Categorical
from bprop.sources.columns.categorical import ONE_HOT
from bprop.sources.frame import Frame


def frame(values, name="a"):
    column = values
    if not isinstance(values, np.ndarray):
        column = np.empty(len(values), object)
        column[:] = values
    return Frame("t", {name: column}, lambda row: f"t.csv, line {row + 2}", source="t.csv")


def test_few_categories_have_a_column_each_and_an_unseen_one_none():
    kind = Categorical.fit("a", frame(["red", "blue", "red"]))
    assert kind.categories == ("blue", "red")
    assert kind.encode(frame(["blue", "red", "green", ""])).tolist() == [[1, 0], [0, 1], [0, 0], [0, 0]]


def test_missing_is_a_category_where_training_has_it():
    kind = Categorical.fit("a", frame(["red", "", "blue"]))
    assert kind.encode(frame(["?", "red", "green"])).tolist() == [[1, 0, 0], [0, 0, 1], [0, 0, 0]]
    assert kind.feature_names == ("a=missing", "a=blue", "a=red")


def test_many_categories_are_embedded_and_unseen_and_missing_have_codes_of_their_own():
    names = [f"n{k:02}" for k in range(30)]
    kind = Categorical.fit("a", frame([*names, *names, "once"]))
    assert kind.rows == 32
    assert 0 < kind.width < 32
    assert kind.encode(frame(["n00", "n29", "once", "new", None])).tolist() == [2, 31, 0, 0, 1]
    assert kind.scaled == ()
    assert "embedding" in str(kind)


def test_how_many_categories_are_one_hot():
    names = [f"n{k}" for k in range(ONE_HOT)]
    assert Categorical.fit("a", frame(names)).width == 0
    assert Categorical.fit("a", frame([*names, "more"] * 2)).width > 0


def test_numbers_told_to_be_categories_are_the_same_in_every_format():
    kind = Categorical.fit("a", frame(["7", "8", "7"]))
    assert kind.encode(frame(np.array([7.0, 8.0, np.nan]))).tolist() == [[1, 0], [0, 1], [0, 0]]
    assert kind.encode(frame(np.array([8]))).tolist() == [[0, 1]]


@given(st.lists(st.sampled_from("abcdefgh"), min_size=1), st.lists(st.text(max_size=3)))
def test_every_code_is_in_range_whatever_comes(seen, new):
    kind = Categorical.fit("a", frame(seen))
    found = kind.encode(frame(new))
    assert found.shape == (len(new), len(kind.codes))
    assert set(np.unique(found.sum(axis=1))) <= {0, 1}
    known = np.array([cell in kind.categories for cell in new], bool)
    np.testing.assert_array_equal(found.sum(axis=1), known)


def test_a_whole_number_is_the_same_category_with_and_without_point_zero():
    kind = Categorical.fit(
        "a", frame(["8001", "8001", "3011.0", "3011.0", "7", "7", "7.0", "7.0", "01", "01", "x", "x"])
    )
    assert kind.categories == ("01", "3011.0", "7", "7.0", "8001", "x")
    cells = ["8001.0", "8001", "3011", "7", "7.0", "1", "01.0", "8001.00", "x.0"]
    known = [kind.categories[row.argmax()] if row.any() else None for row in kind.encode(frame(cells))]
    assert known == ["8001", "8001", "3011.0", "7", "7.0", None, None, None, None]
