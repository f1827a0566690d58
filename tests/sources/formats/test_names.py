"""Names of columns, each of its own."""

from hypothesis import given
from hypothesis import strategies as st

from bprop.sources.formats.names import named, nameless, tidy, unique


@given(st.lists(st.sampled_from(["a", "a.1", "a.2", "b", "a.1.1"]), max_size=8))
def test_names_become_different_and_the_first_of_each_stays(names):
    once = unique(names)
    assert len(set(once)) == len(names)
    for name in set(names):
        assert once[names.index(name)] == name


def test_names_without_blanks_around_them_in_the_composed_form():
    assert tidy(" \u00a0gro\u0308ße\ufeff ") == "größe"
    assert tidy("two\nlines") == "two\nlines"


def test_columns_without_a_name():
    assert nameless(["", "a", "Unnamed: 2", "Unnamed: x"]) == [0, 2]
    assert named(["", "a"]) == ["column 1", "a"]
