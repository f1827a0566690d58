"""Prediction: how long one row takes, and how many rows per second go through in a large batch."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from statistics import median
from time import sleep
from typing import Any

import numpy as np

from benchmarks import reference
from benchmarks.cases import Case, problem
from benchmarks.peers import BY_HAND, PEERS, UnavailableError
from benchmarks.settings import Settings, orders
from benchmarks.text import number, table
from benchmarks.worker import PeerError, Worker

CASES = (Case((64, 100, 10), 32, "tanh", steps=1), Case((784, 500, 10), 32, "tanh", steps=1))
ROWS, SMALL_ROWS = 100_000, 2_000
CALLS, SMALL_CALLS = 500, 5
"""Calls for a single row in one timing."""
TOLERANCE = 1e-5
"""Difference of a probability to the float64 one beyond which a peer has not computed the same."""


def measure(settings: Settings) -> dict[str, Any]:
    """{network: {"rows", "one": {peer: [seconds]}, "all": {peer: [seconds]}}}."""
    found = {}
    with ExitStack() as stack:
        workers = {name: stack.enter_context(Worker(name)) for name in settings.peers}
        for case in CASES:
            found["-".join(map(str, case.sizes))] = on_case(case, workers, settings)
    print("predict: done", file=sys.stderr)
    return found


def on_case(case: Case, workers: dict[str, Worker], settings: Settings) -> dict[str, Any]:
    rows, calls = (SMALL_ROWS, SMALL_CALLS) if settings.small else (ROWS, CALLS)
    ready = {}
    for name, worker in workers.items():
        try:
            check(name, case, worker.ask("prepare_predict", case, rows))
        except UnavailableError:
            continue
        except PeerError as error:
            raise SystemExit(f"predict: {error}") from error
        ready[name] = worker
    one: dict[str, list[float]] = {name: [] for name in ready}
    all_: dict[str, list[float]] = {name: [] for name in ready}
    for order in orders(list(ready), settings.rounds):
        for name in order:
            sleep(settings.pause)
            one[name].append(ready[name].ask("predict_one", calls))
            all_[name].append(ready[name].ask("predict_all"))
    return {"rows": rows, "one": one, "all": all_}


def check(name: str, case: Case, found: np.ndarray) -> None:
    """Raises SystemExit where the probabilities are not the float64 ones."""
    rows = np.random.default_rng(1).standard_normal((len(found), case.sizes[0]), dtype=np.float32)
    theta = {key: array.astype(np.float64) for key, array in problem(case).params.items()}
    error = np.abs(found - reference.forward(theta, rows.astype(np.float64), case.activation)).max()
    if not error <= TOLERANCE:
        raise SystemExit(
            f"predict: {name}: probabilities differ from float64 by {error:.1e}, more than {TOLERANCE:.0e}"
        )


def markdown(found: dict[str, Any]) -> list[str]:
    present = [name for name in PEERS if any(name in case["one"] for case in found.values())]
    rows = next(iter(found.values()))["rows"]
    lines = [
        "### Prediction",
        "",
        "Microseconds of a call for one row, median, and in brackets the ratio to the forward pass by hand:",
        "",
    ]
    lines += table(["network", *present], [[name, *_latencies(case, present)] for name, case in found.items()])
    lines += ["", f"Thousand rows per second in a call for {rows:,} rows, median:", ""]
    lines += table(["network", *present], [
        [name, *(number(rows / median(case["all"][peer]) / 1e3) for peer in present)] for name, case in found.items()
    ])  # fmt: skip
    return lines


def _latencies(case: dict[str, Any], peers: list[str]) -> list[str]:
    """ "12.3 (1.50)": microseconds, and the median over the rounds of the ratio to NumPy by hand."""
    shown = []
    for name in peers:
        text = number(median(case["one"][name]) * 1e6)
        if BY_HAND in case["one"] and name != BY_HAND:
            pairs = zip(case["one"][name], case["one"][BY_HAND], strict=True)
            text += f" ({median(a / b for a, b in pairs):.2f})"
        shown.append(text)
    return shown
