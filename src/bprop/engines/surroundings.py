"""Versions, processor, cores: what decides the last bits of results beside the job. A checkpoint keeps it."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from bprop.files import bprop_version

VECTORS = ("sse", "ssse", "avx", "fma", "f16c", "amx", "asimd", "neon", "sve", "fp")
"""Prefixes of the names of instructions for floating point and vectors."""
THREADS = "OMP_NUM_THREADS"
"""The environment variable with the number of threads of a process, as OpenMP and BLAS libraries read it."""
PROCESSOR, INSTRUCTIONS, CORES = "processor", "instructions", "cores"


def common() -> dict[str, str]:
    """The versions and the processor that the results of every engine depend on."""
    return {"bprop": bprop_version(), "NumPy": np.__version__, **processor()}


@cache
def processor() -> Mapping[str, str]:
    """The processor and its instructions for vectors, as far as the system reports them."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").partition("\n\n")[0]
    except OSError:
        text = ""
    lines = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in text.splitlines())}
    model = lines.get("model name") or lines.get("CPU part") or platform.processor() or "unknown"
    words = (lines.get("flags") or lines.get("Features") or "").split()
    vectors = sorted(word for word in words if word.startswith(VECTORS))
    return {PROCESSOR: f"{model} ({platform.machine()})", INSTRUCTIONS: " ".join(vectors)}


def cores() -> int:
    """Cores that this process may use: those that the system allows it, or OMP_NUM_THREADS of them if that is fewer.

    joblib's loky, Dask, Ray and batch systems set this variable in processes that share a machine with others.
    """
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    word = os.environ.get(THREADS, "").partition(",")[0].strip()
    return min(allowed, int(word)) if word.isdecimal() and int(word) > 0 else allowed


def changes(then: Any, now: Mapping[str, str]) -> str:
    """A line on what has changed since a checkpoint and may change the last bits; "" if nothing has.

    `then`: what the checkpoint keeps; None in checkpoints of older versions.
    """
    if not isinstance(then, Mapping):
        return (
            "this checkpoint does not say what it was computed with: whether the bits stay the same cannot be compared"
        )
    changed = [key for key, value in now.items() if key in then and then[key] != value]
    if PROCESSOR in changed and INSTRUCTIONS in changed:  # its name says it
        changed.remove(INSTRUCTIONS)
    changes = " and ".join(_in_words(key, _shown(then[key]), now[key]) for key in changed)
    return f"this run continues {changes}: the results may differ in the last bits" if changes else ""


def _in_words(key: str, then: str, now: str) -> str:
    if key == CORES:
        return f"on {now} core{'s'[: now != '1']} instead of {then}"
    if key == PROCESSOR:
        return f"on the processor {now} instead of {then}"
    if key == INSTRUCTIONS:
        added, gone = set(now.split()) - set(then.split()), set(then.split()) - set(now.split())
        differences = [_which("also has", added), _which("lacks", gone)]
        return f"on a processor that {' and '.join(filter(None, differences))}"
    return f"with {key} {now} instead of {then}"


def _shown(text: Any, most: int = 400) -> str:
    """Text of a file, which anybody may have written, in a form that a terminal only shows."""
    return repr(str(text))[1:-1][:most]


def _which(how: str, words: set[str], most: int = 3) -> str:
    shown = sorted(words)[:most]
    return f"{how} {', '.join(shown)}{' ...' if len(words) > most else ''}" if words else ""
