"""Reading tables: `python -m benchmarks.reading --gigabytes 1`, and `--file adult.csv` for a file of yours.

The CSV is written first: 8 columns of numbers, a date, 4 of categories, some cells missing, and a target. Then each
reader reads it in a process of its own, one after the other, `--rounds` times. polars, pandas and "bprop, cells" make
columns of cells. The others also decide what each column is and encode all rows as arrays that a network takes, in
memory or, for tables larger than memory, in temporary files.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.fresh import call
from benchmarks.text import number, ratio, table

PART = 100_000
HEAD = ("reader", "seconds", "to polars", "to pandas", "MB/s", "peak memory, MB")
CITIES = ("Berlin", "Hamburg", "Lyon", "Oslo", "Porto", "Quito", "Rome", "Turin")


def write(path: Path, size: float) -> None:
    """A CSV of about `size` bytes."""
    import polars as pl

    rng, start = np.random.default_rng(0), 0
    with open(path, "wb") as file:
        while file.tell() < size:
            x = np.round(rng.normal(size=(PART, 8)), 4)
            columns = {f"x{k}": x[:, k] for k in range(8)}
            frame = pl.DataFrame(columns).with_columns(
                pl.when(pl.Series(rng.random(PART) < 0.02)).then(None).otherwise(pl.col("x7")).alias("x7"),
                pl.Series("day", np.datetime64("2020-01-01") + rng.integers(0, 1500, PART)),
                *(pl.Series(f"city{k}", np.array(CITIES)[rng.integers(0, 8, PART)]) for k in range(4)),
                pl.Series("y", np.where(x[:, 0] + x[:, 1] > 0, "yes", "no")),
            )
            frame.write_csv(file, include_header=not start)
            start += PART


def cells(path: str) -> int:
    """bprop: columns of cells."""
    from bprop.cli.opening import open_data

    return len(open_data(path))


def arrays(path: str) -> int:
    """bprop: the kind of each column, and arrays of numbers."""
    from bprop.cli.opening import open_data, prepare
    from bprop.sources.answer import Answer

    rows = open_data(path)
    return len(prepare(rows, Answer.of(rows, rows.target)).arrays(rows)["y"])


def stream(path: str) -> int:
    """bprop: the same, in temporary files."""
    import bprop as bp

    return len(bp.stream(path, validation=0, test=0).train)


def pandas(path: str) -> int:
    import pandas as pd

    return len(pd.read_csv(path))


def polars(path: str) -> int:
    import polars as pl

    return len(pl.read_csv(path))


READERS: dict[str, Callable[[str], int]] = {
    "polars": polars, "pandas": pandas, "bprop, cells": cells, "bprop, arrays": arrays, "bprop, stream": stream,
}  # fmt: skip


def timed(name: str, path: str) -> tuple[float, float]:
    """(seconds without the imports, most bytes of memory) of a reader; a first call with a tiny file imports all."""
    with tempfile.TemporaryDirectory() as folder:
        tiny = Path(folder, "tiny.csv")
        tiny.write_text("a,b\n" + "".join(f"{k % 7},{'xy'[k % 2]}\n" for k in range(50)))
        READERS[name](str(tiny))
    start = time.perf_counter()
    READERS[name](path)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return time.perf_counter() - start, most


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reading", description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=0.1)
    parser.add_argument("--file", type=Path, help="a CSV of yours, instead of one that is written")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = asked.file or Path(folder, "made.csv")
        if asked.file is None:
            write(path, asked.gigabytes * 1e9)
        print("\n".join(compare(str(path.resolve()), path.stat().st_size, asked.rounds)))


def compare(path: str, size: int, rounds: int) -> list[str]:
    """The table of a file."""
    runs: dict[str, list[tuple[float, float]]] = {name: [] for name in READERS}
    for k in range(rounds):
        for name in READERS:
            run = call("benchmarks.reading:timed", name, path)
            if run.value is not None:
                runs[name].append(run.value)
        print(f"round {k + 1} of {rounds}", file=sys.stderr)
    seconds = {name: [one[0] for one in values] for name, values in runs.items() if values}
    rows = []
    for name, times in seconds.items():
        beside = [
            ratio(median(a / b for a, b in zip(times, seconds[peer], strict=True))) if peer in seconds else "-"
            for peer in ("polars", "pandas")
        ]
        middle = median(times)
        memory = number(median(one[1] for one in runs[name]) / 1e6)
        rows.append([name, number(middle), *beside, number(size / 1e6 / middle), memory])
    return table(HEAD, rows)


if __name__ == "__main__":
    main()
