"""The look of text whose cells are nearly all different: an id, or text that no kind of column takes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bprop.sources.ids import is_called_id
from bprop.sources.number_inference import is_number

ID, CODES = "id", "codes"
FEW_SHAPES = 0.05  # of the cells, so many shapes at most: A-1234 and B-77 have the same
SHOWN = 40  # letters of a cell that is shown
NEARLY_ALL = 0.9  # of the cells look so
_FORMS = (
    (ID, r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}|\{[0-9a-f-]{36}\}"),  # UUIDs
    (ID, r"(?:0x)?(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{12,}"),  # hashes
    (ID, r"[^@\s]+@[^@\s]+\.[^@\s]+"),  # addresses
    (ID, r"(?:[a-z][a-z0-9+.-]*://|www\.)\S+"),
    ("JSON", r"[\[{].*[\]}]"),
    ("coordinates", r"[NSEW] ?\d{1,3}[.,]\d{2,} ?[°º]?"),
    ("coordinates", r"[+-]?\d{1,3}(?:[.,]\d+ ?|(?:[.,]\d+)? ?[°º] ?[\d.,' ′’\"″”]*)[NSEWO]"),
    ("coordinates", r"[+-]?\d{1,3} ?[°º] ?\d[\d.,]* ?['′’] ?(?:[\d.,]+ ?(?:[\"″”]|''))?"),
    ("dates of JavaScript", r"\\?/Date\(-?\d+(?:[+-]\d{4})?\)\\?/"),
    ("sizes", r"\d+(?:[.,]\d+)? ?[x×] ?\d+(?:[.,]\d+)?(?: ?[x×] ?\d+(?:[.,]\d+)?)?(?: ?[a-z]{2})?"),
    ("fractions", r"[+-]?(?:(?:\d+[ -])?\d{1,2} ?/ ?(?:[2-6]|8|10|12|16|32|64)|\d* ?[¼½¾⅐-⅞])"),
    ("times in minutes and seconds", r"\d+:[0-5]\d[.,]\d+"),
    ("coordinates", r"(?:SRID=\d+;)?(?:multi)?(?:point|linestring|polygon|geometrycollection) ?z?m? ?\(.*\)"),
    ("pairs of numbers", r"[(\[]?[+-]?\d+(?:\.\d+)?\s*[,;/ ]\s*[+-]?\d+(?:\.\d+)?[)\]]?"),
    ("lists", r"(?:[^,;|]+[,;|]){3,}[^,;|]*|(?:[^|;]+[|;])+[^|;]*"),
    ("ranges", r"[+-]?\d+(?:[.,]\d+)?\s*(?:-|–|to|bis|\.\.)\s*[+-]?\d+(?:[.,]\d+)?"),
    ("bounds", r"[<>≤≥~≈]=?\s*[+-]?\d.*"),
)  # fmt: skip
_PATTERNS = [(what, re.compile(pattern, re.IGNORECASE | re.DOTALL)) for what, pattern in _FORMS]
_MEASURE = re.compile(r"\d[.,]\d|[%°±]")
"""What numbers have that codes do not."""
_OF_IDS = re.compile(r"(?:(?![¼½¾⅐-⅞])[\w\-./#:+*()\[\]& ])+")
_CODE = re.compile(r"\S{1,40}|\S+[ /#]\S*\d\S*")
_DIGITS, _CAPITALS, _SMALL = re.compile(r"\d+"), re.compile(r"[^\W\d_a-z]+"), re.compile(r"[a-z]+")


def look_of(name: str, cells: Sequence[str]) -> str:
    """Why different cells of text are not learned from: "id", or what they look like, how many there are, and one."""
    if is_called_id(name):
        return ID
    what = _form(cells) or ("numbers in several forms or units" if _are_numbers(cells) else "free text")
    if what == ID:
        return ID
    return f'{what}, {len(cells):,} different, such as "{shortened(cells[0])}": not used'


def measures_in(cells: Sequence[str]) -> str:
    """The look of names that seem to hold numbers or lists: "ranges", "pairs of numbers"; "" for other names."""
    what = _form(cells)
    return "" if what in (ID, CODES) else what


def shortened(cell: str) -> str:
    """A cell as it is shown to people."""
    text = " ".join(cell.split())
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."


def _form(cells: Sequence[str]) -> str:
    for what, pattern in _PATTERNS:
        ends = pattern.fullmatch(cells[0]) or pattern.fullmatch(cells[-1])
        if ends and sum(pattern.fullmatch(cell) is not None for cell in cells) >= NEARLY_ALL * len(cells):
            return what
    if not _are_codes(cells) or (_are_numbers(cells) and 2 * sum(map(_is_measure, cells)) >= len(cells)):
        return ""
    return ID if all(map(_OF_IDS.fullmatch, cells)) else CODES


def _is_measure(cell: str) -> bool:
    return _MEASURE.search(cell) is not None


def _are_codes(cells: Sequence[str]) -> bool:
    """Whether cells are few words with digits, and alike but for these: A-1234, person 7."""
    if not all(map(_CODE.fullmatch, cells)):
        return False
    with_digits = sum(any(letter.isdigit() for letter in cell) for cell in cells)
    shapes = {_shape(cell) for cell in cells}
    return with_digits >= NEARLY_ALL * len(cells) and len(shapes) <= max(2, FEW_SHAPES * len(cells))


def _shape(cell: str) -> str:
    return _SMALL.sub("a", _CAPITALS.sub("A", _DIGITS.sub("9", cell)))


def _are_numbers(cells: Sequence[str]) -> bool:
    return sum(map(is_number, cells)) >= NEARLY_ALL * len(cells)
