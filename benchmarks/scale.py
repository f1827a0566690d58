"""The time of a training step in 1, 2, 4, ... processes, and that of its all-reduces alone.

    bprop launch -n 2 -- benchmarks/scale.py                  # the same batches in two processes
    bprop launch -n 2 -- benchmarks/scale.py --grow           # batches that grow with the number of processes
    python benchmarks/scale.py                                # one process, as without `distributed`

Prints a line for each network: the median and the least time of a step, and of the sums over processes that it needs.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # it is started as a file

import bprop as bp
from benchmarks.lenet import network, pictures
from bprop.data import DataSet
from bprop.distributed.membership import membership
from bprop.engines import Job, choose, together

SIZES: dict[str, tuple[list[int], int]] = {
    "64-100-10": ([64, 100, 10], 256),
    "784-500-10": ([784, 500, 10], 1024),
    "64-256-256-10": ([64, 256, 256, 10], 8192),
    "784-1000x3-10": ([784, 1000, 1000, 1000, 10], 512),
}
STEPS, ROUNDS, SECONDS = 6, 5, 0.3
"""Steps of an epoch, rounds that are timed, and about how long one of them takes."""


def jobs(grown: int) -> dict[str, Job]:
    """The networks to time, with batches that are `grown` times as large."""
    rng, made = np.random.default_rng(0), {}
    for name, (sizes, rows) in SIZES.items():
        count = rows * grown * STEPS
        x = rng.normal(size=(count, sizes[0])).astype(np.float32)
        data = DataSet({"x": x, "y": rng.integers(sizes[-1], size=count).astype(np.int32)})
        made[name] = Job(bp.mlp(sizes, dropout=0.2), bp.Adam(), data, rows * grown, np.dtype("float32"), 0)
    data = DataSet(pictures(256 * grown * STEPS))
    made["LeNet-5"] = Job(network(), bp.Adam(), data, 256 * grown, np.dtype("float32"), 0)
    return made


def seconds_of(work: Callable[[], Any], engine: Any) -> list[float]:
    """The seconds of a call, in ROUNDS rounds. All processes do as many calls."""
    work()
    began = perf_counter()
    work()
    count = max(1, int(SECONDS / (perf_counter() - began)))
    count = -engine.largest([-count])[0] if hasattr(engine, "largest") else count
    taken = []
    for _ in range(ROUNDS):
        began = perf_counter()
        for _ in range(count):
            work()
        taken.append((perf_counter() - began) / count)
    return taken


def sums_of(job: Job, engine: Any) -> Callable[[], Any]:
    """STEPS times the sums over processes of a step: one for each parameter, and for loss, weight and metric."""
    import jax

    devices, shapes = engine.devices, [box.shape for box in job.graph.parameters.values()] + [()] * 3
    parts = [
        devices.put_dealt((len(devices), *shape), 0, lambda _, shape=shape: np.ones((1, *shape), np.float32))
        for shape in shapes
    ]

    def repeated(parts: list[Any], count: Any) -> Any:
        def body(_: Any, sums: list[Any]) -> list[Any]:
            added = [(part * (1 + 0 * one.ravel()[0])).sum(0) for part, one in zip(parts, sums, strict=True)]
            return jax.lax.with_sharding_constraint(added, devices.everywhere)

        return jax.lax.fori_loop(0, count, body, [part[0] for part in parts])

    compiled = jax.jit(repeated, out_shardings=devices.everywhere)
    return lambda: jax.block_until_ready(compiled(parts, np.int32(STEPS)))


def main() -> None:
    """Time every network, and print a line of it in process 0."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--grow", action="store_true", help="batches grow with the number of processes")
    grow, member = parser.parse_args().grow, membership(os.environ)
    engine = choose("xla") if member is None else together(member)
    processes = 1 if member is None else member.processes
    for name, job in jobs(processes if grow else 1).items():
        run = engine.start(job, job.graph.init(0))
        run.set_order(np.arange(len(job.data), dtype=np.int32))
        step = seconds_of(lambda run=run: run.steps(0, STEPS, 0), engine)
        alone = seconds_of(sums_of(job, engine), engine) if processes > 1 else [0.0]
        if member is None or member.leads:
            times = [f"{1e3 * f(one) / STEPS:8.2f}" for one in (step, alone) for f in (median, min)]
            print(f"{name:14} {job.batch_size:6} rows  step {times[0]} (least {times[1]}) ms", end="")
            print(f"  sums alone {times[2]} (least {times[3]}) ms  {processes} processes", flush=True)


if __name__ == "__main__":
    main()
