"""The check of a box in the precisions of training, float64 and float32, against longdouble.

In a narrow precision a gradient may be off as far as rounding moves it: the rounding of the arguments (estimated by
rounding them at random in longdouble) and that of fprop itself. A gradient that is off by much more is a wrong formula.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bprop.check.contract import Trial
from bprop.check.local import label
from bprop.check.precision import Precision, finite

NARROWER = {"float64": 1e250, "float32": 1e25}
"""{precision: m}. Numbers between 1/m and m have all their digits in that precision."""
TRIALS = 3
SLACK = 64.0


def disagreements(trial: Trial, precision: Precision, rng: np.random.Generator) -> list[str]:
    """Sentences on precisions in which bprop gives another gradient."""
    sentences = []
    with np.errstate(all="ignore"):
        for name, largest in NARROWER.items():
            if np.dtype(name).itemsize < precision.dtype.itemsize and np.dtype(name) != precision.dtype:
                sentence = _disagreement(trial, np.dtype(name), largest, rng)
                if sentence is not None:
                    sentences.append(f"the box {label(trial.node)}: {sentence}")
    return sentences


def _disagreement(trial: Trial, dtype: np.dtype, largest: float, rng: np.random.Generator) -> str | None:
    wide = trial.value.dtype if trial.value.dtype.kind == "f" else np.dtype(np.longdouble)
    if not all(_fits(a, largest) for a in (*trial.children, *trial.extras)):
        return None
    narrow = _cast(trial, lambda a: a.astype(dtype))
    if narrow is None:
        return None
    again = _cast(narrow, lambda a: a.astype(wide))
    if again is None or not np.isfinite(narrow.value).all() or not np.isfinite(again.value).all():
        return None
    try:
        sent = narrow.bprop()
    except Exception as error:
        return f"in {dtype.name} bprop failed: {type(error).__name__}: {error}"
    epsilon = float(np.finfo(dtype).eps)
    reference = again.bprop()
    rounded = [_cast(again, lambda a: _round(a, epsilon, rng), value=True) for _ in range(TRIALS)]
    moved = [each.bprop() for each in rounded if each is not None]
    fprop_off = _largest(narrow.value.astype(wide) - again.value) / max(_largest(again.value), 1e-300)
    for i, (part, right) in enumerate(zip(sent, reference, strict=True)):
        if part is None or right is None or not np.isfinite(right).all() or part.shape != right.shape:
            continue
        size = _largest(right)
        by_rounding = max((_largest(m[i] - right) for m in moved if m[i] is not None), default=0.0)
        allowed = SLACK * (by_rounding + (epsilon + fprop_off) * size)
        away = np.abs(part.astype(wide) - right)
        bad = ~np.isfinite(part) | (away > allowed)
        if bad.any() and _fits(right, largest):
            index = tuple(int(k) for k in np.argwhere(bad)[0])
            return (
                f"in {dtype.name} bprop gives {float(part[index]):.7g} for child {trial.name(i)}{list(index) or ''}, "
                f"in {_name(wide)} {float(right[index]):.7g}"
            )
    return None


def _cast(trial: Trial, change: Callable[[np.ndarray], np.ndarray], value: bool = False) -> Trial | None:
    """The trial with all floats changed, and the value computed from them (or changed too); None if fprop fails."""
    children = [change(c) if c.dtype.kind == "f" else c for c in trial.children]
    extras = tuple(change(e) if np.asarray(e).dtype.kind == "f" else e for e in map(np.asarray, trial.extras))
    new = Trial(trial.node, children, extras, trial.value, change(trial.grad))
    if value:
        new.value = change(trial.value) if trial.value.dtype.kind == "f" else trial.value
        return new
    try:
        new.value = new.fprop()
    except Exception:
        return None  # the box may accept one precision alone
    if new.value.dtype.kind == "f":
        new.value = new.value.astype(new.grad.dtype)
    return new


def _round(a: np.ndarray, epsilon: float, rng: np.random.Generator) -> np.ndarray:
    """Every element moved by at most one rounding."""
    return a * (1 + (epsilon * rng.uniform(-1, 1, a.shape)).astype(a.dtype))


def _fits(a: np.ndarray, largest: float) -> bool:
    """Whether all numbers are 0 or between 1 / largest and largest."""
    size = np.abs(np.asarray(a)).astype(np.longdouble)
    return bool(((size == 0) | ((size > 1 / largest) & (size < largest))).all())


def _largest(a: np.ndarray) -> float:
    return float(np.abs(finite(a)).max(initial=0))


def _name(dtype: np.dtype) -> str:
    return "longdouble" if dtype == np.longdouble else dtype.name
