"""`python -m fuzz graphs`."""

from __future__ import annotations

import argparse
import itertools
import re

from fuzz.graphs import campaign
from fuzz.graphs.case import Case
from fuzz.graphs.generate import generate
from fuzz.graphs.shrink import shrink
from fuzz.graphs.source import source


def main(arguments: list[str]) -> None:
    """Exit code 1 if a graph has a fault."""
    parser = argparse.ArgumentParser(prog="python -m fuzz graphs", description=__doc__)
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--count", type=int, help="how many graphs (default: as many as fit into --seconds)")
    parser.add_argument("--seconds", type=float, help="how long at most (default: 600, unless --count is given)")
    parser.add_argument("--engines", default="native,xla", help="which engines to compare with NumPy")
    parser.add_argument("--share", type=int, default=3, help="XLA takes part in one graph of so many (default 3)")
    parser.add_argument(
        "--oracle", choices=["torch", "jax", "none"], help="default: torch where it is installed, else jax"
    )
    parser.add_argument("--show", action="store_true", help="print the graph of --seed as a program")
    parser.add_argument("--shrink", action="store_true", help="print the smallest graph with the fault of --seed")
    asked = parser.parse_args(arguments)
    engines = campaign.installed(name for name in asked.engines.split(",") if name)
    oracle = None if asked.oracle == "none" else asked.oracle or next(iter(campaign.installed(["torch", "xla"])), None)
    oracle = "jax" if oracle == "xla" else oracle
    if asked.show:
        print(source(generate(asked.seed), f"seed {asked.seed}"))
    elif asked.shrink:
        print(smallest(asked.seed, engines, oracle))
    else:
        seconds = asked.seconds if asked.seconds is not None or asked.count is not None else 600.0
        seeds = itertools.count(asked.seed) if asked.count is None else range(asked.seed, asked.seed + asked.count)
        choose = lambda seed: (campaign.pairs_for(seed, engines, asked.share), oracle)  # noqa: E731
        result = campaign.run(seeds, choose, seconds=seconds, tell=True)
        print(result)
        raise SystemExit(1 if result.faults else 0)


def smallest(seed: int, engines: list[str], oracle: str | None) -> str:
    """The program of the smallest case that has the first fault of this seed."""
    judge = campaign.Judge()
    pairs = campaign.pairs_for(seed, engines, 1)
    verdict = judge(seed, pairs, oracle)
    if not verdict.faults:
        return f"seed {seed} has no fault"
    line = verdict.faults[0]
    blamed = [pair for pair in pairs if f"{pair[0]} {pair[1]}:" in line]

    def fails(case: Case) -> bool:
        others = judge(case, blamed, None if blamed else oracle).faults
        return any(kind_of(other) == kind_of(line) for other in others)

    try:
        return source(shrink(generate(seed), fails), f"seed {seed}: {line}")
    finally:
        judge.pool.shutdown(wait=True, cancel_futures=True)


def kind_of(line: str) -> str:
    """The fault without its numbers and names: "native float64: theta is off", "xla float32: KeyError"."""
    who, _, what = line.partition(": ")
    return f"{who}: {re.sub(r'/.*? is off', ' is off', what).partition(' by ')[0].partition(':')[0]}"
