"""What a batch is, on every engine: its own rows and weights alone, whatever boxes, weights and penalties there are."""

import numpy as np
import pytest

import bprop as bp
from bprop.data import DataSet
from bprop.engines import Job, choose
from bprop.mapped.spool import Spool

INPUTS, CLASSES = 4, 3
NEEDS = {"xla": "jax", "native": "llvmlite"}


@pytest.fixture(params=["numpy", "xla", "native"])
def engine(request):
    if request.param in NEEDS:
        pytest.importorskip(NEEDS[request.param])
    return request.param


@pytest.fixture(params=["xla", "native"])
def compiled(request):
    pytest.importorskip(NEEDS[request.param])
    return request.param


def examples(count):
    rng = np.random.default_rng(7)
    return rng.normal(size=(count, INPUTS)), rng.integers(CLASSES, size=count)


# --- boxes that mix the rows of a batch: none is ever added ---


class Centred(bp.Box):
    """a minus its mean over the rows; weights are not looked at."""

    def fprop(self, a):
        return a - a.mean(axis=0)

    def bprop(self, grad, value, a):
        return grad - grad.mean(axis=0)


MIXING = {
    "centred": lambda x, w: (x - bp.mean(x, axis=0)) * w,
    "a sum": lambda x, w: bp.tanh(x * w) * bp.sum(x * w, axis=0),
    "a maximum": lambda x, w: bp.max(x * w, axis=0) * x,
    "backwards": lambda x, w: (x * w)[::-1] * x,
    "the first three": lambda x, w: x * bp.mean((x * w)[:3], axis=0),
    "a Gram matrix": lambda x, w: bp.tanh((x * w) @ bp.transpose(x, (1, 0))) @ x,
    "a box of one's own": lambda x, w: bp.tanh(Centred(x * w)),
}
mixing = pytest.mark.parametrize("make", MIXING.values(), ids=MIXING)


def mixed(make, penalised=False):
    x, w = bp.Input("x", (INPUTS,)), bp.Parameter("w", (INPUTS,), init=bp.init.Normal(0.7))
    h = make(x, w)
    penalty = 0.1 * bp.mean(bp.square(x * w)) if penalised else None
    return bp.Graph(loss=bp.sum(bp.square(h), axis=1) + bp.sum(h, axis=1), outputs={"h": h}, penalty=penalty)


def by_hand(graph, theta, data, batch, alpha=0.05, epochs=2):
    """theta after plain gradient descent on graph.bprop's gradients of the very rows of each batch, in their order."""
    theta = dict(theta)
    rows = len(data["x"])
    for _ in range(epochs):
        for start in range(0, rows, batch):
            part = {name: array[start : start + batch] for name, array in data.items()}
            grads = graph.bprop(graph.fprop(theta, part))
            theta = {name: array - alpha * grads[name] for name, array in theta.items()}
    return theta


def trained(graph, data, batch, engine, **more):
    settings = {
        "rule": bp.SGD(0.05), "epochs": 2, "dtype": "float64", "shuffle": False, "progress": False, **more,
    }  # fmt: skip
    return bp.train(graph, data, batch_size=batch, engine=engine, **settings)


@mixing
def test_mixed_rows_are_those_of_the_batch_alone(engine, make):
    graph, data = mixed(make), {"x": examples(10)[0]}
    theta = graph.init(3)
    fit = trained(graph, data, 4, engine, params=theta)
    expected = by_hand(graph, theta, data, 4)
    np.testing.assert_allclose(fit.params["w"], expected["w"], rtol=0, atol=1e-12)


@pytest.mark.parametrize(("rows", "batch"), [(10, 5), (10, 10), (10, 1), (7, 6), (1, 1)])
def test_mixed_rows_at_every_batch_size(engine, rows, batch):
    graph, data = mixed(MIXING["backwards"]), {"x": examples(rows)[0]}
    theta = graph.init(3)
    fit = trained(graph, data, batch, engine, params=theta)
    expected = by_hand(graph, theta, data, batch)
    np.testing.assert_allclose(fit.params["w"], expected["w"], rtol=0, atol=1e-12)


@pytest.mark.parametrize("make", ["centred", "a sum", "backwards", "a box of one's own"])
@pytest.mark.parametrize("rows", [3, 1100])
def test_a_validation_set_of_mixed_rows_is_one_batch(engine, make, rows):
    rng = np.random.default_rng(5)
    make = MIXING[make]
    graph, data, held = mixed(make), {"x": examples(4)[0]}, {"x": rng.normal(size=(rows, INPUTS))}
    w = rng.uniform(0, 2, rows)
    fit = trained(graph, data, 2, engine, validation=held, validation_weights=w)
    loss = graph.fprop(fit.params, held, training=False, weights=w).loss
    assert fit.history[-1].validation_loss == pytest.approx(float(loss), rel=1e-9)
    assert fit.evaluate(held, weights=w)["loss"] == pytest.approx(float(loss), rel=1e-9)


def test_mixed_rows_of_a_streamed_set_on_the_device(monkeypatch):
    pytest.importorskip("jax")
    graph, data = mixed(MIXING["backwards"]), {"x": examples(10)[0]}
    plain = trained(graph, data, 4, "xla", validation=data)
    monkeypatch.setenv("BPROP_DATA_MEMORY", "256")
    streamed = trained(graph, data, 4, "xla", validation=data)
    np.testing.assert_array_equal(streamed.params["w"], plain.params["w"])
    assert streamed.history[-1].validation == plain.history[-1].validation
    np.testing.assert_allclose(plain.params["w"], by_hand(graph, graph.init(0), data, 4)["w"], rtol=0, atol=1e-12)


def test_mixed_rows_of_a_set_larger_than_memory(engine):
    def spooled():
        spool = Spool(dtype="float64")
        spool.append({"x": examples(10)[0]})
        return spool.finish()

    graph = mixed(MIXING["backwards"])
    fit = trained(graph, spooled(), 4, engine)
    expected = by_hand(graph, graph.init(0), {"x": examples(10)[0]}, 4)
    np.testing.assert_allclose(fit.params["w"], expected["w"], rtol=0, atol=1e-12)
    with pytest.raises(bp.errors.SettingError, match="'slice_1' mixes the rows of a batch"):
        trained(graph, {"x": examples(4)[0]}, 4, engine, validation=spooled())
    with pytest.raises(bp.errors.SettingError, match="fits in memory"):
        fit.evaluate(spooled())


def test_mixed_rows_with_dropout_draw_the_same_noise_on_every_engine(compiled):
    graph = mixed(lambda x, w: bp.tanh(bp.dropout(x * w - bp.mean(x, axis=0), 0.3)))
    data = {"x": examples(10)[0]}
    one, other = (trained(graph, data, 4, engine, rule=bp.Adam(0.01), seed=5) for engine in ("numpy", compiled))
    np.testing.assert_allclose(one.params["w"], other.params["w"], rtol=0, atol=1e-12)


def test_noise_outside_training_is_that_of_one_batch(engine):
    class Jitter(bp.Box):
        needs = ("noise",)

        def noise(self, draw, a):
            return draw(a.shape)

        def fprop(self, a, noise):
            return a * noise

        def bprop(self, grad, value, a, noise):
            return grad * noise

    graph = mixed(lambda x, w: Jitter(x * w))
    held = {"x": np.random.default_rng(5).normal(size=(1100, INPUTS))}
    fit = trained(graph, {"x": examples(10)[0]}, 4, engine, validation=held, seed=8)
    loss = graph.fprop(fit.params, held, training=False, seed=8).loss
    assert fit.history[-1].validation_loss == pytest.approx(float(loss), rel=1e-12)


def test_mixed_rows_stop_and_go_on_bit_for_bit(engine, tmp_path):
    graph = mixed(MIXING["backwards"], penalised=True)
    data = {"x": examples(11)[0]}
    whole = trained(graph, data, 4, engine, rule=bp.Adam(0.01), epochs=3, shuffle=True)
    kept = tmp_path / "run.bprop"
    trained(graph, data, 4, engine, rule=bp.Adam(0.01), epochs=1, shuffle=True, checkpoint=kept)
    resumed = trained(graph, data, 4, engine, rule=bp.Adam(0.01), epochs=3, shuffle=True, resume=kept)
    np.testing.assert_array_equal(whole.params["w"], resumed.params["w"])
    assert [r.penalty for r in whole.history] == [r.penalty for r in resumed.history]


@pytest.mark.parametrize("batch", [1, 4, 7])
def test_mixed_rows_below_layers_with_momentum(compiled, batch, monkeypatch):
    if compiled == "xla":
        monkeypatch.setattr("bprop.engines.xla.run.LARGE_STATE", 0)  # the state is worked on in place
    x, y = bp.Input("x", (INPUTS,)), bp.Input("y", (), "int")
    W1, b1, W2, b2 = (
        bp.Parameter(n, s) for n, s in (("W1", (INPUTS, 8)), ("b1", (8,)), ("W2", (8, CLASSES)), ("b2", (CLASSES,)))
    )
    h = bp.tanh(bp.linear(x, W1, b1))
    f = bp.softmax(bp.linear(h - bp.mean(h, axis=0), W2, b2))
    graph = bp.Graph(loss=bp.nll(f, y), penalty=1e-2 * bp.l2(W1, W2), outputs={"f": f})
    X, Y = examples(10)
    more = {"rule": bp.SGD(0.1, momentum=0.9), "weights": np.arange(10.0), "epochs": 3, "validation": 0.3}
    one, other = (trained(graph, {"x": X, "y": Y}, batch, engine, **more) for engine in ("numpy", compiled))
    for name in one.params:
        np.testing.assert_allclose(one.params[name], other.params[name], rtol=0, atol=1e-11)
    assert other.history[-1].validation == pytest.approx(one.history[-1].validation, rel=1e-9)


def test_mixed_rows_in_sixteen_bits_are_near():
    pytest.importorskip("jax")
    x, W = bp.Input("x", (INPUTS,)), bp.Parameter("W", (INPUTS, 2))
    h = x @ W
    graph = bp.Graph(loss=bp.sum(bp.square(h - bp.mean(h, axis=0)), axis=1))
    data = {"x": examples(10)[0]}
    narrow, plain = (
        trained(graph, data, 4, "xla", dtype=dtype, params=graph.init(1)) for dtype in ("bfloat16", "float32")
    )
    np.testing.assert_allclose(narrow.params["W"], plain.params["W"], rtol=0, atol=0.02)


def test_where_a_step_of_the_last_batch_goes_wrong_it_is_named(engine):
    graph = mixed(lambda x, w: x[::-1] / (x * w))
    data = {"x": np.ones((10, INPUTS))}
    data["x"][9] = 0
    with pytest.raises(bp.errors.NonFiniteError, match="epoch 1, step 3 of 3"):
        trained(graph, data, 4, engine)


def test_graphs_that_keep_rows_apart_compile_one_step_for_all_batches():
    pytest.importorskip("llvmlite")
    graph = bp.mlp([INPUTS, 5, CLASSES])
    X, Y = examples(10)
    job = Job(graph, bp.SGD(), DataSet({"x": X, "y": Y}), 4, np.dtype("float64"), 0)
    assert job.batches == (4, 3, 0)
    assert choose("native").start(job, graph.init(0)).last is None


def test_a_row_that_fills_up_a_batch_does_not_spoil_it(engine):
    x, w = bp.Input("x"), bp.Parameter("w", ())
    graph = bp.Graph(loss=bp.exp(x * w) - 2.0 * x * w)
    data = {"x": np.array([1000.0, 0.001, 0.002])}  # after the first update, the loss of the first row is infinite
    fit = trained(graph, data, 2, engine, rule=bp.SGD(0.01), epochs=1, params={"w": np.zeros(())})
    assert fit.params["w"] == pytest.approx(5.0, rel=1e-3)
    with pytest.raises(bp.errors.NonFiniteError):
        trained(graph, data, 1, engine, rule=bp.SGD(0.01), epochs=2, params={"w": np.zeros(())})


# --- example weights: the formula at every batch size ---


@pytest.mark.parametrize("batch", [1, 2, 5, 10, 60])
def test_a_weighted_line_reaches_the_weighted_optimum_at_every_batch_size(engine, batch):
    rng = np.random.default_rng(2)
    N = 60
    x = rng.uniform(-1, 1, N)
    y, w = x * x + x, np.where(x > 0, 9.0, 0.5)
    w[:5] = 0
    A = np.stack([np.ones(N), x], axis=1)
    optimum = np.linalg.solve(A.T * w @ A, A.T * w @ y)
    assert (np.abs(optimum - np.linalg.lstsq(A, y, rcond=None)[0]) > 0.2).all()
    x_, y_, b, s = bp.Input("x"), bp.Input("y"), bp.Parameter("b", ()), bp.Parameter("s", ())
    graph = bp.Graph(loss=bp.square(b + s * x_ - y_))
    rule, epochs = bp.SGD(bp.schedules.decreasing(0.3, 0.01)), 150 if batch < N else 600
    fit = bp.train(
        graph, {"x": x, "y": y}, weights=w, rule=rule, batch_size=batch, epochs=epochs, seed=1, dtype="float64",
        engine=engine, progress=False,
    )  # fmt: skip
    found = np.array([fit.params["b"], fit.params["s"]])
    np.testing.assert_allclose(found, optimum, rtol=0, atol=0.01)
    loss = graph.fprop(fit.params, x=x, y=y, weights=w).loss
    assert fit.evaluate(x=x, y=y, weights=w)["loss"] == pytest.approx(float(loss))


@pytest.mark.parametrize("batch", [1, 4, 10])
def test_a_batch_follows_the_gradient_of_weights_over_the_mean_weight(engine, batch):
    x, w = bp.Input("x", (INPUTS,)), bp.Parameter("w", (INPUTS,))
    graph = bp.Graph(loss=bp.sum(bp.square(x * w - 1), axis=1), penalty=0.1 * bp.l2(w))
    X, weights = examples(10)[0], np.array([0, 0, 0, 0, 1, 2, 3, 0, 5, 0.5])  # a batch of 4 may weigh nothing
    theta = graph.init(1)
    fit = trained(graph, {"x": X}, batch, engine, params=theta, weights=weights)
    expected = theta["w"]
    for _ in range(2):
        for start in range(0, 10, batch):
            part, v = X[start : start + batch], weights[start : start + batch, None] / weights.mean()
            grad = (v * 2 * (part * expected - 1) * part).sum(axis=0) / len(part)
            expected = expected - 0.05 * (grad + 0.1 * 2 * expected)
    np.testing.assert_allclose(fit.params["w"], expected, rtol=0, atol=1e-12)


def test_weights_with_statistics_of_the_batch_are_the_same_on_every_engine(compiled):
    graph = bp.mlp([INPUTS, 5, CLASSES], normalise="batch", dropout=0.2)
    X, Y = examples(11)
    w = np.r_[np.zeros(3), np.random.default_rng(1).uniform(0, 3, 8)]
    one, other = (
        trained(graph, {"x": X, "y": Y}, 3, engine, weights=w, validation={"x": X, "y": Y}, validation_weights=w)
        for engine in ("numpy", compiled)
    )
    for name in one.params:
        np.testing.assert_allclose(one.params[name], other.params[name], rtol=0, atol=1e-11)
    assert one.history[-1].loss == pytest.approx(other.history[-1].loss, rel=1e-9)
    assert one.history[-1].validation_loss == pytest.approx(other.history[-1].validation_loss, rel=1e-9)


def test_weights_of_a_mixing_graph_in_a_ragged_batch(engine):
    graph, data = mixed(MIXING["backwards"]), {"x": examples(10)[0]}
    w = np.arange(10.0)
    fit = trained(graph, data, 4, engine, weights=w)
    theta = graph.init(0)
    for _ in range(2):
        for start in range(0, 10, 4):
            v = w[start : start + 4]
            grads = graph.bprop(graph.fprop(theta, {"x": data["x"][start : start + 4]}, weights=v))
            theta = {"w": theta["w"] - 0.05 * grads["w"] * v.sum() / (len(v) * w.mean())}
    np.testing.assert_allclose(fit.params["w"], theta["w"], rtol=0, atol=1e-12)


# --- what only an output needs; a penalty on the data ---


@pytest.mark.parametrize("rule", [bp.SGD(0.1), bp.SGD(0.1, momentum=0.9), bp.Adam(0.1), bp.AdamW(0.1)], ids=repr)
def test_a_parameter_that_only_an_output_uses_is_left_as_it_is(engine, rule, tmp_path):
    x, W, V = bp.Input("x", (INPUTS,)), bp.Parameter("W", (INPUTS, 2)), bp.Parameter("V", (INPUTS, 2))
    graph = bp.Graph(loss=bp.sum(bp.square(x @ W), axis=1), outputs={"f": x @ W, "probe": x @ V})
    alone = bp.Graph(loss=bp.sum(bp.square(x @ W), axis=1))
    theta, data, kept = graph.init(0), {"x": examples(8)[0]}, tmp_path / "run.bprop"
    more = {"rule": rule, "params": theta, "health": True, "validation": data}
    fit = trained(graph, data, 3, engine, checkpoint=kept, **more)
    np.testing.assert_array_equal(fit.params["V"], theta["V"])
    expected = trained(alone, data, 3, engine, rule=rule, params={"W": theta["W"]})
    np.testing.assert_allclose(fit.params["W"], expected.params["W"], rtol=0, atol=1e-12)
    resumed = trained(graph, data, 3, engine, resume=kept, **more, epochs=4)
    whole = trained(graph, data, 3, engine, **more, epochs=4)
    for name in theta:
        np.testing.assert_array_equal(resumed.params[name], whole.params[name])


def test_a_penalty_on_activations_is_that_of_the_batch(engine):
    x, w = bp.Input("x", (INPUTS,)), bp.Parameter("w", (INPUTS,))
    h = bp.tanh(x * w)
    graph = bp.Graph(loss=bp.sum(h, axis=1), penalty=0.5 * bp.mean(bp.square(h)) + 0.1 * bp.l2(w), outputs={"h": h})
    data, theta = {"x": examples(10)[0]}, graph.init(1)
    seen = []
    fit = trained(
        graph, data, 4, engine, params=theta, epochs=1, health=True, validation=data, patience=3,
        callbacks=lambda record, fit: seen.append(record),
    )  # fmt: skip
    np.testing.assert_allclose(fit.params["w"], by_hand(graph, theta, data, 4, epochs=1)["w"], rtol=0, atol=1e-12)
    penalties, at = [], theta
    for start in (0, 4, 8):
        part = {"x": data["x"][start : start + 4]}
        penalties.append(float(graph.fprop(at, part).penalty))
        at = by_hand(graph, at, part, 4, epochs=1)
    (record,) = fit.history
    assert record.penalty == pytest.approx(np.mean(penalties), rel=1e-9)
    assert record.objective == pytest.approx(record.loss + record.penalty)
    assert seen == [record]
    assert record.validation_loss == pytest.approx(float(graph.fprop(fit.params, data, training=False).loss))


def test_a_penalty_of_rows_that_overflows_is_seen(engine):
    x, w = bp.Input("x", (INPUTS,)), bp.Parameter("w", (INPUTS,))
    penalty = bp.mean(bp.exp(x * w))
    graph = bp.Graph(loss=bp.sum(x * w, axis=1) * 0.0, penalty=penalty)
    data = {"x": np.ones((8, INPUTS))}
    with pytest.raises(bp.errors.NonFiniteError, match="exp_1"):
        trained(graph, data, 4, engine, params={"w": np.full(INPUTS, 800.0)})
