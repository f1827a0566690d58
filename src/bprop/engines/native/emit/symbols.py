"""Functions of the C library that machine code may call."""

from __future__ import annotations

from functools import cache
from typing import Any

from llvmlite import binding


def address_of(name: str) -> int | None:
    """The address of a function of this process; None if there is none."""
    _opened()
    address: int | None = binding.address_of_symbol(name)
    return address


@cache
def _opened() -> Any:
    """An engine without code: before the first one is made, LLVM does not look into the process and finds nothing."""
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    target = binding.Target.from_default_triple().create_target_machine(jit=True)
    return binding.create_mcjit_compiler(binding.parse_assembly(""), target)
