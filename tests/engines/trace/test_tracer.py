"""The traced step of a program: which leaves it has, what becomes of them, and sums that stay exact."""

import numpy as np
import pytest

pytest.importorskip("llvmlite")

import bprop as bp
from bprop.data import DataSet
from bprop.engines import Job, choose
from bprop.engines.program import Program
from bprop.engines.trace.functions import new_tape
from bprop.engines.trace.tape import BOOL, INT, LONG, UINT
from bprop.engines.trace.tracer import BAD, Trace, Tracer, dtype_in_trace
from bprop.rules.runtime import numbers_of

FLOAT = np.dtype("float32")


def graph():
    """A network with a constant, a flag, a parameter that is not trained, and a number to be set."""
    x, flag, y = bp.Input("x", (6,)), bp.Input("flag", (), dtype="bool"), bp.Input("y", (), dtype="int")
    W, b = bp.Parameter("W", (6, 3)), bp.Parameter("b", (3,))
    fixed = bp.Parameter("fixed", (6,), init=bp.init.ones, trainable=False)
    logits = bp.linear(x * fixed * bp.Constant(np.arange(6.0), name="scale"), W, b) + bp.reshape(flag * 1.0, (-1, 1))
    return bp.Graph(loss=bp.cross_entropy(logits, y), penalty=1e-3 * bp.l2(W))


def tracer(rule=None, weighted=True, transposed=()):
    return Tracer(Program(graph(), FLOAT), rule or bp.SGD(0.1, momentum=0.5), 4, weighted, frozenset(transposed))


def step(**settings):
    made = tracer(**settings)
    return made.step(numbers_of(made.rule), {"velocity": ["W", "b"]})


def test_leaves_have_roles_names_shapes_and_dtypes():
    trace = step()
    assert {name: (leaf.shape, leaf.dtype) for name, leaf in trace.batch.items()} == {
        "x": ((4, 6), FLOAT), "flag": ((4,), BOOL), "y": ((4,), LONG), "": ((4,), FLOAT)}  # fmt: skip
    kept = {name: leaf.shape for name, leaf in trace.state.items() if name[:2] not in ("s:", "k:")}
    assert kept == {"p:W": (6, 3), "p:b": (3,), "p:fixed": (6,), "r:velocity:W": (6, 3), "r:velocity:b": (3,), BAD: ()}
    assert (trace.state[BAD].dtype, trace.arguments["seed"].dtype) == (INT, UINT)
    assert {name: leaf.dtype for name, leaf in trace.clock.items()} == {"i": INT, "t": LONG}
    assert [leaf.shape for name, leaf in trace.arguments.items() if name.startswith("c:")] == [
        (6,),
        (),
        (),
    ]  # and 1.0, 1e-3
    roles = (trace.batch, trace.state, trace.arguments, trace.clock)
    assert len({leaf for role in roles for leaf in role.values()}) == sum(map(len, roles))


def test_leaves_of_one_name_in_two_roles_are_two():
    trace = Trace(new_tape(FLOAT))
    one, two = (trace.leaf(role, "a", (3,), FLOAT) for role in (trace.state, trace.arguments))
    assert one is not two
    assert trace.leaf(trace.state, "a", (3,), FLOAT) is one is trace.state["a"]


def test_every_leaf_that_changes_is_updated_once_with_its_like():
    trace = step()
    leaves = [leaf for leaf, _ in trace.updates]
    assert len(leaves) == len(set(leaves))
    assert set(leaves) == set(trace.state.values()) - {trace.state["p:fixed"]}
    for leaf, new in trace.updates:
        assert (new.shape, new.dtype) == (leaf.shape, leaf.dtype)
        assert new is not leaf


def test_weights_that_are_all_one_are_no_leaf():
    assert "" not in step(weighted=False).batch


def test_transposed_weights_and_their_state_are_leaves_of_that_shape():
    trace = step(transposed=["W"])
    for name in ("p:W", "r:velocity:W"):
        assert trace.state[name].shape == (3, 6)
    assert trace.state["p:b"].shape == (3,)


def test_a_measure_changes_sums_alone():
    trace = tracer().measure()
    names = {leaf: name for name, leaf in trace.state.items()}
    assert {names[leaf][:2] for leaf, _ in trace.updates} == {"s:", "k:"}
    assert not trace.clock


@pytest.mark.parametrize(
    ("value", "kind"),
    [(np.ones(2, np.float16), "float16"), (1.5, "float64"), (np.ones(2, np.float32), "float32"), (3, "int64"),
     (np.ones(2, np.uint8), "int64"), (np.ones(2, np.int32), "int64"), (True, "bool"), ([True, False], "bool")],
)  # fmt: skip
def test_the_kinds_in_which_arrays_are_kept(value, kind):
    assert dtype_in_trace(value) == kind
    assert dtype_in_trace(value, INT) == kind.replace("int64", "int32")


def test_a_sum_over_many_steps_is_exact_to_rounding():
    """Added up in float32 without compensation, 0.1 on top of 10,000 would be off by 1 part in 1,000."""
    x = np.full(100_000, 0.1, np.float32)
    loss = bp.Graph(loss=bp.Parameter("w", ()) * bp.Input("x"))
    settings = {"rule": bp.SGD(1e-30), "params": {"w": 1.0}, "batch_size": 1, "epochs": 1, "dtype": "float32"}
    fit = bp.train(loss, {"x": x}, engine="native", progress=False, **settings)
    assert fit.params["w"] == 1
    assert fit.history[0].loss == pytest.approx(float(x[0]), rel=3e-7)


def test_the_first_bad_step_is_the_one_that_is_told():
    x = np.ones(12)
    x[[7, 9]] = np.nan, np.inf
    loss = bp.Graph(loss=bp.Parameter("w", ()) * bp.Input("x"))
    run = choose("native").start(Job(loss, bp.SGD(0.1), DataSet({"x": x}), 1, np.dtype("float64"), 0), {"w": 1.0})
    run.set_order(np.arange(12, dtype=np.int32))
    assert run.steps(0, 7, 0).bad_step is None
    assert run.steps(5, 7, 5).bad_step == 2  # counted from where the call began
