"""Columns that name rows: by what they are called, or by how their values behave."""

from __future__ import annotations

import re

import numpy as np

ENOUGH = 20  # rows from which on values that never repeat may be an id
NAMES = frozenset(
    [
        "id", "ids", "idx", "index", "uuid", "guid", "rowid", "rownum", "rownumber", "rowno", "rowindex", "pk",
        "nr", "key", "lfdnr", "serial", "sno", "serialno", "serialnumber", "recordnumber", "recordno", "identifier",
        "objectid", "oid", "uid", "gid", "kennung", "schlüssel",
    ]
)  # fmt: skip
"""The last word of a name, or the last two, by which a column is an id."""
STEMS = frozenset(
    [
        "customer", "client", "user", "passenger", "order", "product", "transaction", "patient", "person",
        "employee", "account", "item", "session", "student", "member", "record", "row", "case", "sample", "subject",
        "house", "device", "visitor", "buyer", "seller", "store", "shop", "invoice", "ticket", "loan", "policy",
        "contract", "doc", "document", "image", "video", "post", "tweet", "message", "event", "trip", "ride",
        "flight", "property", "listing", "song", "track", "artist", "movie", "film", "book", "game", "player",
        "team", "match", "job", "staff", "worker", "driver", "vehicle", "car", "unit", "asset", "sensor", "station",
        "kunden", "artikel", "bestell", "auftrags", "row", "obs", "object", "participant", "respondent",
        "applicant", "borrower", "cust", "emp", "prod", "trans", "txn",
    ]
)  # fmt: skip
"""What stands before "id" in names of one word: customerid."""
MEASURES = frozenset(
    [
        "age", "century", "date", "day", "days", "decade", "depth", "distance", "dose", "hour", "hours", "minute",
        "minutes", "month", "months", "period", "quarter", "season", "second", "seconds", "temperature", "time",
        "timestamp", "week", "weeks", "year", "years", "iyear", "yr", "jahr", "jahre", "monat", "tag", "tage", "zeit",
        "alter", "datum", "woche", "année", "annee", "mois", "jour", "año", "ano", "mes", "dia", "día",
    ]
)  # fmt: skip
"""Words of names of quantities that run on from row to row, such as the years of a series, and number no rows."""
_UNNAMED = re.compile(r"unnamed: ?\d+")
_LARGE = "A-ZÀ-ÖØ-Þ"
_SMALL = rf"[^\W\d_{_LARGE}]"
_WORDS = re.compile(rf"[{_LARGE}]+(?!{_SMALL})|[{_LARGE}]?{_SMALL}+|\d+|[^\W\d_]+")


def words_of(name: str) -> list[str]:
    """The words of a name, in lower case: PassengerId, order.id, USER-ID and "customer ID" end in id; paid does not."""
    return [word.lower() for word in _WORDS.findall(name)]


def is_called_id(name: str) -> bool:
    """Whether a column is an id by its name."""
    if _UNNAMED.fullmatch(name.strip().lower()):
        return True
    words = words_of(re.sub(r"\bIDs\b|(?<=[a-z_])IDs$", "Id", name.strip()))
    while len(words) > 1 and words[-1].isdigit():
        words.pop()
    if not words:
        return False
    stem = words[-1].removesuffix("id")
    return words[-1] in NAMES or "".join(words[-2:]) in NAMES or (stem != words[-1] and stem in STEMS)


def is_called_measure(name: str) -> bool:
    """Whether a column is a quantity by its name, such as age_from or "Survey year"."""
    return not MEASURES.isdisjoint(words_of(name))


def is_id(name: str, values: np.ndarray, span: int) -> bool:
    """Whole numbers that never repeat, and either are called ids or leave hardly a gap (rows that were numbered), but
    for quantities that run on, such as years.

    span : rows of the table from the first to the last of these.
    """
    fractions = values.dtype.kind == "f" and bool((values != np.round(values)).any())
    if len(values) < ENOUGH or fractions or len(np.unique(values)) < len(values):
        return False
    before, after = values[:-1], values[1:]
    return is_called_id(name) or (
        len(after) > 0
        and not is_called_measure(name)
        and bool((after > before).all() or (after < before).all())
        and bool(values.max() - values.min() < 2 * max(span, len(values)))
    )
