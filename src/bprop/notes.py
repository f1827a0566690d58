"""What the notes of a model say of its data, for those who only show it.

Notes are plain data of anybody's: what is not as `bprop train` writes it is left out, and is no error here. Who
computes with the notes reads them strictly (see `bprop.sources.noted`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TABLE = "table"
"""Where the notes hold what is known of the columns of a table."""
Plain = str | int | float


def word(notes: Mapping[str, Any], key: str) -> str | None:
    """A name or a number as text; None where there is none."""
    value = notes.get(key)
    return str(value) if isinstance(value, Plain) else None


def words(notes: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """A list of names or numbers as texts; () where there is none."""
    values = notes.get(key)
    if not isinstance(values, list | tuple) or not all(isinstance(value, Plain) for value in values):
        return ()
    return tuple(map(str, values))


def table(notes: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What is known of the columns of a table; None of a model of something else."""
    found = notes.get(TABLE)
    return found if isinstance(found, Mapping) else None


def columns(notes: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What is known of each column of a table, each with a "name" and a "kind"."""
    kinds = (table(notes) or {}).get("kinds")
    return [
        kind
        for kind in (kinds if isinstance(kinds, list | tuple) else ())
        if isinstance(kind, Mapping) and word(kind, "name") is not None and isinstance(kind.get("kind"), str)
    ]
