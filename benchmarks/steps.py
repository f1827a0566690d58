"""Time per step of training: rounds in which every peer runs once, so that a noisy moment meets all of them."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from statistics import median
from time import sleep
from typing import Any

import numpy as np

from benchmarks import reference
from benchmarks.cases import EPOCHS, Case, problem
from benchmarks.machine import floor, limits
from benchmarks.peers import BASE, HEADLINE, PEERS, UnavailableError
from benchmarks.settings import Settings, orders
from benchmarks.text import number, ratio, table
from benchmarks.worker import PeerError, Worker

LOSS_TOLERANCE = 1e-4
"""Relative difference to the float64 loss beyond which a peer has not computed the same."""
MOVEMENT_TOLERANCE = 5e-3
"""The same for theta, beside the way it went. Rounding comes to 1e-5, or 1e-3 where a relu falls on its other side; a
penalty left out comes to 1e-2 or more on every case, while the loss hardly shows it."""
SECONDS = 1.0
"""A timed run makes as many passes over the data as fit into this, at least 1 and at most EPOCHS."""


def measure(settings: Settings) -> dict[str, Any]:
    """{"limits": of the machine, "cases": {name: what every peer did}}. Raises SystemExit for a wrong result."""
    found = {"limits": limits.measure(settings.small), "cases": {}}
    with ExitStack() as stack:
        workers = {name: stack.enter_context(Worker(name)) for name in settings.peers}
        for case in settings.cases:
            found["cases"][case.name] = on_case(case, workers, settings)
            print(f"{case.name}: done", file=sys.stderr)
    return found


def on_case(case: Case, workers: dict[str, Worker], settings: Settings) -> dict[str, Any]:
    """Every peer on one case: those that can run it, checked, then timed."""
    given = problem(case)
    exact = reference.train(given, np.float64)
    errors, epochs, left_out = {}, {}, {}
    for name, worker in workers.items():
        try:
            errors[name] = check(name, given, worker.ask("prepare", case, EPOCHS), exact)
        except UnavailableError as error:
            left_out[name] = str(error)
        except PeerError as error:
            raise SystemExit(f"{case.name}: {error}") from error
        else:
            epochs[name] = max(1, min(EPOCHS, int(SECONDS / worker.ask("train", 1))))
    times: dict[str, list[float]] = {name: [] for name in errors}
    for order in orders(list(errors), settings.rounds):
        for name in order:
            sleep(settings.pause)
            seconds = workers[name].ask("train", epochs[name])
            times[name].append(seconds / (epochs[name] * case.steps_per_epoch) * 1e6)
    return {
        "steps": {name: count * case.steps_per_epoch for name, count in epochs.items()},
        "flops": case.flops, "weight_bytes": case.weight_bytes,
        "microseconds": times, "errors": errors, "left_out": left_out,
    }  # fmt: skip


def check(name: str, given: Any, theta: dict[str, Any], exact: dict[str, Any]) -> dict[str, float]:
    """Relative errors of a peer's result. Raises SystemExit where it is not the float64 one."""
    right = reference.loss(given, exact)
    found = {
        "loss": abs(reference.loss(given, theta) - right) / right,
        "movement": reference.movement_error(given.params, theta, exact),
    }
    for what, limit in (("loss", LOSS_TOLERANCE), ("movement", MOVEMENT_TOLERANCE)):
        if not found[what] <= limit:  # NaN, too
            raise SystemExit(
                f"{given.case.name}: {name} ends elsewhere than float64: relative error of its {what} "
                f"{found[what]:.1e}, more than {limit:.0e}"
            )
    return found


def markdown(found: dict[str, Any]) -> list[str]:
    """Tables of microseconds, of ratios, and of what the machine would allow."""
    cases = found["cases"]
    present = [name for name in PEERS if any(name in case["microseconds"] for case in cases.values())]
    ours = [name for name in present if name.startswith("bprop")]
    subject = HEADLINE if HEADLINE in ours else next(iter(ours), None)
    lines = ["### Microseconds per step", "", "Median over the rounds.", ""]
    lines += table(["case", *present], [[name, *_times(case, present)] for name, case in cases.items()])
    if subject:
        others = [name for name in present if name != subject]
        lines += ["", f"### Time of {subject} / time of a peer", ""]
        lines += [f"Median over the rounds of the ratio within a round; below 1, {subject} is faster.", ""]
        lines += table(["case", *others], [[n, *_ratios(case, subject, others)] for n, case in cases.items()])
    shown = list(dict.fromkeys(name for name in (*ours, BASE) if name in present))
    lines += ["", "### Time / floor", "", *limits.markdown(found["limits"]), ""]
    head = ["case", "floor, us", "set by", *shown]
    lines += table(head, [[name, *_roofline(case, found["limits"], shown)] for name, case in cases.items()])
    return [*lines, *_left_out(cases)]


def _times(case: dict[str, Any], names: list[str]) -> list[str]:
    times = case["microseconds"]
    return [number(median(times[name])) if name in times else "-" for name in names]


def _ratios(case: dict[str, Any], subject: str, others: list[str]) -> list[str]:
    times = case["microseconds"]
    if subject not in times:
        return ["-"] * len(others)
    return [
        ratio(median(a / b for a, b in zip(times[subject], times[name], strict=True))) if name in times else "-"
        for name in others
    ]


def _roofline(case: dict[str, Any], measured: dict[str, Any], names: list[str]) -> list[str]:
    microseconds, reason = floor.of(case["flops"], case["weight_bytes"], measured)
    times = case["microseconds"]
    ratios = [f"{median(times[name]) / microseconds:.1f}" if name in times else "-" for name in names]
    return [number(microseconds), reason, *ratios]


def _left_out(cases: dict[str, Any]) -> list[str]:
    """Which peers did not run, where, and why."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for case, found in cases.items():
        for name, reason in found["left_out"].items():
            reasons.setdefault((name, reason), []).append(case)
    where = {key: "" if len(names) == len(cases) else f" ({', '.join(names)})" for key, names in reasons.items()}
    lines = [f"- {name} was left out{where[name, reason]}: {reason}" for name, reason in reasons]
    return ["", *lines] if lines else []


def join(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """One result of two parts of a run: the cases of both, and the better of the limits measured."""
    return {
        "limits": limits.join(first["limits"], second["limits"]),
        "cases": {**first["cases"], **second["cases"]},
    }
