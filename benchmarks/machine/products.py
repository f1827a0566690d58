"""Floating-point operations per second of a large float32 product, by each library that is installed."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

import numpy as np

from benchmarks import fresh
from benchmarks.machine.bandwidth import best

SIZE = 2048


def measure(seconds: float = 0.5) -> dict[str, float]:
    """{library: flop/s}, each in a process of its own, so that their threads do not meet."""
    found = {name: fresh.call("benchmarks.machine.products:rate", name, seconds) for name in LIBRARIES}
    return {name: run.value for name, run in found.items() if run.value is not None}


def rate(name: str, seconds: float) -> float:
    """flop/s of this process."""
    product = LIBRARIES[name](np.ones((SIZE, SIZE), np.float32))

    def timing() -> float:
        start = perf_counter()
        product()
        return perf_counter() - start

    return 2 * SIZE**3 / best(timing, seconds)


def _numpy(a: np.ndarray) -> Callable:
    out = np.empty_like(a)
    return lambda: np.matmul(a, a, out=out)


def _torch(a: np.ndarray) -> Callable:
    import torch

    b, out = torch.from_numpy(a), torch.empty(a.shape)
    return lambda: torch.mm(b, b, out=out)


def _jax(a: np.ndarray) -> Callable:
    import jax

    product, b = jax.jit(lambda b: b @ b), jax.device_put(a)
    return lambda: product(b).block_until_ready()


LIBRARIES = {"NumPy": _numpy, "PyTorch": _torch, "JAX": _jax}
