"""A training loop of one's own on `graph.functions`, beside `bp.train`: python -m benchmarks.functions

In every round each loop runs over the same batches, in rotating order. Its time is that of the epochs after the first:
what starting costs is subtracted. A ratio is the time of `bp.train` over that of the loop, the median over the rounds:
1 is as fast, 0.9 takes 11 % longer.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

import bprop as bp
from benchmarks.cases import L2, LEARNING_RATE, Case, problem

CASES = (Case((64, 100, 10), 32, "tanh", 10000), Case((784, 500, 10), 32, "tanh", 1500))
EPOCHS = 4
"""Epochs that are timed, after a first one."""
LOOPS = {
    "step, in place": {"in_place": True},
    "step, in place, unchecked": {"in_place": True, "check": False},
    "step": {},
}
"""What a loop passes to `graph.functions`."""


def loops(case: Case, engine: str) -> dict[str, Callable[[int], Any]]:
    """The loops, by the number of epochs. Each has been called, so that nothing is left to compile."""
    task = problem(case)
    graph = bp.mlp(case.sizes, activation=case.activation, l2=L2)
    rule, data = bp.SGD(LEARNING_RATE), {"x": task.x, "y": task.y}
    cuts = [slice(start, start + case.batch) for start in range(0, len(task.x), case.batch)]
    batches = [{name: array[cut] for name, array in data.items()} for cut in cuts]

    def train(epochs: int) -> Any:
        return bp.train(
            graph, data, rule=rule, params=task.params, epochs=epochs, batch_size=case.batch, engine=engine,
            shuffle=False, progress=False,
        ).params  # fmt: skip

    def own(options: dict[str, Any]) -> Callable[[int], Any]:
        of = graph.functions(engine, rule, batch_size=case.batch, **options)

        def loop(epochs: int) -> Any:
            theta, state = task.params, of.init(task.params)
            for _ in range(epochs):
                for batch in batches:
                    theta, state, _ = of.step(theta, state, batch)
            return {name: np.array(array) for name, array in theta.items()}

        return loop

    made: dict[str, Callable[[int], Any]] = {
        "bp.train": train,
        **{name: own(options) for name, options in LOOPS.items()},
    }
    results = {name: loop(1) for name, loop in made.items()}
    for name, theta in results.items():
        for parameter, array in theta.items():
            if not np.array_equal(array, results["bp.train"][parameter]):
                raise SystemExit(f"{case.name}, {engine}: {name} has not the bits of bp.train in {parameter}")
    return made


def measure(case: Case, engine: str, rounds: int) -> dict[str, float]:
    """{loop: its ratio}."""
    made = loops(case, engine)
    names, times = list(made), {name: [] for name in made}
    for turn in range(rounds):
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            times[name].append(seconds(made[name], 1 + EPOCHS) - seconds(made[name], 1))
    return {
        name: median(train / own for train, own in zip(times["bp.train"], times[name], strict=True)) for name in LOOPS
    }


def seconds(loop: Callable[[int], Any], epochs: int) -> float:
    began = perf_counter()
    loop(epochs)
    return perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engines", default="native,xla,numpy")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--small", action="store_true", help="a few steps of a small network: shows that it works")
    options = parser.parse_args()
    cases = (Case((64, 100, 10), 32, "tanh", 5),) if options.small else CASES
    print(f"{'network':<26} {'engine':<8} " + " ".join(f"{name:>26}" for name in LOOPS))
    for case in cases:
        for engine in options.engines.split(","):
            ratios = measure(case, engine, 1 if options.small else options.rounds)
            print(f"{case.name:<26} {engine:<8} " + " ".join(f"{ratio:>26.2f}" for ratio in ratios.values()))


if __name__ == "__main__":
    main()
