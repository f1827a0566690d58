"""Small data sets to play with, drawn by NumPy: the same numbers for the same rows, noise and seed.

Each function returns {"x": X, "y": Y}, as `bp.train` takes it.

>>> data = bp.toys.moons(200)
>>> data["x"].shape, data["y"].shape
((200, 2), (200,))
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Data = dict[str, np.ndarray]


def xor(rows: int = 200, noise: float = 0.1, seed: int = 0) -> Data:
    """y = 1 where x_1 x_2 < 0: four clouds, of which opposite ones are one class. Shapes: x (N, 2), y (N,).

    noise : the deviation of the clouds is 0.3 + noise, around (+-1, +-1).
    """
    rng = np.random.default_rng(seed)
    corner = np.arange(rows) % 4
    centres = np.array([[1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]])
    x = centres[corner] + rng.normal(0.0, 0.3 + noise, (rows, 2))
    return {"x": x, "y": (corner % 2).astype(np.int64)}


def moons(rows: int = 200, noise: float = 0.15, seed: int = 0) -> Data:
    """Two half circles, one in the other. Shapes: x (N, 2), y (N,). noise : the deviation of the points from them."""
    rng = np.random.default_rng(seed)
    y = np.arange(rows) % 2
    angle = rng.uniform(0.0, np.pi, rows)
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    lower = np.stack([1.0 - np.cos(angle), 0.5 - np.sin(angle)], axis=1)
    x = np.where(y[:, None] == 0, upper, lower) + rng.normal(0.0, noise, (rows, 2))
    return {"x": x, "y": y.astype(np.int64)}


def circles(rows: int = 200, noise: float = 0.1, seed: int = 0) -> Data:
    """A circle of radius 1 (class 0) and one of radius 0.4 (class 1). Shapes: x (N, 2), y (N,)."""
    rng = np.random.default_rng(seed)
    y = np.arange(rows) % 2
    angle = rng.uniform(0.0, 2.0 * np.pi, rows)
    radius = np.where(y == 0, 1.0, 0.4)
    x = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1) + rng.normal(0.0, noise, (rows, 2))
    return {"x": x, "y": y.astype(np.int64)}


def spiral(rows: int = 200, noise: float = 0.06, seed: int = 0, arms: int = 2) -> Data:
    """`arms` arms of a spiral, a class each, each of one turn out to radius 2. Shapes: x (N, 2), y (N,)."""
    rng = np.random.default_rng(seed)
    y = np.arange(rows) % arms
    radius = rng.uniform(0.2, 2.0, rows)
    angle = np.pi * radius + 2.0 * np.pi * y / arms
    x = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1) + rng.normal(0.0, noise, (rows, 2))
    return {"x": x, "y": y.astype(np.int64)}


def sine(rows: int = 200, noise: float = 0.1, seed: int = 0) -> Data:
    """y = sin(2 x) + noise for x in [-3, 3]. Shapes: x (N, 1), y (N,)."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(-3.0, 3.0, (rows, 1))
    return {"x": x, "y": np.sin(2.0 * x[:, 0]) + rng.normal(0.0, noise, rows)}


def hill(rows: int = 200, noise: float = 0.05, seed: int = 0) -> Data:
    """y = 2 exp(-|x|^2) - 1 + noise for x in [-2, 2]^2. Shapes: x (N, 2), y (N,)."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(-2.0, 2.0, (rows, 2))
    return {"x": x, "y": 2.0 * np.exp(-(x**2).sum(axis=1)) - 1.0 + rng.normal(0.0, noise, rows)}


CLASSES: dict[str, Callable[..., Data]] = {"xor": xor, "moons": moons, "circles": circles, "spiral": spiral}
"""The sets whose targets are classes."""
NUMBERS: dict[str, Callable[..., Data]] = {"sine": sine, "hill": hill}
"""The sets whose targets are numbers."""
