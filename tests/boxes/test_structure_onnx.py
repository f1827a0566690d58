"""What a slice says of itself in ONNX operators is what NumPy computes."""

import numpy as np
import pytest

from bprop.boxes.structure import END, onnx_slice

OPERATORS = {
    "Slice": lambda a, starts, ends, axes, steps: a[
        tuple(
            slice(start, None if abs(end) > 2**31 or (step < 0 and end < -a.shape[axis]) else end, step)
            for start, end, axis, step in zip(starts, ends, axes, steps, strict=True)
        )
    ],
    "Squeeze": lambda a, axes: np.squeeze(a, tuple(axes)),
    "Unsqueeze": lambda a, axes: np.expand_dims(a, tuple(axes)),
}
A = np.arange(4 * 5 * 3 * 2).reshape(4, 5, 3, 2)


@pytest.mark.parametrize(
    "index",
    [
        slice(1, 3),
        (slice(None), 2),
        (slice(None), -1),
        (slice(None), slice(None, None, 2)),
        (slice(None), slice(3, 1, -1)),
        (slice(None), slice(None, None, -1)),
        (slice(None), slice(-2, None)),
        (Ellipsis, 0),
        (slice(None), Ellipsis, 1),
        (slice(None), Ellipsis, slice(1, None), 0),
        (Ellipsis, slice(None, 2), slice(None), 1),
        (slice(None), None, 2),
        (slice(None), 1, None, Ellipsis),
        (slice(None), Ellipsis, None),
        (slice(None), 1, 2, 0),
        Ellipsis,
    ],
    ids=repr,
)
def test_a_slice_in_onnx_is_numpys(index):
    found = eval(onnx_slice(index, A.ndim), {}, {"a": A, **OPERATORS})
    np.testing.assert_array_equal(found, A[index])


@pytest.mark.parametrize("index", [slice(3, None), slice(None, None, 7), slice(None, None, -1), -1], ids=repr)
def test_a_long_axis_is_taken_to_its_end(index):
    long = np.arange(300)
    np.testing.assert_array_equal(eval(onnx_slice(index, 1), {}, {"a": long, **OPERATORS}), long[index])


def test_the_end_of_an_axis_is_the_largest_number_of_64_bits():
    assert np.iinfo(np.int64).max == END
