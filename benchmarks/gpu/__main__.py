"""Time per step on one GPU: bprop's XLA engine, JAX's scan, PyTorch eager, compiled and as a CUDA graph.

The time of a step is the slope between a run of one epoch and one of many epochs, which takes a second longer. So it
leaves out what a run costs once: compiling, and the copies of theta from and to the GPU. bprop's time includes its
records, one an epoch. In each round every peer runs once. Ratios are medians over the rounds.
"""

from __future__ import annotations

import os

os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")  # JAX and PyTorch share the memory of the GPU

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

from benchmarks.cases import CASES, Case, Problem, problem
from benchmarks.gpu import jax_peers, torch_peers
from benchmarks.reference import movement_error
from benchmarks.text import number, ratio, table

WIDE = (
    Case((1024, 8192, 8192, 10), 128, "relu", 100),
    Case((1024, 8192, 8192, 10), 1024, "relu", 60),
    Case((1024, 8192, 8192, 10), 4096, "relu", 40),
)
PEERS = {
    "bprop": jax_peers.bprop,
    "JAX scan": jax_peers.scan,
    "torch eager": torch_peers.eager,
    "torch CUDA graph": torch_peers.cuda_graph,
    "torch.compile": torch_peers.compiled,
}
SECONDS = 1.0
TOLERANCE = {"float32": 5e-3, "tf32": 5e-2, "bfloat16": 0.3}
"""The distance to bprop's theta, beside the way that it went, beyond which a peer has computed something else."""


def main() -> None:
    choice = _parser().parse_args()
    cases = [c for c in (*CASES, *WIDE) if any(part.strip() in c.name for part in choice.cases.split(","))]
    runs = []
    for precision in choice.precisions.split(","):
        for case in cases:
            shorter = replace(case, steps=max(5, min(case.steps, choice.steps)))
            runs.append({"precision": precision, **on_case(problem(shorter), precision, choice.rounds)})
            print(json.dumps(runs[-1]), flush=True)
            if choice.json:
                choice.json.write_text(json.dumps({"device": device(), "runs": runs}, indent=1), encoding="utf-8")
    print("\n".join(markdown(runs)))


def on_case(data: Problem, precision: str, rounds: int) -> dict:
    """Microseconds per step of each peer, by round, and the reasons of those that failed."""
    trains: dict[str, Callable[[int], dict]] = {}
    failures: dict[str, str] = {}
    first = None
    for name, make in PEERS.items():
        try:
            trains[name] = make(data, precision)
            theta = trains[name](2)
            trains[name](6)
            first = theta if first is None else first
            distance = movement_error(data.params, theta, first)
            if not distance <= TOLERANCE[precision]:
                raise ValueError(f"theta ends elsewhere: {distance:.1e}")
        except Exception as error:  # a peer that fails is named, and the others go on
            failures[name] = f"{type(error).__name__}: {str(error)[:200]}"
            trains.pop(name, None)
    times: dict[str, list[float]] = {name: [] for name in trains}
    for turn in range(rounds):
        names = list(trains)
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            times[name].append(1e6 * slope(trains[name], data.case.steps_per_epoch))
    return {"case": data.case.name, "flops": data.case.flops, "microseconds": times, "failures": failures}


def slope(train: Callable[[int], dict], steps: int) -> float:
    """Seconds per step: the difference between a run of one epoch and one of more epochs, about SECONDS longer."""
    first, second = timed(train, 1), timed(train, 6)
    more = max(5, min(500, int(SECONDS / max(1e-5, (second - first) / 5))))
    return (timed(train, 1 + more) - timed(train, 1)) / (more * steps)


def timed(train: Callable[[int], dict], epochs: int) -> float:
    """Seconds of a run."""
    start = time.perf_counter()
    train(epochs)
    return time.perf_counter() - start


def device() -> str:
    """The GPU that JAX sees, and the versions."""
    import jax
    import torch

    return f"{jax.devices()[0].device_kind}, jax {jax.__version__}, torch {torch.__version__}"


def markdown(runs: list[dict]) -> list[str]:
    """Microseconds of bprop, and its time by that of each peer."""
    others = list(PEERS)[1:]
    rows = []
    for run in runs:
        times = run["microseconds"]
        if "bprop" in times:
            ours = times["bprop"]
            ratios = [
                ratio(median(a / b for a, b in zip(ours, times[o], strict=True))) if o in times else "-" for o in others
            ]
            speed = f"{run['flops'] / median(ours) / 1e6:.3g}"
            rows.append([run["case"], run["precision"], number(median(ours)), speed, *ratios])
    return table(["case", "products", "bprop, us", "TFLOP/s", *(f"/ {name}" for name in others)], rows)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description=__doc__)
    parser.add_argument("--cases", default="", help="only cases whose names contain one of these, comma-separated")
    parser.add_argument("--precisions", default="float32,tf32,bfloat16", help="of the products, comma-separated")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=1000, help="the most steps of five epochs (default 1000)")
    parser.add_argument("--json", type=Path, help="also write all numbers to this file")
    return parser


if __name__ == "__main__":
    main()
