"""A run as plain data {"about": ..., part: ...}: its head, several joined into one, and all of it as Markdown."""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from functools import reduce
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks.machine.caches import processors
from benchmarks.parts import PARTS

FILES = {"--json", "--write", "--folder", "--results", "--read", "--roles", "--plot"}
"""Options whose value is a file or a folder."""
PACKAGES = ("bprop", "numpy", "jax", "llvmlite", "torch", "scikit-learn")


def about(program: str = "python -m benchmarks", packages: Sequence[str] = PACKAGES) -> dict[str, list[str]]:
    """The machine, the versions, the date and the command: lists, as runs can be joined."""
    versions = (("Python", platform.python_version()), *map(_version, packages))
    return {
        "date": [datetime.date.today().isoformat()],
        "command": [" ".join([program, *map(_quoted, _without_files(sys.argv[1:]))])],
        "machine": [f"{_processor()}, {len(processors())} of {os.cpu_count()} processors, {platform.system()}"],
        "load": [_load()],
        "versions": [", ".join(f"{name} {found}" for name, found in versions if found)],
        "commit": _commit(),
    }


def _without_files(arguments: list[str]) -> list[str]:
    """Without the options that say where the results go: they change nothing, and folders are a private matter."""
    after = ["", *arguments]
    return [a for a, before in zip(arguments, after, strict=False) if not {a, before} & FILES]


def _quoted(argument: str) -> str:
    return f'"{argument}"' if " " in argument else argument


def _version(name: str) -> tuple[str, str]:
    try:
        return name, version(name)
    except PackageNotFoundError:
        return name, ""


def _load() -> str:
    """How many processes were running or waiting when the run began: a quiet machine has about as few as 0."""
    return f"{os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else "unknown"


def _commit() -> list[str]:
    """The commit of bprop's sources, where they lie in a clone."""
    try:
        command = ["git", "describe", "--always", "--dirty", "--abbrev=10"]
        found = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return []
    return [found.stdout.strip()]


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next(line.partition(":")[2].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def join(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """One run of several. Raises SystemExit where they come from different machines."""
    return reduce(_join, runs)


def _join(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    if first["about"]["machine"] != second["about"]["machine"]:
        raise SystemExit(f"these runs are of two machines: {first['about']['machine']}, {second['about']['machine']}")
    heads = (first["about"], second["about"])
    keys = dict.fromkeys(key for head in heads for key in head)
    found = {"about": {key: list(dict.fromkeys(one for head in heads for one in head.get(key, []))) for key in keys}}
    for name, part in PARTS.items():
        both = [run[name] for run in (first, second) if name in run]
        if both:
            found[name] = part.join(*both) if len(both) == 2 and hasattr(part, "join") else both[-1]
    return found


def markdown(run: dict[str, Any]) -> str:
    """The head and the tables of every part."""
    blocks = [[f"- {key}: {'; '.join(values)}" for key, values in run["about"].items() if values]]
    blocks += [part.markdown(run[name]) for name, part in PARTS.items() if name in run]
    return "\n\n".join("\n".join(block) for block in blocks)
