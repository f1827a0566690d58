"""Columns without a name, and names that come again, settled once all rows of a text file were seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bprop.sources.formats.layout import MOST_SAID, Layout
from bprop.sources.formats.names import named, unique
from bprop.sources.formats.parts import Part
from bprop.sources.limits import some


def settle(layout: Layout, parts: Iterable[Part]) -> Layout:
    """The layout once all parts of a file were seen, which are read as far as columns without a name need it."""
    empty, whole = set(layout.unsure), set(layout.index)
    if layout.unsure:
        for part in parts:
            empty = {k for k in empty if part.is_empty(k)}
            whole = {k for k in whole if part.is_whole(k)}
            if not empty and not whole:
                break
    return settled(layout, frozenset(empty), frozenset(whole))


def settled(layout: Layout, empty: frozenset[int], whole: frozenset[int]) -> Layout:
    """The layout once all rows were seen: columns without a name are left out or called "column 3"; names that come
    again get a suffix.

    empty : of the columns that were unsure, those without a cell; whole : those of whole numbers alone.
    """
    facts, names = list(layout.facts), list(layout.names)
    index = [k for k in layout.index if k in whole and k not in empty]
    gone = [k for k in layout.unsure if k in empty]
    if len(index) + len(gone) + len(layout.dropped) == len(names):
        index = index[:-1]
    if index:
        which = "column" if len(index) == 1 else "columns"
        called = (repr(names[k]) if names[k] else k + 1 for k in index)
        facts.append(f"row numbers are left out: {which} {some(called, MOST_SAID)}")
    if gone:
        which = "column {} has" if len(gone) == 1 else "columns {} have"
        which = which.format(some((k + 1 for k in gone), MOST_SAID))
        facts.append(f"{which} neither a name nor a cell: left out")
    dropped = {*layout.dropped, *index, *gone}
    unnamed = [k for k in layout.unsure if k not in dropped and not names[k]]
    if unnamed:
        facts.append("columns without a name are called " + some((f"'column {k + 1}'" for k in unnamed), MOST_SAID))
    left = [k for k in range(len(names)) if k not in dropped]
    called = named(names)
    once = unique([called[k] for k in left])
    again = [f"{new!r}" for k, new in zip(left, once, strict=True) if new != called[k]]
    if again:
        facts.append(f"names that come again are now {some(again, MOST_SAID)}")
    for k, name in zip(left, once, strict=True):
        names[k] = name
    return replace(layout, names=tuple(names), dropped=tuple(sorted(dropped)), unsure=(), index=(), facts=tuple(facts))
