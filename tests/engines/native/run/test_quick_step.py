"""A step in one call of machine code: the same bits, the same refusals, and nothing half done by any exception."""

import sys
import threading

import numpy as np
import pytest

import bprop as bp
from bprop.errors import BpropError

pytest.importorskip("llvmlite")

from bprop.engines.native.run import block, native_functions, pacer, quick_step, team, workspace
from bprop.engines.native.run.workspace import Workspace


@pytest.fixture
def graph():
    return bp.mlp([12, 9, 3], activation="tanh", l2=1e-2, dropout=0.2)


def batch(rows=8, floats="float32", labels="int64"):
    rng = np.random.default_rng(rows)
    x = rng.normal(size=(rows, 12)) * 2
    return {"x": np.abs(x).astype(floats), "y": rng.integers(3, size=rows).astype(labels)}


def steps(of, theta, batches, seed=3):
    """(theta, state, losses) after a step of each batch."""
    state, losses = of.init(theta), []
    for part in batches:
        theta, state, loss = of.step(theta, state, part, seed)
        losses.append(float(loss))
    return theta, state, losses


def bits(theta, state):
    arrays = [*theta.values(), *(array for arrays in state["rule"].values() for array in arrays.values())]
    return b"".join(np.array(array, order="C").tobytes() for array in arrays)


RULES = (bp.SGD(bp.schedules.cosine(0.3, 6), momentum=0.9), bp.Adam(0.05))
KINDS = (("float32", "int64"), ("float64", "int32"), ("float16", "uint8"), ("uint8", "int8"), (">f4", ">i4"))


@pytest.mark.parametrize("in_place", [False, True])
@pytest.mark.parametrize("rule", RULES, ids=["SGD", "Adam"])
@pytest.mark.parametrize("kinds", KINDS, ids=str)
def test_it_does_the_step_and_its_bits_are_the_same(graph, kinds, rule, in_place, monkeypatch):
    batches = [batch(rows, *kinds) for rows in (8, 8, 5, 8, 5)]
    options = {"batch_size": 8, "in_place": in_place}
    of = graph.functions("native", rule, **options)
    theta, state, losses = steps(of, graph.init(0), batches[:2])  # the first is done slowly
    with monkeypatch.context() as patch:
        patch.setattr(Workspace, "step", None)
        for part in batches[2:]:
            theta, state, loss = of.step(theta, state, part, 3)
            losses.append(float(loss))
    monkeypatch.setattr(quick_step.QuickStep, "step", lambda *arguments: None)
    expected = steps(graph.functions("native", rule, **options), graph.init(0), batches)
    assert bits(theta, state) == bits(*expected[:2])
    assert losses == expected[2] and state["t"] == 5


def test_the_noise_is_that_of_the_seed_and_of_the_update(graph, monkeypatch):
    of, other = (graph.functions("native", bp.SGD(0.1)) for _ in range(2))
    theta, state, _ = steps(of, graph.init(0), [batch()] * 2)
    high = {**state, "t": 2**32 + 1}
    quick = [bits(*of.step(theta, s, batch(), seed)[:2]) for s in (state, high) for seed in (3, 4, np.int64(3))]
    monkeypatch.setattr(quick_step.QuickStep, "step", lambda *arguments: None)
    slow = [bits(*other.step(theta, s, batch(), seed)[:2]) for s in (state, high) for seed in (3, 4, np.int64(3))]
    assert quick == slow
    assert len(set(quick)) == 4


def bad_batches():
    good = batch()
    spoilt = {name: array.copy() for name, array in good.items()}
    for value, name, place in ((np.nan, "x", (3, 4)), (np.inf, "x", (7, 11)), (3, "y", 2), (-1, "y", 7)):
        copy = {n: a.copy() for n, a in spoilt.items()}
        copy[name][place] = value
        yield copy
    yield {**good, "y": np.full(8, 2**32)}  # 0 in 32 bits
    yield {**good, "x": good["x"][:, :11]}
    yield {**good, "x": good["x"][:5]}
    yield {"x": good["x"]}
    yield {**good, "z": good["y"]}
    yield {**good, "y": good["y"] + 0.5}
    yield {**good, "x": good["x"].astype(complex)}
    yield {**good, "x": good["x"][:0], "y": good["y"][:0]}
    yield batch(9)


@pytest.mark.parametrize("number", range(13))
def test_a_wrong_batch_is_refused_as_ever_and_changes_nothing(graph, number):
    of, fresh = (graph.functions("native", bp.Adam(0.1), batch_size=8) for _ in range(2))
    theta, state, _ = steps(of, graph.init(0), [batch()] * 3)
    wrong = list(bad_batches())[number]
    with pytest.raises(BpropError) as expected:
        fresh.step(graph.init(0), fresh.init(graph.init(0)), wrong)
    with pytest.raises(BpropError) as error:
        of.step(theta, state, wrong)
    assert str(error.value) == str(expected.value)
    assert len(of.stepping) == 1
    after = of.step(theta, state, batch(), 3)
    assert bits(*after[:2]) == bits(*steps(fresh, graph.init(0), [batch()] * 4)[:2])


@pytest.mark.parametrize("legal", [1.0, 0.1])
def test_limits_of_floats_are_those_of_their_own_precision(legal):
    """1 + 1e-12 is above 1, though it is 1 in float32; 0.1 is no number of float32."""
    x, y, w = bp.Input("x"), bp.Input("y"), bp.Parameter("w")
    graph = bp.Graph(loss=bp.binary_cross_entropy(bp.sigmoid(w * x), y))
    of = graph.functions("native", bp.SGD(0.1))
    theta, state, _ = steps(of, graph.init(0), [{"x": np.ones(2), "y": np.array([0.0, legal])}] * 3)
    with pytest.raises(BpropError, match=r"outside 0\.\.1"):
        of.step(theta, state, {"x": np.ones(2), "y": np.array([0.0, 1 + 1e-12])})


def test_wrong_states_and_thetas_are_refused_as_ever(graph):
    of = graph.functions("native", bp.Adam(0.1))
    theta, state, _ = steps(of, graph.init(0), [batch()] * 2)
    less = dict(list(theta.items())[1:])
    for wrong in (less, {}, {**theta, "b1": np.zeros(2)}, None, 5):
        with pytest.raises((BpropError, TypeError)):
            of.step(wrong, state, batch())
    for wrong in ({}, None, {"t": 1}, {"t": -1, "rule": state["rule"]}, {"t": 1, "rule": {}}, {**state, "z": 1}):
        with pytest.raises(BpropError):
            of.step(theta, wrong, batch())
    with pytest.raises(BpropError, match="seed must be"):
        of.step(theta, state, batch(), True)
    expected = graph.functions("native", bp.Adam(0.1))
    found = of.step(theta, state, batch(), 3)
    assert bits(*found[:2]) == bits(*steps(expected, graph.init(0), [batch()] * 3)[:2])


FILES = tuple(module.__file__ for module in (block, native_functions, pacer, quick_step, team, workspace))
"""Those through which a step goes."""


@pytest.mark.parametrize("threads", [1, 2])
def test_an_exception_at_any_instruction_spoils_no_later_step(graph, threads, shared_out, monkeypatch, instants):
    """A pure step that is done again, after one that was cut short anywhere, has the same bits."""
    monkeypatch.setattr(pacer.Pacer, "choose", lambda self, words: chosen(self, words, threads))
    of = graph.functions("native", bp.Adam(0.1), batch_size=8)
    first, begun, _ = steps(of, graph.init(0), [batch()] * 2)
    theta, state, _ = of.step(first, begun, batch(), 3)
    expected = bits(*of.step(theta, state, batch(), 3)[:2])
    k, cut = 1, True
    while cut:
        theta, state, _ = of.step(first, begun, batch(), 3)  # they lie in memory: so the next step is a quick one
        tracer = sys.gettrace()  # that of a tool that measures the tests
        sys.settrace(instants(k, FILES))
        try:
            of.step(theta, state, batch(), 3)
            cut = False
        except instants.came:
            pass
        finally:
            sys.settrace(tracer)
        assert bits(*of.step(theta, state, batch(), 3)[:2]) == expected, k
        k += 1 if k < 10 else 17
    assert k > 150


def chosen(self, words, threads):
    self.threads, self.left = threads, 1
    words[pacer.THREADS] = threads


def test_an_exception_in_place_leaves_theta_before_or_after_the_step(graph, instants):
    pure = graph.functions("native", bp.SGD(0.1), batch_size=8)
    for k in range(10, 400, 13):
        of = graph.functions("native", bp.SGD(0.1), batch_size=8, in_place=True)
        theta, state, _ = steps(of, graph.init(0), [batch()] * 2)
        before = {name: array.copy() for name, array in theta.items()}
        after = pure.step(before, {**state}, batch(), 3)[0]
        tracer = sys.gettrace()  # that of a tool that measures the tests
        sys.settrace(instants(k, FILES))
        try:
            theta, state, _ = of.step(theta, state, batch(), 3)
        except instants.came:
            pass
        finally:
            sys.settrace(tracer)
        now = bits(theta, {"rule": {}})
        assert now in (bits(before, {"rule": {}}), bits(after, {"rule": {}}))
        again = of.step(theta, {"t": 2, "rule": {}}, batch(), 3)[0]
        start = {name: np.array(a) for name, a in (before if now == bits(before, {"rule": {}}) else after).items()}
        assert bits(again, {"rule": {}}) == bits(pure.step(start, {"t": 2, "rule": {}}, batch(), 3)[0], {"rule": {}})


def test_pure_functions_may_be_called_by_several_threads_at_once(graph):
    of = graph.functions("native", bp.Adam(0.1))
    thetas = [graph.init(seed) for seed in range(3)]
    expected = []
    for theta in thetas:
        grads = of.gradients(theta, batch(), 1)
        expected.append((bits(*steps(of, theta, [batch()] * 4)[:2]), bits(grads, {"rule": {}})))
    results = [[] for _ in thetas]

    def work(i):
        for _ in range(30):
            grads = of.gradients(thetas[i], batch(), 1)
            results[i].append((bits(*steps(of, thetas[i], [batch()] * 4)[:2]), bits(grads, {"rule": {}})))

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        workers = [threading.Thread(target=work, args=(i,), daemon=True) for i in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(60)
    finally:
        sys.setswitchinterval(interval)
    for mine, right in zip(results, expected, strict=True):
        assert len(mine) == 30 and set(mine) == {right}
