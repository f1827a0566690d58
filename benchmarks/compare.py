"""Two commits of bprop in turn: `python -m benchmarks --compare COMMIT` times this checkout beside another commit."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import sleep
from typing import Any

import numpy as np

from benchmarks import predict, reference
from benchmarks.cases import EPOCHS, Case, problem
from benchmarks.fresh import ROOT
from benchmarks.peers import HEADLINE
from benchmarks.settings import Settings
from benchmarks.steps import SECONDS, check
from benchmarks.text import number, ratio, table
from benchmarks.worker import PeerError, Session, Worker


class SessionOf(Session):
    """The session of bprop as the source in a folder has it."""

    def __init__(self, folder: str):
        source = Path(folder) / "src"
        sys.path.insert(0, str(source))
        import bprop

        if not Path(bprop.__file__).is_relative_to(source):
            raise ImportError(f"bprop was imported from {bprop.__file__}, not from {source}")
        super().__init__(HEADLINE)


@contextmanager
def checkout(commit: str) -> Iterator[Path]:
    """A folder with the files of a commit, for as long as the context lasts. Raises SystemExit for no commit."""
    with TemporaryDirectory(prefix="bprop-commit-") as folder:
        place = Path(folder) / "tree"
        _git("worktree", "add", "--detach", str(place), f"{commit}^{{commit}}")
        try:
            yield place
        finally:
            _git("worktree", "remove", "--force", str(place))


def _git(*arguments: str) -> None:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"git {' '.join(arguments)}: {done.stderr.strip()}")


def measure(commit: str, settings: Settings) -> dict[str, dict[str, list[float]]]:
    """{what is timed: {"this": seconds, "other": seconds}}, of each round one."""
    times: dict[str, dict[str, list[float]]] = {}
    with checkout(commit) as other:
        folders = {"this": ROOT, "other": other}
        for case in settings.cases:
            times[case.name] = in_turn(folders, settings, lambda worker, case=case: _training(worker, case))
            print(f"{case.name}: done", file=sys.stderr)
        for rows in (1, predict.SMALL_ROWS if settings.small else predict.ROWS):
            name = f"predict {'-'.join(map(str, predict.CASES[0].sizes))}, {rows:,} rows"
            times[name] = in_turn(folders, settings, lambda worker, rows=rows: _predicting(worker, rows))
            print(f"{name}: done", file=sys.stderr)
    return times


def in_turn(folders: dict[str, Path], settings: Settings, prepare: Any) -> dict[str, list[float]]:
    """The seconds of each side, by round. prepare(worker) makes it ready and returns a function that times it once.

    The side that begins changes from round to round.
    """
    with Worker(str(folders["this"]), SessionOf) as this, Worker(str(folders["other"]), SessionOf) as other:
        try:
            timed = {"this": prepare(this), "other": prepare(other)}
            times: dict[str, list[float]] = {side: [] for side in timed}
            for turn in range(settings.rounds):
                for side in sorted(timed, reverse=bool(turn % 2)):
                    sleep(settings.pause)
                    times[side].append(timed[side]())
        except PeerError as error:
            raise SystemExit(f"compare: {error}") from error
    return times


def _training(worker: Any, case: Case) -> Any:
    """Times a step of a case; the result is checked first."""
    given = problem(case)
    check(worker.name, given, worker.ask("prepare", case, EPOCHS), reference.train(given, np.float64))
    epochs = max(1, min(EPOCHS, int(SECONDS / worker.ask("train", 1))))
    return lambda: worker.ask("train", epochs) / (epochs * case.steps_per_epoch)


def _predicting(worker: Any, rows: int) -> Any:
    """Times a call for some rows; the probabilities are checked first."""
    case = predict.CASES[0]
    predict.check(worker.name, case, worker.ask("prepare_predict", case, rows))
    if rows == 1:
        return lambda: worker.ask("predict_one", predict.CALLS)
    return lambda: worker.ask("predict_all")


def markdown(commit: str, times: dict[str, dict[str, list[float]]]) -> str:
    """A table: the medians of both sides, their ratio, and the range of the ratios of rounds."""
    lines = [
        f"### This checkout beside {commit}",
        "",
        "Microseconds, medians over the rounds. Ratio: this / other, of the medians; below 1, this checkout is faster.",
        "In brackets: the lowest and the highest ratio of a round.",
        "",
    ]
    head = ["case", "this", f"{commit}", "ratio"]
    return "\n".join([*lines, *table(head, [[name, *_row(sides)] for name, sides in times.items()])])


def _row(sides: dict[str, list[float]]) -> list[str]:
    this, other = (median(sides[side]) for side in ("this", "other"))
    each = [a / b for a, b in zip(sides["this"], sides["other"], strict=True)]
    shown = f"{ratio(this / other)} ({ratio(min(each))} to {ratio(max(each))})"
    return [number(this * 1e6), number(other * 1e6), shown]
