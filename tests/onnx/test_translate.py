"""Every box of the catalogue in ONNX: the runtime computes what fprop computes, but for rounding."""

import numpy as np
import pytest

import bprop as bp
from bprop import boxes, errors
from bprop.namespace import namespace
from bprop.onnx import to_onnx

onnx = pytest.importorskip("onnx", reason="exporting needs the package onnx")
ort = pytest.importorskip("onnxruntime", reason="the runtime is the judge here")

EDGES = np.float32([0.0, -0.0, 1e-30, -1e-30, 1.0, -1.0, 20.0, -20.0, 80.0, -80.0, 1e4, -1e4])


def examples(cls, seed=1):
    return list(cls.examples(np.random.default_rng(seed)))


CATALOGUE = boxes.catalogue()
CASES = [pytest.param(cls, i, id=f"{cls.__name__}-{i}") for cls in CATALOGUE for i in range(len(examples(cls)))]


def run(model, **inputs):
    """What the runtime computes with the exported model."""
    made = to_onnx(model)
    session = ort.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    kinds = {"tensor(int64)": np.int64, "tensor(bool)": bool, "tensor(double)": np.float64}
    feeds = {i.name: np.asarray(inputs[i.name], kinds.get(i.type, np.float32)) for i in session.get_inputs()}
    return dict(zip([o.name for o in session.get_outputs()], session.run(None, feeds), strict=True))


def wire(cls, index, seed=1):
    """(model of the one box, data): children that need no batch axis are parameters."""
    arrays = examples(cls, seed)[index]
    hyper = arrays[-1] if isinstance(arrays[-1], dict) else {}
    arrays = [np.asarray(a) for a in arrays if not isinstance(a, dict)]
    whole = [a.dtype.kind != "f" for a in arrays]
    for pattern in ([True] * len(arrays), [True, *whole[1:]], whole):  # which children are inputs
        if len({len(a) for a, batched in zip(arrays, pattern, strict=True) if batched and a.ndim}) > 1:
            continue
        children = [
            bp.Input(f"x{i}", a.shape[1:], dtype=a.dtype) if batched and a.ndim else bp.Parameter(f"p{i}", a.shape)
            for i, (a, batched) in enumerate(zip(arrays, pattern, strict=True))
        ]
        try:
            graph = bp.Graph(outputs={"out": cls(*children, **hyper)})
        except errors.BpropError:
            continue
        data = {child.name: a for child, a in zip(children, arrays, strict=True)}
        theta = {name: data.pop(name) for name in graph.parameters}
        return bp.Model(graph, {n: a.astype("float32") for n, a in theta.items()}), data
    raise AssertionError(f"no graph can be made of example {index} of {cls.__name__}")


def agree(found, expected, tolerance=2e-6, dtype=np.float32):
    expected = np.asarray(expected)
    assert found.dtype == (dtype if expected.dtype.kind == "f" else expected.dtype)
    assert found.shape == expected.shape
    size = np.abs(expected[np.isfinite(expected)]).max(initial=1e-6)
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance * min(size, 1.0))


def with_rows(model, data, count):
    """The data with another number of examples: its rows over again."""
    batched = {name for name, box in model.graph.inputs.items() if box.dims[:1] == ("N",)}
    return {name: np.resize(a, (count, *a.shape[1:])) if name in batched else a for name, a in data.items()}


def in_double(model):
    """The same model with parameters of float64."""
    if not model.params:
        outputs = {**model.graph.outputs, "double": 1.0 * bp.Parameter("double_", ())}
        model = bp.Model(bp.Graph(outputs=outputs), {"double_": np.zeros((), "float32")})
    return bp.Model(model.graph, {name: array.astype("float64") for name, array in model.params.items()})


@pytest.mark.parametrize(("cls", "index"), CASES)
def test_the_runtime_computes_what_the_box_computes(cls, index):
    for seed in (1, 2):
        model, data = wire(cls, index, seed)
        for count in (len(next(iter(data.values()), [0])), 1, 7):
            rows = with_rows(model, data, count)
            try:
                expected = model.graph.predict(model.params, rows, dtype="float32")
            except (errors.BpropError, IndexError):  # a box that needs so many examples
                assert count != len(next(iter(data.values())))
                continue
            agree(run(model, **rows)["out"], expected)


@pytest.mark.parametrize(("cls", "index"), CASES)
def test_in_double_it_computes_in_double(cls, index):
    model, data = wire(cls, index)
    model = in_double(model)
    expected = model.graph.predict(model.params, data, dtype="float64")
    agree(run(model, **data)["out"], expected["out"] if isinstance(expected, dict) else expected, 1e-14, np.float64)


UNARY = [
    cls for cls in CATALOGUE if cls.child_names() == ("a",) and not any(v is ... for v in cls.hyper_defaults.values())
]
WITH = {"Clip": {"low": -1.0, "high": 50.0}, "Power": {"exponent": 3.0}, "Reshape": {"shape": (-1, 1)}}
WITH |= {
    "Transpose": {"axes": (0,)},
    "Slice": {"index": slice(1, None)},
    "Mean": {"axis": 0},
    "Sum": {"axis": 0},
    "Max": {"axis": 0},
}


@pytest.mark.parametrize("cls", UNARY, ids=lambda cls: cls.__name__)
def test_at_the_edges_too(cls):
    edges = np.abs(EDGES) if cls.__name__ in ("Log", "Sqrt") else EDGES
    rows = edges.reshape(3, 4) if cls.__name__ in ("Softmax", "LogSoftmax") else edges
    model = bp.Model(bp.Graph(outputs={"out": cls(bp.Input("x", rows.shape[1:]), **WITH.get(cls.__name__, {}))}), {})
    with np.errstate(all="ignore"):
        expected = model.graph.predict({}, x=rows, dtype="float32")
    found = run(model, x=rows)["out"]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("loss", [bp.cross_entropy, bp.nll, bp.hinge])
def test_losses_of_scores_far_apart(loss):
    x, y = bp.Input("x", (3,)), bp.Input("y", (), dtype="int")
    model = bp.Model(bp.Graph(outputs={"out": loss(bp.softmax(x) if loss is bp.nll else x, y)}), {})
    X, Y = np.float32([[1e4, -1e4, 0], [0, 0, 0], [50, 49, -50]]), np.array([0, 2, 1])
    agree(run(model, x=X, y=Y)["out"], model.graph.predict({}, x=X, y=Y, dtype="float32"))


@pytest.mark.parametrize("index", [
    1, -1, (slice(None), -1), (slice(-2, None), slice(None, None, -1)), (..., 0), (None, ..., slice(1, 3)),
    (slice(None), slice(3, 0, -2)), (slice(None), None, 2), (slice(0, 0),), (slice(5, None),), (0, 1),
])  # fmt: skip
def test_slices_of_every_kind(index):
    X = np.arange(12.0).reshape(3, 4)
    model = bp.Model(bp.Graph(outputs={"out": bp.Input("x", (4,))[index]}), {})
    np.testing.assert_array_equal(run(model, x=X)["out"], X[index].astype("float32"))


def test_whole_numbers_among_floats_are_made_floats():
    k, x = bp.Input("k", (), dtype="int"), bp.Input("x")
    graph = bp.Graph(outputs={"sum": k + x, "twice": 2 * k, "share": k / 4, "mean": bp.mean(k, axis=0)})
    K, X = np.array([1, 2, 5]), np.array([0.5, 0.25, 0.125])
    found, expected = run(bp.Model(graph, {}), k=K, x=X), graph.predict({}, k=K, x=X, dtype="float32")
    for name in graph.outputs:
        agree(found[name], expected[name])


@pytest.mark.parametrize("cls", CATALOGUE, ids=lambda cls: cls.__name__)
def test_an_edge_of_what_a_runtime_of_2021_reads_is_kept(cls):
    made = to_onnx(wire(cls, 0)[0])
    assert (made.ir_version, made.opset_import[0].version) == (7, 13)
    onnx.checker.check_model(made, full_check=True)


def operators(*outputs):
    """The operators of a graph, in order."""
    graph = bp.Graph(outputs={f"o{i}": box for i, box in enumerate(outputs)})
    made = to_onnx(bp.Model(graph, graph.init(0)))
    return [node.op_type for node in made.graph.node if node.op_type != "Identity"]


@pytest.mark.parametrize(("make", "expected"), [
    (bp.sigmoid, ["Sigmoid"]), (bp.relu, ["Relu"]), (bp.tanh, ["Tanh"]), (bp.softplus, ["Softplus"]),
    (bp.elu, ["Elu"]), (bp.leaky_relu, ["LeakyRelu"]), (bp.softmax, ["Softmax"]), (bp.log_softmax, ["LogSoftmax"]),
    (bp.silu, ["Sigmoid", "Mul"]), (bp.gelu, ["Mul"] * 3 + ["Add", "Mul", "Sigmoid", "Mul"]),
    (lambda a: bp.mean(a, axis=-1), ["ReduceMean"]), (lambda a: a[:, 1], ["Slice", "Squeeze"]),
    (lambda a: bp.clip(a, 0.0, 1.0), ["Clip"]), (lambda a: a @ bp.Parameter("W", (4, 2)), ["MatMul"]),
    (lambda a: bp.reshape(a, (-1, 2, 2)), ["Reshape"]),
    (lambda a: bp.max_pool2d(bp.reshape(a, (-1, 2, 2, 1)), size=2), ["Reshape", "Transpose", "MaxPool", "Transpose"]),
    (lambda a: bp.mean_pool1d(bp.reshape(a, (-1, 4, 1)), size=2), ["Reshape", "Transpose", "AveragePool", "Transpose"]),
])  # fmt: skip
def test_where_onnx_has_an_operator_for_a_box_it_is_that_one(make, expected):
    assert operators(make(bp.Input("a", (4,)))) == expected


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_convolution_is_the_operator_where_runtimes_have_it(dtype):
    h = bp.conv2d(bp.Input("x", (5, 4, 1)), bp.Parameter("W", (3, 2, 1, 2)), padding="same", stride=(2, 1))
    graph = bp.Graph(outputs={"f": bp.mean_pool2d(h, size=(1, 2))})
    model = bp.Model(graph, {"W": graph.init(0)["W"].astype(dtype)})
    names = [node.op_type for node in to_onnx(model).graph.node]
    assert ("Conv" in names, "AveragePool" in names) == (dtype == "float32",) * 2
    x = np.random.default_rng(0).normal(size=(3, 5, 4, 1))
    agree(run(model, x=x)["f"], graph.predict(model.params, x=x, dtype=dtype), dtype=np.dtype(dtype))


def test_a_perceptron_is_as_readable_as_it_is_short():
    graph = bp.mlp([4, 8, 8, 3], task="classification", activation="relu", dropout=0.5)
    made = to_onnx(bp.Model(graph, graph.init(0)))
    layer = ["MatMul", "Add"]
    names = [node.op_type for node in made.graph.node if node.op_type != "Identity"]
    assert names == [*layer, "Relu", *layer, "Relu", *layer, "Softmax", "ArgMax"]
    read = {name for node in made.graph.node for name in node.input}
    assert {array.name for array in made.graph.initializer} <= read


# --- boxes of one's own ---


class Own(bp.Box):
    """A box of which only the value counts here."""

    def bprop(self, grad, value, *children):
        raise NotImplementedError


def own(compute, *, base=Own, **members):
    """A box whose fprop is `compute(xp, *children)`."""

    def fprop(self, a):
        return compute(namespace(a), a)

    return type(compute.__name__, (base,), {"fprop": fprop, "__module__": __name__, **members})


def mish(xp, a):
    return a * xp.tanh(xp.logaddexp(a, 0.0))


def mish_of_log1p(xp, a):
    return a * xp.tanh(xp.log1p(xp.exp(a)))


def standardised(xp, a):
    return (a - a.mean(axis=0)) / (xp.sqrt(((a - a.mean(axis=0)) ** 2).mean(axis=0, keepdims=True)) + 0.1)


def spread_over_classes(xp, a):
    return xp.std(a, axis=-1) + xp.var(a, axis=-1, keepdims=True)[:, 0] + xp.prod(a, axis=1)


def differences(xp, a):
    return a[:, 1:] - a[:, :-1]


def backwards_without_the_last(xp, a):
    return a[-2::-1, ::2]


def mean_by_hand(xp, a):
    return a - a.sum(axis=0) / a.shape[0] + 1.0 / (2 * a.shape[1])


def pairs_of_examples(xp, a):
    n = a.shape[0]
    return (a[:, None, :] * a[None, :, :]).sum(axis=-1).reshape((n, n, 1))


def largest_and_others(xp, a):
    best = a.argmax(axis=-1)
    hot = best[:, None] == xp.arange(a.shape[-1])
    return xp.where(hot, 0.0, a) + (xp.argmin(a, axis=0) + xp.argmin(a, axis=-1)[:, None]).astype(a.dtype)


def numbered_rows(xp, a):
    return xp.arange(a.shape[0])[:, None].astype(a.dtype) * a


def stacked(xp, a):
    both = xp.stack([a, -a], axis=-2) + xp.stack([a, a], axis=1)
    return xp.concatenate([both, xp.zeros((a.shape[0], 1, a.shape[1]))], axis=1)


def truth(xp, a):
    positive = a > 0
    return ((positive & (a < 1)) | ~positive).any(axis=-1) == (positive <= (a > 1)).all(axis=-1)


def whole(xp, a):
    return (xp.abs(a) * 3).astype(np.int64) ** 2 + xp.sign(a).astype(np.int64).max(axis=-1, keepdims=True)


def bounded(xp, a):
    return (
        xp.clip(a, None, 0.5) + xp.clip(a, -0.5, np.inf) + xp.minimum(xp.maximum(a, -1), 1) + xp.floor(a) + xp.ceil(a)
    )


def gathered(xp, a):
    return xp.take(a, xp.argmax(a, axis=0), axis=0) + xp.take_along_axis(a, xp.argmax(a, axis=-1)[:, None], axis=1)[0]


def of_its_own_array(xp, a):
    return a @ np.arange(8.0).reshape(4, 2) + np.array([1.0, 2.0])


def sums_so_far(xp, a):
    return xp.cumsum(a, axis=-1) + xp.cumsum(a > 0, axis=0) * xp.asarray((1.0, 2.0, 3.0, 4.0))


def not_a_number(xp, a):
    return xp.where(xp.isnan(xp.sqrt(a)), xp.nan, a) + xp.cos(a) * xp.sin(a)


FUNCTIONS = [
    mish, mish_of_log1p, standardised, spread_over_classes, differences, backwards_without_the_last, mean_by_hand,
    pairs_of_examples, largest_and_others, numbered_rows, stacked, truth, whole, bounded, gathered, of_its_own_array,
    sums_so_far, not_a_number,
]  # fmt: skip


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("compute", FUNCTIONS, ids=lambda f: f.__name__)
@pytest.mark.filterwarnings("ignore:invalid value encountered in sqrt")
def test_a_box_of_ones_own_is_exported_at_once(compute, dtype):
    model = bp.Model(bp.Graph(outputs={"out": own(compute)(bp.Input("x", (4,)))}), {})
    model = in_double(model) if dtype == "float64" else model
    for count in (2, 3, 50):
        X = np.random.default_rng(count).normal(size=(count, 4)).astype(dtype)
        expected = model.graph.predict(model.params, x=X, dtype=dtype)
        found = run(model, x=X)["out"]
        agree(
            found,
            expected["out"] if isinstance(expected, dict) else expected,
            dtype=np.dtype(dtype),
            tolerance=3e-6 if dtype == "float32" else 1e-13,
        )


def of_angles(xp, a):
    inside = 0.9 * xp.tanh(a)
    angles = xp.arcsin(inside) + xp.arccos(inside / 2) + xp.arctan(a) + xp.tan(inside)
    return angles + xp.sinh(a) - xp.cosh(a) + xp.arcsinh(a) + xp.arccosh(1 + a * a) + xp.arctanh(inside) + xp.rint(a)


def test_functions_of_angles_are_exported_in_float32_alone():
    model = bp.Model(bp.Graph(outputs={"out": own(of_angles)(bp.Input("x", (4,)))}), {})
    X = np.random.default_rng(0).normal(size=(9, 4)).astype("float32")
    agree(run(model, x=X)["out"], model.graph.predict({}, x=X, dtype="float32"), tolerance=1e-5)
    with pytest.raises(errors.UnsupportedError, match="which runtimes have in float32 alone"):
        to_onnx(in_double(model))


@pytest.mark.parametrize(
    ("function", "dtype"), [("log1p", "float32"), ("expm1", "float32"), ("log1p", "float64"), ("expm1", "float64")]
)
def test_what_is_exact_near_0_stays_so(function, dtype):
    compute = own(lambda xp, a: getattr(xp, function)(a))
    model = bp.Model(bp.Graph(outputs={"out": compute(bp.Input("x", ()))}), {})
    model = in_double(model) if dtype == "float64" else model
    X = np.array([1e-30, -1e-20, 3e-9, -1e-5, 0.01, -0.3, 0.99, 5.0, 60.0, 0.0, np.inf], dtype)
    X = np.append(X, np.array([-0.999, 1e30] if function == "log1p" else [-1e4, -np.inf, -1.0], dtype))
    np.testing.assert_allclose(run(model, x=X)["out"], getattr(np, function)(X), rtol=8 * np.finfo(dtype).eps)


def test_examples_that_weigh_the_same_are_counted():
    graph = bp.Graph(outputs={"out": bp.Input("x", (2,)) / bp.batch_weight(bp.Input("x2"))})
    model = bp.Model(graph, {})
    X = np.ones((5, 2), "float32")
    np.testing.assert_allclose(run(model, x=X, x2=X[:, 0])["out"], X / 5, rtol=1e-6)


# --- what cannot be translated ---


def branching(xp, a):
    return a if a.sum() > 0 else -a


def row_by_row(xp, a):
    return xp.stack([row * 2 for row in a])


def as_many_times_as_examples(xp, a):
    for _ in range(a.shape[0]):
        a = a * 0.5
    return a


def one_by_the_number_of_examples(xp, a):
    return a * (1 / a.shape[0])


def array_of_the_number_of_examples(xp, a):
    return a + np.ones((a.shape[0], 1))


def by_numpy(xp, a):
    return np.tanh(a)


def sorted_(xp, a):
    return xp.sort(a, axis=-1)


def by_method(xp, a):
    return a.std(axis=1)


def selected(xp, a):
    return a[:, [0, 2]]


def bitwise(xp, a):
    return a.astype(np.int64) & 3


def random_(xp, a):
    return a * np.random.default_rng().normal()


@pytest.mark.parametrize(("compute", "reason"), [
    (branching, "branches on a value"), (row_by_row, "row by row"), (sorted_, "'sort'"), (by_numpy, "TypeError"),
    (as_many_times_as_examples, "number of examples"), (one_by_the_number_of_examples, "depends on N"),
    (array_of_the_number_of_examples, "depends on N"), (by_method, "xp.std(a)"),
    (selected, "an array as an index"), (bitwise, "'and'"),
    (random_, "differs from call to call"),
])  # fmt: skip
def test_a_box_that_cannot_be_translated_is_named_with_the_reason(compute, reason):
    model = bp.Model(bp.Graph(outputs={"out": bp.tanh(own(compute)(bp.Input("x", (4,)), name="strange"))}), {})
    with pytest.raises(errors.UnsupportedError) as caught:
        to_onnx(model)
    text = str(caught.value)
    assert text.startswith(f"the box 'strange' ({compute.__name__}) cannot be written in ONNX: ")
    assert reason in text
    assert "namespace(a)" in text and "def onnx(self, op, a)" in text


class Noisy(bp.Box):
    """a with noise, which it wants outside training too."""

    needs = ("noise",)

    def fprop(self, a, noise):
        return a + noise

    def bprop(self, grad, value, a, noise):
        return grad

    def noise(self, draw, a):
        return draw(a.shape)


def test_noise_outside_training_cannot_be_exported():
    model = bp.Model(bp.Graph(outputs={"out": Noisy(bp.Input("x"), name="n")}), {})
    with pytest.raises(
        errors.UnsupportedError, match=r"'n' \(Noisy\) cannot be written in ONNX: it needs random noise"
    ):
        to_onnx(model)
