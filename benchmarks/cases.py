"""The networks that are timed: plain SGD with L2, softmax and negative log-likelihood, float32."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

LEARNING_RATE = 0.01
L2 = 1e-4
EPOCHS = 5
"""Passes over the data after which results are compared, and the most that one timed run makes."""


@dataclass(frozen=True)
class Case:
    """Layer sizes, batch size, activation, and how many updates make `EPOCHS` times over the data."""

    sizes: tuple[int, ...]
    batch: int
    activation: str
    steps: int

    @property
    def steps_per_epoch(self) -> int:
        return max(1, self.steps // EPOCHS)

    @property
    def name(self) -> str:
        inner = self.sizes[1:-1]
        shown = [f"{inner[0]}x{len(inner)}"] if len(inner) > 2 else [str(h) for h in inner]
        return f"{'-'.join([str(self.sizes[0]), *shown, str(self.sizes[-1])])} B={self.batch} {self.activation}"

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """(H_{k-1}, H_k) of every layer."""
        return list(zip(self.sizes, self.sizes[1:], strict=False))

    @property
    def flops(self) -> int:
        """Multiplications and additions of one step: fprop, W's gradients, and h's but for the first layer."""
        products = [2 * self.batch * a * b for a, b in self.pairs]
        return 3 * sum(products) - products[0]

    @property
    def weight_bytes(self) -> int:
        """Bytes of all weights in float32."""
        return 4 * sum(a * b for a, b in self.pairs)


CASES = (
    Case((64, 100, 10), 1, "tanh", 50000),
    Case((64, 100, 10), 32, "tanh", 10000),
    Case((784, 500, 10), 1, "tanh", 5000),
    Case((784, 500, 10), 10, "tanh", 2000),
    Case((784, 500, 10), 32, "tanh", 1000),
    Case((784, 500, 10), 128, "tanh", 300),
    Case((784, 512, 512, 10), 128, "relu", 150),
    Case((784, 512, 512, 10), 512, "relu", 50),
    Case((1024, 2048, 2048, 10), 128, "relu", 40),
    Case((784, 1000, 1000, 1000, 1000, 1000, 10), 10, "tanh", 100),
    Case((54, 256, 256, 7), 1024, "relu", 100),
)


@dataclass(frozen=True)
class Problem:
    """A case with its data and where theta starts: the same for every peer."""

    case: Case
    x: np.ndarray
    y: np.ndarray
    params: dict[str, np.ndarray]


def problem(case: Case, seed: int = 0) -> Problem:
    """Inputs of unit variance, labels of a random linear teacher with noise, Glorot uniform weights.

    The same numbers in every process. As peak memory is measured too, no array on the way is as large as x, and the
    product is not BLAS's, whose work space would be counted as the peer's.
    """
    rng = np.random.default_rng(seed)
    count = case.batch * case.steps_per_epoch
    x = rng.standard_normal((count, case.sizes[0]), dtype=np.float32)
    teacher = rng.normal(scale=case.sizes[0] ** -0.5, size=(case.sizes[0], case.sizes[-1])).astype(np.float32)
    scores = np.einsum("nd,dc->nc", x, teacher)
    y = (scores + rng.gumbel(size=scores.shape)).argmax(axis=1).astype(np.int32)
    params = {}
    for k, (inputs, outputs) in enumerate(case.pairs, start=1):
        bound = np.sqrt(6 / (inputs + outputs))
        params[f"W{k}"] = rng.uniform(-bound, bound, size=(inputs, outputs)).astype(np.float32)
        params[f"b{k}"] = np.zeros(outputs, np.float32)
    return Problem(case, x, y, params)


def select(wanted: str) -> tuple[Case, ...]:
    """The cases whose names contain one of the comma-separated parts; "" is all. Raises SystemExit for none."""
    parts = [part.strip() for part in wanted.split(",") if part.strip()] or [""]
    found = tuple(case for case in CASES if any(part in case.name for part in parts))
    if not found:
        raise SystemExit(f"no case contains {wanted!r}; there are: {', '.join(case.name for case in CASES)}")
    return found


def small() -> tuple[Case, ...]:
    """Three of the cases with a few steps: enough to show that everything works, and worth no timing."""
    return tuple(replace(case, steps=20) for case in (CASES[0], CASES[3], CASES[10]))
