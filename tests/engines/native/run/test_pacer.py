"""The threads of many short calls: their time is added up, and the tuner asked once for all of them."""

import pytest

import bprop as bp

pytest.importorskip("llvmlite")

import numpy as np

from bprop.engines.native.emit.perform import CALLS, NANOSECONDS, THREADS, WORDS
from bprop.engines.native.run.pacer import MANY, Pacer
from bprop.engines.native.run.thread_tuner import PART, ThreadTuner


class Loaded:
    def __init__(self, most):
        self.tuner = ThreadTuner(most)
        self.routine = type("Routine", (), {"speeds": {}})()


def calls(pacer, words, seconds, count):
    """Do calls that take seconds[threads]; the number of calls by threads."""
    done = dict.fromkeys(seconds, 0)
    for _ in range(count):
        if pacer.left <= 0:
            pacer.choose(words)
        pacer.left -= 1
        assert words[THREADS] == pacer.threads
        words[CALLS] += 1
        words[NANOSECONDS] += int(seconds[pacer.threads] * 1e9)
        done[pacer.threads] += 1
    return done


@pytest.mark.parametrize("best", [1, 2])
def test_most_calls_are_done_by_the_quickest_number_of_threads(best):
    seconds = {count: 1e-4 if count == best else 3e-4 for count in (1, 2)}
    pacer = Pacer(Loaded(2))
    done = calls(pacer, [0] * WORDS, seconds, 20_000)
    assert done[best] > 0.9 * 20_000
    assert all(done.values())
    assert pacer.loaded.routine.speeds == pytest.approx(seconds)


def test_it_is_asked_once_in_many_calls():
    pacer, words = Pacer(Loaded(2)), [0] * WORDS
    calls(pacer, words, {1: 1e-4, 2: 1e-3}, 1000)
    while pacer.left <= 1:
        calls(pacer, words, {1: 1e-4, 2: 1e-3}, 1)
    assert pacer.left <= PART / 1e-4
    alone = Pacer(Loaded(1))
    calls(alone, words, {1: 1e-4}, 1)
    assert alone.left == MANY - 1


def test_steps_of_a_graph_are_timed():
    graph, rng = bp.mlp([5, 4, 3]), np.random.default_rng(0)
    of = graph.functions("native")
    batch = {"x": rng.normal(size=(6, 5)), "y": rng.integers(3, size=6)}
    theta, state = graph.init(0), of.init(graph.init(0))
    for _ in range(4):
        theta, state, _ = of.step(theta, state, batch)
    words = of.stepping[0].block.words
    assert words[CALLS] == 3 and words[NANOSECONDS] > 0  # the first step is done before there is a block
