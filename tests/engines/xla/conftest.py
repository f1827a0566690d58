"""Fixtures of the XLA engine's tests: a small network, its data, a short training, a count of compilations."""

import contextlib

import numpy as np
import pytest

import bprop as bp
from bprop.data import DataSet
from bprop.engines import Job

jax = pytest.importorskip("jax")


def make_network(l1=1e-4, l2=1e-3, rate=0.2, hidden=5):
    x, y = bp.Input("x", (3,)), bp.Input("y", (), dtype="int")
    W1, b1 = bp.Parameter("W1", (3, hidden)), bp.Parameter("b1", (hidden,))
    W2, b2 = bp.Parameter("W2", (hidden, 2)), bp.Parameter("b2", (2,))
    f = bp.softmax(bp.linear(bp.dropout(bp.tanh(bp.linear(x, W1, b1)), rate), W2, b2))
    return bp.Graph(loss=bp.nll(f, y), penalty=l1 * bp.l1(W1, W2) + l2 * bp.l2(W1, W2), outputs={"f": f})


def make_rows(count):
    rng = np.random.default_rng(0)
    return {"x": rng.normal(size=(count, 3)), "y": rng.integers(2, size=count)}


@pytest.fixture
def network():
    """network(l1=, l2=, rate=, hidden=): a graph of two layers with dropout."""
    return make_network


@pytest.fixture
def rows():
    """rows(count): data for it."""
    return make_rows


@pytest.fixture
def train():
    """train(graph=None, count=44, **settings of bp.train): a short run on XLA."""

    def run(graph=None, count=44, **settings):
        settings = {"rule": bp.SGD(0.1, momentum=0.5), "batch_size": 4, "epochs": 2, "validation": 0.2} | settings
        return bp.train(graph or make_network(), make_rows(count), engine="xla", progress=False, **settings)

    return run


@pytest.fixture
def job():
    """job(batch_size=4, rule=, count=20, dtype=, ...): a job for the network."""

    def make(batch_size=4, rule=None, count=20, dtype="float32", **more):
        data = DataSet(make_rows(count))
        return Job(make_network(), rule or bp.SGD(), data, batch_size, np.dtype(dtype), 0, **more)

    return make


@pytest.fixture
def compilations():
    """with compilations() as seen: a list that grows by one with every program that XLA compiles."""

    @contextlib.contextmanager
    def count():
        seen = []

        def listen(event, duration, **more):
            if "backend_compile" in event:
                seen.append(event)

        jax.monitoring.register_event_duration_secs_listener(listen)
        try:
            yield seen
        finally:
            jax.monitoring.unregister_event_duration_listener(listen)

    return count
