"""Every class of box that this process has defined, by its type key: "Linear" for ours, "module:Class" for yours.

A box is found here by the text of a description, and by code that stands below the class it needs.
"""

from __future__ import annotations

from typing import Any

_CLASSES: dict[str, Any] = {}


def register(cls: Any) -> None:
    """Remember a class of box under its `type_key`."""
    _CLASSES[cls.type_key] = cls


def registered(key: str) -> Any:
    """The class of box known under a type key, or None."""
    return _CLASSES.get(key)


def registry() -> dict[str, Any]:
    """A copy: every class of box, by type key."""
    return dict(_CLASSES)
