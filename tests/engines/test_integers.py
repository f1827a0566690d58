"""Whole numbers are computed in 64 bits on every engine, or refused by name."""

from importlib.util import find_spec

import numpy as np
import pytest

import bprop as bp
from bprop import boxes, errors
from bprop.data import DataSet
from bprop.engines.integers import INT32, INT64, fits, integer_dtype

ENGINES = [name for name, needs in (("numpy", "numpy"), ("native", "llvmlite"), ("xla", "jax")) if find_spec(needs)]
HUGE = 2**53


def losses(function, numbers, shape=(), dtype="int", precision="float64"):
    """The loss of function(input, w) with w = 1: of fprop, and of each engine in training and validation."""
    (found,) = losses_of_each([function], numbers, shape, dtype, precision)
    return found


def losses_of_each(functions, numbers, shape=(), dtype="int", precision="float64"):
    """The same of each of several functions: of their sum, in which all others are multiplied by 0. So one graph is
    compiled for all of them."""
    i = bp.Input("i", shape, dtype=dtype)
    weights = [bp.Parameter(f"w{k}", ()) for k in range(len(functions))]
    terms = [function(i, w) for function, w in zip(functions, weights, strict=True)]
    graph, data = bp.Graph(loss=sum(terms[1:], terms[0])), {"i": np.asarray(numbers)}
    return [losses_at(graph, data, precision, chosen) for chosen in range(len(functions))]


def losses_at(graph, data, precision, chosen):
    params = {name: np.array(float(name == f"w{chosen}"), precision) for name in graph.parameters}
    found = [float(graph.fprop(params, data).loss)]
    for engine in ENGINES:
        fit = bp.train(
            graph, data, params=params, rule=bp.SGD(0.0), batch_size=len(data["i"]), epochs=1, dtype=precision,
            engine=engine, validation=data, progress=False,
        )  # fmt: skip
        found += [fit.history[0].loss, fit.history[0].validation["loss"]]
    return found


CASES = {
    "products": (lambda i, w: i * i * w, [100_000, 3], 5_000_000_004.5),
    "squares": (lambda i, w: bp.square(i) * w, [100_000, 3], 5_000_000_004.5),
    "sums": (lambda i, w: bp.sum(i, axis=1) * w, [[10**9] * 3], 3e9),
    "sums near 2^53": (lambda i, w: (bp.sum(i, axis=1) - HUGE) * w, [[HUGE, 1, 2], [HUGE - 1, 3, 4]], 4.5),
    "means that cancel": (lambda i, w: bp.mean(i, axis=1) * w, [[10**9, 1 - 10**9, 0]], 1 / 3),
    "a constant beyond 32 bits": (lambda i, w: (i + 1_700_000_000_000) * w, [1, 2], 1_700_000_000_001.5),
    "a constant of 32 bits": (lambda i, w: (i + 2_000_000_000) * w, [2_000_000_000], 4e9),
    "data beyond 32 bits": (lambda i, w: (i - 2**40) * w, [2**40 + 1, 2**40 + 4], 2.5),
    "powers": (lambda i, w: i**2 * w, [4_000_000_000, 0], 8e18),
    "maxima": (lambda i, w: bp.max(i * i, axis=1) * w, [[100_000, 2]], 1e10),
    "rows of a table": (lambda i, w: bp.take(bp.Constant(np.arange(9) * 10**10), i * 3 + 2) * w, [0, 2], 5e10),
    "beside floats": (lambda i, w: bp.sum(bp.concat([i, i * w * 0.5]), axis=1), [[1, 2], [3, -4]], 1.5),
    "the error of whole numbers": (lambda i, w: bp.squared_error(i, i * 2) * w, [100_000, 3], 5_000_000_004.5),
    "a regression target": (lambda i, w: bp.absolute_error(0.0 * w * i, i), [3 * 10**9, 1], 1_500_000_000.5),
}


IN_SINGLE = ("products", "data beyond 32 bits", "maxima", "rows of a table", "beside floats", "a regression target")


@pytest.mark.parametrize(
    ("case", "precision"), [*((case, "float64") for case in CASES), *((case, "float32") for case in IN_SINGLE)]
)
def test_arithmetic_is_that_of_64_bits(case, precision):
    function, numbers, exact = CASES[case]
    found = losses(function, numbers, np.shape(numbers)[1:], precision=precision)
    assert found == pytest.approx([exact] * len(found), rel=1e-12 if precision == "float64" else 1e-6)


NARROW = {
    "products": (lambda i, w: i * i * i * i * w, lambda i: i**4),
    "differences": (lambda i, w: (i - 5) * w, lambda i: i - 5),
    "sums": (lambda i, w: (i + i) * w, lambda i: 2 * i),
    "negatives": (lambda i, w: -i * w, lambda i: -i),
    "exponentials": (lambda i, w: bp.exp(i * -1) * w, lambda i: np.exp(-i)),
    "tangents": (lambda i, w: bp.tanh(i) * w, np.tanh),
}


@pytest.mark.parametrize("kind", ["uint8", "int8", "int16", "uint16", "int32", "uint32", "uint64", ">i2", bool])
def test_narrow_whole_numbers_do_not_wrap(kind):
    numbers = np.array([1, 0, 1] if kind is bool else [120, 7, 1]).astype(kind)
    functions, formulas = zip(*NARROW.values(), strict=True)
    for name, formula, found in zip(NARROW, formulas, losses_of_each(functions, numbers), strict=True):
        assert found == pytest.approx([formula(numbers.astype(np.int64)).mean()] * len(found), rel=1e-14), name


def weighted(name):
    return lambda i, w: getattr(bp, name)(i) * w


def test_functions_of_whole_numbers_are_as_exact_as_those_of_floats():
    names = ["exp", "log", "tanh", "softplus", "sigmoid", "elu", "gelu", "silu", "sqrt"]
    found = losses_of_each([weighted(name) for name in names], [1, 2, 3])
    wanted = losses_of_each([weighted(name) for name in names], [1.0, 2.0, 3.0], dtype="float")
    for name, ours, exact in zip(names, found, wanted, strict=True):
        assert ours == pytest.approx(exact, rel=1e-14), name


def test_functions_of_truth_values_are_as_exact_as_those_of_floats():
    names = ["exp", "log", "tanh", "softplus", "elu", "gelu", "sqrt"]
    found = losses_of_each([weighted(name) for name in names], [True, True], dtype="bool")
    wanted = losses_of_each([weighted(name) for name in names], [1.0, 1.0], dtype="float")
    for name, ours, exact in zip(names, found, wanted, strict=True):
        assert ours == pytest.approx(exact, rel=1e-14), name


def test_truth_values_are_summed_as_whole_numbers_and_their_mean_is_exact():
    rows = [[True, True, False], [False, True, False]]
    for function, exact in ((bp.sum, 1.5), (bp.mean, 0.5)):
        found = losses(lambda i, w, f=function: f(i, axis=1) * w, rows, (3,), "bool")
        assert found == pytest.approx([exact] * len(found), rel=1e-15)
    third = losses(lambda i, w: bp.mean(i, axis=1) * w, [[True, False, False]], (3,), "bool")
    assert third == pytest.approx([1 / 3] * len(third), rel=1e-15)


@pytest.mark.parametrize("engine", ENGINES)
def test_what_64_bits_cannot_hold_is_refused_with_its_row(engine):
    i, w = bp.Input("i", dtype="int"), bp.Parameter("w", ())
    with pytest.raises(errors.DataError, match="input 'i': 9223372036854775808 at row 1 is beyond"):
        bp.train(bp.Graph(loss=i * w), {"i": np.array([1, 2**63], np.uint64)}, engine=engine, progress=False)


@pytest.mark.parametrize("engine", ENGINES)
def test_training_in_float32_beside_wide_whole_numbers_follows_numpy(engine):
    i, w = bp.Input("i", dtype="int"), bp.Parameter("w", ())
    graph = bp.Graph(loss=bp.square(bp.dropout(1e-5 * i * w, 0.3) - 1e-10 * (i * i)))
    data = {"i": np.array([100_000, 70_000, 5, 60_000, 7])}
    runs = [
        bp.train(graph, data, params={"w": 1.0}, rule=bp.Adam(0.01, clip_norm=1.0), batch_size=2, epochs=3,
                 engine=name, progress=False)
        for name in ("numpy", engine)
    ]  # fmt: skip
    assert runs[1].params["w"].dtype == np.float32
    assert runs[1].params["w"] == pytest.approx(runs[0].params["w"], rel=1e-5)
    assert runs[1].history[-1].loss == pytest.approx(runs[0].history[-1].loss, rel=1e-4)


# --- how wide ---


def dtype_of(loss, **arrays):
    return integer_dtype(bp.Graph(loss=loss), [DataSet({name: np.asarray(a) for name, a in arrays.items()}), None])


def test_labels_rows_and_targets_take_32_bits():
    x, y, i = bp.Input("x", (3,)), bp.Input("y", dtype="int"), bp.Input("i", (2,), dtype="int")
    w, table = bp.Parameter("w", (3,)), bp.Parameter("table", (5, 3))
    data = {"x": np.ones((2, 3)), "y": [0, 2], "i": [[1, 2], [3, 4]]}
    assert dtype_of(bp.cross_entropy(2 * x * w, y), **data) == INT32
    assert dtype_of(bp.nll(bp.softmax(bp.take(table, i[:, 0])), y), **data) == INT32
    assert dtype_of(bp.squared_error(bp.sum(x * w, axis=1), y), **data) == INT32
    assert dtype_of(bp.cross_entropy(x * w, y) + bp.l2(w) / bp.batch_weight(y), **data) == INT32
    assert dtype_of(bp.squared_error(bp.sum(x * w, axis=1), y), **{**data, "y": [0, 2**31]}) == INT64


class Own(bp.Box):
    """A box of a user, in whose code whole numbers may do anything. Shapes: a -> a."""

    def fprop(self, a):
        return a

    def bprop(self, grad, value, a):
        return grad


def test_whole_numbers_that_are_computed_with_take_64_bits():
    i, w = bp.Input("i", dtype="int"), bp.Parameter("w", ())
    flag = bp.Input("flag", (2,), dtype="bool")
    sums = bp.sum(flag, axis=1) * w, bp.max(bp.reshape(i, (-1, 1)), axis=1) * w
    beyond = (i + 0.5) * w + bp.Constant(2**31)
    for loss in (i * i * w, (i + 1) * w, bp.exp(i) * w, bp.squared_error(i, i) * w, Own(i * w), beyond, *sums):
        assert dtype_of(loss, i=[1, 2], flag=[[True, False]] * 2) == INT64
    assert dtype_of(i * w, i=[1, 2]) == INT32


AS_FLOATS = [cls for cls in boxes.catalogue() if cls.as_floats]


@pytest.mark.parametrize("cls", AS_FLOATS, ids=lambda cls: cls.__name__)
def test_boxes_that_declare_it_make_floats_of_whole_numbers_before_they_compute(cls):
    (first, *_), whole = next(iter(cls.examples(np.random.default_rng(0)))), np.iinfo(np.int32)
    values = np.resize(np.array([whole.max, whole.max - 1, 7]), np.shape(first))
    y = values if cls is not bp.Quantile else values[..., 0]
    narrow, wide = y.astype(np.int32), y.astype(np.float64)
    box = cls(bp.Input("f", np.shape(first)[1:]), bp.Input("y", np.shape(y)[1:]))
    float_f = np.asarray(first, float)
    value = box.fprop(float_f, narrow)
    assert np.array_equal(value, box.fprop(float_f, wide))
    grad = np.ones_like(value)
    for got, right in zip(box.bprop(grad, value, float_f, narrow), box.bprop(grad, value, float_f, wide), strict=True):
        assert np.array_equal(got, right)


def test_all_losses_of_numbers_declare_it():
    losses = [cls for cls in boxes.catalogue() if cls.__module__ == boxes.value_losses.__name__]
    assert set(losses) <= set(AS_FLOATS) and len(losses) >= 5


@pytest.mark.parametrize(
    ("array", "fit"),
    [(np.array([2**31 - 1]), True), (np.array([2**31]), False), (np.array([-(2**31) - 1]), False),
     (np.array([2**32 - 1], np.uint32), False), (np.array([255], np.uint8), True), (np.array([], int), True),
     (np.array([True]), True)],
)  # fmt: skip
def test_what_fits_into_32_bits(array, fit):
    assert fits(array, INT32) is fit
