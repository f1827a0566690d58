"""Rows of a database: "postgresql://ann@host/shop select * from homes". They come once, into an Arrow file here."""

from __future__ import annotations

import os
import re
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from importlib.util import find_spec
from typing import Any
from urllib.parse import unquote

from bprop.errors import BpropError, DataError, MissingPackageError, SettingError
from bprop.remote import download
from bprop.remote.address import is_address, is_database, scheme_of, scrubbed, shown, whole
from bprop.sources.limits import some
from bprop.versions import too_old

ROWS = 65_536  # of SQLite that are read at once
PATIENCE = 10  # seconds until a server must answer
WORDS = re.compile(r"\s+")
UNSORTED = "the database may give its rows in another order next time: add ORDER BY, so that the same rows are held out"
READS = re.compile(r"[\s(]*(select|with|values|table|from)\b", re.IGNORECASE)
POSTGRES = ("postgresql", "postgres", "redshift")
OLDEST = {"polars": (2, 0), "adbc_driver_postgresql": (1, 3)}
"""What PostgreSQL needs: older ones lose the types that only the database has, so that its decimal numbers are text."""


def with_query(source: str, query: str | None) -> str:
    """A database and a query as one word, which stands wherever data is named. Raises SettingError where a query is
    missing, or stands beside something else.

    >>> with_query("sqlite:///shop.db", "select * from homes")
    'sqlite:///shop.db select * from homes'
    """
    word = shown(source) if is_address(source) else source
    if query is None:
        return word
    if not is_database(source):
        raise SettingError(
            f"--query {query!r}: {word} is no database; one is called sqlite:///FILE or postgresql://..."
        )
    if len(source.split(None, 1)) > 1:
        raise SettingError(f"--query {query!r}: {word} has a query already")
    return f"{word} {WORDS.sub(' ', query).strip().rstrip(';')}"


def parts_of(source: str) -> tuple[str, str]:
    """(the address of the database, the query). Raises SettingError where there is no query."""
    address, _, query = source.partition(" ")
    if not query.strip():
        raise SettingError(
            f'{address}: name the rows of this database with --query, such as --query "select * from homes" '
            f"(in Python, bp.table({address!r}, query=...)){_tables(address)}"
        )
    if not READS.match(query):
        raise SettingError(f"{address}: the query must be a SELECT, which changes nothing: {query.strip()}")
    return address, query.strip()


def order_remark(source: str) -> list[str]:
    """A remark on a query whose rows come in no fixed order, for they are divided by their places."""
    if not is_database(source) or re.search(r"\border\s+by\b", source, re.IGNORECASE):
        return []
    return [UNSORTED]


def fetch(source: str, path: str) -> None:
    """Write the rows of a query into an Arrow file. Raises DataError, naming the database, where it gives none."""
    address, query = parts_of(source)
    scheme = scheme_of(address) or ""
    if find_spec("polars") is None:
        raise MissingPackageError(f"{address}: reading a database needs polars: pip install 'bprop[sql]'")
    read = _sqlite if scheme == "sqlite" else _postgresql if scheme in POSTGRES else _connectorx
    try:
        frame = _plain(read(address, query))
        if frame.columns:
            frame.write_ipc(path)
    except (BpropError, KeyboardInterrupt, MemoryError):
        raise
    except BaseException as error:  # panics of connectorx are no Exceptions
        if isinstance(error, SystemExit):
            raise
        raise DataError(f"{address}: {_reason(error)}") from None
    if not frame.columns:
        raise DataError(f"{address}: the query gives no rows: it must be a SELECT")
    if not frame.height:
        raise DataError(f"{address}: the query gives no rows: {query}")


def _sqlite(address: str, query: str) -> Any:
    path = _file_of(address)
    if not os.path.isfile(path):  # SQLite would make an empty database
        raise DataError(f"{address}: there is no such file: {path}")
    name = f"file:{path.replace('%', '%25').replace('?', '%3f').replace('#', '%23')}?mode=ro"
    with closing(sqlite3.connect(name, uri=True, timeout=PATIENCE)) as database:
        cursor = database.execute(query)
        names = [column[0] for column in cursor.description or ()]
        _need_names(address, names)
        columns: list[list[Any]] = [[] for _ in names]
        while rows := cursor.fetchmany(ROWS):
            for column, cells in zip(columns, zip(*rows, strict=True), strict=True):
                column.extend(cells)
    import polars as pl

    return pl.DataFrame([_column(name, cells) for name, cells in zip(names, columns, strict=True)])


def _column(name: str, cells: list[Any]) -> Any:
    """A column of SQLite, whose cells have types of their own: numbers only where all are, else text."""
    import polars as pl

    types = {type(cell) for cell in cells} - {type(None)}
    if types <= {int} and all(cell is None or -(2**63) <= cell < 2**63 for cell in cells):
        return pl.Series(name, cells, pl.Int64)
    if types <= {int, float}:
        return pl.Series(name, [None if cell is None else float(cell) for cell in cells], pl.Float64)
    if types == {bytes}:
        return pl.Series(name, cells, pl.Binary)
    texts = [cell.decode(errors="replace") if isinstance(cell, bytes) else cell for cell in cells]
    return pl.Series(name, [None if cell is None else str(cell) for cell in texts], pl.String)


def _file_of(address: str) -> str:
    """sqlite:///rows.db is a file of this folder, sqlite:////data/rows.db one of another."""
    rest = address.partition("://")[2]
    if not rest.startswith("/"):
        raise SettingError(f"{address}: write three slashes: sqlite:///{rest}")
    return unquote(rest[1:].partition("?")[0])


def _postgresql(address: str, query: str) -> Any:
    if find_spec("adbc_driver_postgresql") is None:
        raise MissingPackageError(f"{address}: PostgreSQL needs adbc-driver-postgresql: pip install 'bprop[sql]'")
    import adbc_driver_postgresql.dbapi as postgresql
    import polars as pl

    _need_newer(address, pl)
    _need_newer(address, sys.modules["adbc_driver_postgresql"])
    uri = whole(address)
    if "connect_timeout" not in uri:
        uri += f"{'&' if '?' in uri else '?'}connect_timeout={PATIENCE}"
    with closing(postgresql.connect(uri)) as database, closing(database.cursor()) as cursor:  # never committed
        cursor.execute(query)
        try:
            return pl.DataFrame(cursor.fetch_arrow())  # the driver has a `description` only where pyarrow is installed
        except pl.exceptions.DuplicateError as error:
            _need_names(address, [str(error).partition("'")[2].rpartition("'")[0]] * 2)
            raise


def _need_newer(address: str, package: Any) -> None:
    if fault := too_old(package.__version__, OLDEST[package.__name__]):
        name = package.__name__.replace("_", "-")
        raise MissingPackageError(f"{address}: PostgreSQL needs {name} {fault}: pip install --upgrade 'bprop[sql]'")


def _connectorx(address: str, query: str) -> Any:
    if find_spec("connectorx") is None:
        raise MissingPackageError(f"{address}: {scheme_of(address)}:// needs connectorx: pip install connectorx")
    import polars as pl

    uri = whole(address).replace("mariadb://", "mysql://", 1)
    frame = pl.read_database_uri(query, uri, engine="connectorx")
    _need_names(address, frame.columns)
    return frame


def _need_names(address: str, names: list[str]) -> None:
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        raise DataError(
            f"{address}: the query gives several columns called {some(map(repr, twice))}: name each one with AS"
        )


def _plain(frame: Any) -> Any:
    """The frame without types that only its database has: decimal numbers as numbers, all others as text."""
    import polars as pl

    more = [name for name, kind in frame.schema.items() if type(kind).__name__.endswith("Extension")]
    changed = []
    for name in more:
        text = frame[name].ext.storage().cast(pl.String)
        changed.append(text.cast(pl.Float64) if '"numeric"' in str(frame.schema[name]) else text)
    return frame.with_columns(changed) if changed else frame


def _reason(error: BaseException) -> str:
    """The message of a driver on one line, and what to do about it."""
    text = WORDS.sub(" ", scrubbed(error)).strip()[:400] or type(error).__name__
    if "no password supplied" in text or "password missing" in text:
        return f"{text}: set the environment variable PGPASSWORD, or keep the password in ~/.pgpass"
    return text


def _tables(address: str) -> str:
    """The tables of an SQLite database, for an error; empty where they are not known."""
    if scheme_of(address) != "sqlite" or not address.startswith("sqlite:///"):
        return ""
    path = _file_of(address)
    if not os.path.isfile(path):
        return f"; there is no file {path}"
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=PATIENCE)) as database:
            rows = database.execute("select name from sqlite_master where type in ('table', 'view')").fetchall()
    except sqlite3.Error:
        return "; it is no SQLite database"
    return f"; its tables are: {some(name for (name,) in rows)}" if rows else "; it has no tables"


_READER: Callable[[str, str], None] = fetch
download.READERS.append((is_database, _READER))
