"""Training on the native engine: the same as on NumPy for every kind of network, rule and data; and what it leaves."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.data import DataSet
from bprop.engines import Job, choose
from bprop.engines.native.run import routines
from bprop.engines.trace import tracer

ROWS = 45
QUIET = {"progress": False}


def examples(count=ROWS, seed=0):
    rng = np.random.default_rng(seed)
    return {"x": rng.normal(size=(count, 6)), "y": rng.integers(3, size=count)}


def parameters(*shapes):
    return [bp.Parameter(f"p{i}", shape) for i, shape in enumerate(shapes)]


def plain(l1=1e-4, l2=1e-3, rate=0.3):
    return bp.mlp([6, 9, 3], activation="tanh", l1=l1, l2=l2, dropout=rate)


def normalised():
    x, y = bp.Input("x", (6,)), bp.Input("y", (), dtype="int")
    W1, shift, W2, b2, t2 = parameters((6, 9), (9,), (9, 3), (3,), (3,))
    scale, s2 = (bp.Parameter(name, (size,), init=bp.init.ones) for name, size in (("scale", 9), ("s2", 3)))
    mean = bp.Parameter("mean", (9,), init=bp.init.zeros, trainable=False)
    variance = bp.Parameter("variance", (9,), init=bp.init.ones, trainable=False)
    h = bp.relu(bp.batch_norm(x @ W1, scale, shift, mean, variance))
    return bp.Graph(loss=bp.cross_entropy(bp.layer_norm(bp.linear(h, W2, b2), s2, t2), y))


def embedded():
    """Embeddings, pieces put together, cut, reshaped and transposed, a constant, two outputs and two losses."""
    words, y = bp.Input("words", (4,), dtype="int"), bp.Input("y", (), dtype="int")
    x, t = bp.Input("x", (2, 3)), bp.Input("t", (2,))
    E, W, V, c = parameters((7, 3), (18, 5), (5, 3), (5, 2))
    taken = bp.reshape(bp.take(E, words), (-1, 12))
    rest = bp.reshape(bp.transpose(x * bp.Constant([0.5, 1.0, 2.0]), (0, 2, 1)), (-1, 6))
    h = bp.sigmoid(bp.concat([taken, rest]) @ W)
    logits = bp.slice(h, (slice(None), slice(None, None, -1))) @ V
    losses = bp.cross_entropy(logits, y, name="classes") + 0.3 * bp.squared_error(h @ c, t, name="values")
    return bp.Graph(loss=losses, penalty=1e-3 * bp.l2(E, W), outputs={"f": bp.softmax(logits), "g": h @ c})


def embedded_data():
    rng = np.random.default_rng(1)
    return {
        "words": rng.integers(7, size=(ROWS, 4)), "y": rng.integers(3, size=ROWS),
        "x": rng.normal(size=(ROWS, 2, 3)), "t": rng.normal(size=(ROWS, 2)),
    }  # fmt: skip


def task(name, loss=None, outputs=1):
    return lambda: bp.mlp([6, 8, outputs], task=name, **({} if loss is None else {"loss": loss}))


def targets(kind, *shape):
    rng = np.random.default_rng(2)
    made = {"values": rng.normal(size=(ROWS, *shape)), "counts": rng.poisson(2.0, size=(ROWS, *shape)),
            "truths": rng.integers(2, size=(ROWS, *shape))}  # fmt: skip
    return lambda: {"x": examples()["x"], "y": made[kind]}


warm = bp.schedules.warm_up(5, bp.schedules.cosine(0.01, 30))
CASES = {
    "example_by_example": (plain, examples, bp.SGD(0.1, decrease_constant=1e-2), {"batch_size": 1}),
    "one_batch": (plain, examples, bp.SGD(0.2, momentum=0.9), {"batch_size": ROWS}),
    "weights": (plain, examples, bp.SGD(0.2), {"weights": np.linspace(0, 2, ROWS)}),
    "weights_one_by_one": (plain, examples, bp.SGD(0.2), {"weights": np.linspace(0, 2, ROWS), "batch_size": 1}),
    "nesterov_clipped": (plain, examples, bp.SGD(0.1, momentum=0.9, nesterov=True, clip_norm=0.5), {}),
    "normalised": (normalised, examples, bp.SGD(0.2), {"weights": np.linspace(0, 2, ROWS)}),
    "adam": (normalised, examples, bp.Adam(warm), {}),
    "embedded": (embedded, embedded_data, bp.AdamW(0.01), {}),
    "binary": (task("binary"), targets("truths"), bp.SGD(0.1), {}),
    "multilabel": (task("multilabel", outputs=4), targets("truths", 4), bp.SGD(0.1), {}),
    "regression": (task("regression"), targets("values"), bp.SGD(0.1), {"batch_size": 1}),
    "regression_of_two": (task("regression", "huber", 2), targets("values", 2), bp.SGD(0.1), {}),
    "counts": (task("regression", "poisson"), targets("counts"), bp.SGD(0.01), {}),
}  # fmt: skip


def compare(build, data, rule, settings, dtype="float64", tolerance=1e-12, rough=1e-10):
    settings = {"batch_size": 8, "epochs": 3, "rule": rule, "dtype": dtype, "validation": 0.2} | settings
    if settings.get("weights") is not None or settings["batch_size"] == ROWS:
        settings["validation"] = {name: array[:11] for name, array in data.items()}
    ours, theirs = (bp.train(build(), data, engine=engine, **settings, **QUIET) for engine in ("numpy", "native"))
    for name, array in ours.params.items():
        assert theirs.params[name].dtype == array.dtype == np.dtype(dtype)
        np.testing.assert_allclose(theirs.params[name], array, rtol=0, atol=tolerance * max(1, np.abs(array).max()))
    for one, two in zip(ours.history, theirs.history, strict=True):
        assert (two.updates, two.learning_rate) == (one.updates, pytest.approx(one.learning_rate, rel=1e-9))
        for part in ("loss", "penalty", "objective", "validation", "metrics"):
            assert getattr(two, part) == pytest.approx(getattr(one, part), rel=rough, abs=rough)


@pytest.mark.parametrize("case", CASES)
def test_it_trains_as_numpy_does(case):
    build, data, rule, settings = CASES[case]
    compare(build, data(), rule, settings)


@pytest.mark.parametrize("case", ["example_by_example", "adam", "embedded"])
def test_it_trains_as_numpy_does_in_single_precision(case):
    build, data, rule, settings = CASES[case]
    compare(build, data(), rule, settings, "float32", 3e-4, 1e-3)


SCHEDULES = [
    bp.schedules.constant(0.1), bp.schedules.decreasing(0.1, 0.05), bp.schedules.step(0.1, 0.5, 7),
    bp.schedules.exponential(0.1, 0.9), bp.schedules.cosine(0.1, 20), bp.schedules.warm_up(5, 0.1),
]  # fmt: skip


@pytest.mark.parametrize("schedule", SCHEDULES, ids=str)
def test_every_schedule_gives_the_same_rates(schedule):
    compare(lambda: bp.mlp([6, 3]), examples(), bp.SGD(schedule), {"epochs": 4})


def test_it_trains_on_vectors_of_any_width(vectors):
    compare(*CASES["embedded"][:1], embedded_data(), bp.SGD(0.1), {"epochs": 2}, "float32", 3e-4, 1e-3)


# --- nothing is compiled again ---


def test_other_numbers_and_another_number_of_rows_compile_nothing(monkeypatch):
    settings = {"batch_size": 8, "epochs": 1, "engine": "native", **QUIET}

    def train(count, graph, rule):
        return bp.train(graph, examples(count), rule=rule, validation=0.2, **settings)

    train(40, plain(), bp.SGD(0.1, momentum=0.5))

    def refuse(*_):
        raise AssertionError("compiled again")

    monkeypatch.setattr(routines, "machine_code", refuse)
    settings["epochs"], settings["seed"] = 2, 3
    one = train(61, plain(1e-5, 1e-2, 0.1), bp.SGD(0.3, momentum=0.9))
    two = bp.train(plain(1e-5, 1e-2, 0.1), examples(61), rule=bp.SGD(0.3, momentum=0.9), validation=0.2,
                   **{**settings, "engine": "numpy"})  # fmt: skip
    np.testing.assert_allclose(one.params["W1"], two.params["W1"], rtol=0, atol=1e-5)
    with pytest.raises(errors.InternalError, match="compiled again"):
        train(40, bp.mlp([6, 10, 3]), bp.SGD(0.1))


def test_constants_of_another_kind_are_another_program():
    for value in ([1, 2, 3], [0.5, 2.5, 1.5], [True, False, True]):

        def build(value=value):
            x, (W,) = bp.Input("x", (6,)), parameters((6, 3))
            y = bp.Input("y", (), dtype="int")
            return bp.Graph(loss=bp.cross_entropy((x @ W) * bp.Constant(value, name="c"), y))

        compare(build, examples(), bp.SGD(0.1), {"epochs": 1})


# --- state, checkpoints, callbacks ---


def job(batch_size=4, **more):
    return Job(plain(), bp.Adam(), DataSet(examples(20)), batch_size, np.dtype("float32"), 0, **more)


def started():
    run = choose("native").start(job(), job().graph.init(0))
    run.set_order(np.arange(20, dtype=np.int32))
    return run


def test_a_state_that_was_kept_can_be_gone_back_to():
    run = started()
    run.steps(0, 2, 0)
    kept, before = run.state, run.params()
    run.steps(2, 3, 2)
    after = run.params()
    assert any((after[name] != array).any() for name, array in before.items())
    run.state = kept
    for name, array in before.items():
        np.testing.assert_array_equal(run.params()[name], array)
    run.steps(2, 3, 2)
    for name, array in after.items():
        np.testing.assert_array_equal(run.params()[name], array)


def test_restoring_params_and_rule_state_continues_bit_for_bit():
    run, other = started(), started()
    run.steps(0, 2, 0)
    other.restore(run.params(), run.rule_arrays())
    for each in (run, other):
        each.steps(2, 3, 2)
    for one, two in zip([*run.params().values(), *run.rule_arrays()], [*other.params().values(), *other.rule_arrays()],
                        strict=True):  # fmt: skip
        np.testing.assert_array_equal(one, two)


def test_the_second_run_of_a_graph_is_not_traced(monkeypatch):
    first = started()
    monkeypatch.setattr(tracer.Tracer, "step", lambda *given: pytest.fail("traced"))
    assert started().step.routine is first.step.routine


@pytest.mark.parametrize("size", [1e-20, 1.0, 1e20])
def test_measures_of_any_size_are_those_of_numpy(size):
    x, y, w = bp.Input("x", ()), bp.Input("y", ()), bp.Parameter("w", ())
    data = {"x": size * np.arange(1.0, 8.0), "y": np.zeros(7)}
    graph = bp.Graph(loss=bp.absolute_error(w * x, y), outputs={"f": w * x})
    found = [
        bp.train(graph, data, params={"w": np.array(1.0)}, rule=bp.SGD(1e-60), epochs=1, engine=engine, batch_size=7,
                 validation=data, dtype="float64", **QUIET).history[-1].validation["loss"]
        for engine in ("numpy", "native")
    ]  # fmt: skip
    assert found == pytest.approx([4 * size] * 2, rel=1e-12, abs=0)


def test_steps_may_be_cut_anywhere():
    whole, parts = started(), started()
    whole.steps(0, 5, 0)
    found = [parts.steps(start, count, start) for start, count in ((0, 1), (1, 3), (4, 1))][-1]
    again = started()
    assert found.running == again.steps(0, 5, 0).running
    for name, array in whole.params().items():
        np.testing.assert_array_equal(parts.params()[name], array)


def test_resuming_gives_the_run_that_was_never_interrupted(tmp_path):
    settings = {"rule": bp.Adam(0.01), "batch_size": 8, "engine": "native", "validation": 0.2, **QUIET}
    whole = bp.train(plain(), examples(), epochs=4, **settings)
    path = tmp_path / "half.checkpoint"
    bp.train(plain(), examples(), epochs=2, checkpoint=path, **settings)
    resumed = bp.train(plain(), examples(), epochs=4, resume=path, **settings)
    for name, array in whole.params.items():
        np.testing.assert_array_equal(resumed.params[name], array)
    assert [(r.loss, r.penalty, r.validation) for r in resumed.history] == [
        (r.loss, r.penalty, r.validation) for r in whole.history
    ]


def test_callbacks_see_the_fit_and_may_stop_it():
    seen = []

    def callback(record, fit):
        seen.append(fit.params["W1"].copy())
        return record.epoch == 2

    fit = bp.train(plain(), examples(), batch_size=8, epochs=5, engine="native", callbacks=callback, **QUIET)
    assert fit.stopped == "callback"
    assert len(seen) == 2
    assert (seen[0] != seen[1]).any()
    np.testing.assert_array_equal(fit.params["W1"], seen[1])


def test_a_run_that_diverges_is_explained_as_on_numpy():
    said = []
    for engine in ("numpy", "native"):
        x, t, (w,) = bp.Input("x"), bp.Input("t"), parameters(())
        graph = bp.Graph(loss=bp.squared_error(w * x, t))
        data = {"x": np.linspace(1, 3, 30), "t": np.ones(30)}
        with pytest.raises(errors.NonFiniteError) as caught:
            bp.train(graph, data, params={"p0": 1.5}, rule=bp.SGD(3.0), batch_size=3, epochs=9, seed=1, engine=engine,
                     **QUIET)  # fmt: skip
        assert np.isfinite(caught.value.fit.params["p0"])
        said.append(str(caught.value))
    assert said[0] == said[1]


def test_the_users_arrays_are_left_alone():
    data, theta = examples(), plain().init(0)
    theta = {name: np.ascontiguousarray(array, np.float32) for name, array in theta.items()}
    kept = {name: array.copy() for name, array in [*data.items(), *theta.items()]}
    for array in [*data.values(), *theta.values()]:
        array.setflags(write=False)
    bp.train(plain(), data, params=theta, batch_size=8, epochs=1, engine="native", **QUIET)
    for name, array in [*data.items(), *theta.items()]:
        np.testing.assert_array_equal(array, kept[name])


def test_params_are_of_the_users_layout_and_writable():
    """Weights with few outputs lie transposed; nobody sees it."""
    fit = bp.train(bp.mlp([40, 3]), {"x": np.ones((9, 40)), "y": np.arange(9) % 3}, epochs=1, engine="native", **QUIET)
    assert fit.params["W1"].shape == (40, 3)
    assert fit.params["W1"].flags.c_contiguous
    fit.params["W1"][...] = 0
