"""The checks of data, part by part."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.graph import validation

X, Y = bp.Input("x", (2,)), bp.Input("y", (), dtype="int")


def test_inputs_are_as_long_as_each_other_wherever_they_are_read():
    with pytest.raises(errors.ShapeError, match=r"inputs differ in their number of examples: \{'x': 3, 'y': 2\}"):
        validation.read_inputs({"x": np.ones((3, 2)), "y": [0, 1]}, {"x": X, "y": Y}, {})
    with pytest.raises(errors.DataError, match="the data set is empty"):
        validation.read_inputs({"x": np.ones((0, 2))}, {"x": X}, {})
    assert validation.read_inputs({}, {}, {}) == {}


def test_an_array_in_the_dtype_of_the_pass_is_not_copied():
    for box, dtype in ((X, "float32"), (Y, "int64"), (bp.Input("b", (), dtype="bool"), "bool")):
        array = np.ones(3, dtype)
        assert validation.cast(array, box, np.dtype("float32")) is array


def test_unknown_and_missing_names_are_reported_together():
    expected = {"x": X, "y": Y}
    with pytest.raises(errors.UnknownNameError) as caught:
        validation.check_names({"z": 0, "x": 0, "u": 1}, expected, "inputs")
    assert str(caught.value) == "unknown inputs: 'z', 'u'; missing inputs: 'y' (the graph has: x, y)"
    with pytest.raises(errors.UnknownNameError, match=r"^missing inputs: 'x', 'y' \(the graph has: x, y\)$"):
        validation.check_names({}, expected, "inputs")
    with pytest.raises(errors.UnknownNameError, match=r"^unknown inputs: 'z' \(the graph has: none\)$"):
        validation.check_names({"z": 0}, {}, "inputs")
    validation.check_names({"y": 0}, expected, "inputs", complete=False)
    with pytest.raises(errors.UnknownNameError, match="unknown inputs: 'z'"):
        validation.check_names({"z": 0}, expected, "inputs", complete=False)


@pytest.mark.parametrize(
    ("box", "shape", "said"),
    [
        (X, (3,), r"input 'x': needs shape \(N, 2\), got \(3,\)"),
        (X, (3, 3), r"input 'x': needs shape \(N, 2\), got \(3, 3\)"),
        (X, (), r"input 'x': needs shape \(N, 2\), got \(\)"),
        (bp.Input("t"), (), r"input 't': needs shape \(N,\), got \(\)"),
        (bp.Input("t"), (3, 2), r"input 't': needs shape \(N,\), got \(3, 2\)"),
    ],
)
def test_a_wrong_shape_is_reported_with_the_right_one(box, shape, said):
    with pytest.raises(errors.ShapeError, match=said):
        validation.read_input(box, np.ones(shape))


def test_whole_numbers_are_as_large_as_64_bits_hold():
    largest = np.array([validation.LARGEST], np.uint64)
    validation.read_input(Y, largest)
    with pytest.raises(errors.DataError, match="input 'y': 9223372036854775808 at row 1 is beyond 9223372036854775807"):
        validation.read_input(Y, np.array([0, 2**63], np.uint64))
    validation.read_input(bp.Input("t"), np.array([2**63], np.uint64))  # as floats they are no whole numbers
    validation.read_input(Y, np.array([], np.uint64))


@pytest.mark.parametrize(("values", "bad"), [([0, 1], None), ([1, 2], "2 at row 1"), ([1, -1], "-1 at row 1")])
def test_truth_values_are_0_and_1(values, bad):
    box = bp.Input("b", (), dtype="bool")
    if bad is None:
        validation.read_input(box, values)
    else:
        with pytest.raises(errors.DataError, match=f"input 'b': {bad} is neither True nor False"):
            validation.read_input(box, values)


@pytest.mark.parametrize(
    ("weights", "error", "said"),
    [
        ([1.0, -1.0, 1.0], errors.DataError, r"^w: -1.0 at row 1; weights must be finite and not negative"),
        ([1.0, np.nan, 1.0], errors.DataError, r"^w: nan at row 1; weights must be"),
        ([0.0, 0.0, 0.0], errors.DataError, r"^w: all are 0, so there is nothing to learn from"),
        ([1.0, 1.0], errors.ShapeError, r"^w: needs one weight an example, shape \(3,\), got \(2,\)"),
        ([[1.0], [1.0], [1.0]], errors.ShapeError, r"shape \(3,\), got \(3, 1\)"),
        (["a", "b", "c"], errors.DTypeError, r"^w: needs numbers, got an array of <U1"),
        ([[1.0], [1.0, 2.0]], errors.ShapeError, r"^w: cannot be read as an array"),
    ],
)
def test_weights_are_checked_under_their_own_name(weights, error, said):
    with pytest.raises(error, match=said):
        validation.read_weights(weights, 3, "w")


def test_weights_become_doubles_and_none_stays_none():
    assert validation.read_weights(None, 3) is None
    assert validation.read_weights([0, 1, 0], 3).dtype == np.float64
    assert validation.read_weights([True, False, True], 3).tolist() == [1, 0, 1]


def test_a_bad_number_is_reported_with_row_and_index():
    assert validation.first_bad(np.array(5.0), np.array(True)) == ("", 5.0)
    assert validation.first_bad(np.array([1.0, 2.0]), np.array([False, True])) == ("row 1", 2.0)
    array = np.arange(12.0).reshape(2, 3, 2)
    assert validation.first_bad(array, array >= 9) == ("row 1, index (1, 1)", 9.0)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "longdouble", "int64"])
def test_all_finite_notices_nan_and_infinity(dtype):
    assert validation.all_finite(np.array([1, 2], dtype))
    assert validation.all_finite(np.array([], dtype))
    if dtype != "int64":
        for bad in (np.nan, np.inf, -np.inf):
            assert not validation.all_finite(np.array([1, bad], dtype))
        assert validation.all_finite(np.full(9, np.finfo(dtype).max))


def test_parameters_are_floats_of_the_declared_shape():
    boxes = {"w": bp.Parameter("w", (2,))}
    assert validation.read_params({"w": [1, 2]}, boxes)["w"].dtype == np.float64
    kept = np.ones(2, "float32")
    assert validation.read_params({"w": kept}, boxes)["w"] is kept
    assert validation.read_params({"w": np.ones(2, ">f4")}, boxes)["w"].dtype == np.dtype("=f4")
    with pytest.raises(errors.ShapeError, match=r"parameter 'w': needs shape \(2,\), got \(3,\)"):
        validation.read_params({"w": np.ones(3)}, boxes)
    with pytest.raises(errors.DTypeError, match="parameter 'w': needs floats, got an array of complex128"):
        validation.read_params({"w": np.ones(2, complex)}, boxes)
    with pytest.raises(errors.ShapeError, match="parameter 'w': cannot be read as an array"):
        validation.read_params({"w": [[1.0], [1.0, 2.0]]}, boxes)


@pytest.mark.parametrize(
    ("asked", "given", "found"),
    [
        ("float32", {"a": np.ones(2)}, "float32"),
        (None, {"a": np.ones(2, "float32"), "i": np.ones(2, int)}, "float32"),
        (None, {"a": np.ones(2, "float32"), "b": np.ones(2)}, "float64"),
        (None, {"i": np.ones(2, int)}, "float64"),
        (None, {}, "float64"),
        (None, {"a": np.ones(2, ">f4")}, "float32"),
        (">f8", {}, "float64"),
    ],
)
def test_the_precision_is_the_widest_of_the_floats_in_the_order_of_this_machine(asked, given, found):
    assert validation.precision(asked, given) == found
    assert validation.precision(asked, given).isnative


@pytest.mark.parametrize(("thing", "name"), [(np.eye(3, 2), r"ndarray \(3, 2\)"), ([1], "list"), (None, "NoneType")])
def test_what_stands_in_the_place_of_theta_is_named_with_its_shape(thing, name):
    with pytest.raises(errors.CallError, match=rf"but this is {name}: graph\.init"):
        validation.need_parameters(thing)
