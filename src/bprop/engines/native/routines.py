"""Compiled traces, kept in this process and, as machine code, between processes."""

from __future__ import annotations

import ctypes
import os
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

import llvmlite
import numpy as np

from bprop.engines.native import fork as fork  # it must know of every fork
from bprop.engines.native import threads
from bprop.engines.native.assemble import Assembler
from bprop.engines.native.compiler import Code, loaded, machine, machine_code
from bprop.engines.native.memory import Layout
from bprop.engines.native.trace import Trace
from bprop.engines.native.traced import Traced, reachable
from bprop.engines.store import Store, default_folder
from bprop.errors import BpropError, InternalError, UnsupportedError
from bprop.outside import fails_again

CACHED_PROGRAMS = 64
ARGUMENTS = [ctypes.c_void_p, *[ctypes.c_int64] * 5]


@dataclass(frozen=True, eq=False)
class Routine:
    """A compiled trace: its arrays in memory, the order of their addresses, and what runs it."""

    trace: Trace
    layouts: Mapping[Traced, Layout]
    table: list[Any]
    code: Code
    most: int
    """Threads that it may run on."""
    speeds: dict[int, float]
    """Seconds of a step by the number of threads, as the last run found them."""


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

    A key of None says nothing of the code: it is traced, and the trace itself is the key.
    """
    more = batch_size, tuple((n, k.str) for n, k in kinds.items()), weights and weights.str, dtype.str
    with _one_at_a_time:
        trace = None
        if key is None:
            trace = followed(make)
            key = sha256(repr(describe(trace)).encode()).hexdigest()
        key = (key, *more)
        if key not in _routines:
            trace = trace or followed(make)
            _routines[key] = without_fault(lambda: compiled(trace, batch_size, kinds, weights, dtype, more))
            if len(_routines) > CACHED_PROGRAMS:
                _routines.popitem(last=False)
        _routines.move_to_end(key)
        return _routines[key]


def followed(make: Callable[[], Trace]) -> Trace:
    """The trace, or UnsupportedError where box code does with arrays what only NumPy's arrays can do.

    An exception that does not come again is not the code's: a time limit's, most likely. It is not taken for a reason
    to go on elsewhere.
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
    """The routine. What fails here is no code of the user's: InternalError, never a reason to go on elsewhere."""
    try:
        return make()
    except (BpropError, MemoryError, TimeoutError):  # the last: of a limit that the user has set
        raise
    except Exception as error:
        raise InternalError(
            f"the native engine failed to compile this graph ({type(error).__name__}: {error}). This is a fault of "
            "bprop: please report it, with the graph. engine='numpy' or engine='xla' can run it meanwhile"
        ) from error


def compiled(
    trace: Trace, batch_size: int, kinds: Mapping[str, np.dtype], weights: np.dtype | None, dtype: np.dtype, more: tuple
) -> Routine:
    """A trace as machine code, with what it takes to run it. `more` says what the code depends on beside it."""
    assembler = Assembler(trace, batch_size, machine().lanes(dtype), kinds, weights)
    code, parallel = built(assembler, (describe(trace), *more))
    most = min(threads.cores(), threads.MOST) if parallel else 1
    return Routine(trace, assembler.layouts, assembler.table, code, most, {})


def built(assembler: Assembler, what: Hashable) -> tuple[Code, bool]:
    """(the machine code, whether threads share it): from the store, or made and then put there."""
    store = Store(default_folder())
    name = sha256(repr((what, machine(), llvmlite.__version__, sources())).encode()).hexdigest()
    content = store.get(name)
    if content is None:
        module, parallel = assembler.assemble()
        content = bytes([parallel]) + machine_code(module)
        store.put(name, content)
    return loaded(content[1:], "run", ARGUMENTS), bool(content[0])


def describe(trace: Trace) -> tuple:
    """All that decides what a trace computes, whatever else is on its tape."""
    nodes = reachable([new for _, new in trace.updates] + [leaf for leaf, _ in trace.updates])
    place = {node: i for i, node in enumerate(nodes)}
    said = tuple((n.op, tuple(place[a] for a in n.args), n.attr, n.shape, n.dtype.str) for n in nodes)
    updates = tuple((place[leaf], place[new]) for leaf, new in trace.updates)
    roles = tuple(
        tuple((name, leaf.shape, leaf.dtype.str) for name, leaf in role.items())
        for role in (trace.batch, trace.state, trace.given, trace.clock, trace.pace)
    )
    return said, updates, roles


@cache
def sources() -> str:
    """A word for this version of the engine: machine code that another one made is not used."""
    content = b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
    return sha256(content).hexdigest()
