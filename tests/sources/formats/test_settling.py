"""Columns without a name, once all rows were seen."""

from bprop.sources.formats.layout import Layout
from bprop.sources.formats.settling import settled


def test_what_all_rows_say_of_columns_without_a_name():
    first = Layout(names=("", "a", "", ""), unsure=(0, 2, 3), index=(0,))
    last = settled(first, frozenset({3}), frozenset({0}))
    assert last.columns == [(1, "a"), (2, "column 3")]
    assert last.dropped == (0, 3)
    plain = settled(first, frozenset(), frozenset())
    assert [name for _, name in plain.columns] == ["column 1", "a", "column 3", "column 4"]


def test_a_column_is_always_left():
    assert settled(Layout(names=("",), unsure=(0,), index=(0,)), frozenset(), frozenset({0})).columns == [
        (0, "column 1")
    ]
