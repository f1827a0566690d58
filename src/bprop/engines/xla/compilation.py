"""Functions compiled by XLA ahead of their calls, once for each set of argument shapes.

Compiled programs are kept in a store, under a key of all that decides what a program computes and where it can run. JAX
keeps programs too, if `jax_compilation_cache_dir` is set; then nothing is kept here. That setting is one for the whole
process, and for others to make: only bprop's own programs are kept here.

XLA's time and memory grow with the square of the number of boxes. Measured on a chain of small boxes: 1,000 take 8 s
and 1.2 GB, 2,000 take 35 s and 4 GB, 4,000 take 160 s and 16 GB. So there is a limit.
"""

from __future__ import annotations

import os
import platform
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

import jax
from jax.experimental.serialize_executable import deserialize_and_load, serialize

from bprop.console import say
from bprop.engines.store import Store, default_folder
from bprop.errors import UnsupportedError

READY = 32
"""Programs that a function keeps ready."""
REMEMBERED = 64
"""Programs of code that is traced anew that a process keeps."""
SETTINGS = ("jax_default_matmul_precision", "jax_default_device")
"""Settings of JAX that a user can change between two calls and that a program depends on."""
SLOW_FROM = 1000
"""Boxes from which on a message says how long compiling may take."""
MOST_BOXES = 3000
"""Boxes that are compiled at most, unless the environment says otherwise."""
VARIABLE = "BPROP_XLA_BOXES"
SECONDS, GIGABYTES = 10.0, 1.1  # for 1,000 boxes


class Function:
    """A pure function of (trees of) arrays. The programs made of it are kept between processes, see `compile_or_load`.

    given_up : positions of arguments that nobody needs after a call. Results of their shapes take over their memory.
    compile : makes the program of lowered code: `compile_or_load` (default) or `remembered`.
    results : where the results lie (a sharding of JAX); by default on the device of the arguments.
    seconds : the seconds that compiling has taken so far.
    """

    seconds: float = 0.0

    def __init__(
        self, function: Callable[..., Any], given_up: tuple[int, ...] = (), compile: Callable[..., Any] | None = None,
        results: Any = None,
    ):  # fmt: skip
        self._compile = compile
        placed = {} if results is None else {"out_shardings": results}
        self._jitted = jax.jit(function, donate_argnums=given_up, keep_unused=bool(given_up), **placed)
        self._ready: OrderedDict[Hashable, Callable[..., Any]] = OrderedDict()

    def __call__(self, *args: Any) -> Any:
        leaves, tree = jax.tree.flatten(args)
        key = tree, tuple([(a.shape, a.dtype) for a in leaves]), *self._surroundings()
        if key not in self._ready:
            began = perf_counter()
            device = next((d for a in leaves if isinstance(a, jax.Array) for d in a.devices()), jax.devices()[0])
            self._ready[key] = (self._compile or compile_or_load)(
                self._jitted.lower(*args), device, Store(default_folder())
            )
            if len(self._ready) > READY:
                self._ready.popitem(last=False)
            self.seconds += perf_counter() - began
        self._ready.move_to_end(key)
        return self._ready[key](*args)

    @staticmethod
    def _surroundings() -> tuple[Hashable, ...]:
        return tuple(getattr(jax.config, name) for name in SETTINGS)


# --- programs kept between processes ---

_remembered: OrderedDict[Hashable, Any] = OrderedDict()
"""The programs of this process, by their keys: code that is traced anew is not compiled anew."""


def remembered(lowered: Any, device: Any, store: Store) -> Any:
    """`compile_or_load` for code that is traced anew for every run: a program that this process has is taken."""
    text = lowered.as_text()
    key = program_key(text, device, lowered), device, lowered.in_tree, lowered.out_tree
    if key not in _remembered or "callback" in text:
        _remembered[key] = compile_or_load(lowered, device, store)
        if len(_remembered) > REMEMBERED:
            _remembered.popitem(last=False)
    _remembered.move_to_end(key)
    return _remembered[key]


def compile_or_load(lowered: Any, device: Any, store: Store) -> Any:
    """The compiled program of what jax.jit(...).lower gave: from the store, or compiled and then put there.

    The text of the lowered code holds all values of its constants, so that other values are another program.
    """
    if store.folder is None or not _can_be_kept():
        return lowered.compile()
    text = lowered.as_text()
    if "callback" in text:  # it calls a function of this process
        return lowered.compile()
    key = program_key(text, device, lowered)
    payload = store.get(key)
    if payload is not None:
        try:
            return deserialize_and_load(
                payload, lowered.in_tree, lowered.out_tree, device.client, execution_devices=[device]
            )
        except Exception:  # whatever is wrong with it, it can be compiled again
            payload = None
    program = lowered.compile()
    try:
        payload = serialize(program)[0]
    except Exception:  # not every device and program can
        return program
    store.put(key, payload)
    return program


def _can_be_kept() -> bool:
    return getattr(jax.config, "jax_compilation_cache_dir", None) is None and jax.process_count() == 1


def program_key(text: str, device: Any, lowered: Any = None) -> str:
    """A name for a program in StableHLO, compiled by this JAX, with these settings, for this device and machine.

    The text leaves out arguments that the code does not use, but a program refuses them in other shapes: so the shapes
    of all arguments of the lowered code count.
    """
    shapes = [(one.shape, str(one.dtype)) for one in jax.tree.leaves(getattr(lowered, "args_info", ()))]
    settings = sorted((name, str(value)) for name, value in jax.config.values.items() if not _about_files(name))
    flags = sorted((name, value) for name, value in os.environ.items() if name.startswith(("XLA_", "LIBTPU_")))
    parts = (
        text, shapes,
        jax.__version__, version("jaxlib"), device.platform, device.device_kind, device.client.platform_version,
        settings, flags, cpu_identity(),
    )  # fmt: skip
    return sha256(repr(parts).encode()).hexdigest()


def _about_files(setting: str) -> bool:
    return any(word in setting for word in ("cache", "dump", "log"))


@cache
def cpu_identity() -> str:
    """The processor, with the instructions it has: programs for the CPU use them all."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = [platform.node()]  # not Linux: this machine and no other
    instructions = [line for line in lines if line.startswith(("model name", "flags", "Features", "CPU part"))]
    return "\n".join([platform.machine(), *sorted(set(instructions or lines))])


# --- how much is compiled ---


def need_few(boxes: int) -> None:
    """Say what compiling so many boxes may cost. UnsupportedError for more than `most_boxes`."""
    if boxes <= SLOW_FROM:
        return
    square, most = (boxes / 1000) ** 2, most_boxes()
    cost = f"about {SECONDS * square:,.0f} seconds and {GIGABYTES * square:,.0f} GB of memory"
    if boxes > most:
        raise UnsupportedError(
            f"a graph of {boxes:,} boxes, of which XLA compiles {most:,} at most: it may take {cost}; use "
            f"engine='numpy', or set the environment variable {VARIABLE} to a larger number"
        )
    say(f"bprop: compiling {boxes:,} boxes with XLA may take {cost}; engine='numpy' begins at once", error=True)


def most_boxes() -> int:
    """How many boxes are compiled at most: by the environment variable BPROP_XLA_BOXES, else MOST_BOXES."""
    text = os.environ.get(VARIABLE, "").replace("_", "").replace(",", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else MOST_BOXES
