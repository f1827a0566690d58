import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.graph import validation


@pytest.fixture
def graph():
    x, y = bp.Input("x", (4,)), bp.Input("y", (), "int")
    return bp.Graph(loss=bp.nll(bp.softmax(bp.linear(x, bp.Parameter("W", (4, 3)), bp.Parameter("b", (3,)))), y))


@pytest.fixture
def theta(graph):
    return graph.init(0)


X, Y = np.ones((5, 4)), np.array([0, 1, 2, 0, 1])


def test_good_data_passes(graph, theta):
    for x, y in ((X, Y), (X.tolist(), Y.tolist()), (X.astype(np.int8), Y.astype(np.uint8)), (X > 0, Y)):
        assert np.isfinite(graph.fprop(theta, x=x, y=y).objective)
        assert np.isfinite(graph.fprop(theta, {"x": x, "y": y}).objective)
        assert np.isfinite(graph.fprop(theta, {"x": x}, y=y).objective)


def test_unknown_and_missing_names_are_reported_with_the_known_ones(graph, theta):
    with pytest.raises(errors.UnknownNameError, match=r"missing inputs: 'y' \(the graph has: x, y\)"):
        graph.fprop(theta, x=X)
    with pytest.raises(errors.UnknownNameError, match="unknown inputs: 'z'"):
        graph.fprop(theta, x=X, y=Y, z=Y)
    with pytest.raises(errors.UnknownNameError, match="unknown inputs: 'X'; missing inputs: 'x'"):
        graph.fprop(theta, X=X, y=Y)
    with pytest.raises(errors.UnknownNameError, match="missing parameters: 'b'"):
        graph.fprop({"W": theta["W"]}, x=X, y=Y)
    with pytest.raises(errors.UnknownNameError, match="unknown parameters: 'V'"):
        graph.fprop(theta | {"V": 1.0}, x=X, y=Y)


@pytest.mark.parametrize("x", [np.ones((5, 3)), np.ones(4), np.ones((5, 4, 1)), 1.0])
def test_the_error_of_a_wrong_shape_names_the_needed_shape(graph, theta, x):
    with pytest.raises(errors.ShapeError, match=r"input 'x': needs shape \(N, 4\), got \("):
        graph.fprop(theta, x=x, y=Y)


def test_several_numbers_an_example_are_no_label(graph, theta):
    with pytest.raises(errors.ShapeError, match=r"input 'y': needs shape \(N,\), got \(5, 2\)"):
        graph.fprop(theta, x=X, y=np.stack([Y, Y], axis=1))


def test_rows_of_unequal_length_are_refused(graph, theta):
    with pytest.raises(errors.ShapeError, match="input 'x'"):
        graph.fprop(theta, x=[[1, 2, 3, 4], [1, 2]], y=[0, 1])
    with pytest.raises(errors.ShapeError, match="parameter 'W'"):
        graph.fprop(theta | {"W": [[1.0], [1.0, 2.0]]}, x=X, y=Y)


def test_inputs_of_different_lengths_are_refused(graph, theta):
    with pytest.raises(errors.ShapeError, match=r"number of examples.*'x': 5.*'y': 4"):
        graph.fprop(theta, x=X, y=Y[:4])


def test_an_empty_set_is_refused(graph, theta):
    with pytest.raises(errors.DataError, match="empty"):
        graph.fprop(theta, x=np.ones((0, 4)), y=np.ones(0, int))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_are_refused_by_place(graph, theta, bad):
    x = X.copy()
    x[3, 1] = bad
    with pytest.raises(errors.DataError, match=rf"input 'x': {bad} at row 3, index \(1,\)"):
        graph.fprop(theta, x=x, y=Y)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "longdouble", ">f4"])
def test_numbers_whose_squares_are_not_finite_are_finite(dtype):
    x = np.full((5, 4), np.finfo(dtype).max, dtype)
    validation.check_values("x", x, {})
    validation.check_values("x", x[::2, ::-1], {})
    x[4, 0] = np.nan
    with pytest.raises(errors.DataError, match=r"nan at row 2, index \(3,\)"):
        validation.check_values("x", x[::2, ::-1], {})


def test_the_precision_is_that_asked_for_or_the_widest_of_the_floats():
    narrow, wide, whole = np.ones(1, "float32"), np.ones(1, "float64"), np.ones(1, "int64")
    assert validation.precision(None, {"a": narrow}, {"x": whole}) == np.float32
    assert validation.precision(None, {"a": narrow}, {"x": wide}) == np.float64
    assert validation.precision(None, {}, {"x": whole}) == np.float64
    assert validation.precision("float16", {"a": wide}) == np.float16
    assert validation.precision(None, {"a": np.ones(1, ">f4")}).isnative


@pytest.mark.parametrize("bad", [-1, 3])
def test_a_label_out_of_range_is_refused_naming_row_and_box(graph, theta, bad):
    with pytest.raises(errors.DataError, match=rf"input 'y': {bad} at row 2 is outside 0\.\.2, which 'nll_1' needs"):
        graph.fprop(theta, x=X, y=[0, 1, bad, 0, 0])


def test_labels_that_are_fractions_are_refused(graph, theta):
    with pytest.raises(errors.DTypeError, match=r"input 'y': needs whole numbers.*float64.*0\.5 at row 0"):
        graph.fprop(theta, x=X, y=Y + 0.5)


@pytest.mark.parametrize("x", [X.astype(str), X.astype(object), X.astype(complex), np.full((5, 4), None)])
def test_an_array_without_numbers_is_refused(graph, theta, x):
    with pytest.raises(errors.DTypeError, match="input 'x': needs numbers"):
        graph.fprop(theta, x=x, y=Y)


def test_parameters_are_checked_by_name(graph, theta):
    with pytest.raises(errors.ShapeError, match=r"parameter 'W': needs shape \(4, 3\), got \(3, 4\)"):
        graph.fprop(theta | {"W": theta["W"].T}, x=X, y=Y)
    with pytest.raises(errors.DTypeError, match="parameter 'b'"):
        graph.fprop(theta | {"b": np.array(["a", "b", "c"])}, x=X, y=Y)


def test_whole_numbers_are_legal_parameters(graph, theta):
    values = graph.fprop({"W": np.ones((4, 3), int), "b": [0, 1, 2]}, x=X, y=Y)
    assert values.objective.dtype == np.float64


@pytest.mark.parametrize(
    ("weights", "error", "message"),
    [
        (np.ones(4), errors.ShapeError, r"one weight an example, shape \(5,\), got \(4,\)"),
        (np.ones((5, 1)), errors.ShapeError, "one weight an example"),
        ([1, 1, -1, 1, 1], errors.DataError, "-1.0 at row 2"),
        ([1, 1, 1, 1, np.nan], errors.DataError, "nan at row 4"),
        (np.zeros(5), errors.DataError, "all are 0"),
        (["a"] * 5, errors.DTypeError, "numbers"),
    ],
)
def test_illegal_weights_are_refused(graph, theta, weights, error, message):
    with pytest.raises(error, match=message):
        graph.fprop(theta, x=X, y=Y, weights=weights)


def test_data_of_the_right_kind_is_not_copied():
    assert validation.read_input(bp.Input("x", (4,)), X) is X


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_limits_of_several_boxes_are_joined_and_name_the_narrowest(order):
    y, many, few = bp.Input("y", (), "int"), bp.Input("a", (5,)), bp.Input("c", (3,))
    losses = [bp.cross_entropy(many, y, name="wide"), bp.cross_entropy(few, y, name="narrow")]
    graph = bp.Graph(loss=losses[order[0]] + losses[order[1]])
    assert graph.limits == {"y": (0, 2, "narrow")}
    with pytest.raises(errors.DataError, match="narrow"):
        graph.fprop({}, a=np.zeros((1, 5)), c=np.zeros((1, 3)), y=[3])


# --- kinds and widths ---


@pytest.mark.parametrize("kind", ["uint8", "int16", "uint32", ">i4", "uint64", bool])
def test_whole_numbers_are_widened_as_a_pass_takes_them(kind):
    found = validation.cast(np.ones(2, kind), bp.Input("i", dtype="int"), np.float32)
    assert found.dtype == np.int64
    assert found.dtype.isnative


def test_truth_values_stay_so_and_floats_take_on_the_precision():
    truth = bp.Input("p", dtype="bool")
    assert [validation.cast(np.ones(2, k), truth, np.float32).dtype for k in (bool, "uint8", int)] == [np.bool_] * 3
    assert validation.cast(np.ones(2, ">f8"), bp.Input("x"), np.dtype("float64")).dtype.isnative
    assert validation.cast(np.ones(2, int), bp.Input("x"), np.float32).dtype == np.float32


@pytest.mark.parametrize("value", [2, -1])
def test_numbers_that_are_no_truth_values_are_refused(value):
    graph = bp.Graph(loss=bp.Input("p", dtype="bool") * bp.Parameter("w", ()))
    with pytest.raises(errors.DataError, match=f"input 'p': {value} at row 1 is neither True nor False"):
        graph.fprop({"w": 1.0}, p=[1, value])


def test_whole_numbers_beyond_64_bits_are_refused_where_they_stay_whole():
    big = np.array([0, 2**64 - 1], np.uint64)
    whole, real = (bp.Graph(loss=bp.Input("i", dtype=kind) * bp.Parameter("w", ())) for kind in ("int", "float"))
    with pytest.raises(
        errors.DataError, match="input 'i': 18446744073709551615 at row 1 is beyond 9223372036854775807"
    ):
        whole.fprop({"w": 1.0}, i=big)
    assert real.fprop({"w": 1.0}, i=big).loss == 2**63


def test_parameters_in_another_byte_order_are_brought_into_that_of_the_machine(graph, theta, tmp_path):
    turned = {name: array.astype(array.dtype.newbyteorder(">")) for name, array in theta.items()}
    assert all(array.dtype.isnative for array in validation.read_params(turned, graph.parameters).values())
    assert validation.precision(None, turned).isnative
    assert validation.precision(">f4").isnative
    bp.save(tmp_path / "m.bprop", bp.Model(graph, turned))
    for name, array in bp.load(tmp_path / "m.bprop").params.items():
        np.testing.assert_array_equal(array, theta[name])
    X_, Y_ = X.astype(">f8"), Y.astype(">i4")
    fits = [bp.train(graph, {"x": x, "y": y}, params=p, weights=w, dtype=d, engine="numpy", progress=False).params["W"]
            for x, y, p, w, d in ((X, Y, theta, np.arange(5.0), "float64"), (X_, Y_, turned, X_[:, 0] * Y_ * 0 +
                                  np.arange(5.0).astype(">f8"), ">f8"))]  # fmt: skip
    np.testing.assert_array_equal(*fits)


MASKED = np.ma.masked_array(X, [[False] * 4, [False, True, False, False], *[[False] * 4] * 3])


def test_masked_elements_are_refused_in_every_argument(graph, theta):
    said = "1 of 20 elements are masked, the first in row 1"
    with pytest.raises(errors.DataError, match=f"input 'x': {said}"):
        graph.fprop(theta, x=MASKED, y=Y)
    with pytest.raises(errors.DataError, match="weights: 1 of 5 elements are masked"):
        graph.fprop(theta, x=X, y=Y, weights=np.ma.masked_array(np.ones(5), [1, 0, 0, 0, 0]))
    name = next(iter(theta))
    masked = np.ma.masked_array(theta[name], np.ones(theta[name].shape, bool))
    with pytest.raises(errors.DataError, match=f"parameter '{name}': .* elements are masked"):
        graph.fprop({**theta, name: masked}, x=X, y=Y)
