"""Every class of box that this process has defined, by its type key: "Linear" for ours, "module:Class" for yours.

Descriptions of graphs name boxes by type key. So does code that may not import the class of a box.
"""

from __future__ import annotations

from typing import Any

_CLASSES: dict[str, Any] = {}


def register(cls: Any) -> None:
    """Add a class of box under its `type_key`."""
    _CLASSES[cls.type_key] = cls


def is_redefinition(one: type, other: type) -> bool:
    """True if two classes have the same name in the same module: a cell of a notebook has been run again."""
    return (one.__module__, one.__qualname__) == (other.__module__, other.__qualname__)


def registered(key: str) -> Any:
    """The class of box with this type key, or None."""
    return _CLASSES.get(key)


def registry() -> dict[str, Any]:
    """Every class of box, by type key (a copy)."""
    return dict(_CLASSES)
