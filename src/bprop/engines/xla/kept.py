"""Compiled programs in a store, under a key of all that decides what a program computes and where it can run.

JAX keeps programs too, where `jax_compilation_cache_dir` is set; then nothing is kept here. That setting is one for the
whole process, and another's to make: what is kept here are bprop's own programs alone.
"""

from __future__ import annotations

import os
import platform
from collections import OrderedDict
from collections.abc import Hashable
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jax
from jax.experimental.serialize_executable import deserialize_and_load, serialize

from bprop.engines.store import Store

REMEMBERED = 64

_programs: OrderedDict[Hashable, Any] = OrderedDict()
"""The programs of this process by what they compute: code that is traced anew is not compiled anew."""


def remembered(lowered: Any, device: Any, store: Store) -> Any:
    """The same as `compiled` for code that is traced anew for every run: what this process has already is taken."""
    text = lowered.as_text()
    key = key_of(text, device), device, lowered.in_tree, lowered.out_tree
    if key not in _programs or "callback" in text:
        _programs[key] = compiled(lowered, device, store)
        if len(_programs) > REMEMBERED:
            _programs.popitem(last=False)
    _programs.move_to_end(key)
    return _programs[key]


def compiled(lowered: Any, device: Any, store: Store) -> Any:
    """The compiled program of what jax.jit(...).lower gave: from the store, or compiled and then put there.

    The text of the lowered code holds all values of its constants, so that other values are another program.
    """
    if not _can_be_kept():
        return lowered.compile()
    text = lowered.as_text()
    if "callback" in text:  # it calls a function of this process
        return lowered.compile()
    key = key_of(text, device)
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


def key_of(text: str, device: Any) -> str:
    """A name for a program in StableHLO, compiled by this JAX, with these settings, for this device and machine."""
    settings = sorted((name, str(value)) for name, value in jax.config.values.items() if not _about_files(name))
    flags = sorted((name, value) for name, value in os.environ.items() if name.startswith(("XLA_", "LIBTPU_")))
    parts = (
        text, jax.__version__, version("jaxlib"), device.platform, device.device_kind, device.client.platform_version,
        settings, flags, machine(),
    )  # fmt: skip
    return sha256(repr(parts).encode()).hexdigest()


def _about_files(setting: str) -> bool:
    return any(word in setting for word in ("cache", "dump", "log"))


@cache
def machine() -> str:
    """The processor, with the instructions it has: programs for the CPU use them all."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = [platform.node()]  # not Linux: this machine and no other
    told = [line for line in lines if line.startswith(("model name", "flags", "Features", "CPU part"))]
    return "\n".join([platform.machine(), *sorted(set(told or lines))])
