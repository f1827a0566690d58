"""`python -m benchmarks.many`: K networks by `bp.train_many`, beside K single runs and other ways to train many.

All train networks of the same sizes on the same rows with plain SGD, in the same order, for the same epochs. In every
round each runs once; a time is the median over the rounds, after one run that may compile. The networks of all but TabM
are the same: their losses are compared. TabM shares W among its networks, so that only its time counts.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

import bprop as bp
from benchmarks.text import number, ratio, table
from bprop.data import batch_order

RATE = 0.05
FIRST = "train_many"


@dataclass(frozen=True)
class Task:
    """K networks of `sizes` on rows X (N, D), y (N,), N a multiple of the batch size."""

    sizes: tuple[int, ...]
    networks: int
    X: np.ndarray
    y: np.ndarray
    batch_size: int
    epochs: int

    @classmethod
    def of(cls, sizes: tuple[int, ...], networks: int, rows: int, batch_size: int, epochs: int) -> Task:
        """Rows at random, with classes that depend on them."""
        rng = np.random.default_rng(0)
        rows -= rows % batch_size
        X = rng.normal(size=(rows, sizes[0])).astype(np.float32)
        y = (X @ rng.normal(size=(sizes[0], sizes[-1]))).argmax(axis=1)
        return cls(sizes, networks, X, y, batch_size, epochs)

    @property
    def data(self) -> dict[str, np.ndarray]:
        return {"x": self.X, "y": self.y}

    @property
    def graph(self) -> bp.Graph:
        return bp.mlp(self.sizes, activation="relu")

    @property
    def settings(self) -> dict[str, Any]:
        return {"rule": bp.SGD(RATE), "epochs": self.epochs, "batch_size": self.batch_size, "progress": False}

    def losses(self, thetas: list[Any]) -> np.ndarray:
        """(K,) the loss of each network on all rows."""
        return np.array([bp.Model(self.graph, theta).evaluate(self.data)["loss"] for theta in thetas])


def together(task: Task, engine: str = "auto") -> list[Any]:
    fits = bp.train_many(task.graph, task.data, seeds=range(task.networks), engine=engine, **task.settings)
    return [fit.params for fit in fits]


def single(task: Task, engine: str = "auto") -> list[Any]:
    return [one(task, seed, engine) for seed in range(task.networks)]


def one(task: Task, seed: int, engine: str = "auto") -> Any:
    return bp.train(task.graph, task.data, seed=seed, engine=engine, **task.settings).params


def processes(task: Task) -> list[Any]:
    """Single runs in two processes of joblib, which go on to the next round."""
    from joblib import Parallel, delayed

    return list(Parallel(n_jobs=2)(delayed(one)(task, seed) for seed in range(task.networks)))


def by_hand(task: Task) -> list[Any]:
    """jax.vmap over networks of a scan over the steps of all epochs, with jax.grad."""
    import jax

    thetas = [task.graph.init(seed, np.float32) for seed in range(task.networks)]
    stacked = {name: np.stack([theta[name] for theta in thetas]) for name in thetas[0]}
    orders = [[batch_order(len(task.y), s, e) for e in range(task.epochs)] for s in range(task.networks)]
    orders = np.array(orders).reshape(task.networks, -1, task.batch_size)
    trained = jax.tree.map(np.asarray, _program(len(task.sizes) - 1)(stacked, orders, task.X, task.y))
    return [{name: array[k] for name, array in trained.items()} for k in range(task.networks)]


_programs: dict[int, Callable] = {}


def _program(layers: int) -> Callable:
    """theta (K, ...), orders (K, steps, B), X, y -> theta, compiled once."""
    import jax
    import jax.numpy as jnp

    def loss(theta, x, y):
        for k in range(1, layers + 1):
            x = x @ theta[f"W{k}"] + theta[f"b{k}"]
            x = jax.nn.relu(x) if k < layers else jax.nn.log_softmax(x)
        return -jnp.take_along_axis(x, y[:, None], 1).mean()

    def run(theta, order, X, y):
        def step(theta, rows):
            grads = jax.grad(loss)(theta, X[rows], y[rows])
            return jax.tree.map(lambda p, g: p - RATE * g, theta, grads), None

        return jax.lax.scan(step, theta, order)[0]

    if layers not in _programs:
        _programs[layers] = jax.jit(jax.vmap(run, in_axes=(0, 0, None, None)))
    return _programs[layers]


def tabm(task: Task) -> None:
    """TabM's layers in PyTorch: K networks with scaling vectors of their own around shared weights."""
    import torch
    from torch.nn import functional as F  # noqa: N812

    torch.manual_seed(0)
    K, parameters = task.networks, []
    for width, units in zip(task.sizes[:-1], task.sizes[1:], strict=True):
        W = (torch.rand(width, units) * 2 - 1) * width**-0.5
        r = torch.randint(0, 2, (K, width)) * 2.0 - 1 if not parameters else torch.ones(K, width)
        parameters.append([p.requires_grad_() for p in (W, r, torch.ones(K, units), torch.zeros(K, units))])
    rule = torch.optim.SGD([p for layer in parameters for p in layer], RATE)
    X, y = torch.from_numpy(task.X), torch.from_numpy(task.y)
    for epoch in range(task.epochs):
        for rows in torch.from_numpy(batch_order(len(y), 0, epoch)).split(task.batch_size):
            h = X[rows][:, None, :]
            for k, (W, r, s, b) in enumerate(parameters, 1):
                h = ((h * r) @ W) * s + b
                h = F.relu(h) if k < len(parameters) else h
            rule.zero_grad()
            F.cross_entropy(h.flatten(0, 1), y[rows].repeat_interleave(K)).backward()
            rule.step()


def tabm_graph(task: Task) -> bp.Graph:
    """The same as a graph of boxes `ensemble_linear`."""
    K, x, y = task.networks, bp.Input("x", task.sizes[:1]), bp.Input("y", (), dtype="int")
    h, ones = x[:, None, :], bp.init.ones
    for k, (width, units) in enumerate(zip(task.sizes[:-1], task.sizes[1:], strict=True), 1):
        r = bp.Parameter(f"r{k}", (K, width), init=bp.init.signs if k == 1 else ones)
        s, b = bp.Parameter(f"s{k}", (K, units), init=ones), bp.Parameter(f"b{k}", (K, units), init=bp.init.zeros)
        a = bp.ensemble_linear(h, bp.Parameter(f"W{k}", (width, units)), r, s, b)
        h = bp.relu(a)
    f = bp.softmax(bp.log_mean_exp(bp.log_softmax(a), axis=1))
    return bp.Graph(loss=bp.cross_entropy(a, bp.stack([y] * K)) / K, outputs={"f": f})


def shared_weights(task: Task) -> None:
    bp.train(tabm_graph(task), task.data, **task.settings)


PEERS: dict[str, tuple[Callable[[Task], Any], tuple[str, ...]]] = {
    FIRST: (together, ()),
    "K single runs": (single, ()),
    "K single runs, joblib, 2 processes": (processes, ("joblib",)),
    "train_many on XLA": (lambda task: together(task, "xla"), ("jax",)),
    "K single runs on XLA": (lambda task: single(task, "xla"), ("jax",)),
    "jax.vmap by hand": (by_hand, ("jax",)),
    "TabM of ensemble_linear": (shared_weights, ()),
    "TabM in PyTorch": (tabm, ("torch",)),
}


def measure(task: Task, names: list[str], rounds: int) -> dict[str, dict[str, Any]]:
    """{peer: {"seconds": of each round, "losses": (K,) or None}} of those that are installed."""
    there = [name for name in names if all(find_spec(package) for package in PEERS[name][1])]
    results: dict[str, dict[str, Any]] = {}
    for name in there:
        thetas = PEERS[name][0](task)
        results[name] = {"seconds": [], "losses": None if thetas is None else task.losses(thetas)}
    for _ in range(rounds):
        for name in there:
            began = perf_counter()
            PEERS[name][0](task)
            results[name]["seconds"].append(perf_counter() - began)
    return results


def report(results: dict[str, dict[str, Any]]) -> str:
    """A table of the times, and their ratios to `train_many`'s. Raises ValueError where losses differ."""
    reference = results[FIRST]
    rows = []
    for name, result in results.items():
        losses = result["losses"]
        if losses is not None and np.abs(losses - reference["losses"]).max() > 1e-3:
            raise ValueError(f"{name} has trained other networks: {losses} instead of {reference['losses']}")
        ratios = [own / first for own, first in zip(result["seconds"], reference["seconds"], strict=True)]
        rows.append([name, number(median(result["seconds"])), ratio(median(ratios))])
    return "\n".join(table(["", "seconds", f"of {FIRST}'s"], rows))


def main(words: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.many", description=__doc__)
    parser.add_argument("--sizes", default="54-64-7")
    parser.add_argument("--networks", type=int, default=32)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--batch-size", type=int, default=100)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peers", default="; ".join(PEERS), help="some of these, separated by semicolons")
    asked = parser.parse_args(words)
    sizes = tuple(map(int, asked.sizes.split("-")))
    task = Task.of(sizes, asked.networks, asked.rows, asked.batch_size, asked.epochs)
    names = [FIRST, *(name for name in map(str.strip, asked.peers.split(";")) if name != FIRST)]
    print(f"K = {task.networks} networks {asked.sizes}, {len(task.y):,} rows, batches of {task.batch_size}, "
          f"{task.epochs} epochs, float32\n")  # fmt: skip
    print(report(measure(task, names, asked.rounds)))


if __name__ == "__main__":
    main()
