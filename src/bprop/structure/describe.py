"""A graph as plain data, and back: box types, hyper-parameters, children. Nothing in a description is executed."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

import numpy as np

from bprop import init, plugins
from bprop.box import Box
from bprop.errors import BpropError, GraphError, UnknownNameError
from bprop.hyper import plain
from bprop.leaves import Constant, Input, Parameter
from bprop.registry import registered, registry
from bprop.shapes import kind_of
from bprop.structure.naming import SAVED
from bprop.structure.order import topological_order
from bprop.structure.size_guard import SizeLimit, check_growth
from bprop.structure.structure import Structure

FORMAT = 1
LARGEST = 4096
"""Elements of an array to start from that a description holds. Of a larger one it holds the shape."""


def describe(graph: Structure) -> dict[str, Any]:
    """Plain data (JSON) that describes a graph fully. `build` is the way back."""
    roots = {"loss": graph.loss, "penalty": graph.penalty}
    return {
        "format": FORMAT,
        "boxes": [
            {
                "name": graph.names[box],
                "named": box.name is not None,
                "type": type(box).type_key,
                "children": [graph.names[child] for child in box.children],
                "hyper": {key: encode(value) for key, value in box.hyper.items()},
            }
            for box in graph.order
        ],
        **{key: None if box is None else graph.names[box] for key, box in roots.items()},
        "outputs": {name: graph.names[box] for name, box in graph.outputs.items()},
        "stable": graph.stable,
    }


def build(
    description: Mapping[str, Any], boxes: Iterable[type[Box]] = (), size_limit: SizeLimit | None = None
) -> dict[str, Any]:  # fmt: skip
    """The arguments of Graph from a description.

    boxes : classes of your own that the description uses, unless this process has defined them.
    size_limit : limits on the size of the boxes, for a description that is not trusted.

    Raises GraphError for anything that is no description (a cycle, a missing child), UnknownNameError for a
    type of box that is neither bprop's, nor defined in this process, nor passed in `boxes`.
    """
    try:
        if description["format"] > FORMAT:
            raise GraphError(
                f"the description has format {description['format']}, this bprop reads up to {FORMAT}: update bprop"
            )
        entries = {entry["name"]: entry for entry in description["boxes"]}
        if len(entries) != len(description["boxes"]):
            raise GraphError("the description names two boxes alike")
        built: dict[str, Box] = {}
        passed = {cls.__name__: cls for cls in boxes}
        for name in _order(entries):
            if size_limit is not None:
                size_limit.check(entries[name], built, find_class(entries[name]["type"], passed))
                if ":" in entries[name]["type"]:
                    check_growth(entries[name], lambda entry: _make(entry, built, passed), size_limit.each)
            built[name] = _make(entries[name], built, passed)
        return {
            "loss": _pick(built, description["loss"]),
            "penalty": _pick(built, description["penalty"]),
            "outputs": {key: built[name] for key, name in description["outputs"].items()},
            "stable": bool(description["stable"]),
        }
    except BpropError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise GraphError(f"this is not the description of a graph: {type(error).__name__}: {error}") from error


def _pick(built: Mapping[str, Box], name: str | None) -> Box | None:
    return None if name is None else built[name]


def _order(entries: Mapping[str, Any]) -> list[str]:
    """The names of the boxes, children first. Raises GraphError for a cycle."""

    class Node:
        def __init__(self, name: str):
            self.name = name

    nodes = {name: Node(name) for name in entries}
    order = topological_order(nodes.values(), lambda n: [nodes[c] for c in entries[n.name]["children"]])  # type: ignore
    return [node.name for node in order]  # type: ignore[misc]


def _make(entry: Mapping[str, Any], built: Mapping[str, Box], passed: Mapping[str, type[Box]]) -> Box:
    cls = find_class(entry["type"], passed)
    hyper = {key: decode(value) for key, value in entry["hyper"].items()}
    name = entry["name"] if entry["named"] else None
    if cls is Constant:
        constant = Constant(hyper["value"], name=name)
        if name is None and isinstance(entry["name"], str):
            object.__setattr__(constant, SAVED, entry["name"])
        return constant
    if cls in (Input, Parameter):
        return cls(entry["name"], **hyper)
    box = cls(*(built[child] for child in entry["children"]), name=name, **hyper)
    if name is None and isinstance(entry["name"], str):
        object.__setattr__(box, SAVED, entry["name"])
    return box


def find_class(key: str, passed: Mapping[str, type[Box]]) -> type[Box]:
    """The class of a type key: one of bprop's, one in `passed`, one of this process, or one of an installed package.

    Raises UnknownNameError.
    """
    cls = registered(key)
    if ":" in key:
        bare = key.rpartition(":")[2].rpartition(".")[2]
        cls = passed.get(bare) or cls or _of_package(key) or _namesake(bare)
    if cls is None:
        raise UnknownNameError(
            f"the box type {key!r} is not defined here: define or import its class first, install the package that has "
            "it, or pass it in boxes=[...]"
        )
    return cls


def _of_package(key: str) -> type[Box] | None:
    plugins.load()
    return registered(key)


def _namesake(bare: str) -> type[Box] | None:
    """The class of that name in another module, if there is only one: a script is `__main__` when it runs."""
    namesakes = {cls for key, cls in registry().items() if ":" in key and cls.__name__ == bare}
    return namesakes.pop() if len(namesakes) == 1 else None


def encode(value: Any) -> Any:
    """A hyper-parameter as JSON. Raises GraphError for a type that JSON cannot express."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if np.isfinite(value) else {"float": str(value)}
    if isinstance(value, tuple):
        return {"tuple": [encode(v) for v in value]}
    if isinstance(value, builtins.slice):
        return {"slice": [value.start, value.stop, value.step]}
    if value is Ellipsis:
        return {"ellipsis": True}
    if isinstance(value, np.ndarray):
        exact = value.astype(np.float64) if value.dtype.kind == "f" else value
        return {"array": exact.ravel().tolist(), "shape": list(value.shape), "dtype": value.dtype.name}
    if isinstance(value, init.Values) and value.values.size <= LARGEST:
        return {"initialiser": "Values", "values": encode(value.values)}
    if is_dataclass(value) and type(value) is init.INITIALISERS.get(type(value).__name__):
        settings = asdict(value)  # type: ignore[call-overload]
        return {"initialiser": type(value).__name__, **{key: plain(v) for key, v in settings.items()}}
    if isinstance(value, UnsavedInitialiser):
        return {"initialiser": "unsaved", "repr": value.name}
    if callable(value):
        return {"initialiser": "unsaved", "repr": _code(value)}
    raise GraphError(f"a hyper-parameter of type {type(value).__name__} cannot be described: {value!r}")


def _code(initialiser: Any) -> str:
    """The name of an initialiser that a description does not hold."""
    if isinstance(initialiser, init.Values):
        return f"array {initialiser.values.shape}"
    function = initialiser.function if isinstance(initialiser, init.OfShape) else initialiser
    return getattr(function, "__qualname__", type(function).__name__)


def decode(value: Any) -> Any:
    """A hyper-parameter from its JSON: the inverse of `encode`."""
    if not isinstance(value, dict):
        return value
    if "tuple" in value:
        return tuple(decode(v) for v in value["tuple"])
    if "slice" in value:
        return builtins.slice(*value["slice"])
    if "ellipsis" in value:
        return Ellipsis
    if "float" in value:
        return float(value["float"])
    if "array" in value:
        kind_of(value["dtype"])  # raises for objects and texts
        return np.array(value["array"], dtype=value["dtype"]).reshape(value["shape"])
    settings = {k: v for k, v in value.items() if k != "initialiser"}
    if value["initialiser"] == "unsaved":
        return UnsavedInitialiser(settings["repr"])
    if value["initialiser"] == "Values":
        return init.Values(decode(settings["values"]))
    return init.INITIALISERS[value["initialiser"]](**settings)


class UnsavedInitialiser:
    """Stands for a user's own initialiser, whose code a description cannot hold."""

    def __init__(self, name: str):
        self.name = name

    def __call__(self, rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        raise GraphError(f"the initialiser {self.name!r} was your own code, which a saved graph does not hold: "
                         "pass params=theta instead of initialising")  # fmt: skip
