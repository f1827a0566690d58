"""The kinds of a table's columns, to look at."""

import pytest

from bprop import errors
from bprop.tables.kinds import Kinds


def test_kinds_read_like_a_dict():
    kinds = Kinds({"a": "numeric", "b": "date"})
    assert kinds == {"a": "numeric", "b": "date"}
    assert repr(kinds) == "{'a': 'numeric', 'b': 'date'}"
    with pytest.raises(errors.UnknownNameError, match="no input column is called 'c'; there are: a, b"):
        _ = kinds["c"]


def test_who_sets_a_kind_is_shown_the_way():
    with pytest.raises(errors.SettingError, match=r"table = table.with_kinds\(\{'a': 'categorical'\}\)"):
        Kinds({"a": "numeric"})["a"] = "categorical"
