"""A function called in a fresh process: `python -m benchmarks.fresh module:function '[arguments]'`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
UNAVAILABLE = 3
"""The exit code that says: this cannot run here, and the last line says why."""


@dataclass(frozen=True)
class Run:
    """value : what the function returned; None where it cannot run here, for `reason`.
    seconds : from before the process was started to when the function had returned."""

    value: Any
    seconds: float
    reason: str = ""


def call(target: str, *arguments: Any, environment: Mapping[str, str | None] | None = None) -> Run:
    """The function of "module:function" in a fresh process. Raises SystemExit where it fails.

    environment : variables that the process gets beside this one's; None for those that it does not get.
    """
    command = [sys.executable, "-m", "benchmarks.fresh", target, json.dumps(arguments)]
    merged = {**os.environ, **(environment or {})}
    variables = {name: value for name, value in merged.items() if value is not None}
    start = time.time()
    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    last = done.stdout.strip().rpartition("\n")[2]
    if done.returncode == UNAVAILABLE:
        return Run(None, 0.0, json.loads(last))
    if done.returncode:
        raise SystemExit(f"{target}{arguments} failed in a fresh process:\n{done.stderr}")
    value, end = json.loads(last)
    return Run(value, end - start)


def main(target: str, arguments: str) -> None:
    """What the fresh process does: one line of JSON at the end of its output."""
    from benchmarks.peers import UnavailableError

    module, _, function = target.partition(":")
    try:
        value = getattr(import_module(module), function)(*json.loads(arguments))
    except (ImportError, UnavailableError) as error:
        print(json.dumps(str(error)))
        sys.exit(UNAVAILABLE)
    end = time.time()
    print(json.dumps([value, end]))


if __name__ == "__main__":
    main(*sys.argv[1:])
