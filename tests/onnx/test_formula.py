"""Every box of the catalogue in ONNX: what the runtime computes is what fprop computes, to float32 rounding."""

import numpy as np
import pytest

import bprop as bp
from bprop import boxes, errors
from bprop.onnx import to_onnx
from bprop.onnx.export import formula_of

pytest.importorskip("onnx", reason="exporting needs the package onnx")
ort = pytest.importorskip("onnxruntime", reason="the runtime is the judge here")

EDGES = np.float32([0.0, -0.0, 1e-30, -1e-30, 1.0, -1.0, 20.0, -20.0, 80.0, -80.0, 1e4, -1e4])
TRAINING_ONLY = {"BatchWeight"}  # no part of what predicts


def examples(cls, seed=1):
    return list(cls.examples(np.random.default_rng(seed)))


CATALOGUE = [cls for cls in boxes.catalogue() if cls.__name__ not in TRAINING_ONLY]
CASES = [pytest.param(cls, i, id=f"{cls.__name__}-{i}") for cls in CATALOGUE for i in range(len(examples(cls)))]


def run(model, **inputs):
    """What the runtime makes of the exported model."""
    made = to_onnx(model)
    session = ort.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    feeds = {
        i.name: np.asarray(inputs[i.name], {"tensor(int64)": np.int64}.get(i.type, np.float32))
        for i in session.get_inputs()
    }
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


def agree(found, expected, tolerance=2e-6):
    expected = np.asarray(expected)
    assert found.dtype == (np.float32 if expected.dtype.kind == "f" else expected.dtype)
    assert found.shape == expected.shape
    size = np.abs(expected[np.isfinite(expected)]).max(initial=1e-6)
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance * min(size, 1.0))


@pytest.mark.parametrize(("cls", "index"), CASES)
def test_the_runtime_computes_what_the_box_computes(cls, index):
    for seed in (1, 2):
        model, data = wire(cls, index, seed)
        expected = model.graph.predict(model.params, data, dtype="float32")
        agree(run(model, **data)["out"], expected)


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


# --- boxes of one's own ---


class OnnxOwn(bp.Box):
    """a^2 + shift."""

    shift: float = 1.0
    onnx = "s = a * a; s + shift"

    def fprop(self, a):
        return a * a + self.shift

    def bprop(self, grad, value, a):
        return grad * 2 * a


class OnnxOther(OnnxOwn):
    """Computes something else, and says nothing of it."""

    def fprop(self, a):
        return a + self.shift


def test_a_box_of_ones_own_says_what_it_is():
    model = bp.Model(bp.Graph(outputs={"out": OnnxOwn(bp.Input("x"), shift=3.0)}), {})
    np.testing.assert_array_equal(run(model, x=[1.0, 2.0])["out"], np.float32([4, 7]))


def test_a_box_that_says_nothing_is_named():
    model = bp.Model(bp.Graph(outputs={"out": bp.tanh(OnnxOther(bp.Input("x"), name="strange"))}), {})
    with pytest.raises(errors.UnsupportedError, match=r"'strange' \(OnnxOther\) has no ONNX operators.*onnx = "):
        to_onnx(model)


@pytest.mark.parametrize("text", ["lambda: a", "a if a else a", "print; a", "[a][0]", "a.b"])
def test_what_is_not_of_the_language_is_refused(text, monkeypatch):
    monkeypatch.setattr(OnnxOwn, "onnx", text)
    with pytest.raises(TypeError):
        to_onnx(bp.Model(bp.Graph(outputs={"out": OnnxOwn(bp.Input("x"))}), {}))


@pytest.mark.parametrize("cls", CATALOGUE, ids=lambda cls: cls.__name__)
def test_every_box_says_what_it_is(cls):
    model, _ = wire(cls, 0)
    for step in model.graph.predictor.plan.nodes:
        assert formula_of(step.name, step.box)
