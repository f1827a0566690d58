"""From an LLVM module to an object file, and from that to a function of this process.

A fork waits until no other thread is in LLVM. llvmlite lets one thread at a time into LLVM; a process that is forked
meanwhile would find it locked for ever, by a thread that it does not have.
"""

from __future__ import annotations

import ctypes
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from llvmlite import binding, ir
from llvmlite.binding import ffi

from bprop.engines.native.emit.symbols import address_of
from bprop.engines.native.emit.target import is_intel, triple


@dataclass(frozen=True)
class Machine:
    """The processor that code is made for."""

    name: str
    features: str
    vector_bytes: int

    def lanes(self, dtype: np.dtype) -> int:
        """Values of a dtype in one vector."""
        return self.vector_bytes // dtype.itemsize

    @property
    def reads_halves(self) -> bool:
        """Whether it converts float16 to float32 by an instruction. If not, LLVM calls a library that is not there."""
        return "+f16c" in self.features or not is_intel(triple())

    def with_attributes(self, text: str) -> str:
        """A module's text; its functions ask for whole vectors, which LLVM would halve on some processors."""
        bits = self.vector_bytes * 8
        text = re.sub(r"^(define [^\n]*)$", r"\1 #0", text, flags=re.MULTILINE)
        return f'{text}\nattributes #0 = {{ "prefer-vector-width"="{bits}" "min-legal-vector-width"="{bits}" }}\n'


ANY = Machine("generic", "", 16)
"""Any processor of its kind."""


@cache
def machine() -> Machine:
    """The processor at hand."""
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    features = binding.get_host_cpu_features()
    wide = 64 if features.get("avx512f") and features.get("avx512vl") else 32 if features.get("avx2") else 16
    return Machine(binding.get_host_cpu_name(), features.flatten(), wide)


@dataclass(frozen=True)
class Code:
    """A compiled function, and the engine that must live as long."""

    engine: Any
    function: Callable[..., Any]
    address: int
    """That of the function."""

    def __call__(self, *args: Any) -> None:
        self.function(*args)


def machine_code(module: ir.Module, system: str | None = None) -> bytes:
    """A module as an object file for this processor, or for any processor of another `system`, which is a triple.

    LLVM's optimising passes are left out: the code consists of vectors and register tiles already. The passes took as
    long as all the rest, and the code was no faster.
    """
    here = machine() if system is None else ANY
    builder = _builder(here, system or triple())
    module.triple = system or triple()
    module.data_layout = str(builder.target_data)
    parsed = binding.parse_assembly(here.with_attributes(str(module)))
    parsed.verify()
    return builder.emit_object(parsed)


def loaded(content: bytes, name: str, arguments: list[Any], result: Any = None) -> Code:
    """The function `name` of an object file, callable from Python. It runs without the interpreter's lock."""
    address_of("memcpy")  # finds the functions that it calls
    engine = binding.create_mcjit_compiler(binding.parse_assembly(""), _builder(machine(), triple()))
    engine.add_object_file(binding.ObjectFileRef.from_data(content))
    engine.finalize_object()
    address = engine.get_function_address(name)
    return Code(engine, ctypes.CFUNCTYPE(result, *arguments)(address), address)


def _builder(here: Machine, system: str) -> Any:
    target = binding.Target.from_triple(system)
    return target.create_target_machine(cpu=here.name, features=here.features, opt=3, jit=True)


_llvm: Any = getattr(ffi.lib, "_lock", None)  # every call of LLVM takes this lock


def _leave() -> None:
    _llvm.__exit__(None, None, None)


if _llvm is not None and hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_llvm.__enter__, after_in_parent=_leave, after_in_child=_leave)
