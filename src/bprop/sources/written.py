"""How the cells of targets write their numbers: decided once, kept with a model, and used for all later rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bprop.errors import SettingError
from bprop.sources.column import Column
from bprop.sources.frame import Frame
from bprop.sources.noted import damaged
from bprop.sources.number_format import PLAIN, NumberFormat
from bprop.sources.number_inference import Spelling
from bprop.sources.settled import Settled
from bprop.sources.target_kinds import FORMATTED

NAMES = "names of classes"


def form_asked(name: str, column: Column, how: str) -> NumberFormat:
    """The format of an example `how`, "1.234,5", or of a country, "de", with the currency and the unit of the cells
    where the example has none. Raises SettingError where it says no format."""
    try:
        style = NumberFormat.spelled(how)
    except SettingError as error:
        raise SettingError(f"--kind {name}=numeric:{how}: {error}") from None
    form = style if style.prefix or style.suffix else column.in_style(style)
    return style if form is None else form


def written_in(frame: Frame, columns: Sequence[str]) -> tuple[str, ...]:
    """The formats of columns as examples, "" for Python's; () if that is all of them."""
    forms = [frame.column(name).settled.spelling.form for name in columns]
    return tuple("" if form.is_plain else str(form) for form in forms) if not all(f.is_plain for f in forms) else ()


def as_asked(frame: Frame, columns: Sequence[str], kinds: Mapping[str, str]) -> Frame:
    """A frame whose targets are written as kinds such as "numeric:1.234,5" say. Raises SettingError for such a kind
    that says no format."""
    settled = {}
    for name in columns:
        kind = kinds.get(name, "")
        if kind.startswith(FORMATTED) and frame.column(name).is_text:
            form = form_asked(name, frame.column(name), kind.removeprefix(FORMATTED))
            settled[name] = frame.column(name).as_decided(Settled(Spelling(form)))
    return replace(frame, columns={**frame.columns, **settled}) if settled else frame


def written_so(
    frame: Frame, columns: Sequence[str], written: Sequence[str], classes: Sequence[Any] | None
) -> Frame:  # fmt: skip
    """A frame whose columns of these names are read in these formats; as text where classes are names."""
    names = NAMES if classes is not None and any(isinstance(name, str) for name in classes) else ""
    settled = {}
    for k, name in enumerate(columns):
        form = NumberFormat.spelled(written[k]) if written and written[k] else PLAIN
        settled[name] = _read_so(frame.column(name), Settled(Spelling(form), names))
    return replace(frame, columns={**frame.columns, **settled})


def _read_so(column: Column, decided: Settled) -> Column:
    if not column.is_text:
        return column
    known = column.decided or column.__dict__.get("settled")
    if (
        known
        and known.spelling.form == decided.spelling.form
        and (known.codes == decided.codes or _is_read_as_text(column))
    ):
        return column
    return column.as_decided(decided)


def _is_read_as_text(column: Column) -> bool:
    """Whether a column has been read, and holds text for the most part."""
    read = column.__dict__.get("numbers")
    return read is not None and 2 * read[1].sum() >= len(column)


def written_of(table: Mapping[str, Any]) -> tuple[str, ...]:
    """The formats in the notes of a model. Raises DataError where they are damaged."""
    written, targets = table.get("written", ()), table.get("targets", ())
    try:
        if written and len(written) != len(targets):
            raise ValueError("not one for each target")
        for example in written:
            _ = example and NumberFormat.spelled(example)
    except (SettingError, TypeError, ValueError, AttributeError) as error:
        raise damaged("written", written, "how the targets write their numbers") from error
    return tuple(written)
