"""The update rules in NumPy, written anew from their sources: what `bprop.rules` computes, by other formulas."""

from __future__ import annotations

from math import cos, floor, pi
from typing import Any

import numpy as np

from fuzz.graphs.case import Rule

Arrays = dict[str, np.ndarray]


def rate_at(rule: Rule, t: int) -> float:
    rate = rule.numbers["learning_rate"] if rule.schedule is None else scheduled(rule.schedule[0], rule.schedule[1], t)
    return rate / (1 + rule.numbers.get("decrease_constant", 0.0) * t)


def scheduled(name: str, n: dict[str, Any], t: int) -> float:
    if name == "warm_up":
        kind, numbers = n["after"]
        if t < n["updates"]:
            return scheduled(kind, numbers, 0) * (t + 1) / n["updates"]
        return scheduled(kind, numbers, t - n["updates"])
    return {
        "constant": lambda: n["rate"],
        "decreasing": lambda: n["rate"] / (1 + n["decrease_constant"] * t),
        "step": lambda: n["rate"] * n["factor"] ** floor(t / n["every"]),
        "exponential": lambda: n["rate"] * n["factor"] ** (t / n["every"]),
        "cosine": lambda: n["final"] + (n["rate"] - n["final"]) * (1 + cos(pi * min(t / n["updates"], 1))) / 2,
    }[name]()


class Updates:
    """theta, step after step."""

    def __init__(self, rule: Rule, theta: Arrays):
        self.rule, self.t = rule, 0
        self.memory = [{k: np.zeros_like(v) for k, v in theta.items()} for _ in range(2)]

    def step(self, theta: Arrays, grads: Arrays) -> Arrays:
        """theta after one more update with these gradients."""
        limit = self.rule.numbers.get("clip_norm")
        if limit is not None and grads:
            length = np.linalg.norm(np.concatenate([g.ravel() for g in grads.values()]))
            grads = {k: g * min(1.0, limit / length) if length > 0 else g for k, g in grads.items()}
        rate = rate_at(self.rule, self.t)
        move = self._sgd if self.rule.kind == "SGD" else self._adam
        self.t += 1
        return {k: move(k, p, grads[k], rate) for k, p in theta.items()}

    def _sgd(self, name: str, p: np.ndarray, g: np.ndarray, rate: float) -> np.ndarray:
        mu = self.rule.numbers.get("momentum")
        if mu is None:
            return p - rate * g
        v = self.memory[0][name] = mu * self.memory[0][name] - rate * g
        return p + (mu * v - rate * g if self.rule.numbers["nesterov"] else v)

    def _adam(self, name: str, p: np.ndarray, g: np.ndarray, rate: float) -> np.ndarray:
        n = self.rule.numbers
        first, second = n.get("beta1", 0.9), n.get("beta2", 0.999)
        m = self.memory[0][name] = first * self.memory[0][name] + (1 - first) * g
        v = self.memory[1][name] = second * self.memory[1][name] + (1 - second) * g**2
        m, v = m / (1 - first**self.t), v / (1 - second**self.t)
        decay = n.get("weight_decay", 0.0) if p.ndim >= 2 else 0.0
        return p - rate * (m / (np.sqrt(v) + n["epsilon"]) + decay * p)
