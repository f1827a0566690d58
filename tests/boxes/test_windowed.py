import numpy as np
import pytest

from bprop import errors
from bprop.boxes.windowed import Frame, per_axis, zeros_around


def frame(sizes=(7, 6), size=(3, 2), step=(2, 1), apart=(1, 2), pads=((0, 0), (0, 0))):
    return Frame(sizes, pads, size, step, apart)


def test_the_windows_that_fit_are_counted():
    assert frame().counts == (3, 4)
    assert frame(pads=((1, 1), (0, 3))).counts == (4, 7)
    assert frame(sizes=(2, 6)).counts == (0, 4)


def test_same_puts_the_odd_zero_at_the_end():
    assert zeros_around("same", frame()) == ((1, 1), (1, 1))
    assert zeros_around("same", frame(sizes=(8, 6), apart=(1, 1))) == ((0, 1), (0, 1))
    assert zeros_around("same", frame(sizes=(6, 6), size=(1, 1), step=(2, 3))) == ((0, 0), (0, 0))  # windows leave gaps
    assert zeros_around("valid", frame()) == ((0, 0), (0, 0))
    assert zeros_around((2, 0), frame()) == ((2, 2), (0, 0))


def test_one_number_is_for_every_axis():
    assert per_axis(3, 2, "size") == (3, 3)
    assert per_axis([1, 2], 2, "size") == (1, 2)


@pytest.mark.parametrize("value", [0, -1, True, 1.0, "2", (1,), (1, 2, 3), (1, 0), None])
def test_anything_but_whole_numbers_is_refused(value):
    with pytest.raises(errors.SettingError, match="size must be a whole number from 1 on, or 2 of them"):
        per_axis(value, 2, "size")


def test_zeros_are_put_around_a_picture():
    padded = frame(sizes=(2, 3), pads=((1, 0), (0, 2)))
    a = np.arange(1.0, 25.0).reshape(2, 2, 3, 2)
    assert padded.has_zeros
    assert padded.inside == (slice(None), slice(1, 3), slice(0, 3), slice(None))
    np.testing.assert_array_equal(padded.pad(a), np.pad(a, ((0, 0), (1, 0), (0, 2), (0, 0))))
    assert not frame().has_zeros
    b = np.ones((2, 7, 6, 1))
    assert frame().pad(b) is b
    assert frame(pads=((0, 0), (0, 1))).has_zeros
