"""How dates are written: a pattern for each form, with the parts that it gives."""

from __future__ import annotations

import re
from typing import Any

from bprop.sources.dates.words import WEEKDAYS, ZONES, month_of, plain

_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?"
_HALF = r"(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?"
_AHEAD = r"(?:(?:GMT|UTC)(?=[+-]))?(?P<sign>[+-])(?P<ahead>\d\d|(?<=[CT][+-])\d(?!\d))(?::?(?P<more>\d\d))?"
_PLACE = r"(?:\[(?P<inside>[\w/+-]+)\]| (?P<place>[A-Z][A-Za-z_]+(?:/[A-Za-z_-]+)+))?"
_ZONE = rf"(?: ?(?:{_AHEAD}|(?P<zone>(?!Uhr)[A-Za-z]{{1,4}})))?{_PLACE}"
_TIME = rf"(?:(?:[T ]|, ?| at | um ){_CLOCK}{_HALF}{_ZONE}(?: \([\w ]+\))?(?: Uhr)?)?"
_PACKED = r"(?:[T_ ]?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)Z?)?"
_WEEKDAY = r"(?:(?P<weekday>[^\W\d_]+)\.?,? +)?"
_NAME = r"(?P<name>[^\W\d_]+)\.?"
_NTH = r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.|er|º)?"
FORMS = {
    "ymd": re.compile(rf"(?P<year>\d{{4}})(?P<mark>[-/. ])(?P<month>\d{{1,2}})(?P=mark)(?P<day>\d{{1,2}})\.?{_TIME}"),
    "ymd zone": re.compile(  # of a day, the zone says nothing
        r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)(?: ?(?:Z|UTC|GMT)|[+-]\d\d:\d\d)"
    ),
    "log": re.compile(rf"\[?(?P<day>\d{{1,2}})/{_NAME}/(?P<c>\d{{4}}|\d\d)(?:[: ]{_CLOCK}{_ZONE})?\]?"),
    "packed name": re.compile(rf"(?P<day>\d{{1,2}}){_NAME}(?P<c>\d{{4}}|\d\d)(?:[: ]{_CLOCK}{_HALF}{_ZONE})?"),
    "signs": re.compile(  # 2024年5月31日, 2024년 5월 31일
        rf"(?P<year>\d{{4}}) ?[年년] ?(?P<month>\d{{1,2}}) ?[月월](?: ?(?P<day>\d{{1,2}}) ?[日일号號]{_TIME})?"
    ),
    "abc": re.compile(rf"{_WEEKDAY}(?P<a>\d{{1,2}})(?P<mark>[-/.])(?P<b>\d{{1,2}})(?P=mark)(?P<c>\d{{4}}|\d\d){_TIME}"),
    "d name y": re.compile(
        rf"{_WEEKDAY}{_NTH}(?:[ -]| de | of )?{_NAME}(?:[ -]|, ?| de | del )(?P<c>\d{{4}}|\d\d){_TIME}"
    ),
    "name d y": re.compile(rf"{_WEEKDAY}{_NAME}[ -]{_NTH}(?:, ?| |-)(?P<year>\d{{4}}){_TIME}"),
    "ctime": re.compile(
        rf"{_WEEKDAY}{_NAME} +(?P<day>\d{{1,2}}) {_CLOCK}(?: (?P<zone>[A-Z]{{3,4}}))? (?P<year>\d{{4}})"
    ),
    "y name d": re.compile(rf"(?P<year>\d{{4}})[ -]{_NAME}[ -](?P<day>\d{{1,2}}){_TIME}"),
    "name y": re.compile(rf"{_NAME}[ ,/-]+(?P<year>\d{{4}})"),
    "name yy": re.compile(rf"{_NAME}['-](?P<c>\d\d)"),
    "y name": re.compile(rf"(?P<year>\d{{4}})[ -]{_NAME}"),
    "y m": re.compile(r"(?P<year>\d{4})[-/](?P<month>\d\d)"),
    "m y": re.compile(r"(?P<month>\d{1,2})[/](?P<year>\d{4})"),
    "quarter": re.compile(r"(?P<year>\d{4})[ -]?[Qq](?P<quarter>\d)"),
    "quarter y": re.compile(r"[Qq](?P<quarter>\d)[ /-]?(?P<year>\d{4})"),
    "week": re.compile(r"(?P<year>\d{4})-?W(?P<week>\d\d)(?:-?(?P<day>\d))?"),
    "ordinal": re.compile(r"(?P<year>\d{4})-(?P<ordinal>\d{3})"),
    "packed": re.compile(rf"(?P<year>\d{{4}})(?P<month>\d\d)(?P<day>\d\d){_PACKED}"),
}
"""{form: its pattern}. In "abc", and where there is a c, the year may have two digits. The column decides what of a, b
and c is the day, the month and the year."""


def form_of(cell: str) -> tuple[str, re.Match[str]] | None:
    """The form of a cell and its parts; None where it is no date. Numbers are not checked: there may be a month 13."""
    if any(letter.isdigit() and not letter.isascii() for letter in cell):
        return None
    for form, pattern in FORMS.items():
        match = pattern.fullmatch(cell)
        if match is not None and _has_words(match.groupdict()):
            return form, match
    return None


def _has_words(parts: dict[Any, Any]) -> bool:
    name, weekday, zone = parts.get("name"), parts.get("weekday"), parts.get("zone")
    return (
        (name is None or month_of(name) > 0)
        and (weekday is None or plain(weekday) in WEEKDAYS)
        and (zone is None or zone.lower() in ZONES)
    )
