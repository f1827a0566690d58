"""The lecture's algorithm by hand in NumPy: the float64 result that every peer must reach, and a peer itself."""

from __future__ import annotations

import numpy as np

from benchmarks.cases import EPOCHS, L2, LEARNING_RATE, Problem


def train(problem: Problem, dtype: type, epochs: int = EPOCHS) -> dict[str, np.ndarray]:
    """theta after so many passes over the data, in order."""
    theta = {name: array.astype(dtype) for name, array in problem.params.items()}
    x, batch = problem.x.astype(dtype, copy=False), problem.case.batch
    for start in epochs * list(range(0, len(x), batch)):
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


def forward(theta: dict[str, np.ndarray], x: np.ndarray, activation: str) -> np.ndarray:
    """f(x), the probabilities (N, C), in the precision of theta and x."""
    h, layers = x, len(theta) // 2
    for k in range(1, layers):
        a = h @ theta[f"W{k}"] + theta[f"b{k}"]
        h = np.tanh(a) if activation == "tanh" else np.maximum(a, 0)
    a = h @ theta[f"W{layers}"] + theta[f"b{layers}"]
    f = np.exp(a - a.max(axis=1, keepdims=True))
    f /= f.sum(axis=1, keepdims=True)
    return f


def loss(problem: Problem, theta: dict[str, np.ndarray], rows: int = 2000) -> float:
    """Mean negative log-likelihood in nats of the first rows, in float64."""
    x, y = problem.x[:rows].astype(np.float64), problem.y[:rows]
    f = forward({name: array.astype(np.float64) for name, array in theta.items()}, x, problem.case.activation)
    return float(-np.log(f[np.arange(len(y)), y]).mean())


def movement_error(start: dict, theta: dict, exact: dict) -> float:
    """||theta - exact|| / ||exact - start||: how far theta ended from the exact one, beside how far that one went.

    The loss alone would not notice a penalty that is left out, as a few hundred updates hardly change it.
    """
    off = sum(float(((theta[name] - exact[name]) ** 2).sum()) for name in exact)
    gone = sum(float(((start[name] - exact[name]) ** 2).sum()) for name in exact)
    return (off / gone) ** 0.5
