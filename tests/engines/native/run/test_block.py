"""The block of a call: which arrays may arrive unchecked by Python, and within which limits."""

import numpy as np
import pytest

pytest.importorskip("llvmlite")

from bprop.engines.native.run.block import limits_of, stage_of

F4, F8, I4, I8 = (np.dtype(kind) for kind in ("float32", "float64", "int32", "int64"))
ANY = (-np.inf, np.inf, "")


@pytest.mark.parametrize(
    ("source", "target", "legal", "limits"),
    [
        (F8, F4, ANY, (-np.finfo(F4).max, np.finfo(F4).max)),  # a larger one would be infinite in float32
        (F4, F8, ANY, (-np.finfo(F4).max, np.finfo(F4).max)),
        (F8, F8, (0, 1, ""), (0, 1)),
        (F4, F4, None, (-np.inf, np.inf)),
        (I8, I4, ANY, (-(2**31), 2**31 - 1)),
        (I8, I4, (0, 9, ""), (0, 9)),
        (I4, I8, (-0.5, 8.5, ""), (0, 8)),
        (I8, I8, (0, np.inf, ""), (0, 2**63 - 1)),
        (I8, I4, None, (-(2**63), 2**63 - 1)),  # unchecked numbers wrap, as NumPy's do
    ],
)
def test_limits_are_those_that_both_dtypes_and_the_graph_allow(source, target, legal, limits):
    result = limits_of(source, target, legal)
    assert result.dtype == source
    assert [value.item() for value in result] == [source.type(value).item() for value in limits]


def test_a_limit_between_two_numbers_is_never_passed():
    low, high = limits_of(F4, F4, (0.1, 0.7, ""))
    assert float(low) >= 0.1 > float(np.nextafter(low, F4.type(-1)))
    assert float(high) <= 0.7 < float(np.nextafter(high, F4.type(1)))


@pytest.mark.parametrize(
    ("source", "target", "arrives"),
    [("f4", F4, "f4"), ("f8", F4, "f8"), ("f2", F4, "f4"), ("u1", F4, "f4"), ("i8", I4, "i8"), ("u1", I4, "i4"),
     ("?", I4, "i4"), ("?", np.dtype(bool), "?"), (">f4", F4, "f4"), ("i4", F8, "f8")],
)  # fmt: skip
def test_arrays_arrive_in_their_dtype_or_in_one_that_holds_all_its_numbers(source, target, arrives):
    stage = stage_of(np.zeros((2, 3), source), np.zeros((2, 3), target), ANY)
    assert stage.array.dtype == np.dtype(arrives)
    assert (stage.limits is None) == (target.kind == "b")


@pytest.mark.parametrize(
    ("source", "target"),
    [("i8", F4), ("f4", I4), ("u8", I8), ("u4", I4), ("i4", np.dtype(bool)), ("c8", F4), ("O", F4), ("M8[s]", I8)],
)
def test_arrays_that_have_to_be_read_first_have_no_stage(source, target):
    assert stage_of(np.zeros((2, 3), source), np.zeros((2, 3), target), ANY) is None


def test_arrays_of_another_shape_have_no_stage():
    assert stage_of(np.zeros((2, 1), F4), np.zeros((2, 3), F4), ANY) is None
