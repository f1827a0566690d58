"""The XLA engine: what is compiled, when, and what is on the device."""

import contextlib

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.data import DataSet
from bprop.engines import Job, choose

jax = pytest.importorskip("jax")
xla = pytest.importorskip("bprop.engines.xla")


def network(l1=1e-4, l2=1e-3, rate=0.2, hidden=5):
    x, y = bp.Input("x", (3,)), bp.Input("y", (), dtype="int")
    W1, b1 = bp.Parameter("W1", (3, hidden)), bp.Parameter("b1", (hidden,))
    W2, b2 = bp.Parameter("W2", (hidden, 2)), bp.Parameter("b2", (2,))
    f = bp.softmax(bp.linear(bp.dropout(bp.tanh(bp.linear(x, W1, b1)), rate), W2, b2))
    return bp.Graph(loss=bp.nll(f, y), penalty=l1 * bp.l1(W1, W2) + l2 * bp.l2(W1, W2), outputs={"f": f})


def rows(count):
    rng = np.random.default_rng(0)
    return {"x": rng.normal(size=(count, 3)), "y": rng.integers(2, size=count)}


def train(graph=None, count=44, **settings):
    settings = {"rule": bp.SGD(0.1, momentum=0.5), "batch_size": 4, "epochs": 2, "validation": 0.2} | settings
    return bp.train(graph or network(), rows(count), engine="xla", progress=False, **settings)


@contextlib.contextmanager
def compilations():
    """A list that grows by one with every program that XLA compiles."""
    seen = []

    def listen(event, duration, **more):
        if "backend_compile" in event:
            seen.append(event)

    jax.monitoring.register_event_duration_secs_listener(listen)
    try:
        yield seen
    finally:
        jax.monitoring.unregister_event_duration_listener(listen)


# --- compiling once ---


def test_the_counter_counts():
    with compilations() as seen:
        jax.jit(lambda a: a + 1)(np.ones(7))
    assert len(seen) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"rule": bp.SGD(0.7, momentum=0.9)},
        {"graph": network(l1=0.5, l2=0.0)},
        {"graph": network(rate=0.6)},
        {"epochs": 3},
        {"seed": 5},
        {"count": 43},
        {"count": 45},
        {"shuffle": False},
        {"patience": 1},
    ],
    ids=str,
)
def test_what_a_search_varies_compiles_nothing(changed):
    train()
    with compilations() as seen:
        fit = train(**changed)
    assert seen == []
    assert fit.updates > 0


def test_numbers_that_are_not_compiled_in_have_their_effect():
    one, other = train(), train(graph=network(l2=0.5))
    assert not np.allclose(one.params["W1"], other.params["W1"])
    assert not np.allclose(one.params["W1"], train(graph=network(rate=0.6)).params["W1"])
    assert not np.allclose(one.params["W1"], train(rule=bp.SGD(0.2, momentum=0.5)).params["W1"])


def test_another_architecture_compiles():
    train()
    with compilations() as seen:
        train(graph=network(hidden=6))
    assert seen


def test_the_cache_of_programs_is_bounded(monkeypatch):
    monkeypatch.setattr(xla, "CACHED_PROGRAMS", 3)
    monkeypatch.setattr(xla, "_programs", type(xla._programs)())
    for batch_size in range(1, 6):
        job = Job(network(), bp.SGD(), DataSet(rows(10)), batch_size, np.dtype("float32"), 0)
        xla.compiled(job)
    assert len(xla._programs) == 3


def test_the_program_used_last_is_kept_longest(monkeypatch):
    monkeypatch.setattr(xla, "CACHED_PROGRAMS", 2)
    monkeypatch.setattr(xla, "_programs", type(xla._programs)())

    def compiled(batch_size):
        return xla.compiled(Job(network(), bp.SGD(), DataSet(rows(10)), batch_size, np.dtype("float32"), 0))

    first = compiled(1)
    compiled(2)
    assert compiled(1) is first
    compiled(3)
    assert compiled(1) is first


# --- precision ---


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_global_precision_of_jax_is_left_alone(dtype):
    before = jax.config.jax_enable_x64
    fit = train(dtype=dtype)
    assert jax.config.jax_enable_x64 is before
    assert fit.params["W1"].dtype == np.dtype(dtype)


def test_single_precision_stays_single_where_the_user_has_set_double():
    expected = train().params
    with jax.enable_x64(True):
        found = train().params
    for name, array in expected.items():
        assert found[name].dtype == np.float32
        np.testing.assert_array_equal(found[name], array)


@pytest.mark.parametrize("dtype", ["longdouble"])
def test_other_precisions_are_refused(dtype):
    if np.dtype(dtype) == np.float64:
        pytest.skip("longdouble is float64 here")
    with pytest.raises(errors.SettingError, match="float32 or float64"):
        train(dtype=dtype)


def test_a_sum_over_many_steps_is_exact_to_rounding():
    """100,000 losses of 0.1 in float32: adding them up plainly would be off by 1e-3."""
    x, w = bp.Input("x"), bp.Parameter("w", ())
    graph = bp.Graph(loss=bp.abs(x + 0.0 * w))
    fit = bp.train(graph, {"x": np.full(100_000, 0.1)}, batch_size=1, epochs=1, engine="xla", progress=False)
    assert fit.history[0].loss == pytest.approx(float(np.float32(0.1)), rel=1e-9)


# --- the data on the device ---


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("uint8", "uint8"),
        ("int8", "int8"),
        ("uint16", "uint16"),
        ("bool", "bool"),
        ("int32", "int32"),
        ("int64", "int32"),
        ("uint32", "int32"),
        ("float16", "float16"),
        ("float32", "float32"),
        ("float64", "float32"),
    ],
)
def test_narrow_data_stays_narrow_and_wide_is_narrowed(given, kept):
    held = xla.DeviceSet(DataSet({"x": np.ones((5, 3), given)}), np.dtype("float32"))
    assert held.arrays["x"].dtype == np.dtype(kept)
    assert isinstance(held.arrays["x"], jax.Array)


def test_double_precision_keeps_doubles():
    with jax.enable_x64(True):
        held = xla.DeviceSet(DataSet({"x": np.ones(5)}, np.ones(5)), np.dtype("float64"))
    assert held.arrays["x"].dtype == held.weights.dtype == np.float64


def test_images_of_bytes_train_as_their_values_do():
    X = np.random.default_rng(0).integers(0, 256, (30, 3), dtype=np.uint8)
    Y = rows(30)["y"]
    fits = [bp.train(network(), {"x": x, "y": Y}, engine="xla", progress=False) for x in (X, X.astype("float32"))]
    np.testing.assert_array_equal(fits[0].params["W1"], fits[1].params["W1"])


@pytest.mark.parametrize("value", [2**31, -(2**31) - 1])
def test_whole_numbers_beyond_32_bits_are_refused(value):
    x, w = bp.Input("x", (), dtype="int"), bp.Parameter("w", ())
    graph = bp.Graph(loss=bp.square(x * w))
    with pytest.raises(errors.DataError, match="'x': whole numbers beyond 32 bits"):
        bp.train(graph, {"x": np.array([1, value])}, engine="xla", progress=False)


# --- optax ---


@pytest.mark.parametrize("name", ["adam", "lion"])
def test_an_optax_rule_trains_on_xla(name):
    optax = pytest.importorskip("optax")
    fit = train(rule=getattr(optax, name)(0.01), epochs=3)
    assert fit.history[-1].loss < fit.history[0].loss
    assert fit.history[-1].learning_rate is None


def test_optaxs_adam_trains_as_ours():
    optax = pytest.importorskip("optax")
    one = train(rule=optax.adam(0.01), dtype="float64").params
    two = train(rule=bp.Adam(0.01), dtype="float64").params
    for name in one:
        np.testing.assert_allclose(one[name], two[name], rtol=1e-10, atol=1e-12)


def test_an_optax_rule_is_refused_on_numpy_with_the_way_out():
    optax = pytest.importorskip("optax")
    with pytest.raises(errors.SettingError, match=r"engine='xla'"):
        bp.train(network(), rows(10), rule=optax.adam(0.01), engine="numpy", progress=False)


# --- state ---


def test_restoring_params_and_rule_state_continues():
    job = Job(network(), bp.Adam(), DataSet(rows(20)), 4, np.dtype("float32"), 0)
    theta = job.graph.init(0)
    run, other = (choose("xla").start(job, theta) for _ in range(2))
    for each in (run, other):
        each.set_order(np.arange(20, dtype=np.int32))
    run.steps(0, 2, 0)
    other.restore(run.params(), run.rule_arrays())
    for each in (run, other):
        each.steps(2, 3, 2)
    for name, array in run.params().items():
        np.testing.assert_array_equal(other.params()[name], array)
    for one, two in zip(run.rule_arrays(), other.rule_arrays(), strict=True):
        np.testing.assert_array_equal(one, two)


def test_params_are_numpys_and_writable():
    params = train().params
    for array in params.values():
        assert type(array) is np.ndarray
        array += 1
