"""The functions that are compiled."""

import numpy as np
import pytest

import bprop as bp

jax = pytest.importorskip("jax")
lowering = pytest.importorskip("bprop.engines.xla.lowering")


def test_a_sum_over_many_steps_is_exact_to_rounding():
    """100,000 losses of 0.1 in float32: adding them up plainly would be off by 1e-3."""
    x, w = bp.Input("x"), bp.Parameter("w", ())
    graph = bp.Graph(loss=bp.abs(x + 0.0 * w))
    fit = bp.train(graph, {"x": np.full(100_000, 0.1)}, batch_size=1, epochs=1, engine="xla", progress=False)
    assert fit.history[0].loss == pytest.approx(float(np.float32(0.1)), rel=1e-9)


@pytest.mark.parametrize("unrolled", [1, 2, 3])
@pytest.mark.parametrize("count", [0, 1, 5, 6])
def test_the_loop_does_each_step_once_and_in_order(unrolled, count):
    digits = lowering.loop(count, lambda i, carry: carry * 10 + i + 1, 0, unrolled)
    assert int(digits) == int("0" + "".join(str(i + 1) for i in range(count)))


def made(batch_size=4, dtype="float32"):
    x, w = bp.Input("x", (3,)), bp.Parameter("w", (3,))
    graph = bp.Graph(loss=bp.sum(x * w, axis=1), penalty=0.5 * bp.l2(w))
    choices = lowering.Choices(frozenset(), 1)
    return lowering.Lowering(lowering.Program(graph, np.dtype(dtype)), bp.SGD(0.1), batch_size, choices)


def test_rows_past_the_end_weigh_nothing():
    take = lowering.rows_at(np.array([0, 1, 2, 2]))
    position = np.arange(4)
    weights, divisor = made().weights(None, take, position, 3)
    assert (list(weights), divisor) == ([1, 1, 1, 0], None)
    assert weights.dtype == np.float32
    weights, divisor = made().weights(jax.numpy.array([5.0, 6.0, 7.0]), take, position, 3)
    assert list(weights) == [5, 6, 7, 0]
    assert float(made().weights(None, take, position, 3, 2.0)[1]) == 6.0


def test_an_evaluation_has_the_sums_of_the_rows_that_there_are():
    x = jax.numpy.arange(3.0 * 4).reshape(4, 3)
    theta, sums = {"w": jax.numpy.ones(3)}, jax.numpy.zeros((2, 2))
    names = made().program.sum_names
    for rows, together in ((3, None), (3, 4), (4, None), (1, None)):
        found = made().evaluate(
            theta,
            {"x": x},
            None,
            np.int32(rows),
            made().program.constants(),
            {},
            np.zeros(1, np.uint32),
            sums,
            together,
        )
        totals = dict(zip(names, found[0].tolist(), strict=True))
        assert totals["loss"] == x[:rows].sum(), (rows, together)
    weights = jax.numpy.array([1.0, 0.0, 2.0, 9.0])
    found = made().evaluate(
        theta, {"x": x}, weights, np.int32(3), made().program.constants(), {}, np.zeros(1, np.uint32), sums
    )
    assert dict(zip(names, found[0].tolist(), strict=True))["loss"] == float((x[:3].sum(axis=1) * weights[:3]).sum())


def test_more_rows_than_one_block_are_all_evaluated():
    count = 2 * lowering.EVALUATION_ROWS + 100
    x = jax.numpy.ones((count, 3))
    found = made().evaluate(
        {"w": jax.numpy.ones(3)}, {"x": x}, None, np.int32(count), made().program.constants(), {},
        np.zeros(1, np.uint32), jax.numpy.zeros((2, 2)),
    )  # fmt: skip
    assert found[0].tolist()[made().program.sum_names.index("loss")] == 3 * count


def test_a_state_is_copied_whole():
    state = {"a": jax.numpy.ones(3), "b": [jax.numpy.zeros(2)]}
    copy = lowering.duplicate(state, None)
    assert jax.tree.structure(copy) == jax.tree.structure(state)
    for one, two in zip(jax.tree.leaves(copy), jax.tree.leaves(state), strict=True):
        assert one is not two
        np.testing.assert_array_equal(one, two)


def test_the_hidden_zero_is_zero_for_any_number_of_rows():
    for rows in (0, 1, 2**31 - 1):
        assert int(lowering.hidden_zero(np.int32(rows))) == 0


def test_a_sum_that_is_infinite_stays_so():
    infinite = (jax.numpy.array([np.inf, 1.0]), jax.numpy.array([0.0, 0.25]))
    found = {name: jax.numpy.array(2.0, "float32") for name in made().program.sum_names}
    after, correction = made().add(infinite, found)
    assert after.tolist() == [np.inf, 2.75]
    assert correction.tolist() == [0.0, 0.0]


def test_numbers_are_widened_to_what_the_program_computes_in():
    kinds = {"float": np.float32, "int": np.int64, "bool": np.bool_}
    for kind, dtype in kinds.items():
        with jax.enable_x64(True):
            assert made().widen(bp.Input("a", (), dtype=kind), jax.numpy.ones(2, "int8")).dtype == dtype


@pytest.mark.parametrize("penalty", [True, False])
def test_a_penalty_is_0_where_there_is_none(penalty):
    w = bp.Parameter("w", (3,))
    graph = bp.Graph(loss=bp.sum(bp.Input("x", (3,)) * w, axis=1), penalty=0.5 * bp.l2(w) if penalty else None)
    one = lowering.Lowering(lowering.Program(graph, np.dtype("float32")), bp.SGD(), 4, lowering.Choices(frozenset(), 1))
    found = one.penalty({"w": jax.numpy.full(3, 2.0)}, one.program.constants(), np.zeros(1, np.uint32))
    assert float(found) == (6.0 if penalty else 0.0)
    assert found.shape == ()


def test_every_step_of_a_stretch_has_noise_of_its_own():
    """Several steps in one call draw what NumPy draws step by step."""
    x, w = bp.Input("x", (20,)), bp.Parameter("w", (20,))
    graph = bp.Graph(loss=bp.square(bp.sum(bp.dropout(x * w, 0.5), axis=1) - 1.0))
    settings = {"params": {"w": np.ones(20)}, "rule": bp.SGD(0.01), "batch_size": 2, "epochs": 1, "dtype": "float64"}
    one, two = (
        bp.train(graph, {"x": np.ones((10, 20))}, engine=engine, progress=False, **settings)
        for engine in ("numpy", "xla")
    )
    np.testing.assert_allclose(two.params["w"], one.params["w"], rtol=0, atol=1e-12)
