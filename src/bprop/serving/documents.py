"""JSON as it is sent: strict, so that nothing in it has two meanings, and as columns of a table."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from bprop.serving.refused import BODY, RefusedError
from bprop.sources import fields, lists
from bprop.sources.formats.names import tidy
from bprop.sources.known_lists import Known
from bprop.sources.limits import MOST_COLUMNS
from bprop.visible import visible

FORMS = (
    'rows are a list of objects, [{"a": 1, "b": "x"}, ...]; an object of columns, {"a": [1, ...], "b": ["x", ...]}; '
    'one row, {"a": 1, "b": "x"}; or {"columns": ["a", "b"], "data": [[1, "x"], ...]}'
)
CELLS = (str, int, float, bool, type(None))
_HALF = re.compile(rb"\\u[dD][89a-fA-F]")
Columns = dict[str, Any]
"""The cells of each column: a list, or an array of numbers, which is a place of lists."""


def document(content: bytes) -> Any:
    """The document of a body. Raises RefusedError (400): it is no JSON, NaN or infinity, or a key stands twice."""
    if not content.strip():
        raise RefusedError(400, f"{BODY}: it is empty: {FORMS}")
    try:
        text = content.decode()
        read = json.loads(text, object_pairs_hook=_Objects(), parse_constant=_no_number)
        if _HALF.search(content):
            json.dumps(read, ensure_ascii=False).encode()
        return read
    except RefusedError:
        raise
    except json.JSONDecodeError as error:
        raise RefusedError(
            400, f"{BODY}, line {error.lineno}: no JSON, or damaged: {error.msg} (letter {error.colno})"
        ) from None
    except UnicodeDecodeError as error:
        raise RefusedError(400, f"{BODY}: JSON is UTF-8, and byte {error.start + 1} is not: {error.reason}") from None
    except UnicodeEncodeError:
        raise RefusedError(400, f"{BODY}: a text has half of a letter (\\ud800 to \\udfff): send whole ones") from None
    except RecursionError:
        raise RefusedError(400, f"{BODY}: lists or objects lie too deep in each other; {FORMS}") from None
    except ValueError as error:  # a number of more digits than Python takes
        raise RefusedError(400, f"{BODY}: {error}") from None


class _Objects:
    """Makes dicts of objects, and counts them: in a list of rows an object is a row."""

    def __init__(self) -> None:
        self._count = 0

    def __call__(self, pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
        self._count += 1
        row = dict(pairs)
        if len(row) < len(pairs):
            twice, _ = Counter(key for key, _ in pairs).most_common(1)[0]
            raise RefusedError(
                400, f"{BODY}, object {self._count}: the key {visible(repr(twice))} stands twice: send it once"
            )
        return row


def _no_number(text: str) -> Any:
    raise RefusedError(400, f"{BODY}: {text} is no JSON: send null where a value is missing")


def columns_in(read: Any, known: Known = lists.NOTHING, ignored: Collection[str] = ()) -> Columns:
    """{column: cells} of a document. Raises RefusedError (422), naming row and column, where it is no table.

    known : of its columns of lists. Raises DataError for other lists. ignored : columns whose cells may be anything.
    """
    if isinstance(read, list):
        columns = _of_records(read)
    elif not isinstance(read, dict):
        raise RefusedError(422, f"{BODY}: {_short(read)} is no table: {FORMS}")
    elif read.keys() == {"columns", "data"} and all(isinstance(part, list) for part in read.values()):
        columns = _of_split(read["columns"], read["data"])
    elif read and all(isinstance(cells, list) for cells in read.values()):
        _need_cells(read)
        columns = read
    else:
        columns = {name: [cell] for name, cell in read.items()}
    return _checked(columns, known, ignored)


def _need_cells(read: Mapping[str, list[Any]]) -> None:
    """Raise RefusedError for {"rows": [{...}, ...]}: rows that stand in an object."""
    name, cells = next(iter(read.items()))
    if len(read) == 1 and cells and all(isinstance(cell, dict) for cell in cells):
        raise RefusedError(422, f"{BODY}: the rows stand in an object, below {name!r}: send the list itself; {FORMS}")


def _of_records(rows: Sequence[Any]) -> Columns:
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            raise RefusedError(422, f"{BODY}, row {number}: {_short(row)} is no object: {FORMS}")
    names = dict.fromkeys(name for row in rows for name in row)
    if sum(map(len, rows)) < len(names) * len(rows):
        number, row = next((n, row) for n, row in enumerate(rows, 1) if len(row) < len(names))
        lacks = next(name for name in names if name not in row)
        raise RefusedError(
            422, f"{BODY}, row {number}, column {lacks!r}: it is missing, and other rows have it: send null where its "
            "value is missing",
        )  # fmt: skip
    return {name: [row[name] for row in rows] for name in names}


def _of_split(names: Sequence[Any], rows: Sequence[Any]) -> Columns:
    strange = [name for name in names if not isinstance(name, str)] or [
        name for name, count in Counter(names).items() if count > 1
    ]
    if strange:
        raise RefusedError(422, f"{BODY}, columns: {_short(strange[0])}: each is a text, and stands there once")
    for number, row in enumerate(rows, 1):
        if not isinstance(row, list) or len(row) != len(names):
            raise RefusedError(422, f"{BODY}, data, row {number}: needs {len(names)} cells, one for each of columns")
    return {name: [row[k] for row in rows] for k, name in enumerate(names)}


def _checked(columns: Mapping[str, Any], known: Known, ignored: Collection[str]) -> Columns:
    """The columns, with tidy names. Raises RefusedError for unequal lengths, no rows, and cells that are none."""
    first = next(iter(columns), None)
    if first is None or not columns[first]:
        raise RefusedError(422, f"{BODY}: it has no rows: {FORMS}")
    if len(columns) > MOST_COLUMNS:
        raise RefusedError(422, f"{BODY}: {len(columns):,} columns, and a table has at most {MOST_COLUMNS:,}")
    for name, cells in columns.items():
        if len(cells) != len(columns[first]):
            raise RefusedError(
                422, f"{BODY}, column {name!r}: {len(cells):,} cells, and column {first!r} has "
                f"{len(columns[first]):,}: send one for each row",
            )  # fmt: skip
    columns = _apart(columns, known)
    for name, cells in columns.items():
        if isinstance(cells, list) and name not in ignored and not {*map(type, cells)} <= {*CELLS}:
            row = next(row for row, cell in enumerate(cells) if not isinstance(cell, CELLS))
            raise RefusedError(
                422, f"{BODY}, row {row + 1}, column {name!r}: {_short(cells[row])} is no cell: send a text, a number, "
                "true, false, or null where it is missing; of an embedding, lists of numbers that have one length",
            )  # fmt: skip
    named = {tidy(name): cells for name, cells in columns.items()}
    if len(named) < len(columns) or "" in named:
        raise RefusedError(422, f"{BODY}: every column needs a name of its own, also without the blanks around it")
    return named


def _apart(columns: Mapping[str, Any], known: Known) -> Columns:
    """The columns, where a field of objects and a place of lists are columns, as in files. Raises RefusedError where
    an object has other fields than those before it."""
    for name, cells in columns.items():
        if fields.are_records(cells):
            objects = [(row, cell) for row, cell in enumerate(cells, 1) if cell is not None]
            row = next((row for row, cell in objects if cell.keys() != objects[0][1].keys()), None)
            if row is not None:
                raise RefusedError(
                    422, f"{BODY}, row {row}, column {name!r}: this object has other fields than that of row "
                    f"{objects[0][0]}: send null where a value is missing",
                )  # fmt: skip
    return lists.apart(fields.spread(columns)[0], lambda row: f"{BODY}, row {row + 1}", known)[0]


def _short(value: Any) -> str:
    return json.dumps(value)[:60]
