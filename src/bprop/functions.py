"""Makes the plain functions of a graph (see `Graph.functions`), and compiled predictions for many rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from bprop.data import DataSet
from bprop.engines import choose
from bprop.engines.builtin import NATIVE
from bprop.engines.engine import Engine, Job
from bprop.engines.functions import Functions, Options
from bprop.engines.precision import need_representable, precision_of
from bprop.errors import SettingError, UnsupportedError
from bprop.graph.graph import Graph
from bprop.rules import SGD
from bprop.rules.rule import as_rule


def functions(
    graph: Graph, engine: str | Engine, rule: Any, dtype: Any, in_place: bool, check: bool, size: int | None
) -> Functions:
    """The functions of a graph on an engine. Raises SettingError, UnknownNameError, MissingPackageError."""
    if size is not None and (not isinstance(size, int | np.integer) or isinstance(size, bool) or size < 1):
        raise SettingError(f"batch_size must be a whole number from 1, or None, not {size!r}")
    precision, narrow = precision_of(dtype)
    if narrow is not None:
        raise SettingError(f"functions compute in one precision, so not in {narrow}: use dtype='float32'")
    kinds = {"float": precision, "int": np.int64, "bool": np.bool_}
    row = DataSet({name: np.zeros((1, *box.shape), kinds[box.dtype]) for name, box in graph.inputs.items()})
    job = Job(graph, as_rule(SGD() if rule is None else rule), row, size or 32, precision, seed=0)
    need_representable(job, {})
    return choose(engine).functions(job, Options(in_place, check, size))


def many_rows(graph: Graph, dtype: np.dtype) -> Callable[..., bool]:
    """compiled(theta, arrays, results): the native engine writes the outputs of all rows, (N, ...), to `results`.

    theta : the parameters that the outputs need. It returns False, and computes nothing, where llvmlite is not
    installed, the precision is another than float32 and float64, or box code is such as only NumPy runs.
    """
    ready: list[Any] = []

    def compiled(theta: Mapping[str, Any], arrays: Mapping[str, Any], results: Mapping[str, Any]) -> bool:
        try:
            if not ready:
                ready.append(_native(graph, dtype))
            if ready[0] is None:
                return False
            ready[0].fill_outputs({**ready[0].blank, **theta}, arrays, results)
        except UnsupportedError:
            ready[:] = [None]
            return False
        return True

    return compiled


def _native(graph: Graph, dtype: np.dtype) -> Any:
    """The functions of a graph on the native engine; None where it is not used."""
    hindered = not NATIVE.installed() or dtype not in (np.float32, np.float64)
    if hindered or len(graph.order) > (NATIVE.many_boxes or 0):
        return None
    return functions(graph, NATIVE.name, None, dtype, in_place=False, check=False, size=None)
