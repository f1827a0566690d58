"""Loops over points: every element is written once, nothing beside it, by any number of threads."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("llvmlite")

from bprop.engines.native.emit.loops import neutral
from bprop.engines.native.run.evaluate import evaluate
from bprop.engines.native.schedule.buffers import Layout
from bprop.namespace import scatter_add

GUARD = 64


@pytest.fixture
def kept(monkeypatch):
    """The memory of all arrays of what is evaluated: (layout, flat), with some more elements behind each."""
    places, allocate = [], Layout.allocate

    def with_guard(layout):
        places.append((layout, allocate(replace(layout, length=layout.length + GUARD))))
        return places[-1][1]

    monkeypatch.setattr(Layout, "allocate", with_guard)
    return places


def beside(layout, flat):
    """What lies in memory beside an array's elements."""
    at = [np.indices(layout.shape)[i] * stride for i, stride in enumerate(layout.strides)]
    return np.delete(flat, np.unique(sum(at, np.zeros(layout.shape, int))))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_beside_an_array_there_are_zeros(kept, vectors, dtype):
    """What is computed there is not 0: exp(0) = 1, 0 <= 0. Products and sums read whole vectors and rely on it."""
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=shape) for shape in ((5,), (3, 9), (2, 3, 17), (7, 1), (1, 33), (20, 3), (3, 16), ())]
    rows = np.array([1, 0, 1])

    def compute(*given):
        *arrays, rows = given
        xp = rows.__array_namespace__()
        found = []
        for a in arrays:
            found += [xp.exp(a), a <= 1e9, (a * 0).astype(int) + 7, xp.exp(a).T, a.sum() + 1.0]
            found += [xp.exp(a).sum(axis=0), xp.exp(a).max(axis=-1), xp.concatenate([a, a + 9])] if a.ndim else []
        b = arrays[1]
        found += [xp.exp(b @ b.T), xp.exp(b.T @ b), xp.exp(arrays[5] @ b), xp.exp(b @ b.T[:, :1])]
        return [*found, scatter_add(b + 1, rows, (2, 9)), xp.take(xp.exp(b), rows, axis=0), xp.zeros((3, 5)) + 2.0]

    evaluate(compute, *arrays, rows, dtype=dtype)
    assert len(kept) > 70
    for layout, flat in kept:
        assert not beside(layout, flat).any(), layout


SHAPES = [(70,), (9, 9), (5, 70), (2, 3, 70), (7, 3, 2), (1, 70), (70, 1), (6, 1, 5), (3, 150)]


def test_threads_share_out_every_loop(same, monkeypatch):
    """Rows, columns, and what is left of them; more threads than shares too."""
    monkeypatch.setattr("bprop.engines.native.schedule.shares.SHARED_FROM", 1)
    rng = np.random.default_rng(0)

    def step(xp, *arrays):
        made = lambda a: 0.5 * xp.tanh(a) + a.sum(axis=0) / 200 + a.max(axis=-1, keepdims=True) / 9 - a.mean()  # noqa: E731
        return [made(a) for a in arrays]

    same(step, [rng.normal(size=shape) for shape in SHAPES], steps=2, counts=(1, 2, 3, 5, 11))


def test_parts_are_put_and_rows_added_on_vectors_of_any_width(same, vectors):
    rng = np.random.default_rng(0)
    index = np.array([2, 0, 2, 1])

    def step(xp, a, b, c, index):
        one = xp.concatenate([b[:, 5:], b[:, :5] * 2], axis=1)
        two = scatter_add(xp.take(a, index, axis=0), index, (3, 19)) + scatter_add(a[:, 1::3], np.s_[:, ::-3], (3, 18))[
            :, :1]  # fmt: skip
        return [0.3 * two, 0.5 * one, scatter_add(xp.take(c, index, axis=0), index, (3,)), None]

    same(step, [rng.normal(size=(3, 19)), rng.normal(size=(4, 11)), rng.normal(size=3), index], steps=2)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "uint32", "bool"])
@pytest.mark.parametrize(("kind", "function"), [("add", np.add), ("max", np.maximum), ("min", np.minimum)])
def test_what_is_neutral_changes_nothing(kind, function, dtype):
    low, high = (0, 1) if dtype == "bool" else (-np.inf, np.inf) if dtype[0] == "f" else (
        np.iinfo(dtype).min, np.iinfo(dtype).max)  # fmt: skip
    for value in (low, high, 1):
        here = np.array(value, dtype)
        assert function(here, np.array(neutral(kind, np.dtype(dtype)), dtype)) == here
