"""A case computed without bprop's boxes, graph, engines or rules: with PyTorch or JAX and their own derivatives.

Taken from bprop are only what a seed stands for: the order of the examples and the noise of dropout.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any
from zlib import crc32

import numpy as np

from bprop import noise
from bprop.data import batch_order
from fuzz.graphs.case import LEAVES, Case
from fuzz.graphs.outcome import Outcome, record
from fuzz.graphs.updates import Updates, rate_at

METRICS = {
    **dict.fromkeys(("CrossEntropy", "Nll", "MulticlassHinge", "BinaryCrossEntropy", "Hinge"), ("accuracy",)),
    **dict.fromkeys(("LabelSmoothing", "Focal"), ("accuracy",)),
    **dict.fromkeys(("BernoulliNll", "BernoulliCrossEntropy"), ("rmse", "mae")),
    "Ordinal": ("accuracy", "mae"),
    **dict.fromkeys(("SquaredError", "AbsoluteError", "Huber", "Poisson", "Quantile"), ("rmse", "mae")),
}
NOISY = ("Dropout", "GaussianNoise")
PREDICTIONS = {
    "Poisson": np.exp,
    "BernoulliCrossEntropy": lambda a: 1 / (1 + np.exp(-a)),
    "Ordinal": lambda a: (a > 0).sum(-1),
}
"""What a loss compares with y, where it is not its first child."""
Arrays = dict[str, np.ndarray]


class Oracle:
    """The case on one of `with_torch`, `with_jax`."""

    def __init__(self, case: Case, backend: ModuleType):
        self.case, self.backend = case, backend
        self.forward, self.gradients = backend.compiled(self.values), backend.gradients_of(self.objective)
        self.needed = case.below(case.loss, case.penalty)
        nodes = [case.nodes[i] for i in sorted(self.needed)]  # what only an output needs is not trained
        self.trainable = {n.name for n in nodes if n.kind == "Parameter" and n.hyper["trainable"]}
        self.measured = [n for i, n in enumerate(case.nodes) if n.kind in METRICS and i in self.needed]
        self.penalises_data = any(case.nodes[i].kind == "Input" for i in case.below(case.penalty))
        self.mean_weight = 1.0 if case.weights is None else float(case.weights.mean())

    def values(self, theta: dict, batch: dict, weights: Any, t: int | None) -> list[Any]:
        """The value of every node, in training at update t, or (None) outside training."""
        b, case, found = self.backend, self.case, []
        for node in case.nodes:
            children = [found[c] for c in node.children]
            if node.kind in LEAVES:
                found.append(self._leaf(node, theta, batch))
            elif any(c is None for c in children):
                found.append(None)  # what needs an input that is not there
            elif node.kind in NOISY:
                found.append(children[0] if t is None else self._noisy(node, children[0], t))
            elif node.kind == "BatchNorm" and t is None:
                found.append(b.OPS["Normalise"](node.hyper, *children))
            elif node.kind in ("BatchNorm", "BatchWeight"):
                found.append(b.OPS[node.kind](node.hyper, *children, weights=weights))
            else:
                found.append(b.OPS[node.kind](node.hyper, *children))
        return found

    def _leaf(self, node: Any, theta: dict, batch: dict) -> Any:
        if node.kind == "Parameter":
            return theta[node.name]
        if node.kind == "Constant":
            return self.backend.array(node.hyper["value"])
        return batch.get(node.name)

    def _noisy(self, node: Any, a: Any, t: int) -> Any:
        key = np.array([noise.key_of(self.case.seed)], np.uint32), np.array([t], np.uint32)
        shape = tuple(a.shape) if node.kind == "Dropout" else (*a.shape, 2)
        u = noise.uniform(key, crc32(node.name.encode()), shape, np.float64)
        if node.kind == "GaussianNoise":
            u = np.sqrt(-2 * np.log(1 - u[..., 0])) * np.cos(2 * np.pi * u[..., 1])
        return self.backend.OPS[node.kind](node.hyper, a, noise=self.backend.array(u))

    def objective(self, leaves: dict, given: dict, t: int) -> tuple[Any, list]:
        """(sum_t w_t l_t / total + penalty, the value of every node): `leaves` is the part of theta that is trained."""
        values = self.values({**given["fixed"], **leaves}, given["batch"], given["weights"], t)
        value = (values[self.case.loss] * given["weights"]).sum() / given["total"]
        return value + (0.0 if self.case.penalty is None else values[self.case.penalty]), values

    def gradient(self, theta: Arrays, batch: Arrays, weights: np.ndarray, t: int, total: float) -> tuple[Any, Arrays]:
        """(values, gradients) of the objective for a batch."""
        array = self.backend.array
        fixed = {k: array(v) for k, v in theta.items() if k not in self.trainable}
        given = {"fixed": fixed, "batch": self._batch(batch), "weights": array(weights), "total": array(total)}
        leaves = {k: array(v) for k, v in theta.items() if k in self.trainable}
        drawn = any(node.kind in NOISY for node in self.case.nodes)
        values, found = self.gradients(leaves, given, t if drawn else 0)
        return values, {k: np.zeros_like(theta[k]) if g is None else self.backend.plain(g) for k, g in found.items()}

    def _batch(self, batch: Arrays) -> dict[str, Any]:
        kinds = {"float": np.float64, "int": np.int64, "bool": bool}
        kind = {n.name: kinds[n.hyper["dtype"]] for n in self.case.nodes if n.kind == "Input"}
        return {name: self.backend.array(value.astype(kind[name])) for name, value in batch.items()}

    def train(self) -> Outcome:
        """What training comes to, epoch by epoch."""
        case, theta = self.case, {k: np.array(v) for k, v in self.case.theta.items()}
        updates = Updates(case.rule, {k: v for k, v in theta.items() if k in self.trainable})
        weights = np.ones(case.rows) if case.weights is None else case.weights
        outcome: Outcome = {}
        for epoch in range(case.epochs):
            order = batch_order(case.rows, case.seed, epoch, case.shuffle)
            sums: dict[str, float] = {}
            for start in range(0, case.rows, case.batch_size):
                rows = order[start : start + case.batch_size]
                theta = self._update(theta, updates, rows, weights[rows], sums)
            outcome |= self._epoch(epoch, theta, sums, updates.t)
        return outcome | {f"theta/{k}": v for k, v in theta.items()} | self._outputs(theta)

    def _update(self, theta: Arrays, updates: Updates, rows: np.ndarray, w: np.ndarray, sums: dict) -> Arrays:
        case = self.case
        batch = {k: v[rows] for k, v in case.data.items()}
        values, grads = self.gradient(theta, batch, w, updates.t, len(rows) * self.mean_weight)
        self._measure(values, w, sums)
        if self.penalises_data:
            sums["penalty"] = sums.get("penalty", 0.0) + float(self.backend.plain(values[case.penalty]))
        moved = updates.step({k: theta[k] for k in grads}, grads)
        return {**theta, **moved, **self._running(theta, values, w)}

    def _running(self, theta: Arrays, values: list, weights: np.ndarray) -> Arrays:
        """The running averages after a batch: they move by its share of what n examples know of them, 1 - 1/n, to the
        batch's mean and its unbiased variance."""
        found: Arrays = {}
        for at, node in enumerate(self.case.nodes):
            if node.kind != "BatchNorm" or at not in self.needed or not weights.any():
                continue
            a = self.backend.plain(values[node.children[0]])
            rows = a.reshape(len(a), -1, a.shape[-1])
            shares = np.broadcast_to((weights / weights.sum() / rows.shape[1])[:, None, None], rows.shape)
            known = 1 - (shares[:, :, 0] ** 2).sum()
            mean = (shares * rows).sum((0, 1))
            variance = (shares * (rows - mean) ** 2).sum((0, 1)) / known if known > 1e-12 else 0.0
            for child, new in zip(node.children[3:], (mean, variance), strict=True):
                name = self.case.nodes[child].name
                found[name] = theta[name] + (1 - node.hyper["decay"]) * known * (new - theta[name])
        return found

    def _measure(self, values: list, weights: np.ndarray, sums: dict[str, float]) -> None:
        """Weighted sums of the loss and of every metric."""
        found = {"weight": np.ones(len(weights)), "loss": self.backend.plain(values[self.case.loss])}
        for node in self.measured:
            said, y = (self.backend.plain(values[c]) for c in node.children)
            if node.kind == "Quantile":
                said = said[..., np.abs(np.array(node.hyper["levels"]) - 0.5).argmin()]
            for metric in METRICS[node.kind]:
                name = metric if len(self.measured) == 1 else f"{metric}[{node.name}]"
                found[name] = measure(metric, node.kind, said, y)
            if len(self.measured) > 1:
                found[f"loss[{node.name}]"] = self.backend.plain(values[self.case.nodes.index(node)])
        for name, each in found.items():
            sums[name] = sums.get(name, 0.0) + float((each * weights).sum())

    def _epoch(self, epoch: int, theta: Arrays, sums: dict[str, float], updates: int) -> Outcome:
        case, held = self.case, None
        if case.validation is not None:
            held = {}
            rows = len(next(iter(case.validation.values())))
            weights = np.ones(rows) if case.validation_weights is None else case.validation_weights
            self._measure(self._forward(theta, case.validation, weights), weights, held)
        penalty = sums.pop("penalty", 0.0) / -(-case.rows // case.batch_size)
        if case.penalty is not None and not self.penalises_data:
            penalty = float(self.backend.plain(self._forward(theta, {}, np.ones(1))[case.penalty]))
        return record(
            epoch, finish(sums), penalty, None if held is None else finish(held), rate_at(case.rule, updates - 1)
        )

    def _forward(self, theta: Arrays, batch: Arrays, weights: np.ndarray) -> list:
        array = self.backend.array
        return self.forward({k: array(v) for k, v in theta.items()}, self._batch(batch), array(weights), None)

    def _outputs(self, theta: Arrays) -> Outcome:
        values = self._forward(theta, self.case.data, np.ones(self.case.rows))
        return {f"output/{name}": self.backend.plain(values[at]) for name, at in self.case.outputs.items()}


def measure(metric: str, kind: str, said: np.ndarray, y: np.ndarray) -> np.ndarray:
    """One number an example: the mean of the metric over its outputs."""
    said = said if kind not in PREDICTIONS else PREDICTIONS[kind](said)
    if metric == "accuracy":
        if kind == "BinaryCrossEntropy":
            said = said > 0
        elif kind == "Hinge":
            said = np.where(said > 0, 1, -1)
        elif kind != "Ordinal":
            said = said.argmax(-1)
        each = said == y
    else:
        difference = said - y
        each = difference**2 if metric == "rmse" else np.abs(difference)
    return np.asarray(each, float).reshape(len(y), -1).mean(1)


def finish(sums: dict[str, float]) -> dict[str, float]:
    """Weighted means, with the root of rmse."""
    total = sums["weight"] or 1.0
    means = {k: v / total for k, v in sums.items() if k != "weight"}
    return {k: float(np.sqrt(v)) if k.startswith("rmse") else v for k, v in means.items()}
