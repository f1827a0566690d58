"""Functions of the C library and of the system that machine code may call."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable
from functools import cache
from typing import Any

from llvmlite import binding

WINDOWS = ("ucrtbase", "kernel32", "ntdll")
"""The libraries in which Windows keeps them."""
NAMES = (
    "pow", "powf", "exp", "expf", "log", "logf", "sin", "sinf", "cos", "cosf", "tanh", "tanhf", "fmod", "fmodf",
    "fma", "fmaf", "rint", "rintf", "nearbyint", "nearbyintf", "round", "roundf", "floor", "floorf", "ceil", "ceilf",
    "trunc", "truncf", "fabs", "fabsf", "sqrt", "sqrtf", "exp2", "exp2f", "log2", "log2f", "ldexp", "ldexpf",
    "memcpy", "memmove", "memset", "SwitchToThread", "__chkstk",
)  # fmt: skip
"""What emitted code calls, or LLVM calls for it: __chkstk touches the pages of a large frame one after the other."""
YIELDS = ("sched_yield", "SwitchToThread")
"""Functions that let another thread run on this core."""


def address_of(name: str) -> int | None:
    """The address of a function of this process; None if there is none."""
    _opened()
    address: int | None = binding.address_of_symbol(name)
    return address


def lend(libraries: Iterable[str], names: Iterable[str]) -> None:
    """Let machine code call functions of libraries which LLVM does not search by itself. The first library counts."""
    for library in libraries:
        try:
            functions = ctypes.CDLL(library)
        except OSError:
            continue
        for name in names:
            if binding.address_of_symbol(name) is None and hasattr(functions, name):
                address = ctypes.cast(getattr(functions, name), ctypes.c_void_p).value
                binding.add_symbol(name, address)


@cache
def _opened() -> Any:
    """An engine without code: before the first one is made, LLVM does not look into the process and finds nothing."""
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    target = binding.Target.from_default_triple().create_target_machine(jit=True)
    engine = binding.create_mcjit_compiler(binding.parse_assembly(""), target)
    if os.name == "nt":
        lend(WINDOWS, NAMES)
    return engine
