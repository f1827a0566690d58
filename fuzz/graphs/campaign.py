"""Many cases, one after the other, in a process of their own: one that ends without a word is a fault of the case."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from importlib.util import find_spec

from fuzz.graphs.case import Case, Node
from fuzz.graphs.compare import Pair, Verdict, examine
from fuzz.graphs.generate import generate
from fuzz.graphs.growth import RefusedError
from fuzz.graphs.productions import Half

Choice = Callable[[int], tuple[list[Pair], str | None]]
"""Seed -> who is compared with NumPy, and which oracle ("torch", "jax" or None)."""
PATIENCE = 300.0
"""Seconds after which a case is taken to hang."""
RECYCLE = 150
"""Cases that a process does before a new one takes its place: compiled programs take memory."""
NEEDS = {"native": "llvmlite", "xla": "jax", "torch": "torch"}


@dataclass
class Result:
    """counts : summed over the cases. faults : {seed: what is wrong with it}. kinds : cases that judged a box."""

    counts: Counter = field(default_factory=Counter)
    faults: dict[int, list[str]] = field(default_factory=dict)
    kinds: Counter = field(default_factory=Counter)

    def take(self, seed: int, verdict: Verdict) -> None:
        self.counts["graphs"] += 1
        self.counts += verdict.counts
        if any(what.startswith("same") for what in verdict.counts):
            self.kinds.update(verdict.kinds)
        if verdict.faults:
            self.faults[seed] = verdict.faults

    def __str__(self) -> str:
        lines = [f"{count:7,}  {what}" for what, count in sorted(self.counts.items())]
        lines.append(f"{len(self.faults):7,}  graphs with a fault: {', '.join(map(str, self.faults)) or 'none'}")
        return "\n".join(lines)


def installed(names: Iterable[str]) -> list[str]:
    return [name for name in names if find_spec(NEEDS[name]) is not None]


def pairs_for(seed: int, engines: Sequence[str], share: int) -> list[Pair]:
    """Who computes a case: XLA, which takes long to compile, only one seed in `share`."""
    return [(e, d) for e in engines for d in ("float64", "float32") if e != "xla" or seed % share == 0]


def prepare(folder: str) -> None:
    """What a process does before its first case."""
    import sys
    import warnings

    sys.path.insert(0, folder)
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    os.environ["BPROP_CACHE"] = "off"  # what was compiled by another version is no part of the trial
    warnings.simplefilter("ignore")
    if find_spec("jax") is not None:
        import jax

        jax.config.update("jax_enable_x64", True)
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()


def _end_with(parent: int) -> None:
    """Whoever kills the campaign need not look for its processes."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def judge(what: int | Case, pairs: list[Pair], oracle: str | None) -> Verdict:
    """The verdict on a case or on that of a seed, and on its twin where it has one, in this process."""
    try:
        case = generate(what) if isinstance(what, int) else what
    except RefusedError:
        return Verdict(Counter({"seeds without a graph": 1}))
    module = None if oracle is None else importlib.import_module(f"fuzz.graphs.with_{oracle}")
    verdict = examine(case, pairs, module)
    twin = twin_of(case)
    if twin is not None:
        other = examine(twin, pairs, module)
        verdict.counts += other.counts
        verdict.faults += [f"twin: {line}" for line in other.faults]
    verdict.kinds = case.kinds()
    return verdict


def twin_of(case: Case) -> Case | None:
    """The same case but for one element of a large array, or but for a function: another program."""
    nodes = list(case.nodes)
    for at, node in enumerate(nodes):
        if node.kind == "Table":
            table = node.hyper["table"].copy()
            table[len(table) // 2] = 5.0
            nodes[at] = Node(node.kind, node.children, {"table": table}, node.name)
        elif node.kind == "Apply":
            nodes[at] = Node(node.kind, node.children, {"f": Half(node.hyper["f"].number + 1)}, node.name)
    changed = tuple(nodes)
    return case.changed(nodes=changed) if any(a is not b for a, b in zip(changed, case.nodes, strict=True)) else None


class Judge:
    """Judges cases in a process that is replaced when it dies, hangs, or has done many."""

    def __init__(self) -> None:
        self.done, self.pool = 0, self._start()

    def _start(self) -> ProcessPoolExecutor:
        folder = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        return ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), prepare, (folder,))

    def __call__(self, what: int | Case, pairs: list[Pair], oracle: str | None) -> Verdict:
        if self.done >= RECYCLE:
            self.close()
        self.done += 1
        try:
            return self.pool.submit(judge, what, pairs, oracle).result(PATIENCE)
        except BrokenProcessPool:
            ended = "the process ended without a word"
        except TimeoutError:
            ended = f"no end within {PATIENCE:.0f} s"
            for process in list(self.pool._processes.values()):
                process.kill()
        self.close()
        return self._blame(what, pairs, oracle, ended)

    def _blame(self, what: int | Case, pairs: list[Pair], oracle: str | None, ended: str) -> Verdict:
        if len(pairs) <= 1:
            who = " ".join(pairs[0]) if pairs else "numpy float64"
            return Verdict(Counter({f"died {who}": 1}), [f"{who}: {ended}"])
        verdict = Verdict()
        for pair in pairs:
            one = self(what, [pair], None)
            verdict.counts += one.counts
            verdict.faults += one.faults
        return verdict

    def close(self) -> None:
        self.pool.shutdown(wait=True, cancel_futures=True)
        self.done, self.pool = 0, self._start()


def run(seeds: Iterable[int], choose: Choice, *, seconds: float | None = None, tell: bool = False) -> Result:
    """Judge the cases of these seeds, as many as fit into `seconds`. `choose` says who computes the case of a seed."""
    result, end = Result(), None if seconds is None else time.monotonic() + seconds
    judge_ = Judge()
    try:
        for seed in seeds:
            if end is not None and time.monotonic() > end:
                break
            verdict = judge_(seed, *choose(seed))
            result.take(seed, verdict)
            for line in verdict.faults if tell else ():
                print(f"seed {seed}: {line}", flush=True)
            if tell and result.counts["graphs"] % 100 == 0:
                print(f"{result.counts['graphs']:,} graphs, {len(result.faults)} with a fault", flush=True)
    finally:
        judge_.pool.shutdown(wait=True, cancel_futures=True)
    return result
