"""`python -m benchmarks.health`: what looking at a run's health costs: examples/s with it against without.

In every round each setting trains once, in turning order, from the same weights, in one process, after a round that
compiles. Examples/s are by the clock of the whole call of `bp.train`, looks included. Read the median of the ratios.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from statistics import median
from time import perf_counter

import numpy as np

import bprop as bp
from benchmarks.text import table

WISHES: dict[str, bool | str] = {"off": False, "auto": "auto", "every epoch": True}
HEAD = ("network", "examples/s, off", "auto", "every epoch", "looks of epochs, auto")


@dataclass(frozen=True)
class Case:
    """A network with the size of its data and the epochs of a round."""

    sizes: tuple[int, ...]
    batch_size: int
    rows: int
    epochs: int

    @property
    def name(self) -> str:
        return f"{'-'.join(map(str, self.sizes))} B={self.batch_size}, {self.rows:,} rows"


CASES = (
    Case((784, 500, 10), 32, 20_000, 10),
    Case((784, 500, 10), 1, 2_000, 20),
    Case((20, 50, 3), 32, 2_000, 2_000),
)
SMALL = (Case((20, 10, 3), 32, 200, 3),)


def measure(case: Case, rounds: int, engine: str = "auto") -> dict[str, list[tuple[float, int]]]:
    """{setting: [(examples/s, looks)]}, a pair a round."""
    rng = np.random.default_rng(0)
    data = {"x": rng.normal(size=(case.rows, case.sizes[0])), "y": rng.integers(case.sizes[-1], size=case.rows)}
    graph = bp.mlp(case.sizes, l2=1e-4)
    theta = graph.init(0)
    found: dict[str, list[tuple[float, int]]] = {name: [] for name in WISHES}
    names = list(WISHES)
    for turn in range(rounds + 1):
        for name in names[turn % 3 :] + names[: turn % 3]:
            began = perf_counter()
            fit = bp.train(
                graph, data, params=theta, rule=bp.SGD(0.01), batch_size=case.batch_size, epochs=case.epochs,
                engine=engine, progress=False, health=WISHES[name],
            )  # fmt: skip
            speed = case.rows * case.epochs / (perf_counter() - began)
            if turn:
                found[name].append((speed, sum(record.health is not None for record in fit.history)))
    return found


def row(case: Case, found: dict[str, list[tuple[float, int]]]) -> list[str]:
    """A line of the table: examples/s without, then the medians of what is left of it with health."""
    off = [speed for speed, _ in found["off"]]
    left = {
        name: median(speed / base for (speed, _), base in zip(found[name], off, strict=True)) for name in WISHES
    }  # fmt: skip
    looks = median(count for _, count in found["auto"])
    ratios = (f"{left[name]:.3f}" for name in list(WISHES)[1:])
    return [case.name, f"{median(off):,.0f}", *ratios, f"{looks:g} of {case.epochs}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--engine", default="auto")
    parser.add_argument("--small", action="store_true", help="a small network: shows that it works")
    given = parser.parse_args()
    cases = SMALL if given.small else CASES
    print(*table(HEAD, []), sep="\n")
    for case in cases:
        print(table(HEAD, [row(case, measure(case, given.rounds, given.engine))])[-1], flush=True)


if __name__ == "__main__":
    main()
