"""How many columns a Parquet file, or one of its kin, says that it has."""

import io
import struct

import pytest

from bprop.sources.formats import format_of

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
