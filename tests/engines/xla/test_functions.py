"""The functions of a graph under JAX's transformations, beside a network written in JAX alone."""

import numpy as np
import pytest

import bprop as bp
from bprop.errors import SettingError

BATCH = {"x": np.random.default_rng(0).normal(size=(6, 4)), "y": np.array([0, 2, 1, 1, 0, 2])}


@pytest.fixture
def x64(jax):
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    yield jax
    jax.config.update("jax_enable_x64", before)


def network():
    x, y = bp.Input("x", (4,)), bp.Input("y", dtype="int")
    W1, b1, W2, b2 = (bp.Parameter(n, s) for n, s in (("W1", (4, 5)), ("b1", (5,)), ("W2", (5, 3)), ("b2", (3,))))
    f = bp.softmax(bp.linear(bp.tanh(bp.linear(x, W1, b1)), W2, b2), name="f")
    return bp.Graph(loss=bp.nll(f, y), penalty=0.1 * bp.l2(W1, W2), outputs={"f": f})


def objective(jax, theta, batch):
    """The same network in JAX."""
    a = jax.numpy.tanh(batch["x"] @ theta["W1"] + theta["b1"]) @ theta["W2"] + theta["b2"]
    chosen = jax.numpy.take_along_axis(jax.nn.log_softmax(a), batch["y"][:, None], axis=1)
    return -chosen.mean() + 0.1 * ((theta["W1"] ** 2).sum() + (theta["W2"] ** 2).sum())


def close(found, expected):
    assert set(found) == set(expected)
    for name in expected:
        np.testing.assert_allclose(found[name], expected[name], rtol=0, atol=1e-12)


def test_gradients_hessians_and_jacobians(x64):
    jax, graph = x64, network()
    theta = graph.init(0)
    of = graph.functions("xla", dtype="float64")
    v = {name: np.cos(np.arange(a.size)).reshape(a.shape) for name, a in theta.items()}
    slope = jax.grad(lambda theta: objective(jax, theta, BATCH))
    close(jax.grad(of.loss)(theta, BATCH), slope(theta))
    close(jax.jit(of.gradients)(theta, BATCH), slope(theta))
    product = jax.jvp(lambda theta: of.gradients(theta, BATCH), (theta,), (v,))[1]
    close(product, jax.jvp(slope, (theta,), (v,))[1])
    jacobian = jax.jacrev(lambda theta: of.outputs(theta, BATCH)["f"])(theta)
    rows = [jax.grad(lambda theta, c=c: of.outputs(theta, BATCH)["f"][2, c])(theta) for c in range(3)]
    close({n: a[2] for n, a in jacobian.items()}, {n: np.stack([row[n] for row in rows]) for n in theta})


def test_vmap_over_examples_and_over_networks(x64):
    jax, graph = x64, network()
    theta = graph.init(0)
    of = graph.functions("xla", dtype="float64")
    each = jax.vmap(lambda x, y: of.gradients(theta, {"x": x[None], "y": y[None]}))(BATCH["x"], BATCH["y"])
    close(each, of.gradients(theta, BATCH, per_example=True))
    several = {name: np.stack([a, 2 * a, -a]) for name, a in theta.items()}
    losses = jax.vmap(lambda theta: of.loss(theta, BATCH))(several)
    np.testing.assert_allclose(losses[1], objective(jax, {n: 2 * a for n, a in theta.items()}, BATCH), rtol=1e-12)


def test_a_step_within_jit_is_the_same_update(x64):
    jax, graph = x64, network()
    of = graph.functions("xla", bp.Adam(bp.schedules.cosine(0.1, 5)), dtype="float64")
    theta = graph.init(0)
    state = of.init(theta)
    step = jax.jit(of.step)
    there, here = (theta, state), (theta, state)
    for _ in range(3):
        *there, loss = step(*there, BATCH)
        *here, other = of.step(*here, BATCH)
        assert float(loss) == pytest.approx(float(other), rel=1e-12)
    close(there[0], {name: np.asarray(a) for name, a in here[0].items()})
    assert int(there[1]["t"]) == here[1]["t"] == 3


def test_a_transformation_in_float64_without_its_64_bits_is_refused(jax):
    graph = network()
    of = graph.functions("xla", dtype="float64")
    if jax.config.jax_enable_x64:
        pytest.skip("this process has 64 bits")
    with pytest.raises(SettingError, match="jax_enable_x64"):
        jax.jit(of.loss)(graph.init(0), BATCH)
    assert np.asarray(of.loss(graph.init(0), BATCH)).dtype == np.float64  # called by itself, it sees to that


def test_theta_that_is_overwritten_in_place_says_so_when_it_is_read(jax):
    graph = network()
    of = graph.functions("xla", bp.SGD(0.1), in_place=True)
    theta = graph.init(0)
    first, state, _ = of.step(theta, of.init(theta), BATCH)
    of.step(first, state, BATCH)
    with pytest.raises((RuntimeError, SettingError), match=r"deleted|overwritten"):
        np.asarray(first["W1"])


def test_steps_give_the_bits_of_training_where_loops_round_differently(jax):
    """With room for one batch alone, XLA compiled this step into other loops than those of training."""
    rng = np.random.default_rng(0)
    data = {"x": rng.normal(size=(96, 64)).astype("f"), "y": rng.integers(10, size=96)}
    graph = bp.mlp([64, 100, 10], activation="tanh", l2=1e-4)
    options = {"rule": bp.SGD(0.01), "params": graph.init(0), "epochs": 1, "batch_size": 32, "shuffle": False}
    fit = bp.train(graph, data, engine="xla", progress=False, **options)
    of = graph.functions("xla", bp.SGD(0.01), batch_size=32)
    theta, state = graph.init(0), of.init(graph.init(0))
    for start in range(0, 96, 32):
        theta, state, _ = of.step(theta, state, {name: a[start : start + 32] for name, a in data.items()})
    assert all(np.array_equal(np.asarray(theta[name]), array) for name, array in fit.params.items())
