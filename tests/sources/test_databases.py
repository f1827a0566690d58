"""Rows of a database. SQLite's are read; a PostgreSQL server is tried where PGHOST and the driver are there."""

import os
import sqlite3
import sys
import types

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.remote import address, download
from bprop.sources import databases
from bprop.sources.databases import with_query
from bprop.sources.opening import can_stream, is_table, is_there, open_rows
from bprop.sources.stream import stream

pytest.importorskip("polars", reason="rows of a database come by polars")


@pytest.fixture(autouse=True)
def shop(tmp_path, monkeypatch):
    """shop.db with 60 homes, in this folder; nothing was fetched before."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(download, "_here", {})
    monkeypatch.setattr(address, "_whole", {})
    monkeypatch.setattr(address, "_secrets", {})
    with sqlite3.connect("shop.db") as database:
        database.execute("create table homes (id integer primary key, size real, city text, price real, note)")
        rows = [(k, k * 1.5, "xy"[k % 2] if k % 7 else None, k * 3.25, None) for k in range(60)]
        database.executemany("insert into homes values (?, ?, ?, ?, ?)", rows)
    database.close()
    return tmp_path / "shop.db"


ALL = "sqlite:///shop.db select * from homes order by id"


def test_the_rows_of_a_query():
    frame = open_rows(ALL)
    assert (len(frame), frame.name) == (60, "shop")
    assert list(frame.columns) == ["id", "size", "city", "price", "note"]
    np.testing.assert_array_equal(frame.column("size").cells, np.arange(60) * 1.5)
    assert frame.where(3) == "sqlite:///shop.db, row 4"
    assert is_table(ALL)
    assert is_there(ALL)
    assert can_stream(ALL)


def test_they_are_streamed_too():
    assert len(stream(ALL, "price", validation=0, test=0).train) == 60


def test_a_table_in_python_is_read_anew_each_time(shop):
    table = bp.table("sqlite:///shop.db", "price", query="select size, city, price from homes")
    assert (len(table), table.kinds) == (60, {"size": "numeric", "city": "categorical"})
    assert "add ORDER BY" in str(table)
    with sqlite3.connect(shop) as database:
        database.execute("delete from homes where id > 40")
    database.close()
    assert len(bp.table("sqlite:///shop.db", "price", query="select size, city, price from homes order by id")) == 41


def test_an_absolute_path(shop):
    assert len(open_rows(f"sqlite:///{shop} select * from homes")) == 60


def test_cells_have_types_of_their_own():
    with sqlite3.connect("shop.db") as database:
        database.execute("create table mixed (a, b, c, d, e)")
        rows = [(1, 1, "x", b"\xff", 2**80 * 1.0), (2.5, "two", None, b"z", None), (None, 3, 4, None, 1)]
        database.executemany("insert into mixed values (?, ?, ?, ?, ?)", rows)
    database.close()
    columns = open_rows("sqlite:///shop.db select * from mixed").columns
    np.testing.assert_array_equal(columns["a"].cells, [1, 2.5, np.nan])
    assert columns["b"].cells.tolist() == ["1", "two", "3"]
    assert columns["c"].cells.tolist() == ["x", None, "4"]
    np.testing.assert_array_equal(columns["e"].cells, [2.0**80, np.nan, 1])


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("sqlite:///shop.db", r"name the rows of this database with --query.*its tables are: homes"),
        ("sqlite:///none.db", r"there is no file none.db"),
        ("sqlite:///none.db select 1", r"there is no such file: none.db"),
        ("sqlite://shop.db select 1", r"write three slashes: sqlite:///shop.db"),
        ("sqlite:///shop.db select nope from homes", r"no such column: nope"),
        ("sqlite:///shop.db select id, id from homes", r"several columns called 'id': name each one with AS"),
        ("sqlite:///shop.db select * from homes where id < 0", r"the query gives no rows"),
        ("sqlite:///shop.db delete from homes", r"must be a SELECT, which changes nothing"),
        ("sqlite:///shop.db select 1; delete from homes", r"one statement at a time"),
        ("sqlite:///text.db select * from homes", r"file is not a database"),
    ],
)
def test_what_is_wrong_is_said(shop, source, says):
    (shop.parent / "text.db").write_text("no database\n" * 99)
    with pytest.raises((errors.DataError, errors.SettingError), match=says):
        open_rows(source)
    assert not (shop.parent / "none.db").exists()
    assert len(open_rows(ALL)) == 60


def test_nothing_is_written_even_where_a_select_could(shop):
    before = shop.read_bytes()
    with pytest.raises(errors.DataError):
        open_rows("sqlite:///shop.db with old as (select 1) delete from homes")
    assert shop.read_bytes() == before


@pytest.mark.parametrize(
    ("source", "query", "says"),
    [
        ("rows.csv", "select 1", "rows.csv is no database"),
        ("s3://b/rows.csv", "select 1", "is no database"),
        (ALL, "select 1", "has a query already"),
    ],
)
def test_a_query_is_for_a_database(source, query, says):
    with pytest.raises(errors.SettingError, match=says):
        with_query(source, query)


def test_a_query_and_a_database_are_one_word():
    assert with_query("sqlite:///shop.db", " select *\n from homes; ") == "sqlite:///shop.db select * from homes"
    assert with_query("rows.csv", None) == "rows.csv"
    with pytest.raises(errors.SettingError, match="this table is none"):
        bp.table({"a": [1, 2], "b": [1, 2]}, query="select 1")


@pytest.mark.parametrize(
    ("source", "package", "says"),
    [
        ("postgresql://ann:pass1234@h/shop select 1", "adbc_driver_postgresql", r"pip install 'bprop\[sql\]'"),
        ("mysql://ann:pass1234@h/shop select 1", "connectorx", "pip install connectorx"),
    ],
)
def test_a_missing_driver_is_named(monkeypatch, source, package, says):
    original = databases.find_spec
    monkeypatch.setattr(databases, "find_spec", lambda name: None if name == package else original(name))
    with pytest.raises(errors.MissingPackageError, match=says) as info:
        open_rows(source)
    assert "pass1234" not in str(info.value)


def connected_by(monkeypatch, connect, version="1.10.0", polars="2.0.0"):
    """From now on, the driver of PostgreSQL is this function, and it and polars say that they have these versions."""
    driver = types.ModuleType("adbc_driver_postgresql")
    driver.__version__ = version
    monkeypatch.setattr("polars.__version__", polars)
    driver.dbapi = types.SimpleNamespace(connect=connect)
    monkeypatch.setitem(sys.modules, "adbc_driver_postgresql", driver)
    monkeypatch.setitem(sys.modules, "adbc_driver_postgresql.dbapi", driver.dbapi)
    monkeypatch.setattr(databases, "find_spec", lambda name: True)


class Bare:
    """A connection and its cursor as the driver has them without pyarrow: there is no `description`.

    answer() : what fetch_arrow returns.
    """

    def __init__(self, answer):
        self.fetch_arrow = answer

    def cursor(self):
        return self

    def execute(self, query):
        """All queries have the same answer."""

    def close(self):
        """There is nothing to close."""


def test_rows_of_postgresql_need_no_pyarrow(monkeypatch):
    import polars as pl

    connected_by(monkeypatch, lambda uri: Bare(lambda: pl.DataFrame({"size": [1.5, 2.5], "city": ["x", None]})))
    frame = open_rows("postgresql://h/shop select size, city from homes")
    assert frame.columns.keys() == {"size", "city"}
    np.testing.assert_array_equal(frame.column("size").cells, [1.5, 2.5])


@pytest.mark.parametrize(
    ("versions", "says"),
    [
        ({"version": "1.2.10"}, "needs adbc-driver-postgresql 1.3 or newer, and 1.2.10 is installed: pip install --up"),
        ({"polars": "1.44.2"}, r"needs polars 2.0 or newer, and 1.44.2 is installed: pip install --upgrade 'bprop"),
    ],
)
def test_versions_that_lose_types_are_refused(monkeypatch, versions, says):
    connected_by(monkeypatch, None, **versions)
    with pytest.raises(errors.MissingPackageError, match=says):
        open_rows("postgresql://h/shop select 1")


def test_columns_of_one_name_are_refused(monkeypatch):
    import polars as pl

    def twice():
        raise pl.exceptions.DuplicateError("column with name 'b's n' has more than one occurrence")

    connected_by(monkeypatch, lambda uri: Bare(twice))
    with pytest.raises(errors.DataError, match=r"""several columns called "b's n": name each one with AS"""):
        open_rows("postgresql://h/shop select 1")


def test_what_a_driver_says_has_no_password(monkeypatch):
    def connect(uri):
        raise RuntimeError(f"cannot log in with\n{uri}: fe_sendauth: no password supplied")

    connected_by(monkeypatch, connect)
    with pytest.raises(errors.DataError, match=r"set the environment variable PGPASSWORD") as info:
        open_rows("postgresql://ann:pass1234@h/shop select 1")
    assert "pass1234" not in str(info.value)
    assert info.value.__suppress_context__


@pytest.mark.skipif(
    "BPROP_TEST_POSTGRESQL" not in os.environ, reason="no server: BPROP_TEST_POSTGRESQL=postgresql://..."
)
def test_rows_of_a_real_postgresql_server():
    pytest.importorskip("adbc_driver_postgresql")
    uri = os.environ["BPROP_TEST_POSTGRESQL"]
    query = (
        "select k % 5 as n, k % 7 * 1.5::float8 as size, (k * 0.25)::numeric(8, 2) as price, k % 2 = 0 as even, "
        "date '2024-01-01' + k as day, case when k % 3 > 0 then 'x' end as city "
        "from generate_series(1, 50) k order by k"
    )
    frame = open_rows(with_query(uri, query))
    np.testing.assert_array_equal(frame.column("price").cells, np.arange(1, 51) * 0.25)
    assert bp.table(uri, "price", query=query).kinds == {
        "n": "numeric", "size": "numeric", "even": "boolean", "day": "date", "city": "categorical",
    }  # fmt: skip
    with pytest.raises(errors.DataError, match="does not exist"):
        open_rows(with_query(uri, "select * from no_such_table"))
    with pytest.raises(errors.DataError, match="several columns called 'n': name each one with AS"):
        open_rows(with_query(uri, "select 1 as n, 2 as n"))
