"""Text of a few lines."""

import numpy as np
import pytest

from bprop.notebook.text import aligned, few, figure, shortened


def test_a_long_text_keeps_its_beginning_and_says_how_to_get_the_rest():
    text = "\n".join(map(str, range(100)))
    lines = shortened(text, "print(x)").split("\n")
    assert len(lines) == 30 and lines[:2] == ["0", "1"]
    assert lines[-1] == "... 71 more lines: print(x) shows all"
    assert shortened("a\nb", "print(x)") == "a\nb"


def test_of_many_names_some_are_listed():
    assert few(list("abc")) == "a, b, c"
    assert few(list("abcde"), 2) == "a, b, ... 3 more"


@pytest.mark.parametrize(
    ("value", "text"), [(0.123456, "0.1235"), (np.int64(7), "7"), (np.nan, "nan"), (2e-9, "2e-09")]
)
def test_a_number_has_four_digits(value, text):
    assert figure(value) == text


def test_columns_are_aligned_to_the_right():
    assert aligned([["a", "loss"], ["10", "0.5"]]) == [" a  loss", "10   0.5"]
