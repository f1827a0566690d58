"""Boxes of a user, which are not in the catalogue, but which engines must compute; and one that models rounding."""

from collections.abc import Callable
from typing import Any

import numpy as np

import bprop as bp
from bprop.namespace import namespace, unbroadcast


class Table(bp.Box):
    """a * table, for an array that is a hyper-parameter."""

    table: Any

    def fprop(self, a):
        return a * namespace(a).asarray(self.table)

    def bprop(self, grad, value, a):
        return grad * namespace(a).asarray(self.table)


class Apply(bp.Box):
    """a * f(), for a Python function f without arguments."""

    f: Callable

    def fprop(self, a):
        return a * self.f()

    def bprop(self, grad, value, a):
        return grad * self.f()


class Leader(bp.Box):
    """a where it is the largest of its last axis, else 0: it compares a value with what is computed from it."""

    def first(self, a):
        return a == a.max(axis=-1, keepdims=True)

    def fprop(self, a):
        return a * self.first(a)

    def bprop(self, grad, value, a):
        return grad * self.first(a)


class Choose(bp.Box):
    """a where a > b, else b / 2."""

    def fprop(self, a, b):
        return namespace(a, b).where(a > b, a, 0.5 * b)

    def bprop(self, grad, value, a, b):
        xp, zero = namespace(grad, a, b), 0.0 * grad
        return unbroadcast(xp.where(a > b, grad, zero), a.shape), unbroadcast(
            xp.where(a > b, zero, 0.5 * grad), b.shape
        )


class Centre(bp.Box):
    """a - its mean over the batch: rows are mixed."""

    def fprop(self, a):
        return a - a.mean(axis=0)

    def bprop(self, grad, value, a):
        return grad - grad.mean(axis=0)


ALL = (Table, Apply, Leader, Choose, Centre)


class Jitter(bp.Box):
    """a (1 + size u) with u uniform on [-1, 1], a function of (seed, place): a rounding error, many times too large."""

    size: float
    seed: int

    def factor(self, a):
        u = np.random.default_rng(self.seed).uniform(-1, 1, size=a.shape)
        return np.asarray(1 + self.size * u, dtype=a.dtype)

    def fprop(self, a):
        return a * self.factor(a)

    def bprop(self, grad, value, a):
        return grad * self.factor(a)
