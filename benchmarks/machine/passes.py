"""Passes over an array as fast as the machine does them: reading it, and updating it in place.

A pass over an array that lies in L1 takes less time than one call from Python, so the loop over passes must be
compiled. With llvmlite it is, from explicit vectors that no optimiser rewrites; without, NumPy does one pass a
call, and what it reaches in the caches is a lower bound.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

LANES, VECTORS = 16, 8
BLOCK = LANES * VECTORS
"""Elements of one turn of the compiled loops: arrays are a multiple of this long."""

Pass = Callable[[np.ndarray, int], Any]


@dataclass(frozen=True)
class Passes:
    """read(array, count) and update(array, count): so many passes. `owner` keeps compiled code alive."""

    name: str
    read: Pass
    update: Pass
    owner: Any = field(default=None, repr=False)


def fastest() -> Passes:
    """Compiled passes where llvmlite is installed, else NumPy's."""
    try:
        return _compiled()
    except (ImportError, RuntimeError):  # not installed, or too old for the loops below
        return Passes("NumPy, a call a pass: a lower bound in L1 and L2", _numpy_read, _numpy_update)


def _numpy_read(a: np.ndarray, count: int) -> None:
    for _ in range(count):
        a.max()


def _numpy_update(a: np.ndarray, count: int) -> None:
    for _ in range(count):
        np.multiply(a, np.float32(1), out=a)


def _compiled() -> Passes:
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=2, jit=True
    )
    module = llvm.parse_assembly(_loops("read", _read_body()) + _loops("update", _update_body()))
    engine = llvm.create_mcjit_compiler(module, machine)
    engine.finalize_object()
    signature = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64, ctypes.c_float)

    def pass_of(name: str) -> Pass:
        function = signature(engine.get_function_address(name))
        return lambda a, count: function(a.ctypes.data, a.size, count, 1.0)

    return Passes("compiled loops", pass_of("read"), pass_of("update"), engine)


def _loops(name: str, body: str) -> str:
    """void name(float *a, int64 size, int64 count, float c): `body` for every block, `count` times over."""
    return f"""
define void @{name}(ptr %a, i64 %size, i64 %count, float %c) {{
entry:
  %one = insertelement <{LANES} x float> undef, float %c, i32 0
  %cs = shufflevector <{LANES} x float> %one, <{LANES} x float> undef, <{LANES} x i32> zeroinitializer
  %sums = alloca [{VECTORS} x <{LANES} x float>], align 64
  br label %pass
pass:
  %p = phi i64 [0, %entry], [%p1, %passed]
  br label %block
block:
  %i = phi i64 [0, %pass], [%i1, %block]
{body}
  %i1 = add i64 %i, {BLOCK}
  %more = icmp slt i64 %i1, %size
  br i1 %more, label %block, label %passed
passed:
{_keep() if name == "read" else ""}
  %p1 = add i64 %p, 1
  %again = icmp slt i64 %p1, %count
  br i1 %again, label %pass, label %done
done:
  ret void
}}
"""


def _load(k: int) -> str:
    return f"""
  %at{k} = add i64 %i, {k * LANES}
  %ptr{k} = getelementptr float, ptr %a, i64 %at{k}
  %v{k} = load <{LANES} x float>, ptr %ptr{k}, align 64"""


def _read_body() -> str:
    """Sums in as many registers as vectors: the additions wait for nothing but the loads."""
    kept = [f"  %s{k} = phi <{LANES} x float> [zeroinitializer, %pass], [%t{k}, %block]" for k in range(VECTORS)]
    sums = [f"{_load(k)}\n  %t{k} = fadd <{LANES} x float> %s{k}, %v{k}" for k in range(VECTORS)]
    return "\n".join([*kept, *sums])


def _keep() -> str:
    """Writes the sums of a pass where the compiler cannot see that nobody reads them."""
    return "\n".join(
        f"  %keep{k} = getelementptr <{LANES} x float>, ptr %sums, i64 {k}\n"
        f"  store volatile <{LANES} x float> %t{k}, ptr %keep{k}, align 64"
        for k in range(VECTORS)
    )


def _update_body() -> str:
    return "\n".join(
        f"{_load(k)}\n  %u{k} = fmul <{LANES} x float> %v{k}, %cs\n"
        f"  store <{LANES} x float> %u{k}, ptr %ptr{k}, align 64"
        for k in range(VECTORS)
    )
