"""`python -m benchmarks.kernels`: what each kernel of the native engine reaches on one core, beside the sgemm peak.

Says where a step's time goes. The least of many calls is taken: a kernel by itself, its arrays in the caches.
"""

from __future__ import annotations

import argparse
import ctypes
from time import perf_counter

import numpy as np

import bprop as bp
from benchmarks.cases import CASES, L2, LEARNING_RATE, Case, problem
from bprop.data import DataSet
from bprop.engines import Job, choose
from bprop.engines.native.emit.assemble import Assembler
from bprop.engines.native.run.object_code import loaded, machine, machine_code
from bprop.engines.native.schedule.kernels import Kernel

CALLS = 100
Row = tuple[str, str, float, float | None]


def kernels(case: Case) -> list[Row]:
    """(what, shape, microseconds, GFLOP/s of a product) of every kernel of a step."""
    assembler, seconds = timed(case)
    return [row(kernel, assembler, time) for kernel, time in seconds.items()]


def timed(case: Case) -> tuple[Assembler, dict[Kernel, float]]:
    """(what the step was made from, the seconds of every kernel)."""
    given = problem(case)
    data = DataSet({"x": given.x[: case.batch], "y": given.y[: case.batch]})
    graph = bp.mlp(list(case.sizes), activation=case.activation, l2=L2)
    run = choose("native").start(
        Job(graph, bp.SGD(LEARNING_RATE), data, case.batch, np.dtype(np.float32), 0), given.params
    )
    run.set_order(np.arange(case.batch))
    run.steps(0, 1, 0)  # so that all arrays hold numbers
    kinds = {name: array.dtype for name, array in run.step.data.arrays.items()}
    assembler = Assembler(run.step.routine.trace, case.batch, machine().lanes(np.dtype(np.float32)), kinds, None)
    module, _ = assembler.assemble()
    content = machine_code(module)
    arrays = {
        ours: run.step.arrays[theirs] for ours, theirs in zip(assembler.layouts, run.step.routine.layouts, strict=True)
    }
    found = {}
    for kernel, (function, needs) in assembler.functions.items():
        code = loaded(content, function.name, [ctypes.c_void_p] * len(needs) + [ctypes.c_int64] * 2)
        found[kernel] = least(code, [arrays[a].ctypes.data for a in needs], assembler.shares[kernel])
    return assembler, found


def least(code, addresses: list[int], shares: int) -> float:
    """Seconds of the quickest of many calls."""
    best = float("inf")
    for _ in range(CALLS):
        start = perf_counter()
        code(*addresses, 0, shares)
        best = min(best, perf_counter() - start)
    return best


def row(kernel: Kernel, assembler: Assembler, seconds: float) -> Row:
    core = kernel.core
    what, speed = "loop" if core is None else core.op, None
    if core is not None and core.op == "dot":
        form = assembler.scheduler.forms[core]
        what = f"product {form.kind} {form.sizes}"
        speed = 2 * core.size * core.args[0].shape[1] / seconds / 1e9
    if kernel.targets:
        what += ", update"
    return what, str(kernel.shape), seconds * 1e6, speed


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kernels", description=__doc__)
    parser.add_argument("--cases", default="784-500-10 B=10", help="cases whose name contains this")
    given = parser.parse_args()
    for case in (case for case in CASES if given.cases in case.name):
        found = kernels(case)
        print(f"\n{case.name}: {sum(r[2] for r in found):.1f} us in all, on one core\n")
        print("| kernel | shape | us | GFLOP/s |\n|---|---|---:|---:|")
        for what, shape, us, speed in found:
            print(f"| {what} | {shape} | {us:.2f} | {'' if speed is None else f'{speed:.0f}'} |")


if __name__ == "__main__":
    main()
