"""Names in errors: lists of them, shortened, and the one that was perhaps meant."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

MOST = 20  # names that an error lists
ALIKE = 0.6  # the share of letters in common from which on a name is offered
LONGEST = 200  # letters of a name that is compared with others
_WORD = re.compile(r"[^\W_]{3,}")


def some(names: Iterable[object], most: int = MOST) -> str:
    """The first of some names, and how many more there are."""
    every = list(names)
    more = f" and {len(every) - most:,} more" if len(every) > most else ""
    return ", ".join(map(str, every[:most])) + more


def closest(name: str, names: Iterable[object]) -> str | None:
    """The name that is most like `name`, whatever its case; None where none is like it.

    Where no name as a whole is like it, a word of one may be: income of income-per-year.
    """
    every, plain = list(map(str, names)), _plain(name)
    whole = _most_alike(plain, ((_plain(one), one) for one in every))
    begun = next((one for one in every if len(plain) > 2 and _plain(one).startswith(plain)), None)
    return whole or begun or _most_alike(plain, ((_plain(word), one) for one in every for word in _WORD.findall(one)))


def _most_alike(plain: str, pairs: Iterable[tuple[str, str]]) -> str | None:
    """Of the pairs (text, name), the name of the first text that is most like `plain`."""
    from difflib import SequenceMatcher

    best, nearest = ALIKE, None
    match = SequenceMatcher(b=plain)
    for text, one in pairs:
        if text == plain:
            return one
        match.set_seq1(text)
        if match.real_quick_ratio() > best and match.quick_ratio() > best and (ratio := match.ratio()) > best:
            best, nearest = ratio, one
    return nearest


def perhaps(name: str, names: Iterable[object]) -> str:
    """The end of an error about a name that is not known: "; did you mean 'price'?"; empty where none is like it."""
    near = closest(name, names)
    return "" if near is None else f"; did you mean {near!r}?"


def known(name: str, names: Iterable[object]) -> str:
    """The names that there are, and the one that is most like `name`: "area, price; did you mean 'price'?"."""
    every = list(names)
    return f"{some(every) or 'none'}{perhaps(name, every)}"


def matching(pattern: str, names: Iterable[str]) -> list[str]:
    """The names that a pattern fits: `*` stands for any letters, `?` for one, `[12]` for one of some, as in a shell."""
    every = list(names)
    return [pattern] if pattern in every else [name for name in every if fnmatchcase(name, pattern)]


def _plain(name: str) -> str:
    return "".join(letter for letter in name[:LONGEST].casefold() if letter.isalnum() or letter == ".") or name
