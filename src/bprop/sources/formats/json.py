"""One document of JSON that holds a table: a list of objects, or columns, as pandas, R and web services write it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, NoReturn

from bprop.errors import DataError
from bprop.sources import lists
from bprop.sources.formats.format import Format, Piece, Source
from bprop.sources.formats.headers import has_header
from bprop.sources.formats.jsonl import JsonLines
from bprop.sources.formats.names import by_position, tidy
from bprop.sources.formats.values import column_of_values
from bprop.sources.frame import Frame
from bprop.sources.known_lists import Known
from bprop.sources.limits import MOST_COLUMNS, need_few_columns, opened, some

LOOK = 2**16
ROWS = 200  # that tell whether the first of them holds names
DEEPEST = 3  # objects around the table: {"response": {"data": [...]}}
_BEGINS = re.compile(rb'(\xef\xbb\xbf)?\s*(\{\s*("|\})|\[\s*[\[{\]])')
_KINDS = 'a list of objects ([{...}, ...]), an object of columns ({"a": [...], ...}), or lines of JSON'


class Json(Format):
    """A list of objects, an object of columns, pandas' "split" and "table", or lines of JSON after all."""

    suffixes: ClassVar[tuple[str, ...]] = (".json",)
    magic: ClassVar[tuple[bytes, ...]] = (b"[",)
    gathered = False

    def read(self, source: Source) -> Frame:
        path, content = source.path, source.content
        if is_lines(content):
            return JsonLines().read(source)
        table, remarks = table_of(path, load(path, content), source.options.known)
        return replace(source.frame(table), remarks=remarks)

    def scan(self, path: Path) -> Iterator[Piece]:
        with opened(path) as file:
            first = file.read(LOOK)
        if not is_lines(first):
            raise DataError(
                f"{path}: one document of JSON is read whole, and not streamed: write it as lines of JSON (.jsonl; "
                "pandas: df.to_json(..., orient='records', lines=True)), or read it with --no-stream"
            )
        yield from JsonLines().scan(path)


def is_json(first: bytes) -> bool:
    """Whether text begins as JSON does: with an object, or a list of objects or lists."""
    return _BEGINS.match(first) is not None


def is_lines(first: bytes) -> bool:
    """Whether the first line of a file is an object by itself, as in lines of JSON; a table of one line is none."""
    text = first.removeprefix(b"\xef\xbb\xbf").lstrip()
    line, _, rest = text.partition(b"\n")
    if not line.startswith(b"{"):
        return False
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return bool(rest.strip()) or not _is_table(value)


def _is_table(value: dict[str, Any]) -> bool:
    """Whether an object is a table, rather than a row of one."""
    return bool(value) and (
        _is_split(value) or _is_columns(value) or any(_is_records(part) for part in value.values())
        or (len(value) == 1 and isinstance(next(iter(value.values())), list | dict)) or _is_index(value)
    )  # fmt: skip


def load(path: Path, content: bytes) -> Any:
    """The document. Raises DataError, naming the line, where it is none."""
    try:
        return json.loads(content.decode("utf-8-sig") if content[:3] == b"\xef\xbb\xbf" else content)
    except json.JSONDecodeError as error:
        raise DataError(
            f"{path}, line {error.lineno}: not JSON, or damaged: {error.msg} (letter {error.colno})"
        ) from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not JSON, or damaged: {error.reason} at byte {error.start}") from error
    except (RecursionError, ValueError) as error:  # nested without end, or a number of more digits than Python takes
        raise DataError(f"{path}: not JSON, or damaged: {error}") from error


def table_of(path: Path, document: Any, known: Known) -> tuple[dict[str, Any], tuple[str, ...]]:
    """({name: column}, sentences on how it is read) of a document. Raises DataError where it holds no table.

    known : of its columns of lists.
    """
    remarks: list[str] = []
    where = ""
    for _ in range(DEEPEST):
        if isinstance(document, dict) and document.get("type") in ("FeatureCollection", "Topology", "Feature"):
            raise DataError(
                f"{path}: a map (GeoJSON), whose rows are shapes: write its properties as a table, such as geopandas' "
                f"read_file('{path.name}').drop(columns='geometry').to_csv('t.csv')"
            )
        columns = _columns(path, document, remarks)
        if columns is not None:
            _need_rows(path, columns)
            columns, of_lists = lists.apart(columns, lambda row: f"{path}, row {row + 1}", known)
            need_few_columns(path, len(columns))
            remarks += lists.remark(path, of_lists)
            return {name: column_of_values(values) for name, values in columns.items()}, tuple(remarks)
        inner = _inner(path, document)
        where = f"{where}.{inner}".lstrip(".")
        remarks[:] = [f"{path}: the table is read from {where!r}"]
        document = document[inner]
    raise _no_table(path)


def _inner(path: Path, document: Any) -> str:
    """The key of an object below which the table is: its only list or object. Raises DataError where there is none."""
    if not isinstance(document, dict):
        raise _no_table(path)
    lists = [key for key, value in document.items() if isinstance(value, list) and value and _is_records(value)]
    inner = lists or [key for key, value in document.items() if isinstance(value, dict) and value]
    if len(inner) > 1:
        raise DataError(
            f"{path}: holds several tables: {some(inner)}: write the one that is meant as a file of its own"
        )
    if not inner:
        raise _no_table(path)
    return inner[0]


def _no_table(path: Path) -> DataError:
    return DataError(f"{path}: this JSON is no table: that is {_KINDS}")


def _columns(path: Path, document: Any, remarks: list[str]) -> dict[str, list[Any]] | None:
    """{name: values} of a table; None where a document is none."""
    if isinstance(document, list):
        if document and all(isinstance(row, list) for row in document):
            return _of_rows(path, _with_names(path, document, remarks))
        return _of_records(path, document, remarks) if _is_records(document) else _refused(path, document)
    if not isinstance(document, dict):
        return None
    if _is_split(document):
        return _of_split(path, document)
    if "schema" in document and _is_records(document.get("data")):
        index = set(document["schema"].get("primaryKey", ["index"]) if isinstance(document["schema"], dict) else [])
        columns = _of_records(path, document["data"], remarks)
        return {name: values for name, values in columns.items() if name not in index & {"index", "level_0"}}
    if _is_columns(document):
        return _of_columns(path, document)
    return _of_records(path, list(document.values()), remarks) if _is_index(document) else None


def _refused(path: Path, document: list[Any]) -> NoReturn:
    if not document:
        raise DataError(f"{path}: the file has no rows")
    strange = next(value for value in document if not isinstance(value, dict))
    raise DataError(
        f"{path}, row {document.index(strange) + 1}: {json.dumps(strange)[:40]} is no object: a table is {_KINDS}"
    )


def _is_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def _is_split(value: dict[str, Any]) -> bool:
    """Whether an object is a table as pandas writes it with orient="split"."""
    return isinstance(value.get("columns"), list) and isinstance(value.get("data"), list)


def _is_columns(value: dict[str, Any]) -> bool:
    """Whether an object holds columns: lists of one length, or objects of cells with the same keys, of which there are
    more than of columns, or which are row numbers."""
    parts = list(value.values())
    if all(isinstance(part, list) for part in parts):
        return len({len(part) for part in parts}) == 1 and not all(_is_records(part) for part in parts)
    if not all(isinstance(part, dict) and part for part in parts) or len({tuple(part) for part in parts}) != 1:
        return False
    if all(isinstance(cell, list | dict) for part in parts for cell in part.values()):
        return False
    if _are_numbers(value) or _are_numbers(parts[0]):
        return _are_numbers(parts[0])
    return len(parts[0]) >= len(parts)


def _is_index(value: dict[str, Any]) -> bool:
    """Whether an object holds rows by their keys: several objects with much the same keys (pandas: "index")."""
    rows = list(value.values())
    if len(rows) < 2 or not all(isinstance(row, dict) and row for row in rows):
        return False
    names = set().union(*rows)
    return 2 * sum(map(len, rows)) >= len(rows) * len(names)


def _are_numbers(keys: dict[str, Any]) -> bool:
    return all(str(key).isdigit() for key in keys)


def _of_split(path: Path, document: dict[str, Any]) -> dict[str, list[Any]]:
    return _of_rows(path, [document["columns"], *document["data"]])


def _with_names(path: Path, rows: list[Any], remarks: list[str]) -> list[Any]:
    """Lists of cells, with names x1, x2, ... before them where the first list holds cells as the others do."""
    width = len(rows[0])
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows[:ROWS] if len(row) == width]
    if not width or all(isinstance(cell, str) for cell in rows[0]) or has_header(cells):
        return rows
    names = by_position(width)
    remarks.append(f"{path}: its lists have no names of columns, so they are called {names[0]} to {names[-1]}")
    return [names, *rows]


def _of_rows(path: Path, rows: list[Any]) -> dict[str, list[Any]]:
    """Columns of lists of cells, of which the first is the names."""
    names = rows[0]
    if not all(isinstance(name, str | int | float) for name in names):
        raise DataError(
            f"{path}: the first of its lists must be the names of the columns, not {json.dumps(names)[:60]}"
        )
    for number, row in enumerate(rows[1:], 1):
        if not isinstance(row, list) or len(row) != len(names):
            raise DataError(f"{path}, row {number}: needs {len(names)} cells, as there are names of columns")
    return _named(path, [(str(name), [row[k] for row in rows[1:]]) for k, name in enumerate(names)])


def _of_columns(path: Path, document: dict[str, Any]) -> dict[str, list[Any]]:
    return _named(path, [(k, list(v.values()) if isinstance(v, dict) else v) for k, v in document.items()])


def _of_records(path: Path, records: list[dict[str, Any]], remarks: list[str]) -> dict[str, list[Any]]:
    """Columns of objects, one a row; a key that an object lacks is missing there. Objects in them are taken apart."""
    flat = [_flat(record) for record in records]
    names: dict[str, None] = {}
    for record in flat:
        names.update(dict.fromkeys(record))
        need_few_columns(path, len(names)) if len(names) > MOST_COLUMNS else None
    objects = {name for record in records for name, cell in record.items() if isinstance(cell, dict)}
    if objects:
        apart = [name for name in names if any(name.startswith(f"{one}.") for one in objects)]
        remarks.append(f"{path}: the objects of {some(sorted(objects))} are columns of their own: {some(apart)}")
    return _named(path, [(name, [record.get(name) for record in flat]) for name in names])


def _flat(record: dict[str, Any]) -> dict[str, Any]:
    """A record, in which each field of an object is a key: {"place": {"x": 1}} is {"place.x": 1}.

    Where a key would stand twice, the record stays as it is.
    """
    if not any(isinstance(value, dict) for value in record.values()):
        return record
    flat: dict[str, Any] = {}
    for name, value in record.items():
        fields = (
            {f"{name}.{inner}": cell for inner, cell in value.items()} if isinstance(value, dict) else {name: value}
        )
        if fields.keys() & flat.keys():
            return record
        flat |= fields
    return flat


def _named(path: Path, columns: list[tuple[str, list[Any]]]) -> dict[str, list[Any]]:
    named = {tidy(name): values for name, values in columns}
    if len(named) < len(columns) or "" in named:
        raise DataError(f"{path}: every column needs a name of its own; these are: {some(repr(n) for n, _ in columns)}")
    return named


def _need_rows(path: Path, columns: dict[str, list[Any]]) -> None:
    if not columns or not next(iter(columns.values())):
        raise DataError(f"{path}: the file has no rows")
    need_few_columns(path, len(columns))
