"""Learning rates by parameter: a factor for each, by its name or by a pattern of names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from math import isfinite
from typing import Any

import numpy as np

from bprop.errors import SettingError
from bprop.names import matching
from bprop.namespace import Array

Factors = tuple[tuple[str, float], ...]
"""(name or pattern, factor), in the order in which patterns are tried."""
Update = Callable[..., tuple[dict[str, Array], dict[str, dict[str, Array]]]]


def read_factors(who: str, factors: Any) -> Factors | None:
    """The factors as pairs, so that a rule stays a value that can be compared. Raises SettingError."""
    if factors is None:
        return None
    pairs = list(factors.items()) if isinstance(factors, Mapping) else factors
    if not isinstance(pairs, list | tuple) or not all(isinstance(p, tuple | list) and len(p) == 2 for p in pairs):
        raise SettingError(f'{who}: rate_factors is {{name: factor}}, such as {{"W1": 0.1}}, not {factors!r}')
    return tuple((pattern, _factor(who, pattern, factor)) for pattern, factor in pairs) or None


def _factor(who: str, pattern: Any, factor: Any) -> float:
    if not isinstance(pattern, str):
        raise SettingError(f"{who}: rate_factors has names of parameters, not {pattern!r}")
    is_number = isinstance(factor, int | float | np.number) and not isinstance(factor, bool)
    value = float(factor) if is_number else -1.0
    if value == 0:
        raise SettingError(
            f"{who}: rate_factors[{pattern!r}] is 0: freeze=[{pattern!r}] of bp.train leaves it as it is"
        )
    if not (value > 0 and isfinite(value)):
        raise SettingError(f"{who}: rate_factors[{pattern!r}] must be a finite number above 0, not {factor!r}")
    return value


@lru_cache(maxsize=256)
def groups(factors: Factors, names: tuple[str, ...]) -> dict[float, tuple[str, ...]]:
    """{factor: the parameters that have it}. Its own name counts before patterns, the first pattern before others."""
    exact = dict(factors)
    of: dict[float, list[str]] = {}
    for name in names:
        fitting = (factor for pattern, factor in factors if matching(pattern, [name]))
        of.setdefault(exact[name] if name in exact else next(fitting, 1.0), []).append(name)
    return {factor: tuple(members) for factor, members in of.items()}


def update_by_factor(
    update: Update, factors: Factors, params: Mapping[str, Array], grads: Mapping[str, Array],
    state: Mapping[str, Mapping[str, Array]], rate: Any, t: Any,
) -> tuple[dict[str, Array], dict[str, dict[str, Array]]]:  # fmt: skip
    """theta and state after `update`, called once for all parameters of the same factor, with rate * factor."""
    moved: dict[str, Array] = {}
    after: dict[str, dict[str, Array]] = {what: {} for what in state}
    for factor, names in groups(factors, tuple(params)).items():
        part = {what: _only(names, arrays) for what, arrays in state.items()}
        some, some_state = update(_only(names, params), _only(names, grads), part, rate * factor, t)
        moved |= some
        for what, arrays in some_state.items():
            after.setdefault(what, {}).update(arrays)
    in_order = {what: {name: arrays[name] for name in params if name in arrays} for what, arrays in after.items()}
    return {name: moved[name] for name in params}, in_order


def _only(names: Iterable[str], arrays: Mapping[str, Array]) -> dict[str, Array]:
    return {name: arrays[name] for name in names if name in arrays}
