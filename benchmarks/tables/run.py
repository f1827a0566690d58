"""All methods on all splits of all tables, each method in a process of its own."""

from __future__ import annotations

import datetime
import sys
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from benchmarks.peers import UnavailableError
from benchmarks.tables.cache import Cache, Key, Result
from benchmarks.tables.job import Session
from benchmarks.tables.methods import METHODS
from benchmarks.tables.one_core import single_threads
from benchmarks.tables.split import Protocol, divide
from benchmarks.tables.table import Table
from benchmarks.worker import PeerError, Worker

Say = Callable[[str], None]


@dataclass
class Plan:
    """tables : {name: table}, with its common classes. splits : numbers of splits. again : methods whose earlier
    results do not count. limit : seconds a fit may take. commit : of the sources. left_out : {method: why}.
    """

    tables: dict[str, Table]
    methods: Sequence[str]
    splits: Sequence[int]
    protocol: Protocol
    again: Sequence[str] = ()
    limit: float | None = None
    commit: str = ""
    left_out: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.fingerprints = {name: table.fingerprint for name, table in self.tables.items()}

    def key(self, table: str, split: int, method: str) -> Key:
        return Key.of(self.tables[table], self.fingerprints[table], split, method, self.protocol)

    def of_method(self, method: str, split: int) -> list[Key]:
        return [self.key(table, split, method) for table in self.tables]


def run(plan: Plan, cache: Cache, say: Say = lambda line: print(line, file=sys.stderr, flush=True)) -> None:
    """Adds to the cache the results that it lacks. A method that cannot run here goes to `plan.left_out`.

    A method after the other; of each, the first split of all tables, in a process of its own, then the next split.
    """
    for method in plan.methods:
        try:
            for split in plan.splits:
                keys = plan.of_method(method, split)
                _run(
                    method, [key for key in keys if method in plan.again or key not in cache.results], plan, cache, say
                )
        except UnavailableError as error:
            plan.left_out[method] = str(error)
            say(f"{method} is left out: {error}")


def _run(method: str, keys: list[Key], plan: Plan, cache: Cache, say: Say) -> None:
    """A process that ends, by itself or because it took too long, is followed by another one."""
    rest = deque(keys)
    while rest:
        with single_threads():
            worker = Worker(method, Session, plan.limit)
        with worker:
            while rest and worker.process.is_alive():
                result = _result(worker, rest.popleft(), plan)
                cache.add(result)
                say(_line(result, len(rest)))


def _result(worker: Worker, key: Key, plan: Plan) -> Result:
    train, test = divide(plan.tables[key.table], key.split, plan.protocol)
    common = {
        "train": len(train), "tested": len(test), "version": METHODS[key.method].version,
        "date": datetime.date.today().isoformat(), "commit": plan.commit,
    }  # fmt: skip
    try:
        return Result(key, **worker.ask("judge", train, test, key.split), **common)
    except PeerError as error:
        return Result(key, failure=str(error), **common)


def _line(result: Result, rest: int) -> str:
    key = result.key
    numbers = ", ".join(f"{name} {error:.4g}" for name, error in result.errors.items())
    return f"{key.method}, {key.table}, split {key.split}: {result.failure or numbers}, {result.fit:.1f} s; {rest} left"
