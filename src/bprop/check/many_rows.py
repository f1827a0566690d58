"""The examples of a box, repeated to about a thousand rows. A box may be right for a few rows and wrong for many."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bprop.check.precision import natural_units

ROWS = 1000
MOST_NUMBERS = 50_000
JITTER = 0.01


def repeated(arrays: list[np.ndarray], rng: np.random.Generator) -> Iterator[list[list[np.ndarray]]]:
    """For each length of a first axis, two choices: all arrays of that length repeated, or the first of them alone.

    Each repeated row moves away from 0 by another small step, so that rows neither tie nor are 0. The box may refuse
    such arrays.
    """
    lengths = dict.fromkeys(a.shape[0] for a in arrays if a.ndim and a.size)
    for length in lengths:
        members = [i for i, a in enumerate(arrays) if a.ndim and a.shape[0] == length]
        largest = max(arrays[i].size for i in members)
        times = min(ROWS // length, MOST_NUMBERS // largest)
        if times > 1:
            choices = [members] if len(members) == 1 else [members, members[:1]]
            yield [_repeat(arrays, choice, times, rng) for choice in choices]


def _repeat(arrays: list[np.ndarray], members: list[int], times: int, rng: np.random.Generator) -> list[np.ndarray]:
    many = list(arrays)
    for i in members:
        many[i] = np.concatenate([arrays[i]] * times)
        if many[i].dtype.kind == "f":
            share = (JITTER * rng.uniform(0.5, 1.5, many[i].shape)).astype(many[i].dtype)
            many[i] = np.where(many[i] != 0, many[i] * (1 + share), share * natural_units(many[i]))
    return many
