"""`Graph.functions`: the job that it makes for an engine."""

import numpy as np
import pytest

import bprop as bp
from bprop.engines.numpy import NumpyEngine


class Looking(NumpyEngine):
    name = "looking"

    def functions(self, job, options):
        return job, options


def test_an_engine_gets_a_job_with_the_graph_the_rule_and_the_precision():
    graph = bp.Graph(loss=bp.square(bp.Input("x", (), "int") * bp.Parameter("w")))
    job, options = graph.functions(
        Looking(), "adam", dtype="float64", in_place=True, check=False, batch_size=np.int64(4)
    )
    assert job.graph is graph and job.rule == bp.Adam() and job.dtype == np.float64 and job.batch_size == 4
    assert options.in_place and not options.check and options.batch_size == 4
    job, options = graph.functions(Looking())
    assert job.rule == bp.SGD() and job.dtype == np.float32 and options.batch_size is None


def test_an_engine_that_is_not_there_is_named():
    with pytest.raises(bp.errors.UnknownNameError, match="no engine is called 'fast'"):
        bp.mlp([2, 2]).functions("fast")


@pytest.fixture(params=["a block by all threads", "a block by each thread"])
def compiled(request, monkeypatch):
    """Calls of compiled predictions, which every call of some rows is worth."""
    pytest.importorskip("llvmlite")
    from bprop.engines.native.run import native_functions

    monkeypatch.setattr("bprop.graph.prediction.COMPILED_FROM", 1)
    monkeypatch.setattr(native_functions, "rows_of_block", lambda weights: 4 if "each" in request.param else 8)
    monkeypatch.setattr(native_functions, "cores_here", lambda: 3)
    calls, fill = [], native_functions.NativeFunctions.fill_outputs
    monkeypatch.setattr(
        native_functions.NativeFunctions, "fill_outputs", lambda *args: calls.append(args) or fill(*args)
    )
    return calls


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", ["float32", "float64", "int16", "reversed"])
def test_many_rows_are_predicted_by_compiled_code_as_by_numpy(compiled, monkeypatch, dtype, kind):
    graph = bp.mlp([5, 7, 3], activation="tanh")
    theta = {name: array.astype(dtype) for name, array in graph.init(0).items()}
    X = np.random.default_rng(0).normal(size=(29, 5)) * 3
    X = X.astype("float32")[::-1] if kind == "reversed" else X.astype(kind)
    model = bp.Model(graph, theta)
    several = [model.predict(x=X[:rows]) for rows in (29, 1, 8, 29)]
    assert len(compiled) == 4 and graph.predictor.engine == "native"
    monkeypatch.setattr("bprop.graph.prediction.COMPILED_FROM", np.inf)
    for found in several:
        expected = model.predict(x=X[: len(found)])
        assert found.dtype == expected.dtype == dtype and found.flags.c_contiguous
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-7 if dtype == "float32" else 1e-14)
    assert np.array_equal(several[0], several[3]) and len(compiled) == 4


def test_compiled_predictions_follow_theta_and_need_only_what_the_outputs_need(compiled):
    x, y, w, more = bp.Input("x"), bp.Input("y", (), "int"), bp.Parameter("w"), bp.Parameter("more", (4,))
    outputs = {"twice": w * x, "large": Above(w * x), "count": Whole(w * x)}
    graph = bp.Graph(loss=bp.square(w * x - y), penalty=bp.l2(more), outputs=outputs)
    X = np.arange(20.0)
    for value in (2.0, 3.0):
        found = graph.predict({"w": value, "more": np.ones(4)}, x=X)
        expected = {"twice": value * X, "large": value * X > 2, "count": (value * X).astype(int)}
        for name, array in expected.items():
            assert np.array_equal(found[name], array) and found[name].dtype == array.dtype, name
    assert len(compiled) == 2


class Above(bp.Box):
    """a > 2. Shapes: a (N,) -> (N,)."""

    def fprop(self, a):
        return a > 2

    def bprop(self, grad, value, a):
        return grad * 0


class Whole(Above):
    """a as a whole number. Shapes: a (N,) -> (N,)."""

    def fprop(self, a):
        return a.astype("int64")


class OnlyNumpy(bp.Box):
    """2 a, by a function of NumPy that takes no traced arrays. Shapes: a (N,) -> (N,)."""

    def fprop(self, a):
        return np.asarray(a) * 2

    def bprop(self, grad, value, a):
        return 2 * grad


def test_code_that_only_numpy_runs_predicts_with_numpy(compiled):
    x, w = bp.Input("x"), bp.Parameter("w")
    graph = bp.Graph(loss=bp.square(OnlyNumpy(w * x)), outputs={"f": OnlyNumpy(w * x)})
    for _ in range(2):
        assert graph.predict({"w": 2.0}, x=np.arange(20.0)).tolist() == (np.arange(20.0) * 4).tolist()
    assert len(compiled) == 1  # it is tried once


@pytest.mark.parametrize("dtype", ["float16", "longdouble"])
def test_other_precisions_predict_with_numpy(compiled, dtype):
    graph = bp.mlp([5, 3])
    assert graph.predict(graph.init(0), x=np.ones((20, 5)), dtype=dtype).dtype == dtype
    assert not compiled


def test_without_llvmlite_numpy_predicts(compiled, monkeypatch):
    monkeypatch.setattr("bprop.functions.NATIVE", bp.functions.NATIVE._replace(package="no_such_package"))
    graph = bp.mlp([5, 3])
    assert graph.predict(graph.init(0), x=np.ones((20, 5))).shape == (20, 3)
    assert not compiled


def test_rows_that_depend_on_each_other_are_not_computed_in_blocks(compiled):
    x, w = bp.Input("x"), bp.Parameter("w")
    graph = bp.Graph(loss=bp.square(w * x), outputs={"f": w * x - bp.mean(x)})
    assert graph.predict({"w": 1.0}, x=np.arange(20.0)).tolist() == (np.arange(20.0) - 9.5).tolist()
    assert not compiled


def test_a_call_is_worth_compiling_from_its_rows_times_weights_on(compiled, monkeypatch):
    graph = bp.mlp([5, 3])  # 18 weights
    monkeypatch.setattr("bprop.graph.prediction.COMPILED_FROM", 18 * 20)
    for rows, count in ((19, 0), (20, 1)):
        graph.predict(graph.init(0), x=np.ones((rows, 5)))
        assert len(compiled) == count
