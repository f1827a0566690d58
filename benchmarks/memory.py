"""Peak memory of training, beyond that of a process that imports the runtime and, if it compiles, compiles a sum."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks import compiled, fresh
from benchmarks.cases import EPOCHS, Case, problem
from benchmarks.peers import PEERS
from benchmarks.settings import Settings
from benchmarks.text import megabytes, table

CASES = (
    Case((784, 500, 10), 128, "tanh", steps=EPOCHS * 469),  # 60,000 rows: the data set is large
    Case((1024, 2048, 2048, 10), 128, "relu", steps=EPOCHS * 10),  # the parameters are large
)
SMALL = (Case((784, 500, 10), 128, "tanh", steps=EPOCHS * 4),)
RUNTIMES = ("numpy", "scipy", "jax", "llvmlite.binding", "torch", "sklearn.neural_network")


def measure(settings: Settings) -> dict[str, Any]:
    """{case: {"data", "params", "peers": {peer: {"peak", "runtime"}}}}, all in bytes."""
    found = {}
    for case in SMALL if settings.small else CASES:
        peers = {}
        for name in settings.alone:
            asked = name, case.sizes, case.batch, case.activation, case.steps
            with compiled.empty(name) as environment:
                fresh.call("benchmarks.memory:train", *asked, environment=environment)  # compiles, and keeps that
                run = fresh.call("benchmarks.memory:train", *asked, environment=environment)
            if run.value is not None:
                runtime = fresh.call("benchmarks.memory:runtime", run.value["loaded"]).value
                peers[name] = {"peak": run.value["peak"], "runtime": runtime}
        data = case.batch * case.steps_per_epoch * (case.sizes[0] + 1) * 4
        found[case.name] = {"data": data, "params": case.weight_bytes + 4 * sum(case.sizes[1:]), "peers": peers}
    print("memory: done", file=sys.stderr)
    return found


def train(name: str, sizes: list[int], batch: int, activation: str, steps: int) -> dict[str, Any]:
    """In a fresh process: the peak of one pass over the data, and the runtimes that it loaded."""
    PEERS[name].prepare(problem(Case(tuple(sizes), batch, activation, steps)))(1)
    return {"peak": peak(), "loaded": [module for module in RUNTIMES if module in sys.modules]}


def runtime(modules: list[str]) -> int:
    """In a fresh process: the peak of importing these, and of compiling almost nothing with those that compile."""
    for module in modules:
        import_module(module)
    if "jax" in modules:
        import jax

        jax.jit(lambda a: a + 1)(1.0).block_until_ready()
    if "llvmlite.binding" in modules:
        from bprop.engines.native.run.evaluate import evaluate

        evaluate(lambda a: [a + 1], 1.0)
    return peak()


def peak() -> int:
    """The most bytes that this process has had in memory."""
    status = Path("/proc/self/status")
    if status.exists():  # where getrusage starts from what the parent had
        line = next(line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def markdown(found: dict[str, Any]) -> list[str]:
    rows = []
    for name, case in found.items():
        allowed = case["data"] + 4 * case["params"]
        for peer, one in case["peers"].items():
            beyond = one["peak"] - one["runtime"]
            sizes = (megabytes(one[what]) for what in ("peak", "runtime"))
            rows.append([f"{name}, {peer}", *sizes, megabytes(beyond), megabytes(allowed), f"{beyond / allowed:.2f}"])
    lines = [
        "### Peak memory",
        "",
        "Megabytes of a fresh process that makes one pass over the data; an earlier process has compiled the programs.",
        "Runtime: megabytes of a process that has the same imports and compiles one sum.",
        "",
    ]
    head = ["case, peer", "peak", "runtime", "beyond the runtime", "data + 4 x parameters", "ratio"]
    return [*lines, *table(head, rows)]
