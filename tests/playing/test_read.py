"""Values of commands, which may come from anyone."""

import pytest

from bprop.playing import read
from bprop.playing.refused import RefusedError


def test_what_is_legal_is_read():
    assert read.whole(3, "k", 0, 3) == 3
    assert read.number(2, "k") == 2.0 and isinstance(read.number(2, "k"), float)
    assert read.index([0, 2], "index") == (0, 2)
    assert read.keys({"a": 1}, "it", {"a": read.anything}, {"b": read.anything}) == {"a": 1}


@pytest.mark.parametrize("value", [True, 1.0, "1", None, -1, 4, [1], 10**500])
def test_a_whole_number_has_its_range_and_is_no_other_thing(value):
    with pytest.raises(RefusedError, match="k is a whole number from 0 to 3"):
        read.whole(value, "k", 0, 3)


@pytest.mark.parametrize("value", [True, "1", None, float("nan"), float("inf"), 1e301, -(10**400), {}])
def test_a_number_is_finite(value):
    with pytest.raises(RefusedError, match="k is a number"):
        read.number(value, "k")


def test_unknown_keys_missing_keys_and_other_things_are_refused_with_the_keys_that_there_are():
    with pytest.raises(RefusedError, match="no key 'c'") as caught:
        read.keys({"a": 1, "c": 2}, "it", {"a": read.anything}, {"b": read.anything})
    assert caught.value.cure == "its keys: a, b"
    with pytest.raises(RefusedError, match="lacks the key 'a'"):
        read.keys({}, "it", {"a": read.anything}, {})
    with pytest.raises(RefusedError, match="is an object"):
        read.keys([], "it", {"a": read.anything}, {})


def test_what_an_error_shows_is_short():
    assert len(read.shown("x" * 10_000)) == 60
    with pytest.raises(RefusedError) as caught:
        read.choice("<script>" * 100, "name", ["a"])
    assert len(str(caught.value)) < 200
