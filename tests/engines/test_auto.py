"""engine="auto": the best engine that can do the job, and the way on where one cannot."""

import importlib.util

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.data import DataSet
from bprop.engines import Job, auto, builtin, choose


def rows(count=20):
    rng = np.random.default_rng(0)
    return {"x": rng.normal(size=(count, 3)), "y": rng.integers(2, size=count)}


def network(box=None, hidden=None):
    x, y = bp.Input("x", (3,)), bp.Input("y", (), dtype="int")
    h = x @ bp.Parameter("W", (3, 2))
    return bp.Graph(loss=bp.cross_entropy(h if box is None else box(h), y))


def job(graph=None, rule=None, dtype="float32", batch_size=4):
    return Job(graph or network(), rule or bp.SGD(), DataSet(rows()), batch_size, np.dtype(dtype), 0)


def train(graph, engine, **settings):
    settings = {"rule": bp.SGD(0.5), "batch_size": 5, "epochs": 3, "dtype": "float64", "validation": 0.2} | settings
    return bp.train(graph, rows(), engine=engine, progress=False, **settings)


@pytest.fixture
def installed(monkeypatch):
    """installed(*packages): as if only these were, of those that engines need."""

    def pretend(*packages):
        find, asked = importlib.util.find_spec, {"jax", "llvmlite", *auto.ACCELERATORS}
        found = lambda name: object() if name in packages else None if name in asked else find(name)  # noqa: E731
        for module in (auto, builtin):
            monkeypatch.setattr(module, "find_spec", found)

    return pretend


# --- which engines are tried ---


@pytest.mark.parametrize(
    ("packages", "expected"),
    [
        (["jax", "llvmlite"], ["native", "xla", "numpy"]),
        (["llvmlite"], ["native", "numpy"]),
        (["jax"], ["xla", "numpy"]),
        ([], ["numpy"]),
        (["jax", "llvmlite", "jax_cuda12_plugin"], ["native", "xla", "numpy"]),
    ],
)
def test_the_order_follows_what_is_installed(installed, packages, expected):
    installed(*packages)
    assert auto.names(job()) == expected


def test_a_large_job_goes_to_the_accelerator_first(installed):
    installed("jax", "llvmlite", "jax_cuda12_plugin")
    large = job(bp.mlp([3, 2000, 2000, 2]), batch_size=20)
    assert auto.work(large) == 3 * 20 * (3 * 2000 + 2000 + 2000 * 2000 + 2000 + 2000 * 2 + 2)
    assert auto.names(large) == ["xla", "native", "numpy"]
    installed("jax", "llvmlite")
    assert auto.names(large) == ["native", "xla", "numpy"]


def test_wider_precision_is_numpys(installed):
    if np.dtype("longdouble").itemsize <= 8:
        pytest.skip("longdouble is float64 here")
    installed("jax", "llvmlite")
    assert auto.names(job(dtype="longdouble")) == ["numpy"]
    assert train(network(), "auto", dtype="longdouble").params["W"].dtype == np.longdouble


def test_an_optax_rule_goes_to_xla(installed):
    optax = pytest.importorskip("optax")
    from bprop.rules import as_rule

    installed("jax", "llvmlite")
    assert auto.names(job(rule=as_rule(optax.sgd(0.1)))) == ["xla", "numpy"]


def test_an_optax_rule_trains_and_is_refused_by_native():
    optax = pytest.importorskip("optax")
    one, two = (train(network(), "auto", rule=rule).params["W"] for rule in (optax.sgd(0.1), bp.SGD(0.1)))
    np.testing.assert_allclose(one, two, rtol=1e-10, atol=1e-12)
    pytest.importorskip("llvmlite")
    with pytest.raises(errors.UnsupportedError, match="engine='xla'"):
        train(network(), "native", rule=optax.sgd(0.1))


def test_a_graph_of_very_many_boxes_is_not_compiled(installed, monkeypatch):
    installed("jax", "llvmlite")
    few = {"NATIVE": auto.NATIVE._replace(many_boxes=3), "XLA": auto.XLA._replace(many_boxes=3)}
    for name, others in (("NATIVE", ["xla", "numpy"]), ("XLA", ["native", "numpy"])):
        with monkeypatch.context() as patch:
            patch.setattr(auto, name, few[name])
            assert auto.names(job()) == others
    for name, engine in few.items():
        monkeypatch.setattr(auto, name, engine)
    assert auto.names(job()) == ["numpy"]


def test_xla_is_left_out_from_fewer_boxes_on_than_native(installed):
    installed("jax", "llvmlite")
    assert auto.XLA.many_boxes < auto.NATIVE.many_boxes


def test_an_optax_rule_on_too_many_boxes_says_so(monkeypatch):
    optax = pytest.importorskip("optax")
    compilation = pytest.importorskip("bprop.engines.xla.compilation")
    monkeypatch.setattr(compilation, "SLOW_FROM", 1)
    monkeypatch.setenv(compilation.VARIABLE, "2")
    with pytest.raises(errors.UnsupportedError, match="BPROP_XLA_BOXES"):
        train(network(), "auto", rule=optax.sgd(0.1))


def test_native_refuses_other_precisions():
    pytest.importorskip("llvmlite")
    with pytest.raises(errors.SettingError, match="float32 or float64"):
        choose("native").start(job(dtype="longdouble" if np.dtype("longdouble").itemsize > 8 else "float16"), {})


# --- what runs ---


def test_the_engine_that_runs_is_the_first_that_can():
    pytest.importorskip("llvmlite")
    run = choose("auto").start(job(), network().init(0))
    assert type(run).__name__ == "NativeRun"


def test_an_error_of_the_user_is_not_taken_for_one_of_the_engine():
    """Only UnsupportedError sends a job on: a bad graph is told of once, by the first engine."""
    asked = []

    class Refusing:
        def start(self, job, params):
            asked.append(1)
            raise errors.SettingError("no")

    with pytest.raises(errors.SettingError):
        auto.AutoEngine(lambda name: Refusing()).start(job(), {})
    assert len(asked) == 1


class Plain(bp.Box):
    """What gives 2 a, in ways that not every engine follows. Shapes: a (N, ...) -> the same."""

    def bprop(self, grad, value, a):
        return 2.0 * grad


class AsNumpy(Plain):
    def fprop(self, a):
        return 2.0 * np.asarray(a)


class NumpysOwnFunction(Plain):
    def fprop(self, a):
        return np.add(a, a)


class Branches(Plain):
    def fprop(self, a):
        return 2.0 * a if abs(a.sum()) >= 0 else a


class Writes(Plain):
    def fprop(self, a):
        both = 1.0 * a
        both[...] = 2.0 * a
        return both


class Loops(Plain):
    def fprop(self, a):
        rows = [2.0 * row for row in a]
        return bp.namespace(a).stack(rows)


class Unknown(Plain):
    def fprop(self, a):
        xp = bp.namespace(a)
        return a + xp.flip(xp.flip(a, axis=-1), axis=-1)


FOREIGN = {
    AsNumpy: "np.asarray", NumpysOwnFunction: "cannot follow this code: TypeError", Branches: "use where",
    Writes: "cannot follow this code: TypeError", Loops: "row by row", Unknown: "the array function 'flip'",
}  # fmt: skip


@pytest.mark.parametrize("box", FOREIGN, ids=lambda box: box.__name__)
def test_code_that_cannot_be_traced_runs_all_the_same(box):
    expected = train(network(box), "numpy")
    found = train(network(box), "auto")
    np.testing.assert_allclose(found.params["W"], expected.params["W"], rtol=0, atol=1e-13)
    assert [r.loss for r in found.history] == pytest.approx([r.loss for r in expected.history], rel=1e-12)
    assert found.history[-1].validation == pytest.approx(expected.history[-1].validation, rel=1e-12)


@pytest.mark.parametrize("box", FOREIGN, ids=lambda box: box.__name__)
def test_native_says_what_it_cannot_trace(box):
    pytest.importorskip("llvmlite")
    with pytest.raises(errors.UnsupportedError, match=FOREIGN[box]):
        train(network(box), "native")


class OnlyInEvaluation(Plain):
    """Traceable in training; not in validation, where it meets other rows."""

    def fprop(self, a):
        return 2.0 * a if a.shape[0] == 5 else 2.0 * np.asarray(a)


def test_what_cannot_be_traced_in_validation_alone_goes_on_too():
    expected, found = (train(network(OnlyInEvaluation), engine) for engine in ("numpy", "auto"))
    np.testing.assert_allclose(found.params["W"], expected.params["W"], rtol=0, atol=1e-13)
    assert found.history[-1].validation == pytest.approx(expected.history[-1].validation, rel=1e-12)


@pytest.mark.parametrize("rule", [bp.Adam(0.01), bp.SGD(0.1, momentum=0.9)], ids=str)
def test_a_run_on_xla_that_goes_on_elsewhere_can_be_resumed(installed, tmp_path, rule):
    pytest.importorskip("jax")
    installed("jax")
    path = tmp_path / "run.checkpoint"
    settings = {"rule": rule}
    whole = train(network(Branches), "auto", **settings)
    train(network(Branches), "auto", checkpoint=path, **{**settings, "epochs": 2})
    resumed = train(network(Branches), "auto", resume=path, **settings)
    np.testing.assert_array_equal(resumed.params["W"], whole.params["W"])


def test_a_run_on_xla_that_goes_on_elsewhere_tells_where_it_diverges(installed):
    pytest.importorskip("jax")
    installed("jax")
    said = []
    for engine in ("numpy", "auto"):
        x, t, w = bp.Input("x"), bp.Input("t"), bp.Parameter("w", ())
        graph = bp.Graph(loss=bp.squared_error(Branches(w * x), t))
        with pytest.raises(errors.NonFiniteError) as caught:
            bp.train(graph, {"x": np.ones(30), "t": np.ones(30)}, params={"w": 2.0}, rule=bp.SGD(9.0), batch_size=3,
                     epochs=9, engine=engine, progress=False)  # fmt: skip
        said.append(str(caught.value))
    assert said[0] == said[1]


# --- which engine runs, and why, is told ---


def test_a_fit_tells_the_engine_that_ran_and_why(installed):
    pytest.importorskip("llvmlite")
    fit = train(network(), "auto")
    assert (fit.engine, fit.settings["engine"]) == ("native", "native")
    assert fit.engine_reason == "native is the fastest engine for this job"
    assert train(network(), "numpy").engine == "numpy"
    installed()
    fit = train(network(), "auto")
    assert fit.engine == "numpy"
    assert fit.engine_reason == fit.settings["engine_reason"]
    assert "native declined: llvmlite is not installed (pip install 'bprop[native]')" in fit.engine_reason
    assert "xla declined: jax is not installed (pip install 'bprop[xla]')" in fit.engine_reason


def test_what_a_faster_engine_declined_is_told():
    pytest.importorskip("llvmlite")
    pytest.importorskip("jax")
    fit = train(network(Unknown), "auto")
    assert fit.engine == "xla"
    assert (
        fit.engine_reason
        == "xla, because native declined: in fprop of the box 'unknown_1' (Unknown): the array function 'flip'"
    )
    fit = train(network(Branches), "auto")
    assert fit.engine == "numpy"
    place = "in fprop of the box 'branches_1' (Branches): "
    assert f"native declined: {place}box code that branches on a value" in fit.engine_reason
    assert f"xla declined: {place}" in fit.engine_reason


class OfNumpy(bp.Box):
    def fprop(self, a):
        return np.sin(a)

    def bprop(self, grad, value, a):
        return grad * np.cos(a)


@pytest.mark.parametrize("progress", ["auto", False])
def test_a_slower_engine_runs_not_without_a_word(progress, capsys):
    pytest.importorskip("llvmlite")
    fit = bp.train(network(OfNumpy), rows(), epochs=1, progress=progress)
    said = capsys.readouterr().err
    box = "in fprop of the box 'of_numpy_1' (OfNumpy): it gives an array to a function of np: use that of xp = bp."
    assert fit.engine == "numpy" and f"numpy, because native declined: {box}" in fit.engine_reason
    assert said == ("" if progress is False else f"bprop: engine: {fit.engine_reason}\n")
    bp.train(network(), rows(), epochs=1, progress=progress)  # the fastest engine runs: there is nothing to say
    assert capsys.readouterr().err == ""


def test_a_fault_of_an_engine_is_never_a_reason_to_go_on_elsewhere():
    class Faulty:
        def start(self, job, params):
            raise errors.InternalError("a fault of bprop")

    with pytest.raises(errors.InternalError):
        auto.AutoEngine(lambda name: Faulty()).start(job(), {})
