"""How weights lie on the device, and how the loop is unrolled, is invisible but for speed."""

import numpy as np
import pytest

import bprop as bp
from bprop.boxes.affine import Linear, LinearTransposed
from bprop.data import DataSet, batch_order
from bprop.engines import Job, choose, layout
from bprop.leaves import Constant

EXAMPLES = 23


def data():
    rng = np.random.default_rng(0)
    return {"x": rng.normal(size=(EXAMPLES, 6)), "y": rng.integers(3, size=EXAMPLES)}


def started(engine, batch_size=1, rule=None, l2=1e-2):
    graph = bp.mlp([6, 5, 4, 3], l1=1e-3, l2=l2, dropout=0.2)
    rule = bp.SGD(0.1, momentum=0.9) if rule is None else rule
    job = Job(graph, rule, DataSet(data()), batch_size, np.dtype("float64"), 0)
    run = choose(engine).start(job, graph.init(0))
    run.set_order(batch_order(EXAMPLES, 0, 0))
    return run


# --- the choice ---


def test_weights_of_linear_boxes_alone_are_transposed_at_one_example_and_at_many():
    graph = bp.mlp([784, 500, 10], l1=1e-3, l2=1e-3)
    for batch_size in (1, 10, 128):
        assert layout.transposed_weights(graph, batch_size) == {"W1", "W2"}


def test_large_weights_stay_as_they_are_at_a_few_examples():
    graph = bp.mlp([784, 1000, 1000, 10])
    assert layout.transposed_weights(graph, 10) == {"W3"}
    assert layout.transposed_weights(graph, 1) == {"W1", "W2", "W3"}


def test_weights_that_another_box_sees_stay_as_they_are():
    x, y = bp.Input("x", (4,)), bp.Input("y", (4,))
    V, W = bp.Parameter("V", (4, 4)), bp.Parameter("W", (4, 4))
    b, c = bp.Parameter("b", (4,)), bp.Parameter("c", (4,))
    f = bp.linear(bp.tanh(bp.linear(x, V, b)), W, c)
    tied = bp.Graph(loss=bp.squared_error(f + x @ V, y), outputs={"f": f})
    assert layout.transposed_weights(tied, 1) == {"W"}
    shown = bp.Graph(loss=bp.squared_error(f, y), outputs={"f": f, "W": W})
    assert layout.transposed_weights(shown, 1) == {"V"}
    squared = bp.Graph(loss=bp.squared_error(f, y), penalty=bp.sum(W * Constant(np.ones((4, 4)))))
    assert layout.transposed_weights(squared, 1) == {"V"}


def test_the_loop_is_unrolled_for_tiny_and_for_deep_skinny_networks():
    assert layout.unrolled_steps(bp.mlp([64, 100, 10]), 1) == 2
    assert layout.unrolled_steps(bp.mlp([64, 100, 10]), 32) == 1
    assert layout.unrolled_steps(bp.mlp([784, 500, 10]), 1) == 1
    assert layout.unrolled_steps(bp.mlp([784, 1000, 1000, 10]), 10) == 2


def test_laying_out_a_plan_replaces_the_linear_boxes_and_no_other():
    plan = bp.mlp([6, 5, 3]).plan()
    new = layout.with_transposed(plan, frozenset({"W2"}))
    kinds = {step.name: type(step.box) for step in new.nodes}
    assert (kinds["a1"], kinds["a2"]) == (Linear, LinearTransposed)
    assert [s.children for s in new.nodes] == [s.children for s in plan.nodes]
    assert [vars(s.box) for s in new.nodes] == [vars(s.box) for s in plan.nodes]
    assert {type(step.box) for step in plan.nodes if step.name == "a2"} == {Linear}


# --- the result ---


@pytest.mark.parametrize(  # every pair of two choices
    ("batch_size", "transposed", "unrolled"),
    [(1, True, 1), (1, True, 2), (1, False, 3), (1, False, 1), (4, True, 1), (4, True, 3), (4, False, 2)],
)
def test_every_lowering_gives_what_numpy_gives(jax, monkeypatch, batch_size, transposed, unrolled):
    from bprop.engines.xla import lowering

    if not transposed:
        monkeypatch.setattr(lowering, "transposed_weights", lambda graph, batch_size: frozenset())
    monkeypatch.setattr(lowering, "unrolled_steps", lambda graph, batch_size: unrolled)
    one, two = started("numpy", batch_size), started("xla", batch_size)
    assert two.compiled.choices == lowering.Choices(frozenset({"W1", "W2", "W3"} if transposed else ()), unrolled)
    steps = one.job.steps_per_epoch
    first, second = one.steps(0, steps, 0), two.steps(0, steps, 0)
    for name, array in one.params().items():
        np.testing.assert_allclose(two.params()[name], array, rtol=1e-12, atol=1e-14, err_msg=name)
    for mine, other in zip(one.rule_arrays(), two.rule_arrays(), strict=True):
        np.testing.assert_allclose(other, mine, rtol=1e-12, atol=1e-14)
    assert second.sums == pytest.approx(first.sums, rel=1e-12)
    assert two.penalty() == pytest.approx(one.penalty(), rel=1e-12)
    assert two.evaluate("data") == pytest.approx(one.evaluate("data"), rel=1e-12)


def test_a_checkpointed_state_goes_from_one_layout_to_the_other(jax, monkeypatch):
    from bprop.engines.xla import lowering

    one = started("xla")
    one.steps(0, 10, 0)
    monkeypatch.setattr(lowering, "transposed_weights", lambda graph, batch_size: frozenset())
    two = started("xla")
    assert two.compiled.choices.transposed == frozenset()
    two.restore(one.params(), one.rule_arrays())
    for run in (one, two):
        run.steps(10, 10, 10)
    for name, array in one.params().items():
        np.testing.assert_allclose(two.params()[name], array, rtol=1e-12, atol=1e-14)


def test_whole_turns_give_the_same_bits_however_they_are_cut(jax):
    one, two = started("xla"), started("xla")
    assert one.turn == 2
    one.steps(0, EXAMPLES, 0)
    for start in range(0, EXAMPLES, 2):
        two.steps(start, min(2, EXAMPLES - start), start)
    for name, array in one.params().items():
        assert array.tobytes() == two.params()[name].tobytes()


def test_rules_that_see_more_than_single_elements_get_weights_as_they_are(jax):
    optax = pytest.importorskip("optax")
    from bprop.rules import as_rule

    assert started("xla", rule=as_rule(optax.adafactor(0.01))).compiled.choices.transposed == frozenset()
