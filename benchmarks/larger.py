"""Training on a table larger than memory: `python -m benchmarks.larger --gigabytes 2 --limit 512`.

A synthetic Parquet set is written in parts. It is trained on twice at a time, each in a process of its own: streamed,
under `ulimit -d` (RLIMIT_DATA: what a process may allocate; a mapped file is not counted, as the kernel may take its
memory back at any time), and from arrays in memory, without a limit. Both train the same network on rows of the same
numbers. Examples a second are medians over the epochs.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from threading import Event, Thread
from typing import Any

import numpy as np

COLUMNS, PART = 32, 262_144
FIELDS = ("VmHWM", "RssAnon", "VmData")


def write(folder: Path, rows: int) -> None:
    """Parquet files of PART rows: standard normal columns, and classes that follow from them."""
    import polars as pl

    rng = np.random.default_rng(0)
    direction = rng.normal(size=COLUMNS).astype(np.float32)
    for start in range(0, rows, PART):
        x = rng.standard_normal((min(PART, rows - start), COLUMNS), np.float32)
        names = {f"x{k}": x[:, k] for k in range(COLUMNS)}
        label = (x @ direction + rng.standard_normal(len(x), np.float32) > 0).astype(np.int32)
        pl.DataFrame({**names, "y": label}).write_parquet(folder / f"part-{start // PART:04}.parquet")


def network(hidden: int, settings: dict[str, Any]) -> Any:
    import bprop as bp

    return bp.mlp([COLUMNS, hidden, 2], activation="relu", **settings)


def train(graph: Any, data: Any, asked: argparse.Namespace) -> dict[str, Any]:
    """Examples a second of every epoch, and what memory it took."""
    import bprop as bp

    with Watched() as watched:
        fit = bp.train(
            graph, data, epochs=asked.epochs, batch_size=asked.batch, rule=bp.SGD(0.05), engine=asked.engine,
            progress=False,
        )  # fmt: skip
    speeds = [record.examples_per_second for record in fit.history]
    losses = [record.loss for record in fit.history]
    return {"examples": len(data), "speeds": speeds, "losses": losses, "training": watched.most}


def streamed(asked: argparse.Namespace) -> dict[str, Any]:
    import bprop as bp

    limit(asked.limit)
    with Watched() as watched:
        found = bp.stream(asked.data, "y", test=0.0, validation=0.0, folder=asked.folder)
    graph = network(asked.hidden, found.settings)
    return {**train(graph, found.train, asked), "reading": watched.most}


def in_memory(asked: argparse.Namespace) -> dict[str, Any]:
    import polars as pl

    from bprop.data import DataSet

    frame = pl.read_parquet(f"{asked.data}/*.parquet")
    x = np.ascontiguousarray(frame.select(pl.exclude("y")).to_numpy())
    y = frame["y"].to_numpy()
    del frame
    scaling = (x[:PART].mean(axis=0), x[:PART].std(axis=0))
    graph = network(asked.hidden, {"task": "classification", "input_scaling": scaling})
    return train(graph, DataSet({"x": x, "y": y}), asked)


def limit(megabytes: int) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_DATA, (megabytes * 2**20, megabytes * 2**20))


class Watched:
    """The most memory, in megabytes, that this process has had at a time."""

    def __enter__(self) -> Watched:
        self.most, self.over = dict.fromkeys(FIELDS, 0), Event()
        self.thread = Thread(target=self._look, daemon=True)
        self.thread.start()
        return self

    def _look(self) -> None:
        while not self.over.wait(0.05):
            told = Path("/proc/self/status").read_text(encoding="ascii")
            now = {name: int(re.search(rf"{name}:\s+(\d+)", told)[1]) // 1024 for name in FIELDS}  # type: ignore[index]
            self.most = {name: max(value, now[name]) for name, value in self.most.items()}

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()


def call(what: str, asked: argparse.Namespace, data: str) -> dict[str, Any]:
    """One of the two, in a process of its own."""
    words = [w for name in ("epochs", "batch", "hidden", "limit", "engine") for w in (f"--{name}", vars(asked)[name])]
    command = [sys.executable, "-m", "benchmarks.larger", "--run", what, "--data", data, *map(str, words)]
    done = subprocess.run([*command, "--folder", str(asked.folder)], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{what}: {done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.larger", description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=2.0, help="of the examples as float32 in memory")
    parser.add_argument("--limit", type=int, default=512, help="megabytes for the process that streams (ulimit -d)")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=2, help="how often the two are run, one after the other")
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--hidden", type=int, default=64)
    parser.add_argument("--engine", default="native")
    parser.add_argument("--folder", default=tempfile.gettempdir(), help="for the files, which are removed")
    parser.add_argument("--run", choices=["streamed", "in_memory"], help=argparse.SUPPRESS)
    parser.add_argument("--data", help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    asked = arguments()
    if asked.run:
        print(json.dumps({"streamed": streamed, "in_memory": in_memory}[asked.run](asked)))
        return
    rows = int(asked.gigabytes * 2**30 / (4 * COLUMNS))
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        write(Path(folder), rows)
        runs: dict[str, list[dict[str, Any]]] = {"streamed": [], "in_memory": []}
        for _ in range(asked.rounds):
            for what, found in runs.items():
                found.append(call(what, asked, folder))
    speed = {what: statistics.median(s for run in found for s in run["speeds"]) for what, found in runs.items()}
    ratio = speed["streamed"] / speed["in_memory"]
    print(f"{rows:,} examples of {COLUMNS} float32, {rows * COLUMNS * 4 / 2**20:,.0f} MB; ulimit -d {asked.limit} MB")
    for what, found in runs.items():
        print(f"{what:<10} {speed[what]:>12,.0f} examples/s  {found[0]['training']} MB; losses {found[0]['losses']}")
    print(f"{'reading':<10} {runs['streamed'][0]['reading']} MB")
    print(f"streamed / in memory: {ratio:.2f}")


if __name__ == "__main__":
    main()
