"""Products in bfloat16 between values in float32."""

import numpy as np
import pytest

import bprop as bp
from bprop import boxes, errors

jax = pytest.importorskip("jax")
mixed = pytest.importorskip("bprop.engines.xla.mixed")
ml_dtypes = pytest.importorskip("ml_dtypes")
PRODUCTS = [cls for cls in boxes.catalogue() if cls.is_product]
NARROW = np.dtype(ml_dtypes.bfloat16)


def problem(count=400):
    """Ten classes, as of digits: a noisy picture of each."""
    rng = np.random.default_rng(0)
    y = rng.integers(10, size=count)
    return {"x": rng.uniform(size=(10, 64))[y] + rng.normal(scale=0.3, size=(count, 64)), "y": y}


def fit(dtype="bfloat16", data=None, graph=None, **settings):
    settings = {"rule": bp.SGD(0.1, momentum=0.5), "batch_size": 20, "epochs": 6, "engine": "xla"} | settings
    graph = graph or bp.mlp([64, 32, 10], l2=1e-4)
    return bp.train(graph, data or problem(), dtype=dtype, progress=False, **settings)


# --- boxes ---


@pytest.mark.parametrize("kind", PRODUCTS, ids=lambda kind: kind.__name__)
def test_products_are_computed_as_with_rounded_children(bare, rng, kind):
    children = [np.asarray(a, np.float32) for a in next(iter(kind.examples(rng)))]
    box = mixed.Mixed(bare(kind), NARROW)
    value = box.fprop(*children)
    exact = bare(kind).fprop(*(a.astype(NARROW).astype(np.float64) for a in children))
    assert value.dtype == np.float32
    np.testing.assert_allclose(value, exact, rtol=0.02, atol=0.05)
    grad = rng.normal(size=value.shape).astype(np.float32)
    everything = (True,) * len(children)
    found = box.bprop(grad, value, *children, wanted=everything)
    wide = [a.astype(np.float64) for a in (grad, value, *children)]
    for one, two, child in zip(found, bare(kind).bprop(*wide, wanted=everything), children, strict=True):
        assert (one.dtype, one.shape) == (np.float32, child.shape)
        np.testing.assert_allclose(one, two, rtol=0.05, atol=0.1)
    assert box.bprop(grad, value, *children, wanted=(False,) * len(children)) == (None,) * len(children)


def test_products_of_floats_are_replaced_and_nothing_else():
    x, k = bp.Input("x", (4,)), bp.Input("k", (4,), dtype="int")
    W, b = bp.Parameter("W", (4, 4)), bp.Parameter("b", (4,))
    f = bp.tanh(bp.linear(x, W, b)) @ W + k @ W
    plan = bp.Graph(loss=bp.sum(f, axis=1)).plan()
    kinds = [
        (type(new.box), type(old.box).__name__)
        for new, old in zip(mixed.mix(plan, NARROW).nodes, plan.nodes, strict=True)
    ]
    assert [name for kind, name in kinds if kind is mixed.Mixed] == ["Linear", "MatMul"]
    assert "MatMul" in [name for kind, name in kinds if kind is not mixed.Mixed]  # of whole numbers


def test_the_products_of_bprop_say_so():
    ours = {"Conv1d", "Conv2d", "EnsembleLinear", "Linear", "LinearTransposed", "MatMul"}
    assert {cls.__name__ for cls in PRODUCTS} == ours


def test_a_product_of_ones_own_is_narrow_and_what_computes_something_else_is_not(rng):
    class Scaled(bp.Box):
        """2 h W."""

        is_product = True

        def fprop(self, h, W):
            return 2 * (h @ W)

        def bprop(self, grad, value, h, W):
            return 2 * grad @ W.T, 2 * h.T @ grad

    class Absolute(bp.boxes.Linear):
        """|h W + b|."""

        def fprop(self, h, W, b):
            return abs(h @ W + b)

    x, W, b = bp.Input("x", (4,)), bp.Parameter("W", (4, 4)), bp.Parameter("b", (4,))
    assert mixed.is_product(Scaled(x, W))
    assert not mixed.is_product(Absolute(x, W, b))
    grad, h, weights = (rng.normal(size=(4, 4)).astype(np.float32) for _ in range(3))
    box = mixed.Mixed(Scaled(x, W), NARROW)
    assert [part.dtype for part in box.bprop(grad, h, h, weights, wanted=(True, True))] == [np.float32] * 2
    graph = bp.Graph(loss=bp.sum(Scaled(x, W), axis=1))
    assert fit(graph=graph, data={"x": rng.normal(size=(40, 4))}).history[-1].loss < 0


# --- training ---


def test_it_trains_to_nearly_the_same_loss():
    narrow, single = fit(), fit("float32")
    assert narrow.history[-1].loss == pytest.approx(single.history[-1].loss, rel=0.03)
    assert narrow.history[-1].loss < 0.3 * narrow.history[0].loss
    assert narrow.params["W1"].tobytes() != single.params["W1"].tobytes()


def test_the_products_are_really_narrow():
    from bprop.data import DataSet
    from bprop.engines import Job, choose

    job = Job(bp.mlp([64, 32, 10]), bp.SGD(), DataSet(problem()), 20, np.dtype("float32"), 0, narrow="bfloat16")
    run = choose("xla").start(job, job.graph.init(0))
    run.set_order(np.arange(400, dtype=np.int32))
    run.steps(0, 1, 0)
    part = next(run.sets["data"].parts(0, 1))
    text = run.compiled.epoch._jitted.lower(
        *run.state, part.arrays, part.weights, part.order, part.rows, *run.arguments, run.sums, *np.int32([0, 1, 0])
    ).as_text()
    products = [line for line in text.splitlines() if "dot_general" in line]
    assert len(products) == 5  # two of fprop, three of bprop: none for x
    assert all("f32" not in line for line in products)


def test_theta_is_in_float32_and_moves_by_less_than_bfloat16_could():
    start = {name: np.ones(box.shape, np.float32) for name, box in bp.mlp([64, 32, 10]).parameters.items()}
    found = fit(rule=bp.SGD(1e-4), epochs=1, params=start)
    for array in found.params.values():
        assert array.dtype == np.float32
    moved = found.params["W2"] - 1
    assert 0 < np.abs(moved).max() < 2.0**-8
    assert (moved.astype(np.float32) + np.float32(1)).astype(NARROW).astype(np.float32).tolist() == start["W2"].tolist()


def test_the_metrics_of_a_set_are_those_of_the_narrow_network():
    data = problem()
    found = fit(data=data, validation=data)
    assert found.history[-1].validation["accuracy"] == pytest.approx(
        np.mean(found.predict(x=data["x"]).argmax(1) == data["y"]), abs=0.02
    )


def test_a_checkpoint_continues_bit_for_bit_and_only_in_this_precision(tmp_path):
    fit(epochs=2, checkpoint=tmp_path / "run")
    found, expected = fit(epochs=4, resume=tmp_path / "run"), fit(epochs=4)
    for name, array in expected.params.items():
        assert found.params[name].tobytes() == array.tobytes()
    with pytest.raises(errors.ModelFileError, match="dtype was 'bfloat16', now 'float32'"):
        fit("float32", epochs=4, resume=tmp_path / "run")


@pytest.mark.parametrize("dtype", ["bfloat16", NARROW, ml_dtypes.bfloat16, jax.numpy.bfloat16], ids=repr)
def test_all_names_of_it_are_known(dtype):
    assert fit(dtype, epochs=1, engine="auto").params["W1"].dtype == np.float32


@pytest.mark.parametrize("engine", ["numpy", "native"])
def test_engines_without_it_say_which_has_it(engine):
    with pytest.raises(
        errors.SettingError, match=r"does not compute in bfloat16: use engine='xla', or dtype='float32'"
    ):
        fit(engine=engine)
