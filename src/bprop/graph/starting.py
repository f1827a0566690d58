"""Where training starts: parameters that are brought, and initialisers for all others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bprop.console import say
from bprop.errors import SettingError, ShapeError, UnknownNameError
from bprop.graph.graph import Graph
from bprop.graph.validation import read_params
from bprop.names import known, perhaps, some
from bprop.reading import read_array
from bprop.visible import visible


def first_theta(graph: Graph, params: Any, seed: int) -> dict[str, np.ndarray]:
    """theta to start from: the arrays of `params`, and `graph.init(seed)` for parameters that are not among them.

    params : {name: array}, a model or a fit, or None. Names that the graph does not have are left out; a line on
    standard error names these, and the parameters that are initialised.

    Raises UnknownNameError where no name is known, ShapeError, DTypeError.
    """
    if params is None:
        return read_params(graph.init(seed), graph.parameters)
    brought = _arrays(params)
    here = {name: brought[name] for name in graph.parameters if name in brought}
    missing = [name for name in graph.parameters if name not in brought]
    unknown = [name for name in brought if name not in graph.parameters]
    if not here:
        raise UnknownNameError(
            f"params has none of the graph's parameters: it has {some(map(repr, brought)) or 'nothing'}; the graph has "
            f"{known(str(next(iter(brought), '')), graph.parameters)}"
        )
    _need_shapes(graph, here)
    theta = {**graph.init_some(missing, seed), **here}
    if missing or unknown:
        say(f"bprop: {visible(_words(missing, unknown))}", error=True)
    return read_params(theta, graph.parameters)


def _arrays(params: Any) -> Mapping[str, Any]:
    """The arrays by name of a mapping, or of an object that has such `params`."""
    held = params if isinstance(params, Mapping) else getattr(params, "params", None)
    if not isinstance(held, Mapping):
        raise SettingError(f"params is {{name: array}}, a model or a fit, not {type(params).__name__}")
    return held


def _need_shapes(graph: Graph, here: Mapping[str, Any]) -> None:
    """Raise ShapeError for an array of another shape, with both shapes and how to go on."""
    for name, values in here.items():
        shape, needed = read_array(values, f"parameter {name!r}").shape, graph.parameters[name].shape
        if shape != needed:
            raise ShapeError(
                f"parameter {name!r}: needs shape {needed}, got {shape}; leave {name!r} out of params to begin it anew,"
                " or give the new parameter another name"
            )


def _words(missing: list[str], unknown: list[str]) -> str:
    parts = [f"params lacks {some(missing)}, which begin anew"] if missing else []
    if unknown:
        near = perhaps(unknown[0], missing) if missing else ""
        parts.append(f"params also has {some(unknown)}, which this graph does not have and training leaves out{near}")
    return "; ".join(parts)
