"""The results as Markdown."""

from __future__ import annotations

import datetime
import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version

from benchmarks.limits import floor
from benchmarks.measure import Result
from benchmarks.peers import PEERS

PACKAGES = ("bprop", "numpy", "jax", "torch", "scikit-learn")


def environment(peak: float, speeds: dict[str, float]) -> dict[str, str]:
    """The machine, the versions, the date and the command."""
    return {
        "date": datetime.date.today().isoformat(),
        "command": " ".join(["python -m benchmarks", *sys.argv[1:]]),
        "machine": f"{_processor()}, {os.cpu_count()} cores, {platform.system()}",
        "versions": ", ".join(
            f"{name} {v}" for name, v in (("Python", platform.python_version()), *map(_version, PACKAGES)) if v
        ),
        "limits": f"sgemm {peak:.0f} GFLOP/s; update in place "
        + ", ".join(f"{level} {speed:.0f}" for level, speed in speeds.items())
        + " GB/s (NumPy, one thread)",
    }


def _version(name: str) -> tuple[str, str]:
    try:
        return name, version(name)
    except PackageNotFoundError:
        return name, ""


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next(line.partition(":")[2].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def markdown(results: list[Result], about: dict[str, str], peak: float, speeds: dict[str, float]) -> str:
    """Two tables: microseconds a step, and ratios."""
    peers = [name for name in PEERS if any(name in result.times for result in results)]
    lines = [f"- {key}: {value}" for key, value in about.items()]
    lines += ["", "Microseconds a step, median over the rounds:", ""]
    lines += _table(["case", *peers, "floor"], [_times(result, peers, peak, speeds) for result in results])
    lines += ["", "Time of bprop / time of the peer, median over the rounds; below 1, bprop is faster:", ""]
    others = [name for name in peers if name != "bprop"]
    lines += _table(["case", *others], [_ratios(result, others) for result in results])
    return "\n".join(lines)


def _times(result: Result, peers: list[str], peak: float, speeds: dict[str, float]) -> list[str]:
    shown = [f"{result.median(p):.3g}" if p in result.times else "-" for p in peers]
    return [result.case.name, *shown, f"{floor(result.case, peak, speeds):.3g}"]


def _ratios(result: Result, others: list[str]) -> list[str]:
    known = "bprop" in result.times
    return [
        result.case.name,
        *(f"{result.ratio('bprop', p):.2f}" if known and p in result.times else "-" for p in others),
    ]


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (head, ["---", *["---:"] * (len(head) - 1)], *rows)]
