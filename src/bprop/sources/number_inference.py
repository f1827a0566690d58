"""The format of the numbers of a column: the one that fits every cell.

A cell such as "1,234" fits two formats, with thousands or with a fraction. The other cells of the column decide, then
the other columns of the table, then the delimiter of its file. Where nothing does, the choice is a guess, and reported.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bprop.sources.multiples import MULTIPLES, STAR, are_multiples
from bprop.sources.number_format import PLAIN, NumberFormat, Parts, is_bare_zero, parts_of, tidy, unit_of
from bprop.sources.units import is_currency, is_unit

STYLES = (
    NumberFormat(), NumberFormat(","), NumberFormat(".", ","), NumberFormat(",", "."), NumberFormat(".", " "),
    NumberFormat(",", " "), NumberFormat(".", "'"), NumberFormat(",", "'"), NumberFormat(".", ",", lakh=True),
)  # fmt: skip
"""The marks of numbers, in the order in which they are preferred."""
FEW = 1_000  # different cells that are tried first
ANY = 0.1  # of them, the share that looks like numbers where the column may hold numbers
ENOUGH = 20  # different numbers that all have three digits behind a mark: these are thousands
MOST = 0.5  # of the cells fit a format without a unit: then the others are mistakes
MOST_WITH_UNITS = 0.9  # with a currency or a unit

NO_THOUSANDS = re.compile(r"\.(?:[0-9]{0,2}(?:[^0-9]|$)|[0-9]{4})")
"""A point in a number before another number of digits than three: it is no mark of thousands."""


@dataclass(frozen=True)
class Spelling:
    """How a column writes its numbers.

    form : its format. doubt : a cell that another format reads otherwise, where nothing in the table decides; "".
    other : that format.
    """

    form: NumberFormat = PLAIN
    doubt: str = ""
    other: NumberFormat = PLAIN


@dataclass(frozen=True)
class Hint:
    """The habits of the rest of a table.

    decimal : the mark before fractions in other columns; "" where they do not say. delimiter : between cells.
    """

    decimal: str = ""
    delimiter: str = ""


def spelling_of(
    counts: Mapping[str, int], hint: Hint = Hint(), style: NumberFormat | None = None
) -> Spelling | None:  # fmt: skip
    """How numbers are written in cells, none of them missing; None where most are no numbers in any one format.

    counts : of the rows of each different cell. style : the marks that are asked for; default they are inferred.
    """
    if not counts or not _may_be_numbers(list(counts)):
        return None
    parts = {cell: part for cell in counts if (part := parts_of(cell)) is not None}
    group = _of_one_unit(parts, counts)
    if not group:
        return None
    rows, affixed = sum(counts.values()), _affixes(group)
    cores = Counter()
    for cell, part in group.items():
        cores[part.core] += counts[cell]
    fitting = _fitting(cores, STYLES if style is None else (style,))
    fit = max(fitting.values(), default=0)
    if fit <= rows * (MOST_WITH_UNITS if affixed.prefix or affixed.suffix else MOST) and fit < rows:
        return None
    styles = [style for style, count in fitting.items() if count == fit]
    money = is_currency(affixed.prefix) or is_currency(affixed.suffix)
    chosen = _chosen(styles, cores, hint, money)
    form = _with_thousands(chosen.form, cores, bool(affixed.prefix or affixed.suffix))
    return Spelling(_dressed(form, affixed), chosen.doubt, _dressed(chosen.other, affixed))


def is_number(cell: str) -> bool:
    """Whether a cell is a number in any format."""
    parts = parts_of(cell)
    if parts is None or not any(style.takes(parts.core) for style in STYLES):
        return False
    return (not parts.prefix or is_currency(parts.prefix)) and _is_unit(cell, parts)


def may_be_thousands(values: np.ndarray) -> bool:
    """Whether numbers with a point may be whole numbers with thousands, as 1.234 is in much of Europe: all fractions
    are of up to three digits."""
    fractions = abs(values[np.isfinite(values) & (values != np.floor(values))])
    if not len(fractions) or fractions.min() < 1 or fractions.max() >= 1000:
        return False
    return bool((abs(fractions * 1000 - np.round(fractions * 1000)) < 1e-6).all())


def _may_be_numbers(different: Sequence[str]) -> bool:
    some = different[:: max(1, len(different) // FEW)]
    return sum(parts_of(cell) is not None for cell in some) >= ANY * len(some)


def _of_one_unit(parts: dict[str, Parts], counts: Mapping[str, int]) -> dict[str, Parts]:
    """The cells with the currency and the unit that most have, and behind them those that need none: zeros, and bare
    amounts where others have a currency or a star. Multiples, 1.2k and 3M, are of one unit."""
    shares: Counter[tuple[str, str]] = Counter()
    zeros = {cell: part for cell, part in parts.items() if is_bare_zero(part)}
    for cell, part in parts.items():
        if cell in zeros and len(zeros) < len(parts):
            continue
        shares[part.prefix.casefold(), unit_of(part.suffix)] += counts[cell]
    if are_multiples((p.prefix, p.core, p.suffix) for c, p in parts.items() if c not in zeros):
        group = {cell: replace(part, suffix=MULTIPLES) for cell, part in parts.items() if cell not in zeros}
        return group | zeros
    for (prefix, unit), _ in _with_their_own(shares).most_common(1):
        bare = _bare_of(parts, prefix, unit)
        group = {c: p for c, p in parts.items() if p.prefix.casefold() == prefix and unit_of(p.suffix) == unit}
        if (not prefix or is_currency(prefix)) and all(_is_unit(c, p) for c, p in group.items()):
            return {} if _are_codes(group, all_of_them=len(group) == len(counts)) else group | bare | zeros
    return {}


def _with_their_own(shares: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
    """The rows of each prefix and unit. Bare amounts count for the currency, and for the star, that others have."""
    bare = shares.get(("", ""), 0)
    optional = [key for key in shares if _may_be_left_out(*key)]
    if not bare or len(optional) != 1:
        return shares
    return Counter({key: rows + bare * (key == optional[0]) for key, rows in shares.items() if key != ("", "")})


def _may_be_left_out(prefix: str, unit: str) -> bool:
    """Whether numbers may stand without it: a currency, or a star."""
    return (is_currency(prefix) and not unit) or (not prefix and (unit == STAR or is_currency(unit)))


def _bare_of(parts: dict[str, Parts], prefix: str, unit: str) -> dict[str, Parts]:
    """The cells without a currency and a star, where these may be left out."""
    if not _may_be_left_out(prefix, unit):
        return {}
    return {cell: part for cell, part in parts.items() if not (part.prefix or part.suffix)}


def _are_codes(group: dict[str, Parts], all_of_them: bool) -> bool:
    """Whether digits with a letter or two are codes: rs1712 and R204, or 13A among others such as 13B."""
    first = next(iter(group.values()))
    if first.prefix.isalpha():
        marks = any(set(".,' ") & set(part.core) for part in group.values())
        return not marks and all(tidy(cell)[len(part.prefix) :][:1].isdigit() for cell, part in group.items())
    attached = len(first.suffix) == 1 and first.suffix.isalpha()
    return attached and not all_of_them and not any(_is_spaced(cell, part) for cell, part in group.items())


def _is_unit(cell: str, part: Parts) -> bool:
    if part.suffix in ("", STAR):
        return True
    return is_unit(part.suffix, _is_spaced(cell, part))


def _is_spaced(cell: str, part: Parts) -> bool:
    return tidy(cell).rstrip(")-").removesuffix(part.suffix).endswith(" ")


def _affixes(group: dict[str, Parts]) -> NumberFormat:
    """The currency, the unit and the brackets of cells. Brackets around all of them are no signs."""
    first = next(iter(group))
    part = group[first]
    brackets = any(p.brackets for p in group.values())
    return NumberFormat(
        prefix=part.prefix, suffix=part.suffix, brackets=brackets,
        spaced=bool(part.suffix) and _is_spaced(first, part),
    )  # fmt: skip


def _dressed(style: NumberFormat, affixes: NumberFormat) -> NumberFormat:
    return replace(affixes, decimal=style.decimal, thousands=style.thousands, lakh=style.lakh)


def _fitting(cores: Counter[str], styles: Sequence[NumberFormat]) -> dict[NumberFormat, int]:
    """{style: cells that it fits}, of those styles that fit half of the first different cells."""
    some = list(cores)[:FEW]
    styles = [style for style in styles if 2 * sum(map(style.takes, some)) >= len(some)]
    return {style: sum(count for core, count in cores.items() if style.takes(core)) for style in styles}


def _chosen(styles: list[NumberFormat], cores: Counter[str], hint: Hint, money: bool) -> Spelling:
    """The style of several that fit equally many cells. They may read the same numbers, or other ones.

    money : whether these are amounts of money, which have no three digits behind the mark of fractions.
    """
    styles = _needed(styles, cores)
    first = styles[0]
    rivals = [style for style in styles[1:] if _differ(first, style, cores)]
    if not rivals:
        usual = hint.decimal or ("," if hint.delimiter == ";" else ".")
        return Spelling(next((style for style in styles if style.decimal == usual and not first.is_plain), first))
    rival, cell = rivals[0], _differ(first, rivals[0], cores)
    thousands, fraction = sorted((first, rival), key=lambda style: style.thousands == "")
    if money:
        return Spelling(thousands, cell if hint.decimal == fraction.decimal else "", fraction)
    if hint.decimal:
        return Spelling(next(style for style in (first, rival) if style.decimal == hint.decimal))
    mixed = len(cores) > ENOUGH and any(core.isdigit() for core in cores)  # of fractions, some have another length
    if first.is_plain and hint.delimiter != ";":
        return Spelling(first, cell if mixed else "", rival)
    chosen = thousands if mixed or (hint.delimiter != ";" and not first.is_plain) else fraction
    return Spelling(chosen, cell, thousands if chosen is fraction else fraction)


def _with_thousands(style: NumberFormat, cores: Iterable[str], affixed: bool) -> NumberFormat:
    """A style other than Python's bare one: with thousands too where fractions leave no doubt of their mark."""
    if (style.is_plain and not affixed) or style.thousands or not any(style.decimal in core for core in cores):
        return style
    return replace(style, thousands="." if style.decimal == "," else ",")


def _needed(styles: list[NumberFormat], cores: Iterable[str]) -> list[NumberFormat]:
    """The styles whose thousands stand in a cell, and those without any."""
    return [style for style in styles if any(style.thousands in core for core in cores)] or styles


def decimal_of(cells: Iterable[str]) -> str:
    """The mark before fractions, where the cells leave no doubt; else ""."""
    cores = Counter(part.core for cell in cells if (part := parts_of(cell)) is not None)
    fitting = _fitting(cores, STYLES)
    styles = _needed([style for style, count in fitting.items() if count == sum(cores.values())], cores)
    marks = {style.decimal for style in styles}
    mark = marks.pop() if len(marks) == 1 else ""
    return mark if mark and any(mark in core for core in cores) else ""


def _differ(one: NumberFormat, other: NumberFormat, cores: Iterable[str]) -> str:
    """A cell that two styles read as different numbers; "" where there is none."""
    return next((core for core in cores if _apart(one.number(core), other.number(core))), "")


def _apart(one: float, other: float) -> bool:
    return one != other and not (np.isnan(one) and np.isnan(other))
