"""The arrays without values: slices in ONNX, shapes of products."""

import numpy as np
import pytest

from bprop.onnx.arrays import onnx_slice, product_shape


def sliced(a, index):
    """a[index] as ONNX does it: Slice, Squeeze, Unsqueeze."""
    cuts, dropped, added = onnx_slice(index, a.ndim)
    a = a[
        tuple(
            slice(start, None if abs(end) > 2**31 or (step < 0 and end < -size) else end, step)
            for (start, end, step), size in zip(cuts, a.shape, strict=True)
        )
    ]
    return np.expand_dims(np.squeeze(a, dropped), added)


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
    np.testing.assert_array_equal(sliced(A, index), A[index])


@pytest.mark.parametrize("index", [slice(3, None), slice(None, None, 7), slice(None, None, -1), -1], ids=repr)
def test_a_long_axis_is_taken_to_its_end(index):
    long = np.arange(300)
    np.testing.assert_array_equal(sliced(long, index), long[index])


@pytest.mark.parametrize(("a", "b"), [
    ((3, 4), (4, 5)), ((4,), (4, 5)), ((3, 4), (4,)), ((4,), (4,)), ((2, 3, 4), (4, 5)), ((2, 1, 3, 4), (6, 4, 5)),
])  # fmt: skip
def test_the_shape_of_a_product_is_numpys(a, b):
    assert product_shape(a, b) == np.matmul(np.ones(a), np.ones(b)).shape


@pytest.mark.parametrize(("a", "b"), [((3, 4), (5, 4)), ((3,), (4,)), ((), (3,))])
def test_products_that_do_not_fit_are_refused(a, b):
    with pytest.raises(ValueError, match="@"):
        product_shape(a, b)
