"""The native engine: the same box code, traced once and compiled with LLVM into a loop of steps for this processor.

Unlike XLA it knows that a gradient is used once, by the update, and sees a whole step at a time: products are
tiles held in registers, and W is read and written in one pass. It is for networks and batches that are small or
skinny, where a general array compiler spends its time between the products. It needs llvmlite, not JAX.

A step goes down four floors, each a folder that imports only those above it in this list:

    engines/trace      box code runs on arrays that record it: a tape of array operations
    native/schedule    the tape is cut into kernels; every array gets its place in memory
    native/emit        kernels become LLVM code                    (needs llvmlite)
    native/run         LLVM code becomes an object file, which threads run    (needs llvmlite)

docs/life_of_one_step.md follows a step of a two-layer network through them, with what each floor makes of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bprop.engines.engine import Engine, Job, Run
from bprop.engines.layout import narrow_weights
from bprop.errors import SettingError, UnsupportedError
from bprop.rules import Foreign


class NativeEngine(Engine):
    """Runs a graph as machine code made for it."""

    name = "native"

    def start(self, job: Job, params: Mapping[str, np.ndarray]) -> Run:
        from bprop.engines.native.run.native_run import NativeRun  # imports llvmlite, which schedule does without
        from bprop.engines.native.run.object_code import machine

        self._need_able(job)
        return NativeRun(job, params, narrow_weights(job, machine().lanes(job.dtype)))

    def functions(self, job: Job, options: Any) -> Any:
        from bprop.engines.native.run.native_functions import NativeFunctions

        self._need_able(job)
        return NativeFunctions(job, options)

    def _need_able(self, job: Job) -> None:
        if isinstance(job.rule, Foreign):
            raise UnsupportedError("an optax rule computes with JAX: it needs engine='xla'")
        if job.dtype.name not in ("float32", "float64"):
            raise SettingError(f"engine 'native' computes in float32 or float64, not {job.dtype.name}")
        job.graph.ranges.need_known(self.name)
