"""The arrays without values: slices in ONNX, shapes of products."""

import numpy as np
import pytest

from bprop.onnx.arrays import new_tape, onnx_slice, product_shape


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


# --- what a function becomes ---


def made(function, *shapes, dtype="float32"):
    """The operations of function(xp, *arrays), the last first, and its shape and that of NumPy."""
    tape = new_tape(dtype)
    array = function(tape.functions, *(tape.leaf(str(i), shape, tape.dtype) for i, shape in enumerate(shapes)))
    names, front = [], [array]
    while front:
        node = front.pop(0)
        names += [node.op] if node.op not in ("leaf", "constant") else []
        front += node.args
    assert array.shape == function(np, *(np.ones(shape) for shape in shapes)).shape
    return names


def test_a_slice_is_a_cut_and_what_it_drops_and_adds():
    assert made(lambda xp, a: a[:, 1:3], (4, 5)) == ["cut"]
    assert made(lambda xp, a: a[:, 2], (4, 5)) == ["squeeze", "cut"]
    assert made(lambda xp, a: a[:, None], (4, 5)) == ["unsqueeze"]
    assert made(lambda xp, a: a[None, 1:, 0], (4, 5)) == ["unsqueeze", "squeeze", "cut"]
    assert made(lambda xp, a: a[...], (4, 5)) == []


def test_parts_are_joined_and_one_part_is_itself():
    assert made(lambda xp, a: xp.concatenate([a], axis=1), (4, 5)) == []
    assert made(lambda xp, a, b: xp.concatenate([a, b], axis=-1), (4, 5), (4, 2)) == ["concat"]
    assert made(lambda xp, a, b: xp.stack([a, b], axis=1), (4, 5), (4, 5)) == ["concat", "unsqueeze", "unsqueeze"]


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 1)])
@pytest.mark.parametrize("keepdims", [False, True])
def test_reductions_have_numpys_shapes_and_one_operator(axis, keepdims):
    for name, kind in {"mean": "mean", "prod": "prod", "any": "max", "all": "min"}.items():
        operations = made(lambda xp, a, name=name: getattr(xp, name)(a, axis=axis, keepdims=keepdims), (4, 5))
        assert [op for op in operations if op != "cast"] == [f"reduce_{kind}"], name
    variance = made(lambda xp, a: xp.var(a, axis=axis, keepdims=keepdims), (4, 5))
    assert variance[:2] == ["reduce_mean", "mul"]
    assert made(lambda xp, a: xp.std(a, axis=axis, keepdims=keepdims), (4, 5)) == ["sqrt", *variance]


@pytest.mark.parametrize("axis", [None, 0, 1, -1])
def test_the_place_of_the_largest_and_the_smallest_is_one_operator_of_whole_numbers(axis):
    for name in ("argmax", "argmin"):
        operations = made(lambda xp, a, name=name: getattr(xp, name)(a, axis=axis), (4, 5, 2))
        assert [op for op in operations if op != "reshape"] == [name]
        tape = new_tape("float32")
        place = getattr(tape.functions, name)(tape.leaf("0", (4, 5, 2), tape.dtype), axis=axis)
        assert place.dtype == np.int64
        assert place.attr == (0 if axis is None else axis % 3)
