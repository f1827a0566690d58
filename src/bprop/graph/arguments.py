"""The data of a call by input name: a dict of arrays, or what stands for one: an array, (X, y), keywords."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bprop.errors import DataError, DTypeError, UnknownNameError
from bprop.leaves import Input
from bprop.structure.structure import Structure


def by_name(
    structure: Structure, x: Iterable[str], data: Any, more: Mapping[str, Any], predicts: bool = False
) -> Mapping[str, Any]:  # fmt: skip
    """{input: array} of the data of a call and its keywords.

    data : a mapping; a frame with a column for each input; an array, where one input is left; or a pair (X, y), X the
    one input that the outputs need (or a mapping of several) and y the one that only the loss needs.
    x : the inputs that the outputs need. predicts : these alone are needed.

    Raises DataError and DTypeError for anything else.
    """
    if data is None:
        return more
    if isinstance(data, Mapping):
        return {**data, **more}
    of_outputs = list(x)
    of_loss = [name for name in structure.inputs if name not in of_outputs]
    needed = [name for name in of_outputs + ([] if predicts else of_loss) if name not in more]
    columns = _columns(data)
    by_columns = len(needed) > 1 or columns.keys() <= structure.inputs.keys()  # of many columns, an array is meant
    if columns and by_columns and set(needed) <= columns.keys():
        return {**columns, **more}
    if _is_pair(data, needed, structure, predicts):
        return {**_of_pair(data, of_outputs, of_loss), **more}
    if len(needed) == 1 and _is_array(data):
        return {needed[0]: data, **more}
    raise _error(data, of_outputs, of_loss, needed)


def roles(structure: Structure) -> list[str]:
    """The inputs that are no targets, of a graph without outputs: all but the second children of its losses."""
    targets = {box.children[1] for box in structure.losses.values() if isinstance(box.children[1], Input)}
    return [name for name, box in structure.inputs.items() if box not in targets]


def need_inputs(structure: Structure, x: Iterable[str], arrays: Mapping[str, Any]) -> None:
    """Raise UnknownNameError where nothing but targets is missing, for `predict` needs none.

    x : the inputs that the outputs need.
    """
    missing = [name for name in structure.inputs if name not in arrays]
    of_outputs = set(x)
    if missing and of_outputs and of_outputs <= arrays.keys() <= structure.inputs.keys():
        shown = ", ".join(f"{name}=..." for name in structure.inputs if name in of_outputs)
        raise UnknownNameError(
            f"missing inputs: {', '.join(map(repr, missing))} (the graph has: {', '.join(structure.inputs)}); for the "
            f"outputs alone, without a loss: graph.predict(theta, {shown})"
        )


def _columns(data: Any) -> dict[str, Any]:
    """The columns of a frame, or the entries of an object with keys; {} of anything else."""
    names = getattr(data, "columns", None)
    if names is None and hasattr(data, "keys") and hasattr(data, "__getitem__"):
        names = data.keys()
    if names is None or callable(names):
        return {}
    return {str(name): data[name] for name in names}


def _is_pair(data: Any, needed: list[str], structure: Structure, predicts: bool) -> bool:
    if not isinstance(data, tuple | list) or len(data) != 2:
        return False
    if isinstance(data[0], Mapping) or len(needed) > 1:
        return True
    if not (predicts and len(needed) == 1 and isinstance(data, tuple)):
        return False
    axes = 1 + len(structure.inputs[needed[0]].shape)  # (X, y) to predict from, rather than two rows in a tuple
    return getattr(data[0], "ndim", 0) == axes


def _of_pair(pair: Any, of_outputs: list[str], of_loss: list[str]) -> dict[str, Any]:
    """{input: array} of (X, y)."""
    arrays: dict[str, Any] = {}
    for values, names, letter in zip(pair, (of_outputs, of_loss), "Xy", strict=True):
        if isinstance(values, Mapping):
            arrays.update(values)
        elif len(names) == 1:
            arrays[names[0]] = values
        elif names or letter == "X":
            raise DataError(
                f"data is (X, y), but there are several inputs for {letter}: {', '.join(names)}; give them by name, "
                f"{_shown([*of_outputs, *of_loss])}"
            )
        else:
            raise DataError(f"data is (X, y), but no input is a target: give {of_outputs[0]!r} alone")
    return arrays


def _is_array(data: Any) -> bool:
    if isinstance(data, list | tuple):
        return True
    return hasattr(data, "__array__") or (hasattr(data, "__len__") and not isinstance(data, str | bytes | set))


def _error(data: Any, of_outputs: list[str], of_loss: list[str], needed: list[str]) -> Exception:
    wanted = _shown([*of_outputs, *of_loss] if len(needed) > 1 else needed)
    if isinstance(data, str | bytes) or hasattr(data, "__fspath__"):
        return DTypeError(
            f"data is arrays by name, {wanted}, not a path; bp.table(path) and bp.stream(path) read files"
        )
    if not _is_array(data):
        return DTypeError(f"data is arrays by name, {wanted}, but got {type(data).__name__}")
    pair = " or (X, y)" if len(of_outputs) == len(of_loss) == 1 else ""
    if not needed:
        return DataError("there is no input left for the array: all of them have their keywords")
    return DataError(f"data is one array, but the inputs {', '.join(needed)} are needed: give {wanted}{pair}")


def _shown(names: list[str]) -> str:
    return "{" + ", ".join(f"{name!r}: {name}" for name in names) + "}"
