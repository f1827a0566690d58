"""A word on a text of one column that seems to hold several."""

import pytest

from bprop.sources.formats.one_column import hint_of


@pytest.mark.parametrize(
    ("lines", "word"),
    [
        (["a,b,y", "1,2,p", "3,4,q"], "each line stands in quotes as a whole, with ',' in it"),
        (["a~b", "1~2"], "all lines hold '~': if that stands between cells, --delimiter '~'"),
        (["1::2::p", "3::4::q"], "all lines hold '::': if that stands between cells, replace '::' by tabs"),
        (["1 1:0.5 2:3", "0 1:0.25"], "looks like a file of LIBSVM"),
        (["time", "12:30", "14:30"], ""),
        (["a,b", "1"], ""),
        (["word", "red", "green"], ""),
        (["a~b"], ""),
    ],
)
def test_what_one_column_looks_like(lines, word):
    hint = hint_of([[line] for line in lines])
    assert word in hint
    assert bool(word) == bool(hint)


def test_several_columns_are_none():
    assert hint_of([["a~b", "c"], ["1~2", "3"]]) == ""
