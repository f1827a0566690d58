"""How long it takes to begin: imports, and from the start of a process to the first finished step of training."""

from __future__ import annotations

import subprocess
import sys
from statistics import median
from typing import Any

from benchmarks import compiled, fresh
from benchmarks.cases import Case, problem
from benchmarks.peers import PEERS
from benchmarks.settings import Settings
from benchmarks.text import number, table

MODULES = ("numpy", "bprop", "jax", "torch", "sklearn.neural_network")
CASE = Case((784, 500, 10), 32, "tanh", steps=1)


def measure(settings: Settings) -> dict[str, Any]:
    """Seconds: {"imports": {module: [...]}, "cold": {peer: [...]}, "warm": {peer: [...]}}."""
    imports = _imports(1 if settings.small else settings.rounds)
    cold: dict[str, list[float]] = {}
    warm: dict[str, list[float]] = {}
    names = list(settings.alone)
    for _ in range(1 if settings.small else 3):
        for name in list(names):
            with compiled.empty(name) as environment:
                first, second = (
                    fresh.call("benchmarks.start:first_step", name, environment=environment) for _ in range(2)
                )
            if first.value is None:
                names.remove(name)
                continue
            cold.setdefault(name, []).append(first.seconds)
            warm.setdefault(name, []).append(second.seconds)
    print("start: done", file=sys.stderr)
    return {"imports": imports, "cold": cold, "warm": warm}


def _imports(rounds: int) -> dict[str, list[float]]:
    """Seconds of the import statement in fresh processes, after one that reads the files into memory."""
    found: dict[str, list[float]] = {}
    for round_ in range(rounds + 1):
        for module in MODULES:
            code = f"from time import perf_counter as t; s = t(); import {module}; print(t() - s)"
            done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
            if done.returncode == 0 and round_ > 0:
                found.setdefault(module, []).append(float(done.stdout))
    return found


def first_step(name: str) -> bool:
    """In a fresh process: one update of theta."""
    PEERS[name].prepare(problem(CASE))(1)
    return True


def markdown(found: dict[str, Any]) -> list[str]:
    imports = {module: median(times) for module, times in found["imports"].items()}
    lines = ["### Start", "", "Seconds that an import takes, in fresh processes with warm files, median:", ""]
    lines += table(["module", "seconds", "/ NumPy's"], [
        [f"`import {module}`", f"{seconds:.2f}", f"{seconds / imports['numpy']:.2f}"]
        for module, seconds in imports.items()
    ])  # fmt: skip
    lines += [
        "",
        f"Seconds from the start of a process to the first finished step of {CASE.name}, median. Cold: there are no",
    ]
    lines += ["compiled programs. Warm: the process before has left its compiled programs.", ""]
    lines += table(["peer", "cold", "warm"], [
        [name, number(median(times)), number(median(found["warm"][name]))] for name, times in found["cold"].items()
    ])  # fmt: skip
    return lines
