"""Words for a missing value, and for yes and no."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

MISSING = frozenset(
    {
        "", "?", "na", "n/a", "#n/a", "<na>", "nan", "null", "none",
        "#n/a n/a", "#div/0!", "#value!", "#ref!", "#name?", "#num!", "#null!",  # errors of spreadsheets
        "\\n", "(null)", "<null>", "[null]",  # of databases
    }
)  # fmt: skip
"""Words, in upper or lower case, for a missing value in any column."""
MARKS = frozenset(
    {
        "-", "--", "---", ".", "..", "...", "*", "**", "***", "/", "//", "#", "\u2013", "\u2014", "\u2212", "\u2026",
        "_", ":", "??",
        "n.a.", "n.a", "na.", "n/a.", "n. a.", "nil", "nat", "-nan", "+nan", "nan(ind)", "-nan(ind)", "1.#ind",
        "-1.#ind", "1.#qnan",
        "-1.#qnan", "1.#snan", "1.#nan", "missing", "unknown", "unk", "undefined", "not available", "not applicable",
        "no data",
        "nodata", "empty", "blank", "(blank)", "(empty)", "(missing)", "(unknown)", "tbd", "n/d", "n.d.", "nd", "s/d",
        "s.d.",
        "k.a.", "k. a.", "k.a", "keine angabe", "n.v.", "n. v.", "n.b.", "unbekannt", "fehlt", "leer", "inconnu",
        "sin dato",
        "sin datos", "null.", "none.", "#error!", "#error", "#fehler!", "#wert!", "#bezug!", "#zahl!", "#nv",
        "#valeur!", "#getting_data",
        "0000-00-00", "0000-00-00 00:00:00", "0000-00-00t00:00:00", "00/00/0000", "00.00.0000", "00-00-0000",
        "#spill!", "#calc!", "<nil>", "<none>", "<nan>", "<missing>", "void", "pd.na", "np.nan",
    }
)  # fmt: skip
"""Words that stand for a missing value among numbers, dates, and yes and no. Among text they may be a category."""
WORDS = {
    "true": 1.0, "false": 0.0, "yes": 1.0, "no": 0.0, "t": 1.0, "f": 0.0, "y": 1.0, "n": 0.0, "on": 1.0, "off": 0.0,
    "ja": 1.0, "nein": 0.0, "j": 1.0, "wahr": 1.0, "falsch": 0.0, "nee": 0.0, "oui": 1.0, "non": 0.0, "vrai": 1.0,
    "faux": 0.0,
    "si": 1.0, "s\u00ed": 1.0, "s\u00ec": 1.0, "verdadero": 1.0, "falso": 0.0, "vero": 1.0, "sim": 1.0,
    "n\u00e3o": 0.0, "nao": 0.0,
    "verdadeiro": 1.0, "\u0434\u0430": 1.0, "\u043d\u0435\u0442": 0.0, "tak": 1.0, "nie": 0.0,
    "nej": 0.0, "igen": 1.0, "nem": 0.0,
    "\u662f": 1.0, "\u5426": 0.0, "\u306f\u3044": 1.0, "\u3044\u3044\u3048": 0.0, ".true.": 1.0, ".false.": 0.0,
}  # fmt: skip
"""Words for yes (1) and no (0), in upper or lower case."""
YES_OR_NO = {**WORDS, "1": 1.0, "0": 0.0, "1.0": 1.0, "0.0": 0.0}
"""The same, and how numbers say it among such words."""


def any_case(word: str) -> Iterable[str]:
    """All spellings of a word in lower and upper case letters."""
    return map("".join, product(*(dict.fromkeys((letter.lower(), letter.upper())) for letter in word)))


MOST_LETTERS = 6  # of words that are known in any mixture of upper and lower case
IN_TEXT = frozenset({None, *(spelled for word in MISSING for spelled in any_case(word))})
"""The cells of text that are missing in any column."""


def _usual_cases(word: str) -> Iterable[str]:
    if sum(map(str.isalpha, word)) <= MOST_LETTERS:
        return any_case(word)
    first, blank, rest = word.partition(" ")
    return word, word.upper(), word.capitalize(), word.title(), first + blank + rest.title()  # keine Angabe


AMONG_MEASURES = frozenset(spelled for word in MARKS for spelled in _usual_cases(word))
"""Those of `MARKS`."""
NO_VALUE = IN_TEXT | AMONG_MEASURES
"""The cells of text that are missing in a column of numbers."""
