"""The kinds of a table's columns, to look at."""

import pytest

from bprop import errors
from bprop.sources.frames import frame_of
from bprop.tables.kinds import Kinds, kinds_of_types


def test_kinds_read_like_a_dict():
    kinds = Kinds({"a": "numeric", "b": "date"})
    assert kinds == {"a": "numeric", "b": "date"}
    assert repr(kinds) == "{'a': 'numeric', 'b': 'date'}"
    with pytest.raises(errors.UnknownNameError, match="no input column is called 'c'; there are: a, b"):
        _ = kinds["c"]


def test_who_sets_a_kind_is_shown_the_way():
    with pytest.raises(errors.SettingError, match=r"table = table.with_kinds\(\{'a': 'categorical'\}\)"):
        Kinds({"a": "numeric"})["a"] = "categorical"


def test_a_type_says_categories_where_the_cells_look_like_numbers():
    frame = frame_of({"legs": [4, 2, 4, 2], "same": [1, 1, 1, 1], "zip": [1, 2, 3, 4]}).frame
    declared = dict.fromkeys(("legs", "same", "zip"), "categorical")
    assert kinds_of_types(frame, declared, {"zip"}) == {"legs": "categorical"}  # a constant is left out
    assert kinds_of_types(frame, {"legs": "boolean"}, ()) == {}
