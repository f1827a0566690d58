"""The numbers of a rule, separated from its structure. An engine passes them as run-time arguments.

A rule is a tree of frozen dataclasses. Its numbers (int and float fields) can change without a new
compilation. Everything else (the class of rule, the class of schedule, Nesterov or not) is structure.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def plain_numbers(rule: Any) -> None:
    """Replace NumPy numbers among the fields by Python numbers, which do not change the dtype of arrays."""
    for field in fields(rule):
        value = getattr(rule, field.name)
        if isinstance(value, np.generic):
            object.__setattr__(rule, field.name, value.item())


def numbers_of(rule: Any, prefix: str = "") -> dict[str, float]:
    """{path: value} of every number in the tree, such as {"learning_rate.rate": 0.1}."""
    numbers: dict[str, float] = {}
    for field in fields(rule):
        value = getattr(rule, field.name)
        if is_number(value):
            numbers[prefix + field.name] = float(value)
        elif is_dataclass(value) and not isinstance(value, type):
            numbers.update(numbers_of(value, f"{prefix}{field.name}."))
    return numbers


def with_numbers(rule: Any, numbers: Mapping[str, Any], prefix: str = "") -> Any:
    """A copy of the tree with other numbers (arrays of an engine, say), unchecked."""
    copy = object.__new__(type(rule))
    copy.__dict__.update(rule.__dict__)
    for field in fields(rule):
        value = getattr(rule, field.name)
        if is_number(value):
            copy.__dict__[field.name] = numbers[prefix + field.name]
        elif is_dataclass(value) and not isinstance(value, type):
            copy.__dict__[field.name] = with_numbers(value, numbers, f"{prefix}{field.name}.")
    return copy


def is_known(rule: Any) -> bool:
    """True if class and fields describe a rule fully: the class is the library's, and the fields are plain values."""
    if type(rule).__module__.partition(".")[0] != __name__.partition(".")[0] or not is_dataclass(rule):
        return False
    values = [getattr(rule, field.name) for field in fields(rule)]
    return all(map(_is_plain, values))


def _is_plain(value: Any) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, bool | int | float | str) or is_known(value)


def structure_of(rule: Any) -> Hashable:
    """Everything of the rule but its numbers: a compiled program depends on it."""
    parts: list[Hashable] = [type(rule)]
    for field in fields(rule):
        value = getattr(rule, field.name)
        if is_number(value):
            parts.append("number")
        elif is_dataclass(value) and not isinstance(value, type):
            parts.append(structure_of(value))
        else:
            parts.append(value)
    return tuple(parts)


class Paced:
    """A rule with a learning rate that an engine has computed beforehand, in float64."""

    rule: Any
    rate: Any

    def __init__(self, rule: Any, rate: Any):
        self.rule, self.rate = rule, rate

    def step(self, params: Any, grads: Any, state: Any, t: Any) -> Any:
        return self.rule.step_at(params, grads, state, self.rate, t)
