"""Values as Python that gives the same values."""

import numpy as np
import pytest

from bprop.playing.code.literals import NotWrittenError, array, literal, quoted


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        3,
        -2.5,
        0.1,
        "a",
        'say "no"',
        "it's",
        "both \" and '",
        "a\\b\n",
        ...,
        (1,),
        (),
        (slice(None), 0),
        1e300,
    ],
)
def test_a_plain_value_comes_back(value):
    assert eval(literal(value)) == value


@pytest.mark.parametrize("value", ["'; import os #", '"; import os #', "\\", "a\n'", "\u202e"])
def test_a_hostile_text_is_one_literal(value):
    assert eval(quoted(value), {"__builtins__": {}}) == value


@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "int8", "bool"])
@pytest.mark.parametrize("shape", [(), (3,), (0,), (2, 0), (2, 3), (30,), (20, 20), (500,), (25, 25)])
def test_an_array_comes_back_to_the_bit(dtype, shape):
    value = (np.random.default_rng(0).normal(size=shape) * 9).astype(dtype)
    back = eval(array(np.asarray(value), "    "), {"np": np, "b64decode": __import__("base64").b64decode})
    assert back.dtype == value.dtype and back.shape == value.shape and back.tobytes() == np.asarray(value).tobytes()


def test_numbers_that_are_not_finite_are_written_too():
    assert np.isnan(eval(literal(float("nan")))) and eval(literal(float("-inf"))) == -np.inf
    back = eval(array(np.array([np.nan, np.inf])), {"np": np})
    assert np.isnan(back[0]) and back[1] == np.inf


def test_lines_are_short_where_arrays_are_long():
    text = array(np.random.default_rng(0).normal(size=(6, 40)))
    assert max(map(len, text.splitlines())) <= 120


def test_a_function_is_no_literal():
    with pytest.raises(NotWrittenError):
        literal(print)
