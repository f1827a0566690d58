"""The central promise: what the engines compute is the lecture's algorithm, and all compute the same."""

from functools import cache

import numpy as np
import pytest

import bprop as bp
from bprop import schedules

EXAMPLES, INPUTS, UNITS, CLASSES, EPOCHS = 50, 4, (6, 5), 3, 20


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


def examples(count=EXAMPLES):
    rng = np.random.default_rng(7)
    return rng.normal(size=(count, INPUTS)), rng.integers(CLASSES, size=count)


# --- the lecture's algorithm, by hand ---


def lecture(theta, X, Y, activation, alpha, dc=0.0, l1=0.0, l2=0.0, epochs=EPOCHS):
    """theta after per-example stochastic gradient descent, one example after the other."""
    theta = {name: array.copy() for name, array in theta.items()}
    layers = len(theta) // 2
    if activation == "tanh":
        g, g_prime = np.tanh, lambda a: 1 - np.tanh(a) ** 2
    else:
        g = lambda a: 1 / (1 + np.exp(-a))  # noqa: E731
        g_prime = lambda a: g(a) * (1 - g(a))  # noqa: E731
    updates = 0
    for _ in range(epochs):
        for x, y in zip(X, Y, strict=True):
            # forward propagation; W(k) of the lecture is theta's transposed
            h, a = {0: x}, {}
            for k in range(1, layers + 1):
                a[k] = theta[f"b{k}"] + theta[f"W{k}"].T @ h[k - 1]
                h[k] = g(a[k])
            f = np.exp(a[layers] - a[layers].max())
            f = f / f.sum()
            # output gradient, before activation
            e = np.zeros(CLASSES)
            e[y] = 1
            grad_a = -(e - f)
            grads = {}
            for k in range(layers, 0, -1):
                # hidden layer's parameters
                grad_W, grads[f"b{k}"] = np.outer(grad_a, h[k - 1]), grad_a
                grads[f"W{k}"] = grad_W.T
                if k > 1:
                    # hidden layer below, and the same before activation
                    grad_h = theta[f"W{k}"] @ grad_a
                    grad_a = grad_h * g_prime(a[k - 1])
            # Delta = -gradient of the loss - lambda * gradient of Omega; theta <- theta + alpha Delta
            for name, grad in grads.items():
                delta = -grad
                if name.startswith("W"):
                    W = theta[name]
                    delta = delta - l2 * 2 * W - l1 * (1.0 * (W > 0) - 1.0 * (W < 0))
                theta[name] = theta[name] + alpha / (1 + dc * updates) * delta
            updates += 1
    return theta


def network(activation, l1=0.0, l2=0.0):
    x, y = bp.Input("x", (INPUTS,)), bp.Input("y", (), dtype="int")
    sizes, h, weights = (INPUTS, *UNITS, CLASSES), x, []
    for k in range(1, len(sizes)):
        W, b = bp.Parameter(f"W{k}", sizes[k - 1 : k + 1]), bp.Parameter(f"b{k}", (sizes[k],))
        a = bp.linear(h, W, b, name=f"a{k}")
        h = getattr(bp, activation)(a, name=f"h{k}") if k < len(sizes) - 1 else bp.softmax(a, name="f")
        weights.append(W)
    penalty = [weight * omega(*weights) for weight, omega in ((l1, bp.l1), (l2, bp.l2)) if weight]
    return bp.Graph(loss=bp.nll(h, y), penalty=sum(penalty[1:], penalty[0]) if penalty else None, outputs={"f": h})


@cache
def lecture_after_1000_updates(activation, dc, l1, l2):
    """The same for every engine, so it is computed once."""
    return lecture(network(activation, l1, l2).init(seed=3), *examples(), activation, 0.1, dc, l1, l2)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
@pytest.mark.parametrize(("l1", "l2"), [(0.0, 0.0), (1e-3, 0.0), (0.0, 1e-3), (1e-3, 1e-2)])
@pytest.mark.parametrize("dc", [0.0, 0.01])
def test_per_example_sgd_is_the_lectures_algorithm_over_1000_updates(engine, activation, l1, l2, dc):
    X, Y = examples()
    graph = network(activation, l1, l2)
    theta = graph.init(seed=3)
    fit = bp.train(
        graph, {"x": X, "y": Y}, rule=bp.SGD(0.1, decrease_constant=dc), params=theta, batch_size=1, epochs=EPOCHS,
        shuffle=False, dtype="float64", engine=engine, progress=False,
    )  # fmt: skip
    assert fit.updates == 1000
    expected = lecture_after_1000_updates(activation, dc, l1, l2)
    for name, array in expected.items():
        assert np.abs(array - theta[name]).max() > 0.01  # training has moved it
        np.testing.assert_allclose(fit.params[name], array, rtol=0, atol=1e-12 * np.abs(array).max())


def test_the_lectures_algorithm_visits_examples_in_the_order_of_the_seed(engine):
    from bprop.data import batch_order

    X, Y = examples()
    graph = network("tanh")
    theta = expected = graph.init(seed=3)
    for epoch in range(3):
        order = batch_order(EXAMPLES, 9, epoch)
        expected = lecture(expected, X[order], Y[order], "tanh", 0.1, epochs=1)
    fit = bp.train(
        graph, {"x": X, "y": Y}, rule=bp.SGD(0.1), params=theta, batch_size=1, epochs=3, seed=9, dtype="float64",
        engine=engine, progress=False,
    )  # fmt: skip
    for name, array in expected.items():
        np.testing.assert_allclose(fit.params[name], array, rtol=0, atol=1e-12 * np.abs(array).max())


def test_the_lectures_algorithm_in_single_precision_is_near(engine):
    X, Y = examples()
    graph = network("tanh", l2=1e-3)
    theta = graph.init(seed=3)
    fit = bp.train(
        graph, {"x": X, "y": Y}, rule=bp.SGD(0.1), params=theta, batch_size=1, epochs=2, shuffle=False,
        engine=engine, progress=False,
    )  # fmt: skip
    expected = lecture(theta, X, Y, "tanh", 0.1, l2=1e-3, epochs=2)
    for name, array in expected.items():
        assert fit.params[name].dtype == np.float32
        np.testing.assert_allclose(fit.params[name], array, rtol=0, atol=1e-5)


# --- one engine against the other ---


def plain():
    return network("tanh", l1=1e-3, l2=1e-3)


def with_dropout():
    x, y = bp.Input("x", (INPUTS,)), bp.Input("y", (), dtype="int")
    W1, b1 = bp.Parameter("W1", (INPUTS, 8)), bp.Parameter("b1", (8,))
    W2, b2 = bp.Parameter("W2", (8, CLASSES)), bp.Parameter("b2", (CLASSES,))
    h = bp.dropout(bp.relu(bp.linear(bp.dropout(x, 0.2), W1, b1)), 0.5)
    f = bp.softmax(bp.linear(h, W2, b2))
    return bp.Graph(loss=bp.nll(f, y), outputs={"f": f})


def with_batch_norm():
    x, y = bp.Input("x", (INPUTS,)), bp.Input("y", (), dtype="int")
    W1, b1 = bp.Parameter("W1", (INPUTS, 8)), bp.Parameter("b1", (8,))
    gain, shift = bp.Parameter("gain", (8,), init=bp.init.ones), bp.Parameter("shift", (8,))
    mean = bp.Parameter("mean", (8,), trainable=False)
    variance = bp.Parameter("variance", (8,), init=bp.init.ones, trainable=False)
    W2, b2 = bp.Parameter("W2", (8, CLASSES)), bp.Parameter("b2", (CLASSES,))
    h = bp.tanh(bp.batch_norm(bp.linear(x, W1, b1), gain, shift, mean, variance))
    f = bp.softmax(bp.linear(h, W2, b2))
    return bp.Graph(loss=bp.nll(f, y), outputs={"f": f})


CASES = {
    "minibatches": (plain, bp.SGD(0.2), {}),
    "one_batch": (plain, bp.SGD(0.2), {"batch_size": EXAMPLES}),
    "weights": (plain, bp.SGD(0.2), {"weights": np.linspace(0, 2, EXAMPLES)}),
    "dropout": (with_dropout, bp.SGD(0.2), {}),
    "batch_norm": (with_batch_norm, bp.SGD(0.2), {}),
    "batch_norm_weights": (with_batch_norm, bp.SGD(0.2), {"weights": np.linspace(0, 2, EXAMPLES)}),
    "momentum": (plain, bp.SGD(0.1, momentum=0.9), {}),
    "nesterov": (plain, bp.SGD(0.1, momentum=0.9, nesterov=True, clip_norm=0.5), {}),
    "adam": (plain, bp.Adam(bp.schedules.warm_up(5, bp.schedules.cosine(0.01, 30))), {}),
    "adamw": (with_dropout, bp.AdamW(0.01), {}),
}


@pytest.mark.parametrize(("build", "rule", "settings"), CASES.values(), ids=CASES)
def test_every_engine_gives_the_same_in_double_precision(compiled, build, rule, settings):
    X, Y = examples()
    settings = {"batch_size": 8, "epochs": 5, "validation": {"x": X[:20], "y": Y[:20]}} | settings
    fits = [
        bp.train(build(), {"x": X, "y": Y}, rule=rule, dtype="float64", engine=engine, progress=False, **settings)
        for engine in ("numpy", compiled)
    ]
    one, two = fits
    for name, array in one.params.items():
        assert two.params[name].dtype == np.float64
        np.testing.assert_allclose(two.params[name], array, rtol=0, atol=1e-12 * max(1, np.abs(array).max()))
    for ours, theirs in zip(one.history, two.history, strict=True):
        assert theirs.updates == ours.updates
        for key in ("loss", "penalty", "objective", "accuracy", "validation_loss", "validation_accuracy"):
            assert getattr(theirs, key) == pytest.approx(getattr(ours, key), rel=1e-10, abs=1e-14)
        assert theirs.learning_rate == pytest.approx(ours.learning_rate, rel=1e-12)


@pytest.mark.parametrize("case", ["minibatches", "dropout", "batch_norm", "adam"])
def test_every_engine_gives_nearly_the_same_in_single_precision(compiled, case):
    build, rule, settings = CASES[case]
    X, Y = examples()
    fits = [
        bp.train(
            build(), {"x": X, "y": Y}, rule=rule, batch_size=8, epochs=2, engine=engine, progress=False, **settings
        )
        for engine in ("numpy", compiled)
    ]
    for name, array in fits[0].params.items():
        assert array.dtype == fits[1].params[name].dtype == np.float32
        np.testing.assert_allclose(fits[1].params[name], array, rtol=0, atol=2e-4)


def test_a_ragged_last_batch_counts_its_own_examples(engine):
    """7 rows in batches of 4: the second update is the mean over 3 examples, not over 4."""
    x, w = bp.Input("x"), bp.Parameter("w", ())
    X = np.arange(1.0, 8.0)
    fit = bp.train(
        bp.Graph(loss=w * x), {"x": X}, params={"w": 0.0}, rule=bp.SGD(1.0), batch_size=4, epochs=1, shuffle=False,
        dtype="float64", engine=engine, progress=False,
    )  # fmt: skip
    assert fit.params["w"] == pytest.approx(-(X[:4].mean() + X[4:].mean()), rel=1e-14)
    assert fit.history[0].loss == pytest.approx(-(X[:4].mean() * X[4:].sum()) / 7, rel=1e-12)
    assert fit.updates == 2


def test_a_weight_counts_like_as_many_copies(engine):
    X, Y = examples(12)
    w = np.array([1, 2, 3] * 4)
    common = {"rule": bp.SGD(0.2), "epochs": 5, "dtype": "float64", "engine": engine, "progress": False}
    graph = plain()
    weighted = bp.train(graph, {"x": X, "y": Y}, weights=w, batch_size=12, **common)
    copied = bp.train(graph, {"x": X.repeat(w, axis=0), "y": Y.repeat(w)}, batch_size=24, **common)
    for name, array in weighted.params.items():
        np.testing.assert_allclose(copied.params[name], array, rtol=0, atol=1e-13)
    assert weighted.history[-1].loss == pytest.approx(copied.history[-1].loss, rel=1e-12)


@pytest.mark.parametrize("case", ["dropout", "adam"])
def test_the_same_call_gives_the_same_bits(engine, case):
    build, rule, _ = CASES[case]
    X, Y = examples()
    one, two = (
        bp.train(build(), {"x": X, "y": Y}, rule=rule, batch_size=8, epochs=2, seed=4, engine=engine, progress=False)
        for _ in range(2)
    )
    for name, array in one.params.items():
        np.testing.assert_array_equal(two.params[name], array)


# --- overflow ---


@pytest.mark.parametrize("rows", [2, 300])
@pytest.mark.parametrize("box", [bp.huber, bp.squared_error, bp.absolute_error, bp.poisson], ids=lambda b: b.__name__)
def test_a_measure_that_overflows_is_infinite_on_every_engine(engine, box, rows):
    """The compiled engines compensate their sums and fill up their rows: neither turns infinity into NaN."""
    f, y, p = bp.Input("f"), bp.Input("y"), bp.Parameter("p", ())
    far = {"f": np.r_[1e30, np.ones(rows - 1)], "y": np.zeros(rows)}
    near = {"f": np.ones(4), "y": np.zeros(4)}
    fit = bp.train(bp.Graph(loss=box(f * p, y)), near, params={"p": 1.0}, rule=bp.SGD(0.0), batch_size=2, epochs=1,
                   engine=engine, progress=False, validation=far)  # fmt: skip
    measured = fit.history[0].validation
    assert measured["rmse"] == np.inf
    assert measured["loss"] == (np.inf if box in (bp.squared_error, bp.poisson) else pytest.approx(measured["mae"]))


def test_an_example_of_weight_0_does_not_count_though_its_loss_is_infinite(engine):
    f, y, p = bp.Input("f"), bp.Input("y"), bp.Parameter("p", ())
    data = {"f": np.array([1e30, 1.0, 3.0]), "y": np.zeros(3)}
    fit = bp.train(bp.Graph(loss=bp.squared_error(f * p, y)), {"f": np.ones(4), "y": np.zeros(4)}, params={"p": 1.0},
                   rule=bp.SGD(0.0), batch_size=2, epochs=1, engine=engine, progress=False, validation=data,
                   validation_weights=[0.0, 1.0, 3.0])  # fmt: skip
    assert fit.history[0].validation["loss"] == pytest.approx((1 + 3 * 9) / 4)


# --- the learning rate is the one that the history shows ---


@pytest.mark.parametrize(
    "rule",
    [bp.SGD(schedules.exponential(0.1, 0.9997)), bp.SGD(schedules.cosine(0.1, 20_000)),
     bp.SGD(schedules.warm_up(50, schedules.step(0.1, 0.7, 3000)), decrease_constant=1e-3)],
    ids=["exponential", "cosine", "warm_up"],
)  # fmt: skip
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_rate_of_a_late_update_is_that_of_the_history(engine, rule, dtype):
    x, w = bp.Input("x"), bp.Parameter("w", ())
    data = np.zeros(20_000)
    data[-1] = 1
    fit = bp.train(bp.Graph(loss=x * w), {"x": data}, params={"w": 0.0}, rule=rule, batch_size=1, epochs=1, dtype=dtype,
                   engine=engine, shuffle=False, progress=False)  # fmt: skip
    assert -fit.params["w"] == np.dtype(dtype).type(fit.history[0].learning_rate) > 0


# --- weights that are used twice ---


def test_a_parameter_that_is_used_twice_moves_by_the_sum_of_both_gradients(engine):
    rng = np.random.default_rng(3)
    x, start = rng.normal(size=(8, 4)), {"W": rng.normal(size=(4, 2)), "c": rng.normal(size=4)}

    def autoencoder(encode, decode):
        f = bp.tanh(bp.Input("x", (4,)) @ encode) @ decode + bp.Parameter("c", (4,))
        return bp.Graph(loss=bp.squared_error(f, bp.Input("y", (4,))))

    W, V = bp.Parameter("W", (4, 2)), bp.Parameter("V", (2, 4))
    settings = {"rule": bp.SGD(0.5), "batch_size": 8, "epochs": 1, "dtype": "float64", "progress": False}
    data = {"x": x, "y": x}
    tied = bp.train(autoencoder(W, W.T), data, params=start, engine=engine, **settings).params["W"]
    apart = bp.train(autoencoder(W, V), data, params={**start, "V": start["W"].T}, engine="numpy", **settings).params
    moved = apart["W"] - start["W"] + (apart["V"] - start["W"].T).T
    np.testing.assert_allclose(tied - start["W"], moved, rtol=1e-10)


def test_one_kernel_that_is_used_twice_moves_by_the_sum_of_both_gradients(engine):
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(6, 5, 5, 2)), rng.normal(size=(6, 1))
    W = bp.Parameter("W", (3, 3, 2, 2))

    def network(first, second):
        h = bp.tanh(bp.conv2d(bp.Input("x", (5, 5, 2)), first, padding="same"))
        h = bp.max_pool2d(bp.conv2d(h, second, padding="same"), size=5)
        return bp.Graph(loss=bp.squared_error(bp.sum(h, axis=(1, 2, 3), keepdims=False)[:, None], bp.Input("y", (1,))))

    settings = {"rule": bp.SGD(0.1), "batch_size": 6, "epochs": 1, "dtype": "float64", "progress": False}
    start = {"W": rng.normal(size=(3, 3, 2, 2))}
    tied = bp.train(network(W, W), {"x": x, "y": y}, params=start, engine=engine, **settings).params["W"]
    two = network(W, bp.Parameter("V", (3, 3, 2, 2)))
    apart = bp.train(two, {"x": x, "y": y}, params={**start, "V": start["W"]}, engine="numpy", **settings).params
    np.testing.assert_allclose(tied - start["W"], apart["W"] + apart["V"] - 2 * start["W"], rtol=1e-9)
