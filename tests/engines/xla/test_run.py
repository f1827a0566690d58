"""A run on XLA: its precision, its rules, its state."""

from dataclasses import replace

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.data import DataSet
from bprop.engines import Job, choose
from bprop.rules import Rule

jax = pytest.importorskip("jax")
run_module = pytest.importorskip("bprop.engines.xla.run")
compilation = pytest.importorskip("bprop.engines.xla.compilation")

# --- precision ---


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_global_precision_of_jax_is_left_alone(train, dtype):
    before = jax.config.jax_enable_x64
    fit = train(dtype=dtype)
    assert jax.config.jax_enable_x64 is before
    assert fit.params["W1"].dtype == np.dtype(dtype)


def test_single_precision_stays_single_where_the_user_has_set_double(train):
    expected = train().params
    with jax.enable_x64(True):
        found = train().params
    for name, array in expected.items():
        assert found[name].dtype == np.float32
        np.testing.assert_array_equal(found[name], array)


@pytest.mark.parametrize("dtype", ["longdouble"])
def test_other_precisions_are_refused(train, dtype):
    if np.dtype(dtype) == np.float64:
        pytest.skip("longdouble is float64 here")
    with pytest.raises(errors.SettingError, match="float32 or float64"):
        train(dtype=dtype)


# --- optax ---


@pytest.mark.parametrize("name", ["adam", "lion"])
def test_an_optax_rule_trains_on_xla(train, name):
    optax = pytest.importorskip("optax")
    fit = train(rule=getattr(optax, name)(0.01), epochs=3)
    assert fit.history[-1].loss < fit.history[0].loss
    assert fit.history[-1].learning_rate is None


def test_optaxs_adam_trains_as_ours(train):
    optax = pytest.importorskip("optax")
    one = train(rule=optax.adam(0.01), dtype="float64").params
    two = train(rule=bp.Adam(0.01), dtype="float64").params
    for name in one:
        np.testing.assert_allclose(one[name], two[name], rtol=1e-10, atol=1e-12)


def test_an_optax_rule_is_refused_on_numpy_with_the_way_out(network, rows):
    optax = pytest.importorskip("optax")
    with pytest.raises(errors.SettingError, match=r"engine='xla'"):
        bp.train(network(), rows(10), rule=optax.adam(0.01), engine="numpy", progress=False)


# --- state ---


def test_restoring_params_and_rule_state_continues(job):
    job = job(rule=bp.Adam())
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


@pytest.mark.usefixtures("_both_ways")
def test_a_state_that_was_kept_can_be_gone_back_to(job):
    run = choose("xla").start(job(), job().graph.init(0))
    run.set_order(np.arange(20, dtype=np.int32))
    run.steps(0, 2, 0)
    kept, before = run.state, run.params()
    run.steps(2, 3, 2)
    after = run.params()
    run.state = kept
    for name, array in before.items():
        np.testing.assert_array_equal(run.params()[name], array)
    run.steps(2, 2, 2)
    run.state = kept
    run.steps(2, 3, 2)
    for name, array in after.items():
        np.testing.assert_array_equal(run.params()[name], array)


@pytest.fixture(params=[0, 2**20], ids=["in place", "beside"])
def _both_ways(request, monkeypatch):
    monkeypatch.setattr(run_module, "LARGE_STATE", request.param)


def test_large_states_and_small_ones_give_the_same_bits(job, monkeypatch):
    found = []
    for limit in (0, 2**20):
        monkeypatch.setattr(run_module, "LARGE_STATE", limit)
        run = choose("xla").start(job(rule=bp.Adam()), job().graph.init(0))
        assert run.large is (limit == 0)
        run.set_order(np.arange(20, dtype=np.int32))
        for step in range(5):
            run.steps(step, 1, step)
        found.append([*run.params().values(), *run.rule_arrays()])
    for one, two in zip(*found, strict=True):
        assert one.tobytes() == two.tobytes()


def test_from_stretch_to_stretch_no_memory_is_taken_for_a_large_state(job, monkeypatch):
    monkeypatch.setattr(run_module, "LARGE_STATE", 0)
    job = job(rule=bp.Adam())
    run = choose("xla").start(job, job.graph.init(0))
    run.set_order(np.arange(20, dtype=np.int32))
    places = []
    for step in range(5):
        run.steps(step, 1, step)
        places.append({array.unsafe_buffer_pointer() for array in jax.tree.leaves(run.state)})
    assert places[0] == places[2] == places[4]
    assert not places[0] & places[1]


def test_what_products_are_rounded_to_is_told_with_what_it_computes_on(job):
    run = choose("xla").start(job(), job().graph.init(0))
    plain = run.surroundings()
    with jax.default_matmul_precision("bfloat16"):
        changed = run.surroundings()
    assert {name for name in plain if plain[name] != changed[name]} == {"jax_default_matmul_precision"}
    assert changed["jax_default_matmul_precision"] == "bfloat16"
    assert plain["device"] == jax.devices()[0].device_kind


def test_it_tells_what_its_first_call_spent_on_compiling_and_that_the_second_spent_nothing(monkeypatch):
    clock, compile_ = [0.0], compilation.compile_or_load

    def compiled(*args):
        clock[0] += 7.0
        return compile_(*args)

    monkeypatch.setattr(compilation, "perf_counter", lambda: clock[0])
    monkeypatch.setattr(compilation, "compile_or_load", compiled)
    graph = bp.mlp([4, 3, 3], l2=0.123)  # no other test has compiled it
    job = Job(graph, bp.SGD(0.1), DataSet({"x": np.eye(6, 4), "y": np.arange(6) % 3}), 5, np.dtype("float32"), 0)
    run = choose("xla").start(job, graph.init(0))
    run.set_order(np.arange(6, dtype=np.int32))
    run.steps(0, 1, 0)
    assert run.compile_seconds() >= 7.0
    run.steps(1, 1, 1)
    assert run.compile_seconds() == 0.0


@pytest.mark.usefixtures("_both_ways")
@pytest.mark.parametrize("rule", [bp.SGD(0.1), bp.SGD(0.1, momentum=0.9), bp.Adam()], ids=str)
def test_parameters_that_never_change_are_kept(rows, rule):
    """They may be the same array before and after a stretch, whose memory must then not be used again."""
    x, y = bp.Input("x", (3,)), bp.Input("y", (), dtype="int")
    W, b = bp.Parameter("W", (3, 2)), bp.Parameter("b", (2,), trainable=False)
    graph = bp.Graph(loss=bp.cross_entropy(bp.linear(x, W, b), y))
    fits = [
        bp.train(
            graph, rows(40), rule=rule, batch_size=1, epochs=4, dtype="float64", engine=engine, progress=False,
            params={"W": np.ones((3, 2)), "b": np.array([0.5, -0.5])},
        )
        for engine in ("numpy", "xla")
    ]  # fmt: skip
    np.testing.assert_array_equal(fits[1].params["b"], [0.5, -0.5])
    np.testing.assert_allclose(fits[1].params["W"], fits[0].params["W"], rtol=1e-12)


class Trailing(Rule):
    """SGD beside which a mean of theta is kept, which is theta itself at first."""

    def init(self, params):
        return {"mean": dict(params)}

    def update(self, params, grads, state, rate, t):
        moved = {name: p - rate * grads[name] for name, p in params.items()}
        return moved, {"mean": {name: 0.5 * mean + 0.5 * moved[name] for name, mean in state["mean"].items()}}


class Slow:
    """The same, as optax writes its rules."""

    def init(self, params):
        return {"mean": params}

    def update(self, grads, state, params):
        updates = {name: -0.1 * grad for name, grad in grads.items()}
        return updates, {"mean": {n: 0.5 * mean + 0.5 * (params[n] + updates[n]) for n, mean in state["mean"].items()}}


@pytest.mark.usefixtures("_both_ways")
@pytest.mark.parametrize("rule", [Trailing(0.1), Slow()], ids=["ours", "foreign"])
def test_a_state_that_begins_as_theta_itself_is_kept_apart_from_it(job, rule):
    from bprop.rules import as_rule

    runs = []
    for engine, each in (("numpy", Trailing(0.1)), ("xla", as_rule(rule))):
        given = job(rule=each, dtype="float64")
        run = choose(engine).start(given, given.graph.init(0))
        run.set_order(np.arange(20, dtype=np.int32))
        for step in range(5):
            run.steps(step, 1, step)
        runs.append(run)
    for one, two in zip(runs[0].rule_arrays(), runs[1].rule_arrays(), strict=True):
        np.testing.assert_allclose(two, one, rtol=1e-12, atol=1e-15)


def test_the_given_theta_is_not_shared_with_the_device(job):
    from bprop.engines.packing import copied

    theta = {name: copied(array, np.dtype("float32")) for name, array in job().graph.init(0).items()}
    run = choose("xla").start(job(), theta)
    for array in theta.values():
        array[...] = 7
    assert not any((array == 7).any() for array in run.params().values())


def test_an_order_that_is_the_same_is_not_sent_again(job):
    run = choose("xla").start(job(), job().graph.init(0))
    run.set_order(np.arange(20, dtype=np.int32))
    first = run.sets["data"].order
    run.set_order(np.arange(20, dtype=np.int32))
    assert run.sets["data"].order is first
    run.set_order(np.arange(20, dtype=np.int32)[::-1])
    assert run.sets["data"].order is not first


def test_params_are_numpys_and_writable(train):
    params = train().params
    for array in params.values():
        assert type(array) is np.ndarray
        array += 1


@pytest.mark.parametrize("t", [2**31 - 2, 2**32 - 2])
def test_an_optax_rule_counts_on_where_32_bits_end(network, job, t):
    """JAX then computes with 64 bits: what a rule makes double of single precision stays single."""
    optax = pytest.importorskip("optax")
    from bprop.rules import as_rule

    rule = optax.inject_hyperparams(optax.adam)(lambda count: np.float64(0.01) + 0 * count)
    graph, found = network(rate=0.0), []
    for start in (0, t):
        run = choose("xla").start(replace(job(rule=as_rule(rule)), graph=graph), graph.init(0))
        run.set_order(np.arange(20, dtype=np.int32))
        assert run.steps(0, 5, start).bad_step is None
        found.append(run.params())
    for name, array in found[0].items():
        assert found[1][name].dtype == np.float32
        np.testing.assert_allclose(found[1][name], array, rtol=1e-5, atol=1e-7)
