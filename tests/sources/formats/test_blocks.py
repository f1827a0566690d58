"""Files, a piece at a time."""

import gzip
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bprop import errors
from bprop.sources.column import Column
from bprop.sources.formats import blocks, columnar, format_of, layout
from bprop.sources.frame import concatenated
from bprop.sources.opening import open_rows

pl = pytest.importorskip("polars", reason="tables are read piece by piece with polars")
anew = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK", 40)
    monkeypatch.setattr(columnar, "CELLS", 20)
    monkeypatch.setattr(columnar, "ROWS", (3, 8))


def pieces(path):
    return format_of(path.name).scan(path)


def place(path, row):
    return format_of(path.name).place(path, row)


def whole(path):
    parts = [piece.columns(None, piece.names) for piece in pieces(path)]
    assert len(parts) > 1, "not cut at all"
    return {name: concatenated([Column.of(part[name]) for part in parts]).cells for name in parts[0]}


cell = st.sampled_from(["1", "2.5", "", "x", 'a "quoted" one', "two\nlines", "a,b", "?", " wide ", "é"])


@anew
@given(st.lists(st.tuples(cell, cell, st.sampled_from(["0", "1", "-7e3"])), min_size=8, max_size=40), st.booleans())
def test_csv_gives_the_rows_and_places_of_the_file_read_whole(small, tmp_path, rows, windows):
    def quoted(text):
        return f'"{text.replace(chr(34), chr(34) * 2)}"' if set(text) & set('",\n') else text

    end = "\r\n" if windows else "\n"
    path = tmp_path / "t.csv"
    path.write_bytes(end.join(["a,b,c", *(",".join(map(quoted, row)) for row in rows), ""]).encode())
    expected = open_rows(str(path))
    found = whole(path)
    assert {name: c.tolist() for name, c in found.items()} == {n: c.tolist() for n, c in expected.columns.items()}
    for row in (0, len(rows) // 2, len(rows) - 1):
        assert place(path, row) == expected.where(row)


def test_numbers_are_read_as_python_reads_them(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    texts = [repr(float(v)) for v in rng.normal(size=50) * 10.0 ** rng.integers(-20, 20, 50)]
    path = tmp_path / "t.csv"
    path.write_text("b,a\n" + "".join(f"{'' if i % 7 else ' 3'},{t}\n" for i, t in enumerate(texts)))
    monkeypatch.setattr(blocks, "BLOCK", 400)
    found = {name: Column(cells) for name, cells in whole(path).items()}
    parts = [piece.columns(None, ["a", "b"]) for piece in pieces(path)]
    for name, expected in {"a": [float(t) for t in texts], "b": [np.nan if i % 7 else 3.0 for i in range(50)]}.items():
        read = np.concatenate([part[name].numbers[0] for part in parts])
        np.testing.assert_array_equal(read, expected)
        np.testing.assert_array_equal(found[name].numbers[0], expected)


def test_what_is_no_number_stays_text(small, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,b\n" + "1,2\n" * 20 + "x,inf\n" + "1,2\n" * 20)
    parts = [piece.columns(None, ["a", "b"]) for piece in pieces(path)]
    assert {bool(part["a"].numbers[1].any()) for part in parts} == {False, True}
    assert "inf" in [cell for part in parts for cell in part["b"].tolist()]


@pytest.mark.parametrize("suffix", [".parquet", ".arrow", ".jsonl"])
def test_other_files_give_the_rows_of_the_file_read_whole(small, tmp_path, suffix):
    path = tmp_path / f"t{suffix}"
    frame = pl.DataFrame({"n": [1.5, None, 3.0] * 10, "s": ["x", None, " y "] * 10, "i": range(30)})
    getattr(frame, {".parquet": "write_parquet", ".arrow": "write_ipc", ".jsonl": "write_ndjson"}[suffix])(path)
    found, expected = whole(path), open_rows(str(path))
    for name, column in expected.columns.items():
        np.testing.assert_array_equal(found[name], column.cells)
    assert place(path, 7) == expected.where(7)


@pytest.mark.parametrize(
    "content",
    [
        b"a\tb\n" + b"1\t2\n" * 40 + b"\t",
        b"a\tb\n" + b"\t\n" * 90,
        b"a\n" + b"1\n \n" * 60,
        b"a\tb\n" + b"1\t2\n\n\n" * 30,
    ],
)
def test_rows_of_empty_cells_are_rows(small, tmp_path, content):
    path = tmp_path / "t.tsv"
    path.write_bytes(content)
    expected = open_rows(str(path))
    assert [len(column) for column in whole(path).values()] == [len(column) for column in expected.columns.values()]


def test_text_may_be_packed(small, tmp_path):
    content = b"a,b\n" + b"1,2\n" * 50
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(content))
    assert len(whole(tmp_path / "t.csv.gz")["a"]) == 50
    (tmp_path / "t.parquet.gz").write_bytes(gzip.compress(b"x"))
    with pytest.raises(errors.DataError, match=r"t.parquet.gz: not a .parquet file"):
        whole(tmp_path / "t.parquet.gz")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a,b\n" + b"1,2\n" * 30 + b"1,2,3\n" + b"1,2\n" * 30, r"line 32: 3 cells"),
        (b"\n\na,b\n" + b"1,2\n" * 30 + b"1\n", r"line 34: 1 cells"),
        (b"", "needs a header line"),
        (b"a,b\n" + b'"1,2\n' + b"1,2\n" * 300, "a quote is left open"),
    ],
)
def test_errors_name_the_line_of_the_file(small, tmp_path, content, message):
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(errors.DataError, match=message):
        list(pieces(tmp_path / "t.csv"))


@pytest.mark.parametrize("suffix", [".parquet", ".arrow", ".jsonl"])
def test_a_damaged_file_is_named(tmp_path, suffix):
    (tmp_path / f"t{suffix}").write_bytes(b"PAR1 no such thing\n")
    with pytest.raises(errors.DataError, match=f"t{suffix}: not a {suffix} file, or a damaged one"):
        list(pieces(tmp_path / f"t{suffix}"))


@pytest.fixture
def short(small, monkeypatch):
    """Cells in quotes hold 60 letters, headers 100."""
    monkeypatch.setattr(blocks, "LONGEST_CELL", 60)
    monkeypatch.setattr(layout, "LONGEST_HEADER", 100)
    monkeypatch.setattr(layout, "SAMPLE", 100)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\na,b\n1,2\n" + b'3,"4\n' + b"1,2\n" * 300, r"t.csv, line 4, column 'b': a quote is left open"),
        (b"a,b\n" + b'1,"x\ny"\n' * 9 + b'"4\n' + b"1,2\n" * 300, r"t.csv, line 20, column 'a': a quote is left open"),
        (b'a,"b\n' + b"1,2\n" * 300, r"t.csv, line 1, column 2: a quote is left open"),
        (b"a,b\n" + b"1,2\n" * 30 + b'3,"4\n' + b"1,2\n" * 3, r"t.csv, line 32, column 'b': a quote is left open"),
        (b"a," * 90 + b"b\n1,2\n", r"t.csv: its first line is longer than 0.1 kB"),
        (b"a,b\n" + b"1," * 900, r"t.csv, line 2: a row of more than 0.7 kB"),
    ],
)
def test_what_has_no_end_is_refused_where_it_begins(short, tmp_path, content, message):
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(errors.DataError, match=message):
        list(pieces(tmp_path / "t.csv"))


def test_a_quote_that_is_a_letter_opens_nothing(short, tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b'size 1",b\n' + b'5" pipe,1\n' + b"3,2\n" * 100)
    assert whole(path)['size 1"'].tolist() == ['5" pipe', *["3"] * 100]
    assert place(path, 100) == f"{path}, line 102"


def test_no_more_of_a_file_is_read_than_its_fault(short, tmp_path, monkeypatch):
    path = tmp_path / "t.csv"
    path.write_bytes(b'a,b\n1,"2\n' + b"1,2\n" * 10_000)
    taken = []

    @contextmanager
    def opened(path):
        with open(path, "rb") as file:
            yield type("Counted", (), {"read": lambda self, count: taken.append(count) or file.read(count)})()

    monkeypatch.setattr("bprop.sources.formats.delimited.opened", opened)
    with pytest.raises(errors.DataError, match="a quote is left open"):
        list(pieces(path))
    assert sum(taken) < 400


def test_a_header_is_found_behind_blank_lines_and_a_byte_order_mark(small, tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"\xef\xbb\xbf\n \r\n" + "ﻟ,b\n".encode() + b"1,2\n" * 30)
    assert whole(path)["ﻟ"].tolist() == ["1"] * 30
    assert place(path, 29) == f"{path}, line 33"


def test_lines_of_json_with_too_many_keys_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("bprop.sources.limits.MOST_COLUMNS", 300)
    monkeypatch.setattr("bprop.sources.formats.jsonl.MOST_COLUMNS", 300)
    (tmp_path / "t.jsonl").write_bytes(b"".join(b'{"key%d": 1}\n' % k for k in range(301)))
    with pytest.raises(errors.DataError, match="301 columns"):
        list(pieces(tmp_path / "t.jsonl"))


def test_quotes_that_are_letters_and_cells_of_several_lines_in_one_file(small, tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b'a,b\n5" pipe,3\n' + b'1,"x\ny"\n' * 30)
    assert whole(path)["b"].tolist() == ["3", *["x\ny"] * 30]
    assert place(path, 30) == f"{path}, line 62"
