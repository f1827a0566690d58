"""How many columns a Parquet file, or one of its kin, says that it has."""

import io
import json
import struct

import pytest

from bprop.sources.formats import format_of
from bprop.sources.formats.parquet import index_of

pl = pytest.importorskip("polars", reason="files of columns are written with polars")
WRITERS = {".parquet": "write_parquet", ".arrow": "write_ipc", ".pq": "write_parquet", ".feather": "write_ipc"}


def columns_in(file, suffix):
    return format_of(f"t{suffix}").columns_in(file)


def file_of(columns, suffix):
    content = io.BytesIO()
    getattr(pl.DataFrame({f"c{k}": [1, 2] for k in range(columns)}), WRITERS[suffix])(content)
    return content


@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.parametrize("columns", [1, 13, 14, 15, 200])
def test_columns_are_counted_as_the_file_says(columns, suffix):
    assert columns_in(file_of(columns, suffix), suffix) == columns


def test_no_more_is_read_than_the_beginning_of_a_parquet_footer():
    file = file_of(200, ".parquet")
    read = []
    original = file.read
    file.read = lambda *count: read.append(original(*count)) or read[-1]
    assert columns_in(file, ".parquet") == 200
    assert sum(map(len, read)) < 100


@pytest.mark.parametrize("suffix", [".parquet", ".arrow"])
def test_damaged_files_say_nothing_or_something_but_never_fail(suffix):
    whole = file_of(20, suffix).getvalue()
    for cut in range(0, len(whole), 7):
        assert columns_in(io.BytesIO(whole[:cut]), suffix) == 0
    for place in range(max(0, len(whole) - 1200), len(whole)):
        damaged = io.BytesIO(whole[:place] + b"\xff" + whole[place + 1 :])
        assert columns_in(damaged, suffix) >= -1


@pytest.mark.parametrize(
    ("content", "suffix"),
    [
        (b"PAR1" + struct.pack("<I", 9) + b"PAR1", ".parquet"),
        (b"\x15" + b"\xff" * 20 + struct.pack("<I", 21) + b"PAR1", ".parquet"),
        (b"\xff" * 20 + struct.pack("<I", 20) + b"ARROW1", ".arrow"),
        (b"", ".arrow"),
    ],
)
def test_nonsense_says_nothing(content, suffix):
    assert columns_in(io.BytesIO(content), suffix) == 0


def test_the_index_of_pandas_is_no_last_column(tmp_path):
    frame = pl.DataFrame({"a": [1, 2], "größe": [3, 4], "day": [5, 6]})
    kept = {"pandas": json.dumps({"index_columns": ["day", "größe", "gone"]}, ensure_ascii=False)}
    frame.write_parquet(tmp_path / "t.parquet", metadata=kept)
    with open(tmp_path / "t.parquet", "rb") as file:
        assert index_of(file) == ["day", "größe", "gone"]
    known = format_of("t.parquet")
    assert known.lazy(tmp_path / "t.parquet").collect_schema().names() == ["day", "größe", "a"]
    with open(tmp_path / "t.parquet", "rb") as file:
        assert known.eager(file).columns == ["day", "größe", "a"]


@pytest.mark.parametrize("kept", ['{"index_columns": [{"kind": "range"}]}', '{"index_columns": []}', "{", ""])
def test_an_index_without_a_name_is_none(kept):
    file = io.BytesIO()
    pl.DataFrame({"a": [1]}).write_parquet(file, metadata={"pandas": kept})
    assert index_of(file) == []
    assert index_of(io.BytesIO(file.getvalue()[:9])) == []
