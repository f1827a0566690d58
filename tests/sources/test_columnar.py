"""Parquet, Arrow and JSON lines."""

import datetime
import io
import os
from pathlib import Path

import numpy as np
import pytest

from bprop import errors
from bprop.sources import columnar


@pytest.fixture
def pl():
    return pytest.importorskip("polars", reason="these formats are read by polars")


def content(frame, suffix):
    file = io.BytesIO()
    {"read_parquet": frame.write_parquet, "read_ipc": frame.write_ipc, "read_ndjson": frame.write_ndjson}[
        columnar.READERS[suffix]
    ](file)
    return file.getvalue()


@pytest.mark.parametrize("suffix", columnar.READERS)
def test_every_format_gives_the_same_columns(pl, suffix):
    table = pl.DataFrame({"n": [1, 2, 3], "x": [0.5, None, 2.0], "s": ["a", None, " b "], "t": [True, None, False]})
    frame = columnar.read(Path(f"some/t{suffix}"), content(table, suffix), suffix)
    assert frame.name == "t"
    assert frame.columns["n"].dtype.kind == "i"
    np.testing.assert_array_equal(frame.columns["x"], [0.5, np.nan, 2])
    assert frame.columns["s"].tolist() == ["a", None, "b"]
    assert frame.columns["t"].tolist() == ["true", None, "false"]
    assert frame.where(1) == f"some/t{suffix}, row 2"


def test_types_that_only_typed_formats_have(pl):
    when = datetime.datetime(2024, 5, 31, 12, tzinfo=datetime.UTC)
    table = pl.DataFrame(
        {
            "day": [datetime.date(2024, 5, 31), None],
            "when": [when, None],
            "long": [datetime.timedelta(minutes=1.5), None],
            "kind": pl.Series(["a", "b"], dtype=pl.Categorical),
            "whole": [1, None],
            "exact": pl.Series(["1.25", "2"]).cast(pl.Decimal(10, 2)),
            "none": [None, None],
        }
    )
    columns = columnar.read(Path("t.parquet"), content(table, ".parquet"), ".parquet").columns
    assert columns["day"][0] == np.datetime64("2024-05-31")
    assert np.isnat(columns["day"][1])
    assert columns["when"][0] == np.datetime64("2024-05-31T12:00")
    np.testing.assert_array_equal(columns["long"], [90, np.nan])
    assert columns["kind"].tolist() == ["a", "b"]
    np.testing.assert_array_equal(columns["whole"], [1, np.nan])
    np.testing.assert_array_equal(columns["exact"], [1.25, 2])
    assert columns["none"].tolist() == [None, None]


@pytest.mark.parametrize("suffix", [".parquet", ".arrow", ".jsonl"])
@pytest.mark.parametrize("damage", [b"", b"no table", b"PAR1", b"ARROW1\0\0", b"{", b"{}\n"])
def test_damaged_files_are_refused(pl, suffix, damage):
    with pytest.raises(errors.DataError, match=f"t{suffix}"):
        columnar.read(Path(f"t{suffix}"), damage, suffix)


def test_a_column_that_is_no_column_of_cells(pl):
    table = pl.DataFrame({"tags": [["a"], ["b", "c"]]})
    with pytest.raises(errors.DataError, match=r"t.parquet, column 'tags': holds List"):
        columnar.read(Path("t.parquet"), content(table, ".parquet"), ".parquet")


def test_without_polars_the_extra_is_named(monkeypatch):
    monkeypatch.setattr("bprop.sources.columnar.find_spec", lambda name: None)
    with pytest.raises(errors.MissingPackageError, match=r"t.parquet: .*pip install 'bprop\[tables\]'"):
        columnar.read(Path("t.parquet"), b"", ".parquet")


def test_whole_numbers_too_large_for_numpy_are_exact_text(pl, tmp_path):
    path = tmp_path / "t.jsonl"
    path.write_text('{"a": 5555555555555555555555, "b": 1}\n{"a": 1, "b": 2}\n')
    column = columnar.read(path, path.read_bytes(), ".jsonl").columns["a"]
    assert column.tolist() == ["5555555555555555555555", "1"]


def test_whole_numbers_beyond_2_to_the_53_are_exact_where_some_are_missing(pl, tmp_path):
    table = pl.DataFrame({"a": [2**53 + 1, None], "b": [-(2**53) - 1, None], "c": [3, None]})
    frame = columnar.read(tmp_path / "t.parquet", content(table, ".parquet"), ".parquet")
    assert frame.columns["a"].tolist() == ["9007199254740993", None]
    assert frame.columns["b"].tolist() == ["-9007199254740993", None]
    assert frame.columns["c"].dtype == np.float64


@pytest.mark.parametrize("suffix", [".parquet", ".arrow"])
def test_a_file_that_may_not_be_read_is_not_called_damaged(tmp_path, monkeypatch, suffix):
    pytest.importorskip("polars")

    def refused(path, *rest):
        raise PermissionError(13, "Permission denied", path)

    (tmp_path / f"t{suffix}").write_bytes(b"PAR1")
    monkeypatch.setattr(os, "open", refused)
    with pytest.raises(PermissionError):
        columnar.scan(tmp_path / f"t{suffix}", suffix)


@pytest.fixture
def free(monkeypatch):
    """free(bytes): so much memory is free."""
    return lambda count: monkeypatch.setattr("bprop.memory.free", lambda: count)


@pytest.mark.parametrize("suffix", [".parquet", ".arrow"])
def test_too_many_columns_are_refused_before_polars_sees_them(pl, tmp_path, monkeypatch, suffix):
    frame = pl.DataFrame({f"c{k}": [1] for k in range(40)})
    path = tmp_path / f"t{suffix}"
    getattr(frame, {".parquet": "write_parquet", ".arrow": "write_ipc"}[suffix])(path)
    monkeypatch.setattr("bprop.sources.limits.MOST_COLUMNS", 39)
    for name in ("read_parquet", "read_ipc", "scan_parquet", "scan_ipc"):
        monkeypatch.setattr(pl, name, lambda *given, **more: pytest.fail("polars was asked"))
    for read in (lambda: columnar.read(path, path.read_bytes(), suffix), lambda: columnar.shape(path, suffix)):
        with pytest.raises(errors.DataError, match=r"40 columns, and a table has at most 39"):
            read()


@pytest.mark.parametrize("suffix", [".parquet", ".arrow"])
def test_more_rows_than_there_is_room_for_are_refused_before_they_are_read(pl, tmp_path, free, monkeypatch, suffix):
    frame = pl.DataFrame({"a": np.zeros(100_000, np.int8), "b": np.zeros(100_000, np.int8)})
    path = tmp_path / f"t{suffix}"
    getattr(frame, {".parquet": "write_parquet", ".arrow": "write_ipc"}[suffix])(path)
    free(6_000_000)
    for name in ("read_parquet", "read_ipc"):
        monkeypatch.setattr(pl, name, lambda *given, **more: pytest.fail("it was read"))
    with pytest.raises(errors.DataError, match=r"it takes about 6.1 MB of memory, and 5.7 MB are free"):
        columnar.read(path, path.read_bytes(), suffix)


def test_a_text_that_stands_once_in_the_file_is_counted_for_each_row(pl, tmp_path, free):
    frame = pl.DataFrame({"a": ["x" * 10_000] * 2000, "b": range(2000)})
    path = tmp_path / "t.parquet"
    frame.write_parquet(path)
    assert path.stat().st_size < 30_000
    free(10**6)
    with pytest.raises(errors.DataError, match=r"t.parquet, column 'a': it takes about 19.2 MB"):
        columnar.read(path, path.read_bytes(), ".parquet")


def test_lines_of_json_with_too_many_keys_are_refused(pl, tmp_path, monkeypatch):
    monkeypatch.setattr("bprop.sources.limits.MOST_COLUMNS", 300)
    monkeypatch.setattr(columnar, "MOST_COLUMNS", 300)
    path = tmp_path / "t.jsonl"
    fine = b"".join(b'{"a": "\\"key%d\\": 1", "b" : %d}\n' % (k, k) for k in range(2000))
    assert list(columnar.read(path, fine, ".jsonl").columns) == ["a", "b"]
    many = b"".join(b'{"key%d": 1}\n' % k for k in range(301))
    with pytest.raises(errors.DataError, match=r"301 columns"):
        columnar.read(path, many, ".jsonl")


def test_lines_of_json_with_keys_of_their_own_are_counted_as_a_table(pl, tmp_path, monkeypatch, free):
    monkeypatch.setattr(columnar, "MOST_COLUMNS", 300)
    free(10**6)
    many = b"".join(b'{"key%d": 1}\n' % k for k in range(280))
    with pytest.raises(errors.DataError, match=r"a table of its 280 keys takes about 2.4 MB"):
        columnar.read(tmp_path / "t.jsonl", many, ".jsonl")
