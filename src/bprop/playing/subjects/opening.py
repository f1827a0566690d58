"""Subjects of what people name or bring. A host opens them; the machine itself opens toys alone, by name."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from typing import Any

from bprop.graph import Graph
from bprop.playing import read
from bprop.playing.refused import RefusedError
from bprop.playing.subjects.subject import Subject
from bprop.playing.subjects.toys import EVERY, toy

SUFFIX = ".bprop"
DIGITS = "digits"


def by_name(name: str, subjects: Mapping[str, Subject]) -> Subject:
    """One of the subjects that a host brought, or a toy. Raises RefusedError."""
    if name in subjects:
        return subjects[name]
    if read.choice(name, "subject", names(subjects)) == DIGITS:
        from bprop.playing.subjects.tables import of_table  # it brings tables, which a toy does not need

        return of_table(DIGITS)
    return toy(name)


def names(subjects: Iterable[str]) -> list[str]:
    """The names of all that can be opened: what a host brought, toys, and digits where scikit-learn brings them."""
    digits = [DIGITS] if find_spec("sklearn") is not None else []
    return list(dict.fromkeys([*subjects, *EVERY, *digits]))


def subject_of(thing: Any, data: Any = None, target: Any = None, **reading: Any) -> Subject:
    """The subject of anything that can be played with.

    subject_of("xor")                        a toy; "digits" and the like are built-in data
    subject_of("data.csv", target="price")   a table: a file, a data frame, whatever `bp.table` takes
    subject_of((X, y))                       arrays
    subject_of("model.bprop", "data.csv")    a model, with rows; without, some are made up
    subject_of(fit, data)                    anything trained, and rows with targets
    subject_of(graph, data)                  a graph of one's own, with {input: array}

    Raises RefusedError, and the errors of reading the data.
    """
    from bprop.playing.subjects.graphs import of_graph, of_trained  # these bring tables, which a toy does not need
    from bprop.playing.subjects.tables import of_table

    if isinstance(thing, Graph):
        if data is None:
            raise RefusedError("a graph needs data to play with", "bp.play(graph, data)")
        return of_graph(thing, data)
    if _is_trained(thing):
        return of_trained(thing, data)
    if isinstance(thing, str | os.PathLike) and os.fspath(thing).endswith(SUFFIX):
        from bprop.tables.loading import load

        path = os.fspath(thing)
        return of_trained(load(path), data, os.path.basename(path), path)
    if isinstance(thing, str) and thing in EVERY and not os.path.exists(thing):
        if data is not None or target is not None:
            raise RefusedError(f"{thing} is a toy, and has its own data")
        return toy(thing)
    if data is not None and target is None:
        target = data
    if isinstance(thing, tuple) and len(thing) == 2 and target is None:
        return of_table(thing[0], thing[1], kind="arrays", **reading)
    return of_table(thing, target, kind="arrays" if hasattr(thing, "dtype") else "table", **reading)


def _is_trained(thing: Any) -> bool:
    searched = hasattr(thing, "best_estimator_") or hasattr(thing, "named_steps")
    return searched or callable(getattr(thing, "to_model", None)) or hasattr(getattr(thing, "fit", None), "to_model")
