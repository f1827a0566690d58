"""The lecture's algorithm by hand in NumPy: the float64 result that every peer must reach, and a peer itself."""

from __future__ import annotations

import numpy as np

from benchmarks.cases import EPOCHS, L2, LEARNING_RATE, Problem


def train(problem: Problem, dtype: type) -> dict[str, np.ndarray]:
    """theta after EPOCHS passes over the data, in order."""
    theta = {name: array.astype(dtype) for name, array in problem.params.items()}
    x, batch = problem.x.astype(dtype), problem.case.batch
    for start in EPOCHS * list(range(0, len(x), batch)):
        step(theta, x[start : start + batch], problem.y[start : start + batch], problem.case.activation)
    return theta


def step(theta: dict[str, np.ndarray], x: np.ndarray, y: np.ndarray, activation: str) -> None:
    """One update of theta, in place."""
    layers = len(theta) // 2
    h = [x]
    for k in range(1, layers):
        a = h[-1] @ theta[f"W{k}"] + theta[f"b{k}"]
        h.append(np.tanh(a) if activation == "tanh" else np.maximum(a, 0))
    a = h[-1] @ theta[f"W{layers}"] + theta[f"b{layers}"]
    f = np.exp(a - a.max(axis=1, keepdims=True))
    f /= f.sum(axis=1, keepdims=True)
    f[np.arange(len(y)), y] -= 1
    grad = f / len(y)
    for k in range(layers, 0, -1):
        W, below = theta[f"W{k}"], h[k - 1]
        grad_W, grad_b = below.T @ grad, grad.sum(axis=0)
        if k > 1:
            grad = grad @ W.T
            grad *= 1 - below * below if activation == "tanh" else below > 0
        W -= LEARNING_RATE * (grad_W + 2 * L2 * W)
        theta[f"b{k}"] -= LEARNING_RATE * grad_b


def loss(problem: Problem, theta: dict[str, np.ndarray], rows: int = 2000) -> float:
    """Mean negative log-likelihood in nats of the first rows, in float64."""
    h = problem.x[:rows].astype(np.float64)
    layers = len(theta) // 2
    for k in range(1, layers + 1):
        a = h @ theta[f"W{k}"].astype(np.float64) + theta[f"b{k}"].astype(np.float64)
        h = np.tanh(a) if problem.case.activation == "tanh" else np.maximum(a, 0)
    top = a.max(axis=1)
    total = np.log(np.exp(a - top[:, None]).sum(axis=1)) + top
    return float((total - a[np.arange(len(a)), problem.y[:rows]]).mean())
