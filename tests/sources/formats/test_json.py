"""Documents of JSON that are tables."""

import json
from pathlib import Path

import numpy as np
import pytest

from bprop import errors
from bprop.sources.formats import Json, JsonLines, Source, format_of
from bprop.sources.opening import open_rows

RECORDS = [{"a": 1, "s": "x"}, {"a": 2, "s": None}, {"a": 3, "s": "NA"}]
LISTS = {"a": [1, 2, 3], "s": ["x", None, "NA"]}


def read(document, path=Path("t.json")):
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    return Json().read(Source(path, content, lambda: content))


def lines(records):
    return "\n".join(map(json.dumps, records)).encode()


FORMS = {
    "records": RECORDS,
    "lists": LISTS,
    "columns": {name: {str(k): cell for k, cell in enumerate(cells)} for name, cells in LISTS.items()},
    "columns of names": {name: dict(zip(("r1", "r2", "r3"), cells, strict=True)) for name, cells in LISTS.items()},
    "index": {str(k): record for k, record in enumerate(RECORDS)},
    "index of names": {f"row {k}": record for k, record in enumerate(RECORDS)},
    "split": {"columns": ["a", "s"], "index": [5, 6, 7], "data": [[1, "x"], [2, None], [3, "NA"]]},
    "table": {
        "schema": {"fields": [], "primaryKey": ["index"]},
        "data": [{"index": k, **record} for k, record in enumerate(RECORDS)],
    },
    "values": [["a", "s"], [1, "x"], [2, None], [3, "NA"]],
    "wrapped": {"count": 3, "next": None, "results": RECORDS},
    "wrapped twice": {"response": {"data": LISTS}},
    "lines": b"\n" + lines(RECORDS) + b"\n",
    "pretty": json.dumps(RECORDS, indent=2).encode(),
    "with a mark": b"\xef\xbb\xbf" + json.dumps(RECORDS).encode(),
    "in UTF-16": json.dumps(RECORDS).encode("utf-16"),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_columns(form):
    pytest.importorskip("polars") if form == "lines" else None
    frame = read(FORMS[form])
    assert {name: column.texts.tolist() for name, column in frame.columns.items()} == {
        "a": ["1", "2", "3"], "s": ["x", None, "NA"],
    }  # fmt: skip
    assert frame.columns["a"].cells.dtype == np.int64
    assert frame.columns["s"].missing.tolist() == [False, True, False]
    assert frame.where(1) == "t.json, row 2"


def test_lists_without_names_are_all_rows_and_it_is_said():
    frame = read([[0.5, 41, "yes"], [1.5, 48, None], [2.5, 50, "no"]])
    assert {name: column.texts.tolist() for name, column in frame.columns.items()} == {
        "x1": ["0.5", "1.5", "2.5"], "x2": ["41", "48", "50"], "x3": ["yes", None, "no"],
    }  # fmt: skip
    assert frame.remarks == ("t.json: its lists have no names of columns, so they are called x1 to x3",)
    assert list(read([["a", 2019, 2020], ["x", 0.5, 1.5], ["y", 2.5, 3.5]]).columns) == ["a", "2019", "2020"]


def test_where_a_wrapped_table_is_read_from_is_said():
    assert read(FORMS["wrapped twice"]).remarks == ("t.json: the table is read from 'response.data'",)


def test_a_key_that_a_row_lacks_is_missing_and_objects_are_taken_apart():
    frame = read([{"a": 1, "place": {"x": 1.5, "y": 2}}, {"place": {"x": 2.5}}])
    np.testing.assert_array_equal(frame.columns["a"].cells, [1, np.nan])
    np.testing.assert_array_equal(frame.columns["place.y"].cells, [2, np.nan])
    assert frame.remarks == ("t.json: the objects of place are columns of their own: place.x, place.y",)


def test_lists_in_rows_are_left_out_by_name():
    assert read([{"a": 1, "tags": ["x"]}, {"a": 2, "tags": []}]).column("tags").unread == "lists"


def test_whole_numbers_are_exact():
    assert read(b'[{"a": 9007199254740993}, {"a": 1}]').columns["a"].tolist() == [9007199254740993, 1]


def test_one_object_in_one_line_is_one_row():
    pytest.importorskip("polars")
    assert read({"a": 1, "s": "x"}).columns["s"].tolist() == ["x"]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (b'[{"a": 1},\n{"a": }]', r"t.json, line 2: not JSON, or damaged: Expecting value"),
        (b"[" * 100_000, r"t.json: not JSON, or damaged|t.json, line 1: not JSON"),
        (b"\xff\xfe\xff", r"t.json: not JSON, or damaged"),
        ([], r"t.json: the file has no rows"),
        ([1, 2], r"t.json, row 1: 1 is no object: a table is a list of objects"),
        ([{"a": 1}, 5], r"t.json, row 2: 5 is no object"),
        ({"a": 1, "b": {"c": 2}, "d": {"e": 3}}, r"t.json: holds several tables: b, d|t.json"),
        ({"x": [{"a": 1}], "y": [{"a": 2}]}, r"t.json: holds several tables: x, y"),
        ("text", r"t.json: this JSON is no table: that is a list of objects"),
        ({"type": "FeatureCollection", "features": []}, r"t.json: a map \(GeoJSON\), whose rows are shapes"),
        ([["a", "b"], [1]], r"t.json, row 1: needs 2 cells"),
        ([{"a": 1, " a": 2}], r"t.json: every column needs a name of its own"),
        ({"a": []}, r"t.json"),
    ],
)
def test_what_is_no_table_is_told(document, message):
    with pytest.raises(errors.DataError, match=message):
        read(json.dumps(document, indent=1).encode() if isinstance(document, dict) else document)


def test_lines_are_streamed_and_a_document_says_why_it_is_not(tmp_path):
    pytest.importorskip("polars")
    path = tmp_path / "t.json"
    path.write_bytes(lines(RECORDS))
    pieces = list(format_of("t.json").scan(path))
    assert (pieces[0].names, sum(map(len, pieces))) == (["a", "s"], 3)
    path.write_text(json.dumps(RECORDS))
    with pytest.raises(
        errors.DataError, match=r"t.json: one document of JSON is read whole, and not streamed: write it"
    ):
        next(format_of("t.json").scan(path))


def test_text_that_is_json_is_read_as_json(tmp_path, monkeypatch):
    pytest.importorskip("polars")
    monkeypatch.chdir(tmp_path)
    for name, content in (("t.txt", json.dumps(RECORDS)), ("t", json.dumps(LISTS)), ("t.csv", lines(RECORDS).decode())):
        Path(name).write_text(content)
        assert list(open_rows(name).columns) == ["a", "s"], name
    assert isinstance(format_of("t.jsonl"), JsonLines)


def test_a_json_file_beside_tables_is_no_part_of_a_folder(tmp_path):
    (tmp_path / "t.csv").write_text("a,b\n1,x\n2,y\n")
    (tmp_path / "dataset-metadata.json").write_text('{"title": "x"}')
    assert len(open_rows(str(tmp_path))) == 2
    (tmp_path / "t.csv").unlink()
    (tmp_path / "dataset-metadata.json").write_text(json.dumps(RECORDS))
    assert len(open_rows(str(tmp_path))) == 3


def test_an_object_whose_fields_have_the_names_of_other_columns_stays_as_it_is(tmp_path):
    (tmp_path / "t.json").write_text('[{"p.x": 1, "p": {"x": 2}, "a": 5}]')
    frame = open_rows(str(tmp_path / "t.json"))
    assert frame.columns["p.x"].cells.tolist() == [1] and frame.columns["p"].unread == "objects"
