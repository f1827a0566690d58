"""Many rows are predicted by compiled code, where there is any; else in parts, or whole."""

import numpy as np
import pytest

import bprop as bp
from bprop.graph import prediction
from bprop.graph.prediction import Predictor

W = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
X = np.arange(24.0).reshape(12, 2)


class Code:
    """Compiled code that notes its calls: it writes the rows of `f` from the end on, or cannot."""

    def __init__(self, able=True):
        self.able, self.made, self.calls = able, [], []

    def make(self, dtype):
        self.made.append(dtype)
        return self.run

    def run(self, theta, arrays, results):
        self.calls.append((theta, arrays, {name: (a.shape, a.dtype) for name, a in results.items()}))
        if self.able:
            for number, array in enumerate(results.values()):
                array[...] = number + 0.5
        return self.able


def predictor_of(code, mix=False, outputs=1):
    x, w = bp.Input("x", (2,)), bp.Parameter("w", (2, 3))
    f = (x - bp.mean(x, axis=0) if mix else x) @ w
    graph = bp.Graph(outputs={"f": f, "g": bp.sum(f, axis=1)} if outputs == 2 else {"f": f})
    one = graph.predictor
    return Predictor(graph, one.plan, one.limits, None if code is None else code.make)


def outputs_of(one, x=X, dtype="float32"):
    return one.outputs(one.start({"w": W}, np.dtype(dtype)), one.read({"x": x}))


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(prediction, "COMPILED_FROM", 12 * 6)  # rows times weights of X


def test_from_so_many_rows_times_weights_on_the_code_computes_them():
    code = Code()
    one = predictor_of(code)
    found = outputs_of(one)
    np.testing.assert_array_equal(found, np.full((12, 3), 0.5, "float32"))
    assert (found.dtype, one.engine) == ("float32", "native")
    ((theta, arrays, results),) = code.calls
    assert list(theta) == ["w"] and theta["w"].dtype == "float32"
    np.testing.assert_array_equal(theta["w"], W)
    assert list(arrays) == ["x"]
    np.testing.assert_array_equal(arrays["x"], X)
    assert results == {"f": ((12, 3), np.dtype("float32"))}
    np.testing.assert_array_equal(outputs_of(one, X[:11]), (X[:11] @ W).astype("float32"))
    assert one.engine == "numpy"
    assert len(code.calls) == 1


def test_code_is_made_once_for_each_precision():
    code = Code()
    one = predictor_of(code)
    for dtype in ("float32", "float64", "float32", "float64"):
        assert outputs_of(one, dtype=dtype).dtype == dtype
    assert code.made == [np.dtype("float32"), np.dtype("float64")]
    assert len(code.calls) == 4


def test_several_outputs_have_their_names_and_shapes():
    code = Code()
    found = outputs_of(predictor_of(code, outputs=2))
    assert {name: (a.shape, a.flat[0]) for name, a in found.items()} == {"f": ((12, 3), 0.5), "g": ((12,), 1.5)}


@pytest.mark.parametrize("part", [5, 100])
@pytest.mark.parametrize(
    ("code", "mix", "asked"), [(None, False, 0), (Code(able=False), False, 1), (Code(), True, 0)]
)  # fmt: skip
def test_where_code_cannot_numpy_does(monkeypatch, part, code, mix, asked):
    monkeypatch.setattr(prediction, "PART", part)
    one = predictor_of(code, mix)
    before = len(code.calls) if code else 0
    x = X - X.mean(axis=0) if mix else X
    np.testing.assert_allclose(outputs_of(one, dtype="float64"), x @ W, rtol=1e-14)
    assert one.engine == "numpy"
    assert code is None or len(code.calls) == before + asked


def test_without_inputs_there_is_nothing_to_compile(monkeypatch):
    monkeypatch.setattr(prediction, "COMPILED_FROM", 0)
    w, code = bp.Parameter("w", (2, 3)), Code()
    graph = bp.Graph(outputs={"f": 2.0 * w})
    one = Predictor(graph, graph.predictor.plan, graph.predictor.limits, code.make)
    np.testing.assert_array_equal(one.outputs(one.start({"w": W}, np.dtype("float64")), {}), 2 * W)
    assert code.made == []


def test_inputs_that_the_outputs_do_not_need_are_ignored_and_others_refused():
    x, y = bp.Input("x", (2,)), bp.Input("y")
    graph = bp.Graph(loss=bp.sum(x, axis=1) * y, outputs={"f": bp.tanh(x)})
    read = graph.predictor.read
    assert list(read({"x": X, "y": "anything"})) == ["x"]
    with pytest.raises(bp.errors.UnknownNameError, match="'z'"):
        read({"x": X, "z": X})
