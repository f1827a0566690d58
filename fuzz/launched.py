"""`python -m fuzz launched`: kills a random process of `bprop launch --restarts`, again and again.

Every run goes on from its last checkpoint, and must end with the bits of the run that nobody disturbed: theta, the
history, and why it stopped.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np

import bprop as bp
from fuzz.kills import bits

PROCESSES = 2
KILLS_A_RUN = 8
RESTARTS = 10
PATIENCE = 600.0  # seconds after which a run hangs
TRAIN = (
    "train table.csv --target y --hidden 8 --batch-size 16 --epochs 24 --dropout 0.2 --seed 3 --test 0 --patience 24"
)
CHECKPOINTS = "--checkpoint run --every 20steps"


def table(path: Path) -> None:
    """400 rows of three numbers and a class."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 3))
    lines = [f"{a:.3f},{b:.3f},{c:.3f},{'yes' if a * b > c else 'no'}" for a, b, c in x]
    path.write_text("\n".join(["a,b,c,y", *lines, ""]))


def launch(folder: Path, out: str, more: str = "") -> subprocess.Popen[str]:
    """Start `bprop launch` in a folder, with its words in a file there."""
    words = ["launch", "-n", str(PROCESSES), "--restarts", str(RESTARTS), "--", *TRAIN.split(), "--out", out]
    with open(folder / "words.txt", "w") as file:
        return subprocess.Popen(
            [sys.executable, "-m", "bprop", *words, *CHECKPOINTS.split(), *more.split()], cwd=folder, text=True,
            stdin=subprocess.DEVNULL, stdout=file, stderr=file,
        )  # fmt: skip


def children(number: int) -> list[int]:
    """The processes that a process has started. Small containers of Linux have no `ps`, and other systems no /proc."""
    if Path("/proc/self/stat").exists():
        return [child for child, parent in map(_stat, Path("/proc").glob("[0-9]*/stat")) if parent == number]
    lines = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout.splitlines()
    return [int(child) for child, parent in (line.split() for line in lines) if int(parent) == number]


def _stat(path: Path) -> tuple[int, int]:
    """(process, its parent), (0, -1) for one that has ended. See proc(5): the name may have blanks and brackets."""
    try:
        words = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0, -1
    return int(words.split(" ", 1)[0]), int(words.rpartition(")")[2].split()[1])


class Launched:
    """Counts the kills, and collects what was lost."""

    def __init__(self, folder: Path, seed: int):
        self.folder, self.chance = folder, random.Random(seed)
        self.counts: Counter[str] = Counter()
        self.problems: list[str] = []
        table(folder / "table.csv")
        running = launch(folder, "whole.bprop")
        if self._ended(running) != 0:
            raise SystemExit(f"the run that nobody disturbs fails: {self._words()}")
        self.whole = bp.load(folder / "whole.bprop")

    def run(self, most: int) -> None:
        """A run that is killed up to `most` times, and its end."""
        run = self.folder / "run"
        shutil.rmtree(run, ignore_errors=True)
        (self.folder / "killed.bprop").unlink(missing_ok=True)
        running, killed = launch(self.folder, "killed.bprop"), 0
        while killed < most and self._wait(running):
            alive = children(running.pid)
            if len(alive) == PROCESSES:
                place = self.chance.randrange(PROCESSES)
                self.counts[f"kills {'in training' if any(run.glob('step-*')) else 'before the first checkpoint'}"] += 1
                os.kill(sorted(alive)[place], signal.SIGKILL)
                killed += 1
                self._wait_for_end(sorted(alive)[place], running)
        code = self._ended(running)
        self.counts["runs compared"] += 1
        if code != 0:
            self.problems.append(f"a run ended with {code}: {self._words()}")
        elif bits(bp.load(self.folder / "killed.bprop")) != bits(self.whole):
            self.problems.append("a run that was killed is another")

    def _wait(self, running: subprocess.Popen[str]) -> bool:
        """Wait for a random instant: in training, where a new checkpoint shows that it goes on, or anywhere before.
        Returns whether the run goes on."""
        limit = time.monotonic() + PATIENCE
        before = self._newest()
        if self.chance.random() < 0.2:
            limit = time.monotonic() + self.chance.uniform(0.0, 8.0)
        while self._newest() == before and time.monotonic() < limit and running.poll() is None:
            time.sleep(0.005)
        time.sleep(self.chance.expovariate(1 / 0.15))
        return running.poll() is None

    def _newest(self) -> str:
        return max((path.name for path in (self.folder / "run").glob("step-*.bprop")), default="")

    def _wait_for_end(self, number: int, running: subprocess.Popen[str]) -> None:
        """Wait until the launcher has noticed that a process is gone."""
        while running.poll() is None and number in children(running.pid):
            time.sleep(0.05)

    def _ended(self, running: subprocess.Popen[str]) -> int | None:
        try:
            return running.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            running.terminate()
            running.wait(PATIENCE)
            return None

    def _words(self) -> str:
        return (self.folder / "words.txt").read_text()[-1000:]


def main(words: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m fuzz launched", description=__doc__)
    parser.add_argument("--count", type=int, default=50, help="processes to kill")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="bprop-launched-") as folder:
        began = time.monotonic()
        launched, done = Launched(Path(folder), options.seed), 0
        while done < options.count:
            launched.run(min(KILLS_A_RUN, options.count - done))
            done = sum(number for what, number in launched.counts.items() if what.startswith("kills"))
            print(f"{done} kills, {len(launched.problems)} problems, {time.monotonic() - began:.0f} s", flush=True)
        for what, number in sorted(launched.counts.items()):
            print(f"  {number:5} {what}")
        print(*sorted(set(launched.problems)), sep="\n")
        raise SystemExit(1 if launched.problems else 0)
