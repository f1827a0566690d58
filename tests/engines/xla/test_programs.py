"""The compiled functions of a job: what is compiled, and when."""

import numpy as np
import pytest

import bprop as bp
from bprop.data import DataSet
from bprop.engines import Job
from bprop.engines.integers import INT32

jax = pytest.importorskip("jax")
programs = pytest.importorskip("bprop.engines.xla.programs")


def test_the_counter_counts(compilations):
    with compilations() as seen:
        jax.jit(lambda a: a + 1)(np.ones(7))
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("changed", "numbers"),
    [
        ({"rule": bp.SGD(0.7, momentum=0.9)}, {}),
        ({}, {"l1": 0.5, "l2": 0.0}),
        ({}, {"rate": 0.6}),
        ({"epochs": 3}, {}),
        ({"seed": 5}, {}),
        ({"count": 43}, {}),
        ({"count": 45}, {}),
        ({"shuffle": False}, {}),
        ({"patience": 1}, {}),
    ],
    ids=str,
)
def test_what_a_search_varies_compiles_nothing(train, network, compilations, changed, numbers):
    train()
    with compilations() as seen:
        fit = train(network(**numbers), **changed)
    assert seen == []
    assert fit.updates > 0


def test_numbers_that_are_not_compiled_in_have_their_effect(train, network):
    one, other = train(), train(network(l2=0.5))
    assert not np.allclose(one.params["W1"], other.params["W1"])
    assert not np.allclose(one.params["W1"], train(network(rate=0.6)).params["W1"])
    assert not np.allclose(one.params["W1"], train(rule=bp.SGD(0.2, momentum=0.5)).params["W1"])


def test_another_architecture_compiles(train, network, compilations):
    train()
    with compilations() as seen:
        train(network(hidden=6))
    assert seen


def test_training_without_validation_compiles_one_program(train, network, compilations):
    with compilations() as seen:
        train(network(hidden=7), validation=None)
    assert len(seen) == 1


def test_the_cache_of_programs_is_bounded(monkeypatch, network, rows):
    monkeypatch.setattr(programs, "CACHED_PROGRAMS", 3)
    monkeypatch.setattr(programs, "_programs", type(programs._programs)())
    for batch_size in range(1, 6):
        job = Job(network(), bp.SGD(), DataSet(rows(10)), batch_size, np.dtype("float32"), 0)
        programs.functions_of(job, INT32)
    assert len(programs._programs) == 3


def test_the_program_used_last_is_kept_longest(monkeypatch, job):
    monkeypatch.setattr(programs, "CACHED_PROGRAMS", 2)
    monkeypatch.setattr(programs, "_programs", type(programs._programs)())
    first = programs.functions_of(job(1), INT32)
    programs.functions_of(job(2), INT32)
    assert programs.functions_of(job(1), INT32) is first
    programs.functions_of(job(3), INT32)
    assert programs.functions_of(job(1), INT32) is first


class Own(bp.Box):
    """2 a: a box of a user. Shapes: a -> a."""

    def fprop(self, a):
        return 2 * a

    def bprop(self, grad, value, a):
        return 2 * grad


def test_a_users_box_is_traced_for_every_fit_but_not_compiled_again(compilations):
    def fit(rule):
        x, w = bp.Input("x", (3,)), bp.Parameter("w", (3,))
        data = {"x": np.ones((8, 3))}
        return bp.train(bp.Graph(loss=bp.sum(Own(x * w), axis=1)), data, validation=data, batch_size=4, epochs=1,
                        rule=rule, engine="xla", progress=False)  # fmt: skip

    fit(bp.SGD(0.1))
    with compilations() as seen:
        fit(bp.SGD(0.2))
    assert not seen
    with compilations() as seen:
        fit(bp.SGD(0.2, momentum=0.5))
    assert seen


def test_the_rates_of_a_schedule_and_those_that_a_program_has_itself_are_told_apart():
    optax = pytest.importorskip("optax")
    paced = bp.SGD(bp.schedules.cosine(0.1, 5))
    assert programs.is_paced(paced) is True
    assert programs.unpaced(paced) == paced.unscheduled()
    foreign = bp.rules.as_rule(optax.sgd(0.1))
    assert programs.is_paced(foreign) is False
    assert programs.unpaced(foreign) is foreign
