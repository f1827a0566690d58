"""Compiled traces, kept in this process and, as machine code, between processes."""

from __future__ import annotations

import ctypes
import gc
import os
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

import llvmlite
import numpy as np

from bprop.engines.native.emit.assemble import Assembler
from bprop.engines.native.run import threads
from bprop.engines.native.run.object_code import Code, loaded, machine, machine_code
from bprop.engines.native.schedule.buffers import Layout
from bprop.engines.native.schedule.caches import caches
from bprop.engines.store import Store, default_folder
from bprop.engines.trace.tape import Traced, reachable
from bprop.engines.trace.tracer import Trace
from bprop.errors import BpropError, InternalError, UnsupportedError
from bprop.outside import fails_again

KEPT_ROUTINES = 64
ARGUMENTS: list[Any] = [ctypes.c_void_p, *[ctypes.c_int64] * 5]


@dataclass(frozen=True, eq=False)
class Routine:
    """A compiled trace: its arrays in memory, the order of their addresses, and what runs it."""

    trace: Trace
    layouts: Mapping[Traced, Layout]
    table: list[Any]
    code: Code
    most: int
    """How many threads it may run on."""
    speeds: dict[int, float]
    """Seconds of a step by the number of threads, as the last run measured them."""


_routines: OrderedDict[Hashable, Routine] = OrderedDict()
_one_at_a_time = Lock()


def _unlock() -> None:
    global _one_at_a_time
    _one_at_a_time = Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_unlock)


def routine(
    key: Hashable, make: Callable[[], Trace], batch_size: int, kinds: Mapping[str, np.dtype], weights: np.dtype | None,
    dtype: np.dtype,
) -> Routine:  # fmt: skip
    """The compiled trace for a key, made on first use. `kinds`, `weights`: the dtypes of the arrays of the data set.

    A key of None does not identify the code: then the trace itself is the key.
    """
    more = batch_size, tuple((n, k.str) for n, k in kinds.items()), weights and weights.str, dtype.str
    with _one_at_a_time, without_collection():
        trace = None
        if key is None:
            trace = traced(make)
            key = sha256(repr(content_of(trace)).encode()).hexdigest()
        key = (key, *more)
        if key not in _routines:
            trace = trace or traced(make)
            _routines[key] = without_fault(lambda: routine_of(trace, batch_size, kinds, weights, dtype, more))
            if len(_routines) > KEPT_ROUTINES:
                _routines.popitem(last=False)
        _routines.move_to_end(key)
        return _routines[key]


@contextmanager
def without_collection() -> Iterator[None]:
    """Python's collector of cycles waits: it would go through all that is being made again and again."""
    before = gc.isenabled()
    try:
        gc.disable()
        yield
    finally:
        if before:
            gc.enable()


def traced(make: Callable[[], Trace]) -> Trace:
    """The trace. UnsupportedError if box code does with arrays what only NumPy's arrays can do.

    An exception that does not come again is not the code's: most likely it is that of a time limit. It is no reason to
    go on with another engine.
    """
    try:
        return make()
    except (BpropError, MemoryError):
        raise
    except Exception as error:
        if not fails_again(make):
            raise
        raise UnsupportedError(f"the native engine cannot follow this code: {type(error).__name__}: {error}") from error


def without_fault(make: Callable[[], Routine]) -> Routine:
    """The routine. Failures here are not the user's: InternalError, never a reason to go on with another engine."""
    try:
        return make()
    except (BpropError, MemoryError, TimeoutError):  # the last is that of a limit which the user has set
        raise
    except Exception as error:
        raise InternalError(
            f"the native engine failed to compile this graph ({type(error).__name__}: {error}). This is a fault of "
            "bprop: please report it, with the graph. engine='numpy' or engine='xla' can run it meanwhile"
        ) from error


def routine_of(
    trace: Trace,
    batch_size: int,
    kinds: Mapping[str, np.dtype],
    weights: np.dtype | None,
    dtype: np.dtype,
    more: tuple[Any, ...],
) -> Routine:
    """A trace as machine code, with its layouts. `more` is what the code depends on beside the trace."""
    assembler = Assembler(trace, batch_size, machine().lanes(dtype), kinds, weights)
    code, parallel = compiled(assembler, (content_of(trace), *more))
    most = min(threads.cores(), threads.MOST_THREADS) if parallel else 1
    return Routine(trace, assembler.layouts, assembler.table, code, most, {})


def compiled(assembler: Assembler, content: Hashable) -> tuple[Code, bool]:
    """(the machine code, whether threads share it): from the store, or made and then put there."""
    store = Store(default_folder())
    name = sha256(repr((content, machine(), caches(), llvmlite.__version__, sources())).encode()).hexdigest()
    entry = store.get(name)
    if entry is None:
        module, parallel = assembler.assemble()
        entry = bytes([parallel]) + machine_code(module)
        store.put(name, entry)
    return loaded(entry[1:], "run", ARGUMENTS), bool(entry[0])


def content_of(trace: Trace) -> tuple[Any, ...]:
    """All that decides what a trace computes, without whatever else is on its tape."""
    nodes = reachable([new for _, new in trace.updates] + [leaf for leaf, _ in trace.updates])
    place = {node: i for i, node in enumerate(nodes)}
    operations = tuple((n.op, tuple(place[a] for a in n.args), n.attr, n.shape, n.dtype.str) for n in nodes)
    updates = tuple((place[leaf], place[new]) for leaf, new in trace.updates)
    roles = tuple(
        tuple((name, leaf.shape, leaf.dtype.str) for name, leaf in role.items())
        for role in (trace.batch, trace.state, trace.arguments, trace.clock, trace.pace)
    )
    return operations, updates, roles


@cache
def sources() -> str:
    """A hash of the source of the compiler, of all floors. Machine code that another version made is not used."""
    digest = sha256()
    for path in source_files():
        digest.update(path.read_bytes())
    return digest.hexdigest()


def source_files() -> list[Path]:
    """The files that decide what machine code a trace becomes, and what a trace is."""
    engines = Path(__file__).parents[2]
    return sorted(path for room in ("trace", "native") for path in (engines / room).rglob("*.py"))
