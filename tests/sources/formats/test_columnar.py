"""Parquet, Arrow and JSON lines."""

import datetime
import io
import os
from pathlib import Path

import numpy as np
import pytest

from bprop import errors
from bprop.sources.answer import Answer
from bprop.sources.columns.infer import fit_column
from bprop.sources.formats import Source, format_of


@pytest.fixture
def pl():
    return pytest.importorskip("polars", reason="these formats are read by polars")


WRITERS = {
    ".parquet": "write_parquet", ".pq": "write_parquet", ".arrow": "write_ipc", ".feather": "write_ipc",
    ".ipc": "write_ipc", ".jsonl": "write_ndjson", ".ndjson": "write_ndjson",
}  # fmt: skip


def content(frame, suffix):
    file = io.BytesIO()
    getattr(frame, WRITERS[suffix])(file)
    return file.getvalue()


def read(path, content):
    return format_of(path.name).read(Source(path, content, lambda: content))


@pytest.mark.parametrize("suffix", WRITERS)
def test_every_format_gives_the_same_columns(pl, suffix):
    table = pl.DataFrame({"n": [1, 2, 3], "x": [0.5, None, 2.0], "s": ["a", None, " b "], "t": [True, None, False]})
    frame = read(Path(f"some/t{suffix}"), content(table, suffix))
    assert frame.name == "t"
    assert frame.columns["n"].cells.dtype.kind == "i"
    np.testing.assert_array_equal(frame.columns["x"].cells, [0.5, np.nan, 2])
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
    columns = read(Path("t.parquet"), content(table, ".parquet")).columns
    columns = {name: column.cells for name, column in columns.items()}
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
        read(Path(f"t{suffix}"), damage)


def test_a_column_that_is_no_column_of_cells_is_left_out_by_its_type(pl):
    table = pl.DataFrame({"tags": [["a"], ["b", "c"]], "raw": [b"\xff", b"\xfe"], "n": [1, 2]})
    frame = read(Path("t.parquet"), content(table, ".parquet"))
    assert frame.column("tags").unread == "of the type List(String)"
    assert frame.column("raw").unread == "bytes"
    assert str(fit_column("tags", frame)) == "tags (of the type List(String))"
    with pytest.raises(errors.DataError, match=r"column 'tags': the target cannot be read: the cells are of the type"):
        Answer.of(frame, ("tags",))


def test_bytes_that_are_text_are_text(pl):
    frame = read(Path("t.parquet"), content(pl.DataFrame({"s": [b"a", None, "é".encode()]}), ".parquet"))
    assert frame.columns["s"].tolist() == ["a", None, "é"]


@pytest.mark.parametrize("suffix", [".parquet", ".arrow", ".jsonl"])
def test_the_fields_of_objects_are_columns(pl, suffix):
    table = pl.DataFrame({"place": [{"x": 1, "y": 0.5}, {"x": 2, "y": None}], "n": [1, 2]})
    frame = read(Path(f"t{suffix}"), content(table, suffix))
    assert {name: column.tolist()[0] for name, column in frame.columns.items()} == {
        "place.x": 1,
        "place.y": 0.5,
        "n": 1,
    }
    assert frame.remarks == (f"t{suffix}: the fields of place are columns of their own",)


@pytest.mark.parametrize("suffix", [".parquet", ".feather"])
def test_the_index_of_pandas_without_a_name_is_left_out_and_said(pl, suffix, tmp_path):
    table = pl.DataFrame({"__index_level_0__": [5, 3], "key": ["a", "b"], "y": [1, 2]})
    frame = read(Path(f"t{suffix}"), content(table, suffix))
    assert list(frame.columns) == ["key", "y"]
    assert frame.remarks == (f"t{suffix}: the index of pandas, which has no name (__index_level_0__), is left out",)
    (tmp_path / f"t{suffix}").write_bytes(content(table, suffix))
    (piece,) = format_of(f"t{suffix}").scan(tmp_path / f"t{suffix}")
    assert piece.names == ["key", "y"]
    assert "which has no name" in piece.remarks[0]


def test_words_for_a_missing_value_are_text_like_other_text_in_a_typed_file(pl):
    table = pl.DataFrame(
        {"s": ["NA", None, "", "a"], "n": ["NA", None, "2", "1"], "none": ["None", "None", None, "None"]}
    )
    frame = read(Path("t.parquet"), content(table, ".parquet"))
    assert frame.column("s").missing.tolist() == [False, True, False, False]
    assert fit_column("s", frame).categories == ("", "NA", "a")
    assert fit_column("n", frame).kind == "numeric"
    np.testing.assert_array_equal(frame.column("n").numbers[0], [np.nan, np.nan, 2, 1])
    assert fit_column("none", frame).categories == ("None",)


def test_a_text_that_most_rows_have_is_no_missing_value_in_a_typed_file(pl):
    frame = read(Path("t.parquet"), content(pl.DataFrame({"s": ["None"] * 6 + ["Stone", "Brick"]}), ".parquet"))
    assert fit_column("s", frame).categories == ("Brick", "None", "Stone")


def test_without_polars_the_extra_is_named(monkeypatch):
    monkeypatch.setattr("bprop.sources.formats.columnar.find_spec", lambda name: None)
    with pytest.raises(errors.MissingPackageError, match=r"t.parquet: .*pip install 'bprop\[tables\]'"):
        read(Path("t.parquet"), b"")


def test_whole_numbers_too_large_for_numpy_are_exact_text(pl, tmp_path):
    path = tmp_path / "t.jsonl"
    path.write_text('{"a": 5555555555555555555555, "b": 1}\n{"a": 1, "b": 2}\n')
    column = read(path, path.read_bytes()).columns["a"]
    assert column.tolist() == ["5555555555555555555555", "1"]


def test_whole_numbers_beyond_2_to_the_53_are_exact_where_some_are_missing(pl, tmp_path):
    table = pl.DataFrame({"a": [2**53 + 1, None], "b": [-(2**53) - 1, None], "c": [3, None]})
    frame = read(tmp_path / "t.parquet", content(table, ".parquet"))
    assert frame.columns["a"].tolist() == ["9007199254740993", None]
    assert frame.columns["b"].tolist() == ["-9007199254740993", None]
    assert frame.columns["c"].cells.dtype == np.float64


@pytest.mark.parametrize("suffix", [".parquet", ".arrow"])
def test_a_file_that_may_not_be_read_is_not_called_damaged(tmp_path, monkeypatch, suffix):
    pytest.importorskip("polars")

    def refused(path, *rest):
        raise PermissionError(13, "Permission denied", path)

    (tmp_path / f"t{suffix}").write_bytes(b"PAR1")
    monkeypatch.setattr(os, "open", refused)
    with pytest.raises(PermissionError):
        format_of(f"t{suffix}").opened(tmp_path / f"t{suffix}")


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
    for look in (lambda: read(path, path.read_bytes()), lambda: format_of(path.name).shape(path)):
        with pytest.raises(errors.DataError, match=r"40 columns, and a table has at most 39"):
            look()


@pytest.mark.parametrize("suffix", [".parquet", ".arrow"])
def test_more_rows_than_there_is_room_for_are_refused_before_they_are_read(pl, tmp_path, free, monkeypatch, suffix):
    frame = pl.DataFrame({"a": np.zeros(100_000, np.int8), "b": np.zeros(100_000, np.int8)})
    path = tmp_path / f"t{suffix}"
    getattr(frame, {".parquet": "write_parquet", ".arrow": "write_ipc"}[suffix])(path)
    free(6_000_000)
    for name in ("read_parquet", "read_ipc"):
        monkeypatch.setattr(pl, name, lambda *given, **more: pytest.fail("it was read"))
    with pytest.raises(errors.DataError, match=r"it takes about 6.1 MB of memory, and 5.7 MB are free"):
        read(path, path.read_bytes())


def test_a_text_that_stands_once_in_the_file_is_counted_for_each_row(pl, tmp_path, free):
    frame = pl.DataFrame({"a": ["x" * 10_000] * 2000, "b": range(2000)})
    path = tmp_path / "t.parquet"
    frame.write_parquet(path)
    assert path.stat().st_size < 100_000
    free(10**6)
    with pytest.raises(errors.DataError, match=r"t.parquet, column 'a': it takes about 19.2 MB"):
        read(path, path.read_bytes())
