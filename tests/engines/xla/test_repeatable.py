"""Compared values have the same bits wherever XLA computes them."""

import numpy as np
import pytest

import bprop as bp

jax = pytest.importorskip("jax")
jnp = jax.numpy
module = pytest.importorskip("bprop.engines.xla.repeatable")
Listing, backwards, repeatable = module.Listing, module.backwards, module.repeatable

RNG = np.random.default_rng(3)
X, W, B = RNG.normal(size=(64, 6)), RNG.normal(size=6), RNG.normal(size=(64, 6))


def listing_of(function, *arrays):
    traced = jax.make_jaxpr(function)(*arrays)
    listing = Listing()
    listing.add(traced, [listing.number(v) for v in traced.jaxpr.invars])
    return listing


def guarded_names(function, *arrays):
    """The operations whose results are guarded, by name."""
    listing = listing_of(function, *arrays)
    guarded = listing.guarded()
    return sorted(o.name for o in listing.operations if guarded.intersection(o.results))


def compiled(function, *arrays, dtype="float64"):
    """What the function gives as one XLA program, its comparisons repeatable."""
    with jax.enable_x64(dtype == "float64"):
        arrays = [np.asarray(a, dtype) for a in arrays]
        program = jax.jit(lambda rows, *arrays: repeatable(function, rows >> 31)(*arrays))
        return jax.tree.map(np.asarray, program(np.int32(len(arrays[0])), *arrays))


# --- what is guarded ---


def test_only_products_that_a_comparison_depends_on_are_guarded():
    assert guarded_names(lambda x, w: jnp.tanh(x * w) + w, X, W) == []
    assert guarded_names(lambda x, w: (x * w - w > 0) * x, X, W) == ["mul"]
    assert guarded_names(lambda x, w: jnp.where(jnp.exp(x) - w > 0, x * w, 0.0), X, W) == ["exp"]


def test_a_layer_with_relu_is_left_as_it_is():
    def layer(x, W, b, g):
        a = x @ W + b
        return jnp.maximum(a, 0), g * (a > 0)

    assert guarded_names(layer, X, np.ones((6, 4)), np.ones(4), np.ones((64, 4))) == []


def test_whole_numbers_are_not_guarded():
    assert guarded_names(lambda i: i * i - 1 > 0, np.arange(3)) == []


def test_functions_that_are_called_are_looked_into():
    inner = jax.jit(lambda x, w: x * w)
    assert guarded_names(lambda x, w: jax.jit(lambda a: a > 0)(inner(x, w) - w), X, W) == ["mul"]
    assert "custom_jvp_call" not in {o.name for o in listing_of(lambda x: jnp.logaddexp(x, 0.0), X).operations}


def test_the_results_are_those_of_the_function_in_its_own_structure():
    def function(x, more):
        return {"a": x * more["w"] - 1.0, "b": (x[:, 0], None, more["i"] + 1)}

    more = {"w": W, "i": np.arange(3)}
    with jax.enable_x64(True):
        expected, found = function(jnp.asarray(X), more), repeatable(function, jnp.int32(0))(X, more)
    assert jax.tree.structure(found) == jax.tree.structure(expected)
    for one, two in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
        assert one.dtype == two.dtype
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("axes", [(0,), (1,), (0, 1)])
def test_reversals_are_written_without_one(axes):
    np.testing.assert_array_equal(backwards(jnp.asarray(X, "float32"), axes), np.flip(X.astype("float32"), axes))
    names = str(jax.jit(lambda rows, x: repeatable(lambda x: x[::-1, ::-2] * 2, rows >> 31)(x)).lower(
        np.int32(3), X).as_text())  # fmt: skip
    assert "stablehlo.reverse" not in names


# --- what it is for ---

SCORES = {
    "difference": lambda o, x, w, b: o - w,
    "sum": lambda o, x, w, b: o + b,
    "difference of products": lambda o, x, w, b: o - b * x,
    "of a tanh": lambda o, x, w, b: o - jnp.tanh(x),
    "of exponentials": lambda o, x, w, b: jnp.exp(o) * x + b,
    "softplus": lambda o, x, w, b: jnp.logaddexp(o, 0.0 * o) - b,
    "a tenth": lambda o, x, w, b: o / 10.0 - b,
    "powers": lambda o, x, w, b: o**3 + jnp.square(x) - b,
}
SPREAD = {
    "logs": lambda o: jnp.tanh(jnp.log(jnp.square(o) + 0.5)).sum(axis=1),
    "mean": lambda o: o.mean(axis=0),
    "exp": lambda o: jnp.exp(o - 1.0),
}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("spread", SPREAD)
@pytest.mark.parametrize("scores", SCORES)
def test_the_largest_of_a_row_is_found_again(scores, spread, dtype):
    def function(x, w, b):
        o = x * w
        a = SCORES[scores](o, x, w, b)
        largest = a == a.max(axis=1, keepdims=True)
        return largest.sum(axis=1), SPREAD[spread](o), (largest * a).sum(axis=0), a.sum()

    np.testing.assert_array_equal(compiled(function, X, W, B, dtype=dtype)[0], 1)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("subtracted", [lambda x, w: w, lambda x, w: bp.tanh(x)], ids=["w", "tanh x"])
@pytest.mark.parametrize("box", [lambda a, y: bp.max(a, axis=1) + 0.0 * y, bp.hinge, bp.cross_entropy],
                         ids=["max", "hinge", "cross entropy"])  # fmt: skip
def test_training_finds_the_largest_as_numpy_does(box, subtracted, dtype):
    def trained(engine):
        x, w, y = bp.Input("x", (6,)), bp.Parameter("w", (6,)), bp.Input("y", (), dtype="int")
        o = x * w
        loss = box(o - subtracted(x, w), y) + bp.sum(bp.tanh(bp.log(bp.square(o) + 0.5)), axis=1)
        data = {"x": X, "y": np.arange(64) % 6}
        fit = bp.train(bp.Graph(loss=loss), data, params={"w": W}, rule=bp.SGD(1.0), batch_size=64, epochs=1,
                       dtype=dtype, engine=engine, progress=False, shuffle=False, validation=data)  # fmt: skip
        return fit.params["w"], dict(fit.history[0].metrics), dict(fit.history[0].validation)

    expected, found = trained("numpy"), trained("xla")
    np.testing.assert_allclose(found[0], expected[0], rtol=0, atol=1e-12 if dtype == "float64" else 1e-5)
    assert found[1] == pytest.approx(expected[1], abs=1e-7)
    assert found[2] == pytest.approx(expected[2], rel=1e-5, abs=1e-5)
