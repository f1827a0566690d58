"""The engines of bprop: facts about each that are needed before its module, which imports a compiler, is imported."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import NamedTuple

import numpy as np

from bprop.engines.engine import Engine, Job
from bprop.errors import MissingPackageError
from bprop.rules import Foreign


class BuiltIn(NamedTuple):
    """An engine of bprop.

    package, called : the package that it needs, by its import name and by its usual name. kind : its class.
    many_boxes : boxes from which on compiling takes longer than most training (XLA needs gigabytes too, see
        `xla.compilation`); None: it compiles nothing.
    optax : whether it computes rules of optax. traces_late : whether only the first step shows what it cannot trace.
    """

    name: str
    package: str
    called: str
    kind: str
    many_boxes: int | None = None
    optax: bool = False
    traces_late: bool = False

    def installed(self) -> bool:
        """Whether the package that it needs is there."""
        return find_spec(self.package) is not None

    def make(self) -> Engine:
        """The engine. Raises MissingPackageError."""
        if not self.installed():
            raise MissingPackageError(
                f"engine={self.name!r} needs {self.called}: pip install 'bprop[{self.name}]' (or use engine='numpy')"
            )
        return getattr(import_module(f"bprop.engines.{self.name}"), self.kind)()

    def obstacle(self, job: Job) -> str | None:
        """Why engine="auto" does not try it for a job, or None where it does."""
        if self.many_boxes is None:
            return None
        foreign, boxes = isinstance(job.rule, Foreign), len(job.graph.order)
        if not self.installed():
            return f"{self.package} is not installed (pip install 'bprop[{self.name}]')"
        if job.dtype not in (np.float32, np.float64):
            return f"it does not compute in {job.dtype.name}"
        if foreign and not self.optax:
            return "an optax rule computes with JAX"
        if boxes > self.many_boxes and not foreign:
            return f"compiling {boxes:,} boxes would take longer than most training"
        return None


NATIVE = BuiltIn("native", "llvmlite", "llvmlite", "NativeEngine", many_boxes=12_000)
NUMPY = BuiltIn("numpy", "numpy", "NumPy", "NumpyEngine")
XLA = BuiltIn("xla", "jax", "JAX", "XlaEngine", many_boxes=1000, optax=True, traces_late=True)
BUILT_IN = {engine.name: engine for engine in (NATIVE, NUMPY, XLA)}
