"""Gradient checkers side by side: wrong boxes that they find, right ones that they accept, kind by kind.

    python -m benchmarks.checkers                    the table
    python -m benchmarks.checkers --write FILE.md    put it between the two comments of a file

Every checker is used as its documentation says, at its default settings, in the best precision that it takes: bprop in
longdouble, PyTorch's `gradcheck` and JAX's `check_grads` in float64. All check the same functions.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import bprop as bp
from benchmarks.checkers import impure, kinks, right, scales, wrong
from benchmarks.checkers.case import Case

START, END = "<!-- checkers: begin -->", "<!-- checkers: end -->"


KINDS: tuple[Callable[[np.random.Generator], Iterator[Case]], ...] = (
    *wrong.MAKERS,
    *scales.MAKERS,
    *kinks.MAKERS,
    *impure.MAKERS,
    *right.MAKERS,
)


def cases(seed: int = 0) -> list[Case]:
    """All cases, wrong and right."""
    rng = np.random.default_rng(seed)
    return [case for make in KINDS for case in make(rng)]


def bprop_accepts(case: Case) -> bool:
    """Whether bprop's checker says that the gradient is right."""
    bodies: dict[int, dict[str, Callable]] = {
        1: {
            "fprop": lambda self, a: case.forward(np, a),
            "bprop": lambda self, grad, value, a: case.backward(np, grad, value, a),
        },
        2: {
            "fprop": lambda self, a, b: case.forward(np, a, b),
            "bprop": lambda self, grad, value, a, b: case.backward(np, grad, value, a, b),
        },
    }
    kind = type("Tried", (bp.Box,), bodies[len(case.arrays)])
    return bp.check_box(kind, [case.arrays]).ok  # type: ignore[arg-type]


def torch_accepts(case: Case) -> bool:
    """Whether torch.autograd.gradcheck does."""
    import torch

    class Tried(torch.autograd.Function):
        @staticmethod
        def forward(context, *arrays):
            value = case.forward(torch, *arrays)
            context.save_for_backward(value, *arrays)
            return value

        @staticmethod
        def backward(context, grad):  # type: ignore[override]
            return case.backward(torch, grad, *context.saved_tensors)

    arrays = [torch.tensor(a, dtype=torch.float64, requires_grad=True) for a in case.arrays]
    return bool(torch.autograd.gradcheck(Tried.apply, arrays, raise_exception=False))


def jax_accepts(case: Case) -> bool:
    """Whether jax.test_util.check_grads does."""
    import jax
    from jax.test_util import check_grads

    jax.config.update("jax_enable_x64", True)

    @jax.custom_vjp
    def tried(*arrays):
        return case.forward(jax.numpy, *arrays)

    def forward(*arrays):
        value = case.forward(jax.numpy, *arrays)
        return value, (value, *arrays)

    def backward(kept, grad):
        sent = case.backward(jax.numpy, grad, *kept)
        return sent if isinstance(sent, tuple) else (sent,)

    tried.defvjp(forward, backward)
    try:
        check_grads(tried, tuple(map(jax.numpy.asarray, case.arrays)), order=1, modes=("rev",))
    except AssertionError:
        return False
    return True


CHECKERS: dict[str, Callable[[Case], bool]] = {
    "bprop": bprop_accepts,
    "torch gradcheck": torch_accepts,
    "jax check_grads": jax_accepts,
}


def verdict(accepts: Callable[[Case], bool], case: Case) -> bool:
    """Whether a checker accepts a case; an exception is no acceptance."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return accepts(case)
        except Exception:
            return False


def tried(some: list[Case], names: list[str]) -> dict[str, list[bool]]:
    """{checker: whether it was right about each case}."""
    return {name: [verdict(CHECKERS[name], case) == case.right for case in some] for name in names}


def table(some: list[Case], correct: dict[str, list[bool]]) -> str:
    """The table in Markdown: by kind, how many wrong boxes were found and how many right ones accepted."""
    lines = [
        "| kind of box | " + " | ".join(f"{name}: found, accepted" for name in correct) + " |",
        "| --- |" + " --- |" * len(correct),
    ]
    kinds = list(dict.fromkeys(case.kind for case in some))
    lines += [_line(kind, some, correct, lambda case, kind=kind: case.kind == kind) for kind in kinds]
    lines.append(_line("**all**", some, correct, lambda case: True))
    return "\n".join(lines)


def _line(title: str, some: list[Case], correct: dict[str, list[bool]], counts: Callable[[Case], bool]) -> str:
    cells = []
    for marks in correct.values():
        parts = []
        for wanted in (False, True):
            chosen = [m for case, m in zip(some, marks, strict=True) if counts(case) and case.right == wanted]
            parts.append(f"{sum(chosen)} of {len(chosen)}" if chosen else "-")
        cells.append(", ".join(parts))
    return f"| {title} | " + " | ".join(cells) + " |"


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.checkers", description=__doc__)
    parser.add_argument("--checkers", default=",".join(CHECKERS), help="which, comma-separated")
    parser.add_argument("--kind", default="", help="only kinds whose names contain this")
    parser.add_argument("--missed", action="store_true", help="also name the cases that bprop judges wrongly")
    parser.add_argument("--write", type=Path, help="put the table into this Markdown file, between its two comments")
    given = parser.parse_args(arguments)
    some = [case for case in cases() if given.kind in case.kind]
    correct = tried(some, given.checkers.split(","))
    text = table(some, correct)
    print(text)
    if given.missed:
        for case, mark in zip(some, correct["bprop"], strict=True):
            if not mark:
                print(f"{'refused' if case.right else 'missed'}: {case.kind}: {case.name}")
    if given.write:
        put(given.write, text)


def put(path: Path, text: str) -> None:
    """Put a text between the two comments of a file."""
    whole: Any = path.read_text(encoding="utf-8")
    before, rest = whole.split(START)
    path.write_text(f"{before}{START}\n{text}\n{END}{rest.split(END)[1]}", encoding="utf-8")
