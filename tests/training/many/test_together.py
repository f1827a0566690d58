"""Networks that do their steps together, by runs of NumPy: no other engine is needed to see what becomes of each."""

from types import SimpleNamespace

import numpy as np
import pytest

import bprop as bp
from bprop.engines import choose
from bprop.engines.many import ManyRuns
from bprop.training.epoch import Pace
from bprop.training.many import together as module
from bprop.training.many.network import Network, Networks
from bprop.training.many.plan import plan_of
from bprop.training.many.together import Started, train_together

RNG = np.random.default_rng(1)
X = RNG.normal(size=(40, 3))
DATA = {"x": X, "y": (X[:, 0] > 0).astype(int)}
SETTINGS = {"epochs": 3, "batch_size": 8, "dtype": "float64", "progress": False, "engine": "numpy"}
GRAPH = bp.mlp([3, 4, 2])
VALUES = bp.mlp([3, 4, 1], task="regression", activation="relu")  # a rate that is far too large makes it infinite
OF_VALUES = {"x": X, "y": X[:, 1]}


class OneByOne(ManyRuns):
    """Runs of NumPy, one after the other. calls : (first step, steps, updates before) of each stretch."""

    def __init__(self, runs, seconds=0.0):
        self.runs, self.seconds, self.calls, self.states = runs, seconds, [], []

    def set_orders(self, orders, running):
        self.orders, self.running = list(orders), list(running)
        for run, order, sums in zip(self.runs, orders, running, strict=True):
            run.set_order(order, sums)

    def steps(self, start, count, t):
        self.calls.append((start, count, t))
        self.states = [(run.params(), run.rule_arrays()) for run in self.runs]
        return [run.steps(start, count, t) for run in self.runs]

    def before(self, k):
        return self.states[k]

    def compile_seconds(self):
        return self.seconds


def networks(
    count, seconds=0.0, stop=None, callback=None, finished=None, rules=None, graph=GRAPH, data=DATA, **settings
):
    """(the networks, their runs)"""
    plan = plan_of(graph, data, range(count), rules, None, None, None, {**SETTINGS, **settings})
    crew = Networks(count, stop, callback, finished)
    engine, thetas = choose("numpy"), [s.first_theta(job) for s, job in zip(plan.settings, plan.jobs, strict=True)]
    many = OneByOne([engine.start(job, theta) for job, theta in zip(plan.jobs, thetas, strict=True)], seconds)
    members = [Network(crew, k, plan.jobs[k], Started(many.runs[k]), thetas[k], plan.settings[k]) for k in range(count)]
    return members, many


def alone(k, graph=GRAPH, data=DATA, **settings):
    return bp.train(graph, data, seed=k, **{**SETTINGS, **settings})


def same(fit, other):
    assert (fit.stopped, fit.updates, fit.best_epoch) == (other.stopped, other.updates, other.best_epoch)
    assert [r.loss for r in fit.history] == [r.loss for r in other.history]
    for name, array in other.params.items():
        np.testing.assert_array_equal(fit.params[name], array)


def test_a_run_that_has_been_started_is_given_as_it_is():
    run = SimpleNamespace(engine="xla")
    engine = Started(run)
    assert engine.name == "xla"
    assert engine.start(None, None) is run


@pytest.mark.parametrize("first", [1, 2, 64])
def test_each_has_the_fit_that_it_has_alone_whatever_the_stretches(first, monkeypatch):
    monkeypatch.setattr(module, "Pace", lambda: Pace(seconds=0.0, first=first))
    members, many = networks(3)
    train_together(members, many)
    assert [member.result.stopped for member in members] == ["epochs"] * 3
    for k, member in enumerate(members):
        same(member.result, alone(k))
    starts, counts, updates = zip(*many.calls, strict=True)
    assert sum(counts) == 3 * 5
    assert updates == tuple(np.cumsum((0, *counts))[:-1])
    assert all(start == t % 5 for start, t in zip(starts, updates, strict=True))


def test_each_has_an_order_of_its_own_in_each_epoch():
    members, many = networks(2, epochs=2)
    orders = []
    set_orders = many.set_orders
    many.set_orders = lambda each, running: orders.append([o.copy() for o in each]) or set_orders(each, running)
    train_together(members, many)
    assert len(orders) == 2
    for epoch, each in enumerate(orders):
        for member, order in zip(members, each, strict=True):
            np.testing.assert_array_equal(order, member.job.data.order(member.job.seed, epoch, True))
    assert not np.array_equal(orders[0][0], orders[1][0])
    assert not np.array_equal(orders[0][0], orders[0][1])


def test_one_that_is_done_earlier_has_the_results_of_its_end():
    done = []
    members, many = networks(
        3, callback=lambda k, record: k == 1 and record.epoch == 1, finished=lambda k, fit: done.append((k, fit))
    )
    train_together(members, many)
    assert [member.result.stopped for member in members] == ["epochs", "callback", "epochs"]
    assert [k for k, _ in done] == [1, 0, 2]
    assert all(fit is members[k].result for k, fit in done)
    same(members[1].result, alone(1, callbacks=lambda *_: True))
    same(members[2].result, alone(2))


def test_one_that_diverges_goes_back_to_its_last_step_that_was_well_and_the_others_go_on():
    rules = [bp.SGD(0.1), bp.SGD(1e80), bp.SGD(0.05)]
    members, many = networks(3, rules=rules, graph=VALUES, data=OF_VALUES)
    train_together(members, many)
    assert [member.result.stopped for member in members] == ["epochs", "diverged", "epochs"]
    with pytest.raises(bp.errors.NonFiniteError) as error:
        alone(1, rule=rules[1], graph=VALUES, data=OF_VALUES)
    alone_fit = error.value.fit
    assert members[1].result.failure == alone_fit.failure
    assert members[1].result.updates == alone_fit.updates
    for name, array in alone_fit.params.items():
        np.testing.assert_array_equal(members[1].result.params[name], array)
    same(members[2].result, alone(2, rule=rules[2], graph=VALUES, data=OF_VALUES))


def test_where_all_diverge_there_is_no_further_step():
    members, many = networks(2, rules=[bp.SGD(1e80)] * 2, graph=VALUES, data=OF_VALUES)
    train_together(members, many)
    assert [member.result.stopped for member in members] == ["diverged"] * 2
    assert len(many.calls) == 1


def test_a_wish_to_stop_ends_the_epoch_between_two_stretches(monkeypatch):
    monkeypatch.setattr(module, "Pace", lambda: Pace(seconds=0.0, first=2))
    members, many = networks(2, stop=lambda: len(many.calls) >= 4)
    train_together(members, many)
    for k, member in enumerate(members):
        assert member.result.stopped == "interrupted"
        assert member.result.updates == many.calls[-1][2] + many.calls[-1][1]
        assert len(member.result.history) == member.result.updates // 5
        assert member.position.step == member.result.updates % 5 > 0
        with pytest.raises(AssertionError):
            same(member.result, alone(k))


def test_the_seconds_of_an_epoch_are_shared_and_compiling_is_not_among_them(monkeypatch):
    taken = SimpleNamespace(seconds=6.0, next=lambda remaining: remaining, done=lambda count: 6.0)
    monkeypatch.setattr(module, "Pace", lambda: taken)
    for compiling, each in ((0.0, 3.0), (2.0, 2.0), (7.0, 0.0)):
        members, many = networks(2, compiling, epochs=2)
        train_together(members, many)
        assert [record.seconds for record in members[0].result.history] == [each, each]


def test_a_network_that_wants_few_steps_shortens_the_stretches_of_all():
    members, many = networks(3)
    members[1].most = lambda at: 2
    members[2].most = lambda at: 3
    train_together(members, many)
    assert [count for _, count, _ in many.calls] == [2, 2, 1] * 3
    for k, member in enumerate(members):
        same(member.result, alone(k))
