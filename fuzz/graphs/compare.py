"""Verdicts on a case: what differs between the reference, the engines and an oracle."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import ModuleType

import numpy as np

from bprop.errors import BpropError, NonFiniteError, UnsupportedError
from fuzz.graphs.case import Case
from fuzz.graphs.oracle import Oracle
from fuzz.graphs.outcome import Outcome, train
from fuzz.graphs.reference import BOUNDS, Reference, distance

Pair = tuple[str, str]
"""Who is compared with the reference, and in which dtype: ("native", "float32")."""


@dataclass
class Verdict:
    """counts : {what: how often}, such as "same native float64". faults : one line for each thing that is wrong.
    kinds : the classes of the boxes."""

    counts: Counter = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)


@dataclass
class Refusal:
    """An error in place of results."""

    error: Exception

    @property
    def kind(self) -> str:
        return type(self.error).__name__

    def __str__(self) -> str:
        notes = " ".join(getattr(self.error, "__notes__", ()))
        return f"{self.kind}: {self.error} {notes}".strip().replace("\n", " ")[:300]


def pairs_of(engines: Iterable[str], dtypes: Iterable[str] = tuple(BOUNDS)) -> list[Pair]:
    return [(engine, dtype) for engine in engines for dtype in dtypes]


def attempt(function: Callable[[], Outcome]) -> Outcome | Refusal:
    try:
        return function()
    except Exception as error:  # what it means is decided by who compares
        return Refusal(error)


def examine(case: Case, pairs: Iterable[Pair], oracle: ModuleType | None = None) -> Verdict:
    """The verdict on a case: on NumPy in float64, against an oracle, and on each pair."""
    verdict = Verdict()
    reference = attempt(lambda: Reference.of(case))  # type: ignore[arg-type, return-value]
    if isinstance(reference, Refusal):
        _refused(case, reference, pairs, verdict)
        return verdict
    assert isinstance(reference, Reference)
    if oracle is not None:
        name = oracle.__name__.rpartition("_")[2]
        _compare(reference, (name, "float64"), attempt(Oracle(case, oracle).train), verdict)
    for engine, dtype in pairs:
        _compare(reference, (engine, dtype), attempt(lambda e=engine, d=dtype: train(case, e, d)), verdict)
    return verdict


def _refused(case: Case, refusal: Refusal, pairs: Iterable[Pair], verdict: Verdict) -> None:
    """NumPy gives no results: whoever else does, or for another reason does not, is to be looked at."""
    if not isinstance(refusal.error, BpropError):
        verdict.counts["internal error numpy"] += 1
        verdict.faults.append(f"numpy float64: internal error: {refusal}")
        return
    verdict.counts[f"refused by numpy: {reason(refusal)}"] += 1
    for engine, dtype in pairs:
        other = attempt(lambda e=engine, d=dtype: train(case, e, d))
        same = isinstance(other, Refusal) and (other.kind == refusal.kind or isinstance(other.error, UnsupportedError))
        if not same:
            said = other if isinstance(other, Refusal) else "results"
            verdict.faults.append(f"{engine} {dtype}: {said}, where NumPy raises {refusal}")


def reason(refusal: Refusal) -> str:
    """The error without names and numbers: what is counted."""
    said = str(refusal).partition(" in fprop")[0]
    said = "NonFiniteError: diverged" if isinstance(refusal.error, NonFiniteError) else said
    return re.sub(r"'[^']*'", "'...'", re.sub(r"[a-z]+_\d+|\d+", "#", said))[:160]


def _compare(reference: Reference, pair: Pair, other: Outcome | Refusal, verdict: Verdict) -> None:
    who, dtype = pair
    said = f"{who} {dtype}"
    if isinstance(other, Refusal):
        if isinstance(other.error, UnsupportedError):
            verdict.counts[f"declined by {who}: {reason(other)}"] += 1
        elif isinstance(other.error, NonFiniteError) and dtype == "float32" and _overflows(reference.case):
            verdict.counts["diverged in float32"] += 1
        else:
            verdict.counts[f"failed {said}"] += 1
            verdict.faults.append(f"{said}: {other}")
        return
    found = differences(reference, dtype, other)
    if found:  # was the jitter too kind to it?
        reference.draw(dtype, range(10, 22))
        found = differences(reference, dtype, other)
    verdict.counts[f"{'different' if found else 'same'} {said}"] += 1
    unresolved = sum(reference.allowed(name, dtype) is None for name in reference.outcome)
    verdict.counts[f"results {said}"] += len(reference.outcome) - unresolved
    verdict.counts[f"results not resolved {said}"] += unresolved
    verdict.faults += [f"{said}: {line}" for line in found[:3]]


def _overflows(case: Case) -> bool:
    return isinstance(attempt(lambda: train(case, "numpy", "float32")), Refusal)


def differences(reference: Reference, dtype: str, other: Outcome) -> list[str]:
    """What of the results is too far from the reference, one line each."""
    found = [f"no result {name}" for name in reference.outcome if name not in other]
    found += [f"a result {name} that NumPy has not" for name in other if name not in reference.outcome]
    for name, value in reference.outcome.items():
        allowed = reference.allowed(name, dtype)
        if name not in other or allowed is None:
            continue
        off = distance(other[name], value)
        if not off <= allowed:
            there, here = (np.array2string(np.asarray(v), precision=6, threshold=6) for v in (other[name], value))
            found.append(f"{name} is off by {off:.2g} (allowed {allowed:.2g}): {there} for {here}".replace("\n", ""))
    return found
