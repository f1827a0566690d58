"""The same operation in the form that people write, where code has another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from bprop.formulas.term import Term, constant, is_number

Terms = Sequence[Term]


def simplified(name: str, terms: Terms, value: np.ndarray) -> Term:
    """The term of an elementwise operation with this value. What changes nothing is left out: 1 a, a + 0, a / 1."""
    same = unchanged(name, terms)
    if same is not None and same.shape == value.shape:
        return same if same.dtype == value.dtype else Term(same.op, same.args, same.attr, value)
    other = rewritten(name, tuple(terms), value)
    if other is not None:
        return Term(*other, None, value)
    return as_power(name, terms, value)


def rewritten(name: str, terms: tuple[Term, ...], value: np.ndarray) -> tuple[str, tuple[Term, ...]] | None:
    """The same in a form that people write: sqrt(v) / v as 1 / sqrt(v), a (1 / b) as a / b, (-a) b as -(a b)."""
    if name == "divide" and terms[0].op == "sqrt" and terms[0].args[0] is terms[1]:
        return "divide", (constant(1), terms[0])
    if name == "multiply" and is_number(terms[1]) and not is_number(terms[0]):
        return name, terms[::-1]
    if name == "multiply" and is_number(terms[0]) and terms[1].op == "multiply" and is_number(terms[1].args[0]):
        return name, (constant(terms[0].value * terms[1].args[0].value), terms[1].args[1])
    if name == "multiply" and terms[1].op == "divide" and is_number(terms[1].args[0], 1):
        return "divide", (terms[0], terms[1].args[1])
    if name in ("multiply", "divide") and terms[0].op == "negative":
        return "negative", (simplified(name, (terms[0].args[0], terms[1]), -value),)
    if name == "add" and terms[1].op == "negative":
        return "subtract", (terms[0], terms[1].args[0])
    return None


def unchanged(name: str, terms: Terms) -> Term | None:
    """The term that the operation leaves as it is: a of a + 0, 1 a and a / 1."""
    if name in ("add", "multiply"):
        neutral = 0 if name == "add" else 1
        for one, other in (terms, terms[::-1]):
            if is_number(one, neutral):
                return other
    if name in ("subtract", "divide", "power") and is_number(terms[1], 0 if name == "subtract" else 1):
        return terms[0]
    if name == "negative" and terms[0].op == "negative":
        return terms[0].args[0]
    return None


def as_power(name: str, terms: Terms, value: np.ndarray) -> Term:
    """a a as a^2, a^2 a as a^3."""
    if name == "multiply":
        (first, one), (second, other) = map(base_of, terms)
        if first is second and terms[0].op != "number":
            return Term("power", (first, constant(one + other)), None, value)
    return Term(name, tuple(terms), None, value)


def base_of(term: Term) -> tuple[Term, Any]:
    """(a, p) of a^p; (a, 1) of any other term."""
    if term.op == "power" and is_number(term.args[1]):
        exponent = term.args[1].value.item()
        return term.args[0], int(exponent) if float(exponent).is_integer() else exponent
    return term, 1
