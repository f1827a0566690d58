"""The batch of a step: rows of data of any dtype, layout and shape, widened as the run's precision asks."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors

ROWS = 23
FLOATS = ["float16", "float32", "float64", "longdouble", ">f4", ">f8", "bfloat16"]
WHOLE = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", ">i2", ">i8", ">u4"]


def dtype_of(name):
    if name == "bfloat16":
        return np.dtype(pytest.importorskip("ml_dtypes").bfloat16)
    return np.dtype(name)


def dense(*shape):
    """A layer on an input of any shape, and labels."""
    x, y = bp.Input("x", shape), bp.Input("y", (), dtype="int")
    size = int(np.prod(shape))
    W, b = bp.Parameter("W", (size, 3)), bp.Parameter("b", (3,))
    return bp.Graph(loss=bp.cross_entropy(bp.linear(bp.reshape(x, (-1, size)), W, b), y))


def both(graph, data, **settings):
    """theta after training on NumPy and on the native engine."""
    settings = {"epochs": 2, "batch_size": 5, "dtype": "float64", "progress": False, "rule": bp.SGD(0.05)} | settings
    return [bp.train(graph, data, engine=engine, **settings).params for engine in ("numpy", "native")]


def agree(graph, data, **settings):
    ours, theirs = both(graph, data, **settings)
    for name, array in ours.items():
        np.testing.assert_allclose(theirs[name], array, rtol=0, atol=1e-12 * max(1, np.abs(array).max()))


def test_inputs_of_every_dtype_of_whole_numbers():
    """All in one graph: each input has the whole range of its dtype, divided by it, and none is a multiple of lanes."""
    rng = np.random.default_rng(0)
    data, terms = {}, []
    for i, name in enumerate(WHOLE):
        dtype = np.dtype(name)
        kind = "bool" if dtype.kind == "b" else "int"
        info = np.iinfo(np.int32 if dtype.itemsize >= 4 else dtype) if dtype.kind != "b" else np.iinfo(np.int8)
        low, high = (0, 1) if dtype.kind == "b" else (max(info.min, 0) if dtype.kind == "u" else info.min, info.max)
        values = rng.integers(low, high, size=(ROWS, 11), endpoint=True)
        values[0, :2] = low, high
        data[f"i{i}"], data[f"f{i}"] = values.astype(dtype), values.astype(dtype)
        for made in (bp.Input(f"i{i}", (11,), dtype=kind), bp.Input(f"f{i}", (11,))):
            W = bp.Parameter(f"W{made.name}", (11,))
            terms.append(bp.sum(made * W * (1.0 / float(high)), axis=1))
    graph = bp.Graph(loss=bp.square(sum(terms[1:], terms[0]) - 1.0))
    agree(graph, data, rule=bp.SGD(1e-4))


@pytest.mark.parametrize("name", FLOATS)
def test_inputs_of_every_dtype_of_floats(name):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(ROWS, 19)).astype(dtype_of(name))
    agree(dense(19), {"x": x, "y": rng.integers(3, size=ROWS)})


def test_wide_floats_in_single_precision_are_rounded_once():
    x = np.full((6, 1), 1 + 2.0**-30)
    graph = bp.Graph(loss=bp.Parameter("w", ()) * bp.sum(bp.Input("x", (1,)), axis=1))
    for params in both(graph, {"x": x}, params={"w": 0.0}, dtype="float32", rule=bp.SGD(1.0), epochs=1, batch_size=6):
        assert params["w"] == np.float32(-1)


SHAPES = {"image": (5, 6), "row": (19,), "one": (1,), "with_ones": (1, 4, 1, 3), "cube": (3, 2, 5), "lanes": (16,)}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_inputs_of_every_shape(shape):
    rng = np.random.default_rng(0)
    agree(dense(*shape), {"x": rng.normal(size=(ROWS, *shape)), "y": rng.integers(3, size=ROWS)}, batch_size=4)


def test_images_of_bytes():
    rng = np.random.default_rng(0)
    x = rng.integers(256, size=(ROWS, 28, 28)).astype(np.uint8)
    agree(dense(28, 28), {"x": x, "y": rng.integers(3, size=ROWS)}, rule=bp.SGD(1e-6), epochs=1)


def test_one_number_a_row():
    rng = np.random.default_rng(0)
    x, t, w = bp.Input("x"), bp.Input("t"), bp.Parameter("w", ())
    data = {"x": rng.normal(size=ROWS), "t": rng.normal(size=ROWS).astype(np.float16)}
    agree(bp.Graph(loss=bp.squared_error(w * x, t)), data)
    agree(bp.Graph(loss=bp.squared_error(w * x, t)), data, batch_size=1)


LAYOUTS = {
    "fortran": np.asfortranarray,
    "every_other": lambda a: np.repeat(a, 2, axis=0)[::2],
    "reversed": lambda a: a[::-1].copy()[::-1],
    "transposed": lambda a: a.T.copy().T,
    "broadcast": lambda a: np.broadcast_to(a[:1], a.shape),
    "unaligned": lambda a: np.frombuffer(b"x" + a.tobytes(), np.uint8)[1:].view(a.dtype).reshape(a.shape),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_arrays_that_do_not_lie_in_order(layout):
    rng = np.random.default_rng(0)
    x = LAYOUTS[layout](rng.normal(size=(ROWS, 19)))
    agree(dense(19), {"x": x, "y": np.asfortranarray(rng.integers(3, size=ROWS))}, epochs=1)


@pytest.mark.parametrize("batch_size", [1, 4, 22, 23])
@pytest.mark.parametrize("weighted", [False, True])
def test_a_ragged_last_batch_and_weights(batch_size, weighted):
    rng = np.random.default_rng(0)
    weights = rng.uniform(0, 2, size=ROWS) * (np.arange(ROWS) != 3) if weighted else None
    data = {"x": rng.normal(size=(ROWS, 7)), "y": rng.integers(3, size=ROWS)}
    agree(dense(7), data, batch_size=batch_size, weights=weights, validation={n: a[:5] for n, a in data.items()})


def test_rows_are_visited_in_the_order_of_the_epoch_and_past_the_end_nothing_counts():
    """w <- w - x_t, one row after the other, with a decreasing rate: any other order gives another w."""
    x, w = bp.Input("x"), bp.Parameter("w", ())
    X = np.arange(1.0, 8.0)
    settings = {"params": {"w": 0.0}, "dtype": "float64", "progress": False, "shuffle": False, "epochs": 1}
    fit = bp.train(bp.Graph(loss=w * x), {"x": X}, rule=bp.SGD(1.0, decrease_constant=1.0), batch_size=2,
                   engine="native", **settings)  # fmt: skip
    means = [1.5, 3.5, 5.5, 7.0]
    assert fit.params["w"] == pytest.approx(-sum(m / (1 + t) for t, m in enumerate(means)), rel=1e-14)


@pytest.mark.parametrize("kind", ["float", "int"])
@pytest.mark.parametrize("value", [2**40, -(2**40), np.uint32(2**32 - 1)])
def test_whole_numbers_beyond_32_bits_are_read(value, kind):
    x = bp.Input("x", dtype=kind)
    fit = bp.train(
        bp.Graph(loss=bp.Parameter("w", ()) * (x - 3)), {"x": np.array([value, 1])}, params={"w": 1.0}, epochs=1,
        rule=bp.SGD(0.0), engine="native", dtype="float64", progress=False,
    )  # fmt: skip
    assert fit.history[0].loss == (int(value) - 5) / 2


def test_text_is_refused():
    with pytest.raises(errors.DTypeError, match="needs numbers"):
        bp.train(dense(1), {"x": np.array([["a"], ["b"]]), "y": np.array([0, 1])}, engine="native", progress=False)


def test_a_processor_without_half_precision_reads_float16_all_the_same(monkeypatch):
    from bprop.engines.native.run import evaluate, native_run, object_code, routines

    here = object_code.machine()
    made = object_code.Machine(
        here.name, here.features.replace("+f16c", "-f16c").replace("+avx512fp16", "-avx512fp16"), 16
    )
    for module in (object_code, evaluate, routines, native_run):
        monkeypatch.setattr(module, "machine", lambda: made)
    monkeypatch.setattr(routines, "_routines", type(routines._routines)())
    rng = np.random.default_rng(0)
    agree(dense(9), {"x": rng.normal(size=(ROWS, 9)).astype(np.float16), "y": rng.integers(3, size=ROWS)}, epochs=1)
