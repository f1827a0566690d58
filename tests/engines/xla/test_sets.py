"""Data sets on the device: narrow, whole or in chunks."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.data import DataSet
from bprop.engines import Job, choose

jax = pytest.importorskip("jax")
sets = pytest.importorskip("bprop.engines.xla.sets")
SINGLE = np.dtype("float32")

# --- narrow ---


def source(arrays, dtype, weights=None):
    """The arrays on their way to the device, for a graph whose inputs they are."""
    inputs = [bp.Input(name, array.shape[1:]) for name, array in arrays.items()]
    graph = bp.Graph(outputs={f"{box.name} twice": 2.0 * box for box in inputs})
    data = DataSet(arrays, weights)
    return sets.Source.of(data, Job(graph, bp.SGD(), data, 1, dtype, 0))


@pytest.mark.parametrize(
    ("given", "kept"), [("uint8", "uint8"), ("int8", "int8"), ("float16", "float16"), ("float64", "float32")]
)
def test_narrow_data_stays_narrow_and_wide_is_narrowed(given, kept):
    held = sets.Resident(source({"x": np.ones((5, 3), given)}, SINGLE))
    assert held.arrays["x"].dtype == np.dtype(kept)
    assert isinstance(held.arrays["x"], jax.Array)


def test_double_precision_keeps_doubles():
    with jax.enable_x64(True):
        held = sets.Resident(source({"x": np.ones(5)}, np.dtype("float64"), np.ones(5)))
    assert held.arrays["x"].dtype == held.weights.dtype == np.float64


@pytest.mark.parametrize("kind", ["uint8", "int8", "float16"])
def test_narrow_inputs_train_as_their_values_do(network, rows, kind):
    X = np.random.default_rng(0).integers(-128 * (kind == "int8"), 127, (30, 3)).astype(kind)
    Y = rows(30)["y"]
    fits = [bp.train(network(), {"x": x, "y": Y}, engine="xla", progress=False) for x in (X, X.astype("float32"))]
    np.testing.assert_array_equal(fits[0].params["W1"], fits[1].params["W1"])


@pytest.mark.parametrize("value", [2**31, -(2**31) - 1])
def test_whole_numbers_beyond_32_bits_are_computed_with(value):
    x, w = bp.Input("x", (), dtype="int"), bp.Parameter("w", ())
    graph = bp.Graph(loss=(x + 3) * w)
    fit = bp.train(graph, {"x": np.array([1, value])}, params={"w": 1.0}, rule=bp.SGD(0.0), engine="xla",
                   progress=False)  # fmt: skip
    assert fit.history[-1].loss == pytest.approx((value + 7) / 2)


# --- in chunks ---


@pytest.fixture
def tiny_budget(monkeypatch):
    """tiny_budget(bytes): from now on the device takes no more."""
    return lambda count: monkeypatch.setenv("BPROP_DATA_MEMORY", str(count))


@pytest.mark.parametrize("budget", [1, 200, 400])
@pytest.mark.parametrize("batch_size", [1, 4])
@pytest.mark.parametrize("settings", [{}, {"weights": np.arange(44) % 3}, {"shuffle": False}], ids=str)
def test_streaming_gives_the_bits_of_the_whole_set_on_the_device(train, tiny_budget, budget, batch_size, settings):
    whole = train(batch_size=batch_size, **settings)
    tiny_budget(budget)
    streamed = train(batch_size=batch_size, **settings)
    for name, array in whole.params.items():
        assert streamed.params[name].tobytes() == array.tobytes()
    for one, two in zip(whole.history, streamed.history, strict=True):
        assert (one.loss, one.penalty, one.validation) == (two.loss, two.penalty, two.validation)


def test_stretches_that_cut_chunks_give_the_same_bits(job, tiny_budget):
    tiny_budget(300)
    one, two = (choose("xla").start(job(count=42), job().graph.init(0)) for _ in range(2))
    assert isinstance(one.sets["data"], sets.Streamed)
    assert one.sets["data"].steps == 2
    order = np.random.default_rng(0).permutation(42).astype(np.int32)
    for each in (one, two):
        each.set_order(order)
    whole = one.steps(0, 11, 0)
    for start, count in ((0, 1), (1, 4), (5, 2), (7, 4)):
        cut = two.steps(start, count, start)
    assert whole.running == cut.running
    for name, array in one.params().items():
        assert two.params()[name].tobytes() == array.tobytes()


def test_an_interrupted_run_that_streams_continues_bit_for_bit(train, tiny_budget, tmp_path):
    expected = train(epochs=4)
    tiny_budget(200)
    train(checkpoint=tmp_path / "run")
    found = train(epochs=4, resume=tmp_path / "run")
    for name, array in expected.params.items():
        assert found.params[name].tobytes() == array.tobytes()


def test_no_more_than_two_chunks_lie_on_the_device(job, tiny_budget):
    tiny_budget(300)
    run = choose("xla").start(job(count=400), job().graph.init(0))
    run.set_order(np.arange(400, dtype=np.int32))
    seen = []
    for part in run.sets["data"].parts(0, 100):
        seen.append(len(run.sets["data"].chunks))
        assert len(part.arrays["x"]) == 8
    assert max(seen) == 2


def test_streaming_compiles_no_more_than_the_whole_set_does(train, network, tiny_budget, compilations):
    tiny_budget(200)
    with compilations() as seen:
        train(network(hidden=8), epochs=3)
    assert len(seen) == 2  # epoch and evaluation
    with compilations() as seen:
        train(network(hidden=8), epochs=3)
    assert seen == []


def test_a_large_set_is_evaluated_in_chunks_of_whole_blocks(job, rows, tiny_budget):
    data = DataSet(rows(1300))
    expected = choose("xla").start(job(validation=data), job().graph.init(0)).evaluate("validation")
    tiny_budget(600)
    run = choose("xla").start(job(validation=data), job().graph.init(0))
    assert len(list(run.sets["validation"].pieces())) == 3
    assert run.evaluate("validation") == expected


def test_the_first_bad_step_is_found_in_a_later_chunk(tiny_budget):
    tiny_budget(8)
    x, w = bp.Input("x"), bp.Parameter("w", ())
    with pytest.raises(errors.NonFiniteError, match=r"step 6 of 10"):
        bp.train(
            bp.Graph(loss=bp.square(x * w)), {"x": [0.0] * 5 + [1e30] + [0.0] * 4}, params={"w": 1.0}, batch_size=1,
            shuffle=False, epochs=1, engine="xla", progress=False,
        )  # fmt: skip


def test_what_fits_stays_on_the_device(job, rows, tiny_budget):
    tiny_budget(20 * 16 + 50)
    run = choose("xla").start(job(validation=DataSet(rows(1000))), job().graph.init(0))
    assert isinstance(run.sets["data"], sets.Resident)
    assert isinstance(run.sets["validation"], sets.Streamed)
