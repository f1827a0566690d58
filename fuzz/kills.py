"""`python -m fuzz kills`: processes killed at random instants, while they train and while they save.

Each turn is one of three: a run that writes checkpoints is killed; two processes want the same run, and one or both are
killed; two processes save to one file, and one or both are killed. After each, the newest checkpoint must load, no lock
may block, and nothing unfinished may stay. Every few kills the run goes on to its end: it must be, bit for bit, the one
that was never interrupted.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np

import bprop as bp
from bprop.disk.unfinished import UNFINISHED
from bprop.errors import BpropError, ModelFileError
from bprop.training.checkpoints.folder import BEST, Folder
from bprop.training.checkpoints.place import Place

EPOCHS = {"numpy": 40, "native": 40, "xla": 15}
KILLS_A_RUN = 8
PATIENCE = 900.0  # seconds after which a run that nobody kills hangs, on a machine that has much else to do


def network() -> bp.Graph:
    x, y = bp.Input("x", (4,)), bp.Input("y", (), dtype="int")
    W1, b1, W2, b2 = (bp.Parameter(n, s) for n, s in {"W1": (4, 60), "b1": (60,), "W2": (60, 3), "b2": (3,)}.items())
    f = bp.softmax(bp.linear(bp.dropout(bp.tanh(bp.linear(x, W1, b1)), 0.3), W2, b2))
    return bp.Graph(loss=bp.nll(f, y), penalty=1e-3 * bp.l2(W1, W2), outputs={"f": f})


def train(engine: str, folder: Path | None, every: str = "1steps", out: Path | None = None) -> None:
    """The run: from the start, or from what is in the folder. One that another process makes is waited for."""
    rng = np.random.default_rng(0)
    data = {"x": rng.normal(size=(40, 4)), "y": rng.integers(3, size=40)}
    places = {} if folder is None else {"checkpoint": folder, "every": every, "resume": True}
    while True:
        try:
            fit = bp.train(
                network(), data, rule=bp.SGD(bp.schedules.cosine(0.2, 400), momentum=0.9), batch_size=4,
                epochs=EPOCHS[engine], seed=3, validation=0.2, patience=30, engine=engine, progress=False, **places,
            )  # fmt: skip
            break
        except ModelFileError as error:
            if "is in use" not in str(error):
                raise
            time.sleep(0.002)
    if out is not None:
        bp.save(out, fit)


def save_again_and_again(path: Path, number: int) -> None:
    size = 40 + 3000 * number
    model = bp.Model(bp.mlp([4, size, 2]), bp.mlp([4, size, 2]).init(number), notes={"number": number})
    while True:
        bp.save(path, model)


def start(work, *arguments) -> int:
    """The number of a process of its own that does the work."""
    number = os.fork()
    if number:
        return number
    try:
        work(*arguments)
    except BaseException as error:
        print(f"  in a process: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
        os._exit(1)
    os._exit(0)


def ended(number: int, seconds: float) -> int | None:
    """The exit code of a process (below 0: the signal), or None if it goes on for longer than that."""
    limit = time.monotonic() + seconds
    while True:
        done, status = os.waitpid(number, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > limit:
            return None
        time.sleep(0.0005)


def lives(number: int) -> bool:
    """Whether a process of ours has not ended."""
    return os.waitid(os.P_PID, number, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None


class Kills:
    """Counts what was done, and collects what was lost."""

    def __init__(self, folder: Path, engines: list[str], seed: int):
        self.folder, self.engines, self.chance = folder, engines, random.Random(seed)
        self.counts: Counter[str] = Counter()
        self.problems: list[str] = []
        self.whole = {engine: self._never_killed(engine) for engine in engines}
        self.since = dict.fromkeys(engines, 0)

    def _never_killed(self, engine: str) -> bp.Model:
        out = self.folder / f"{engine}.bprop"
        if ended(start(train, engine, None, "", out), PATIENCE) != 0:
            raise SystemExit(f"the run on {engine} does not end")
        return bp.load(out)

    def turn(self) -> None:
        """Kill one process or two, and look at what is left."""
        if self.chance.random() < 0.2:
            self._saving()
            return
        share = {"numpy": 20, "native": 20, "xla": 1}
        engine = self.chance.choices(self.engines, [share[engine] for engine in self.engines])[0]
        if self.since[engine] >= KILLS_A_RUN:
            self._finish(engine)
        every = self.chance.choice(["1steps", "3steps", "1epochs", "0.001s"])
        writers = self.chance.choice([1, 1, 2])
        place = self.folder / f"{engine}.run"
        self.since[engine] += self._kill([start(train, engine, place, every) for _ in range(writers)], engine)
        self._look(place, f"{engine}, {writers} writers")

    def _kill(self, processes: list[int], what: str) -> int:
        """Kill them one after the other, in any order; how many were killed."""
        killed = 0
        self.chance.shuffle(processes)
        if self.chance.random() < 0.8:  # else while it starts
            self._wait_for_work(processes, what)
        for process in processes:
            code = ended(process, self.chance.expovariate(1 / (0.3 if what == "xla" else 0.08)))
            if code is None:
                os.kill(process, signal.SIGKILL)
                code = ended(process, PATIENCE)
                killed += 1
                self.counts[f"kills on {what}" + (" of two" if len(processes) > 1 else "")] += 1
            elif code:
                self.problems.append(f"{what}: a process ended with {code}")
        return killed

    def _wait_for_work(self, processes: list[int], what: str) -> None:
        """Wait until one of the processes writes."""
        begun = self.folder / "saved" / "model.bprop" if what == "bp.save" else self.folder / f"{what}.run" / ".lock"
        limit = time.monotonic() + PATIENCE
        while not begun.exists() and time.monotonic() < limit and all(map(lives, processes)):
            time.sleep(0.0005)

    def _look(self, place: Path, what: str) -> None:
        """What a kill has left must load, block nobody, and be tidied away."""
        if not place.exists():
            return
        self.counts["found inside a write"] += any(name.endswith(UNFINISHED) for name in os.listdir(place))
        self.counts["found with a lock"] += (place / ".lock").exists()
        self.problems += [f"{what}: {problem}" for problem in left_in(place)]

    def _finish(self, engine: str) -> None:
        """Let the run go on to its end: it is the one that was never killed."""
        place, out, whole = self.folder / f"{engine}.run", self.folder / "resumed.bprop", self.whole[engine]
        self.since[engine] = 0
        process = start(train, engine, place, "1epochs", out)
        code = ended(process, PATIENCE)
        if code is None:
            os.kill(process, signal.SIGKILL)
            ended(process, PATIENCE)
            self.problems.append(f"{engine}: a run that was resumed hangs")
        elif code != 0:
            self.problems.append(f"{engine}: a run that was resumed ended with {code}")
        elif bits(bp.load(out)) != bits(whole):
            self.problems.append(f"{engine}: a run that was killed and resumed is another")
        elif place.exists() and [name for name in os.listdir(place) if name.startswith(".")]:
            self.problems.append(f"{engine}: {os.listdir(place)} after the run")
        self.counts[f"runs compared on {engine}"] += 1
        shutil.rmtree(place, ignore_errors=True)

    def _saving(self) -> None:
        path = self.folder / "saved" / "model.bprop"
        path.parent.mkdir(exist_ok=True)
        self._kill([start(save_again_and_again, path, number) for number in (0, 1)], "bp.save")
        try:
            if path.exists() and bp.load(path).notes["number"] not in (0, 1):
                self.problems.append("bp.save: a mixture")
        except BpropError as error:
            self.problems.append(f"bp.save: {error}")

    def end(self) -> None:
        """Finish what was begun."""
        for engine in self.engines:
            if self.since[engine]:
                self._finish(engine)


def bits(model: bp.Model) -> tuple:
    """All that two runs must have in common: everything but the time that they took."""
    timeless = [
        {k: v for k, v in record.to_dict().items() if k not in ("seconds", "examples_per_second")}
        for record in model.history
    ]
    return {name: array.tobytes() for name, array in model.params.items()}, timeless, model.stopped, model.best_epoch


def left_in(place: Path) -> list[str]:
    """What is wrong with a folder of checkpoints whose run was killed."""
    problems = []
    try:
        Place(place).close()
    except BpropError as error:
        problems.append(f"blocked: {error}")
    files = list(Folder(place).steps().values())[:1] + [path for path in [place / BEST] if path.exists()]
    for file in files:
        try:
            bp.load(file)
        except BpropError as error:
            problems.append(f"damaged: {error}")
    if [name for name in os.listdir(place) if name.startswith(".")]:
        problems.append(f"left over: {os.listdir(place)}")
    return problems


def main(words: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m fuzz kills", description=__doc__)
    parser.add_argument("--count", type=int, default=500, help="processes to kill")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--engines", default="numpy,native,xla")
    options = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="bprop-kills-") as folder:
        kills = Kills(Path(folder), options.engines.split(","), options.seed)
        began = told = time.monotonic()
        while (done := sum(n for what, n in kills.counts.items() if what.startswith("kills"))) < options.count:
            kills.turn()
            if time.monotonic() - told > 60:
                told = time.monotonic()
                print(f"{done} kills, {len(kills.problems)} problems", flush=True)
        kills.end()
        print(f"{done} kills in {time.monotonic() - began:.0f} s, {len(kills.problems)} problems")
        for what, number in sorted(kills.counts.items()):
            print(f"  {number:5} {what}")
        print(*sorted(set(kills.problems)), sep="\n")
        raise SystemExit(1 if kills.problems else 0)
