"""`python -m benchmarks.live`: what a live page costs: examples/s with health and bp.Live, looked at, against without.

In every round both train once, in turning order, from the same weights, in one process, after a round that compiles.
Examples/s are by the clock of the whole call of `bp.train`. A thread asks for news twice a second, as a page does.
"""

from __future__ import annotations

import argparse
from statistics import median
from threading import Event, Thread
from time import perf_counter
from urllib.request import urlopen

import numpy as np

import bprop as bp
from benchmarks.health import CASES, SMALL, Case
from benchmarks.text import table

HEAD = ("network", "examples/s without", "with health and --live")


class Reader:
    """What a page does: ask for what is new, twice a second."""

    def __init__(self, url: str):
        self.url, self.over = url, Event()
        self.thread = Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self) -> None:
        after = 0
        while not self.over.wait(0.5):
            with urlopen(f"{self.url}new?after={after}&version=1", timeout=5) as answer:
                after += answer.read().count(b'"epoch":')

    def close(self) -> None:
        self.over.set()
        self.thread.join()


def once(case: Case, data: dict, graph: bp.Graph, theta: dict, live: bool, engine: str) -> float:
    """Examples a second of a whole training."""
    page = bp.Live(quiet=True) if live else None
    reader = None if page is None else Reader(page.url)
    began = perf_counter()
    bp.train(
        graph, data, params=theta, rule=bp.SGD(0.01), batch_size=case.batch_size, epochs=case.epochs, engine=engine,
        progress=False, health="auto" if live else False, callbacks=[] if page is None else [page],
    )  # fmt: skip
    speed = case.rows * case.epochs / (perf_counter() - began)
    if page is not None and reader is not None:
        reader.close()
        page.close()
    return speed


def measure(case: Case, rounds: int, engine: str = "auto") -> tuple[float, float]:
    """(examples/s without, median of the ratios with to without)."""
    rng = np.random.default_rng(0)
    data = {"x": rng.normal(size=(case.rows, case.sizes[0])), "y": rng.integers(case.sizes[-1], size=case.rows)}
    graph = bp.mlp(case.sizes, l2=1e-4)
    theta = graph.init(0)
    pairs = []
    for turn in range(rounds + 1):
        order = (False, True) if turn % 2 else (True, False)
        found = {live: once(case, data, graph, theta, live, engine) for live in order}
        if turn:
            pairs.append((found[False], found[True]))
    return median(off for off, _ in pairs), median(on / off for off, on in pairs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--engine", default="auto")
    parser.add_argument("--small", action="store_true", help="a small network: shows that it works")
    given = parser.parse_args()
    rows = []
    for case in SMALL if given.small else CASES:
        off, ratio = measure(case, given.rounds, given.engine)
        rows.append([case.name, f"{off:,.0f}", f"{ratio:.3f}"])
    print(*table(HEAD, rows), sep="\n")


if __name__ == "__main__":
    main()
