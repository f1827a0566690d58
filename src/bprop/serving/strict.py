"""Rows that a model does not know in full: columns that it lacks or never saw, and categories that are new to it."""

from __future__ import annotations

from dataclasses import replace

from bprop.names import closest
from bprop.serving.asked import Options
from bprop.serving.refused import BODY, RefusedError
from bprop.sources.frame import Frame
from bprop.sources.limits import some
from bprop.sources.preparation import Preparation
from bprop.sources.unknown import unknown_cells

ALLOW = "or ask with ?unknown=allow"


def known_columns(frame: Frame, preparation: Preparation, options: Options) -> Frame:
    """The frame with the columns that the model knows. Raises RefusedError (422), naming them, where some are missing,
    or, unless they are allowed, where there are others."""
    names = [name for kind in preparation.kinds for name in (kind.name, *kind.columns)]
    known = dict.fromkeys([*names, *preparation.answer.columns])
    others = [name for name in frame.columns if name not in known and name != options.id]
    missing = [name for name in preparation.columns if name not in frame.columns]
    if missing:
        meant = closest(missing[0], others)
        hint = f" (is it {meant!r}?)" if meant else ""
        raise RefusedError(
            422, f"{BODY}: {_columns(missing)} missing{hint}: send all of the model's columns, with null (in CSV an "
            f"empty cell) where a value is missing; the model takes {some(preparation.columns)}",
        )  # fmt: skip
    if others and options.unknown == "refuse":
        them = "them" if len(others) > 1 else "it"
        raise RefusedError(
            422, f"{BODY}: {_columns(others)} not known to the model: leave {them} out, {ALLOW} to ignore {them}; "
            f"the model takes {some(preparation.columns)}",
        )  # fmt: skip
    if not others:
        return frame
    remark = f"{BODY}: {_columns(others)} not known to the model, and left out"
    columns = {name: column for name, column in frame.columns.items() if name not in others}
    return replace(frame, columns=columns, remarks=(*frame.remarks, remark))


def need_known_categories(frame: Frame, preparation: Preparation, options: Options) -> list[str]:
    """A sentence for each column with categories that training did not see. Raises RefusedError (422), naming the first
    row, unless they are allowed."""
    lines = []
    for one in unknown_cells(preparation, frame):
        count = f"{one.count:,} of {one.rows:,} rows have such"
        where = f"{one.where}, column {one.kind.name!r}: {one.cell!r}"
        if options.unknown == "refuse":
            meant = one.meant
            hint = f" (is it {meant!r}?)" if meant else ""
            raise RefusedError(
                422, f"{where} is no category that the model knows{hint}, and {count}: send one of them "
                f"({some(one.kind.categories)}), null (in CSV an empty cell) where it is missing, {ALLOW}, and it "
                "counts as unseen",
            )  # fmt: skip
        lines.append(f"{where} is unseen, and {count}")
    return lines


def _columns(names: list[str]) -> str:
    return f"columns {some(names)} are" if len(names) > 1 else f"column {names[0]} is"
