"""Rows in groups (of one patient, shop or document), which no cut goes through."""

from __future__ import annotations

from typing import Any

import numpy as np

from bprop.errors import SettingError
from bprop.sources.frame import Frame

ADVICE = "fill them in, each with a name of its own if it is a group by itself, or leave these rows out"
MOST_COUNTED = 20_000_000  # groups times classes; beyond that, groups are divided by their rows alone
SIZE = 2.0  # how much a row too many counts, beside a row of a class too many


def group_codes(rows: Frame, name: str) -> np.ndarray:
    """(N,) the number of each row's group, by their first rows. Blanks around a name make no other group.

    Raises DataError, naming the first place, where the group of a row is missing.
    """
    rows.need_all(name, "group", ADVICE)
    values, codes = rows.column(name).distinct
    numbers: dict[Any, Any] = {}
    names = [value.strip() if isinstance(value, str) else value for value in values.tolist()]
    codes = np.array([numbers.setdefault(name, len(numbers)) for name in names])[codes]
    _, first, codes = np.unique(codes, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[codes]


def counts_of(codes: np.ndarray, labels: np.ndarray | None) -> np.ndarray:
    """(G, C) rows of each group and class; (G, 1) without labels, or where that would be too much to count."""
    groups = int(codes.max()) + 1
    classes = 1 if labels is None else int(labels.max()) + 1
    if labels is None or groups * classes > MOST_COUNTED:
        return np.bincount(codes, minlength=groups)[:, None]
    return np.bincount(codes * classes + labels, minlength=groups * classes).reshape(groups, classes)


def held_groups(
    codes: np.ndarray, share: float, seed: int, labels: np.ndarray | None, name: str, left: int = 1
) -> np.ndarray:
    """(N,) of bool: the rows of the groups that are held out at random, about `share` of the rows; with labels, of each
    class too as near as whole groups allow.

    In random order, a group is held out if that brings each class nearer to its share; then, in that order, further
    groups if that brings the rows nearer to theirs.

    left : how many groups are left at least. Raises SettingError if there are not that many, and one more.
    """
    counts = counts_of(codes, labels)
    if len(counts) <= left:
        raise SettingError(
            f"--group {name}: a part needs a group of its own, and there are {len(counts)} for {left + 1} parts: hold "
            "out fewer parts (--validation 0), or train on more groups"
        )
    aim, held, chosen = share * counts.sum(axis=0), np.zeros(counts.shape[1]), np.zeros(len(counts), bool)
    order = np.random.default_rng(np.random.SeedSequence([seed, 7])).permutation(len(counts))
    for size in (0.0, SIZE) if counts.shape[1] > 1 else (SIZE,):
        off = _distance(held, aim, size)
        for group in order[~chosen[order]]:
            after = _distance(held + counts[group], aim, size)
            if after < off:
                held, off, chosen[group] = held + counts[group], after, True
    if not chosen.any():
        chosen[_distance(counts, aim).argmin()] = True
    while (~chosen).sum() < left:
        back = np.nonzero(chosen)[0][_distance(held - counts[chosen], aim).argmin()]
        held, chosen[back] = held - counts[back], False
    return chosen[codes]


def group_folds(codes: np.ndarray, folds: int, seed: int, labels: np.ndarray | None, name: str) -> np.ndarray:
    """(N,) the fold of each row: large groups first, each to the fold that lacks its rows the most.

    Raises SettingError if there are fewer groups than folds.
    """
    counts = counts_of(codes, labels)
    if len(counts) < folds:
        raise SettingError(f"--folds {folds}: there are {len(counts):,} groups of {name!r}, and each fold needs one")
    aim, held = counts.sum(axis=0) / folds, np.zeros((folds, counts.shape[1]))
    order = np.random.default_rng(np.random.SeedSequence([seed, 8])).permutation(len(counts))
    fold = np.empty(len(counts), np.int64)
    for group in order[np.argsort(-counts[order].sum(axis=1), kind="stable")]:
        empty = held.sum(axis=1) == 0
        worse = _distance(held + counts[group], aim) - _distance(held, aim)
        fold[group] = place = int((worse - empty * SIZE * 3 * counts.sum()).argmin())
        held[place] += counts[group]
    return fold[codes]


def _distance(held: np.ndarray, aim: np.ndarray, size: float = SIZE) -> np.ndarray:
    """How far rows (..., C) of each class are from those aimed at, and `size` times how far their sum is."""
    return size * abs(held.sum(axis=-1) - aim.sum()) + abs(held - aim).sum(axis=-1)
