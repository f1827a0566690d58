"""From an LLVM module to machine code of this process."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from llvmlite import binding, ir


@dataclass(frozen=True)
class Machine:
    """What code is made for: the vectors of this processor."""

    name: str
    features: str
    vector_bytes: int

    def lanes(self, dtype: np.dtype) -> int:
        """Values of a dtype in one vector."""
        return self.vector_bytes // dtype.itemsize

    @property
    def reads_halves(self) -> bool:
        """Whether it turns float16 into float32 by itself; else LLVM would ask for a library that is not there."""
        return "+f16c" in self.features or not binding.get_default_triple().startswith(("x86_64", "i686"))

    def with_attributes(self, text: str) -> str:
        """A module's text, its functions told to use whole vectors, which LLVM halves on some processors."""
        bits = self.vector_bytes * 8
        text = re.sub(r"^(define [^\n]*)$", r"\1 #0", text, flags=re.MULTILINE)
        return f'{text}\nattributes #0 = {{ "prefer-vector-width"="{bits}" "min-legal-vector-width"="{bits}" }}\n'


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
    """Compiled functions, and what must live as long as they do."""

    engine: Any
    function: Callable

    def __call__(self, *args: Any) -> None:
        self.function(*args)


def machine_code(module: ir.Module) -> bytes:
    """A module as an object file for this processor.

    LLVM's passes over the module are left out: the code is vectors and blocks for the registers already, and they
    took as long as all the rest for code that was no faster.
    """
    builder = _builder()
    module.triple = binding.get_default_triple()
    module.data_layout = str(builder.target_data)
    parsed = binding.parse_assembly(machine().with_attributes(str(module)))
    parsed.verify()
    return builder.emit_object(parsed)


def loaded(content: bytes, name: str, arguments: list[Any]) -> Code:
    """The function `name` of an object file, callable from Python; the interpreter's lock is let go while it runs."""
    engine = binding.create_mcjit_compiler(binding.parse_assembly(""), _builder())
    engine.add_object_file(binding.ObjectFileRef.from_data(content))
    engine.finalize_object()
    return Code(engine, ctypes.CFUNCTYPE(None, *arguments)(engine.get_function_address(name)))


def _builder() -> Any:
    here = machine()
    target = binding.Target.from_default_triple()
    return target.create_target_machine(cpu=here.name, features=here.features, opt=3, jit=True)
