"""Models for rows: the answers are those of `bprop predict`, to the bit, in every format; other rows are refused."""

import io
import json

import numpy as np
import pytest

import bprop as bp

from .conftest import ARROW, CSV, JSON, messy

pl = pytest.importorskip("polars")
pytest.importorskip("typer")

COLUMNS = ("id", "city", "size", "new", "built")
PARIS = {"city": "Paris", "size": 51.5, "new": "yes", "built": "2010-03-01"}


def rows():
    table = messy()
    return pl.DataFrame({name: table[name] for name in COLUMNS})


@pytest.fixture
def predicted(folder, tmp_path):
    """predicted("dear", "rows.csv", content, "out.csv"): what `bprop predict` writes."""
    from typer.testing import CliRunner

    from bprop.cli.app import app

    def predicted(model, name, content, out, *options):
        (tmp_path / name).write_bytes(content)
        words = ["predict", folder / f"{model}.bprop", tmp_path / name, "--out", tmp_path / out, *options]
        result = CliRunner().invoke(app, [str(word) for word in words])
        assert result.exit_code == 0, result.output
        return (tmp_path / out).read_bytes()

    return predicted


MODELS = [
    ("dear", ()), ("dear", ("threshold", "0.3")), ("dear", ("interval", "0.5")), ("price", ("interval", "0.8")),
    ("both", ()), ("ensemble", ("spread", "true")),
]  # fmt: skip


@pytest.mark.parametrize(("model", "option"), MODELS, ids=lambda value: str(value))
def test_csv_is_answered_as_predict_answers_it(ask, predicted, model, option):
    content = rows().write_csv().encode()
    query = f"?{option[0]}={option[1]}" if option else ""
    options = () if not option else ("--spread",) if option[0] == "spread" else (f"--{option[0]}", option[1])
    answer = ask("POST", f"/models/{model}/predict{query}", content, CSV)
    assert answer.status == 200, answer.content
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.content == predicted(model, "rows.csv", content, "out.csv", *options)


@pytest.mark.parametrize("model", ["dear", "price", "both", "ensemble"])
def test_json_and_arrow_are_answered_as_predict_answers_them(ask, predicted, model):
    content = rows().write_json().encode()
    lines = predicted(model, "rows.json", content, "out.jsonl").decode().splitlines()
    answer = ask("POST", f"/models/{model}/predict", content)
    assert answer.json()["predictions"] == [json.loads(line) for line in lines]
    file = io.BytesIO()
    rows().write_ipc_stream(file)
    table = pl.read_ipc(io.BytesIO(predicted(model, "rows.arrows", file.getvalue(), "out.arrow")))
    answer = ask("POST", f"/models/{model}/predict", file.getvalue(), ARROW)
    assert answer.headers["Content-Type"] == ARROW
    assert pl.read_ipc_stream(io.BytesIO(answer.content)).equals(table)


def test_all_forms_of_json_and_all_formats_of_answers_say_the_same(ask):
    second = {**PARIS, "city": None, "size": None}
    columns = {name: [PARIS[name], second[name]] for name in PARIS}
    split = {"columns": list(PARIS), "data": [list(PARIS.values()), list(second.values())]}
    answers = [ask("POST", "/models/dear/predict", body).json() for body in ([PARIS, second], columns, split)]
    assert answers[0] == answers[1] == answers[2] and len(answers[0]["predictions"]) == 2
    one = ask("POST", "/models/dear/predict", PARIS)
    assert one.json()["predictions"] == ask("POST", "/models/dear/predict", [PARIS]).json()["predictions"]
    assert one.headers["Bprop-Version"] == one.json()["version"] and len(one.json()["version"]) == 12
    text = ask("POST", "/models/dear/predict", PARIS, Accept="text/csv;q=0.9, text/html").content.decode()
    assert text.splitlines()[0] == "class,p(cheap),p(dear)" and len(text.splitlines()) == 2
    stream = ask("POST", "/models/dear/predict", PARIS, Accept=ARROW).content
    read = pl.read_ipc_stream(io.BytesIO(stream)).rows(named=True)
    assert np.float32(read[0]["p(dear)"]) == np.float32(one.json()["predictions"][0]["p(dear)"])


def probabilities(answer, dtype):
    """(N, 3) the probabilities of three classes."""
    read = answer.json()["predictions"]
    return np.array([[one[f"p({c})"] for c in range(3)] for one in read], dtype)


def test_rows_of_numbers_and_images_are_taken_in_their_order(ask, folder):
    X = np.random.default_rng(0).normal(size=(3, 6)).astype(np.float32)
    p = bp.load(folder / "dots.bprop").predict(x=X)
    named = [{f"x{k}": value for k, value in enumerate(row, 1)} for row in X.tolist()]
    for body in (X.tolist(), {"x": X.tolist()}, named):
        assert np.array_equal(probabilities(ask("POST", "/models/dots/predict", body), p.dtype), p)
    X = np.random.default_rng(0).integers(255, size=(2, 4, 7))
    p = bp.load(folder / "image.bprop").predict(x=X)
    assert np.array_equal(probabilities(ask("POST", "/models/image/predict", X.tolist()), p.dtype), p)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"size": "much"}, ("row 2, column 'size'", "'much' is not a finite number", "send such a value, or null")),
        ({"size": True}, ("row 2, column 'size'", "'true' is not a finite number")),
        ({"size": [1]}, ("row 2, column 'size'", "[1] is no cell")),
        ({"size": {"a": 1}}, ("row 2, column 'size'", "is no cell")),
        ({"city": "Pariss"}, ("row 2, column 'city'", "(is it 'Paris'?)", "?unknown=allow")),
        ({"new": "maybe"}, ("row 2, column 'new'", "'maybe' is not true or false")),
        ({"built": "some day"}, ("row 2, column 'built'", "is not a date")),
        ({"colour": "red"}, ("row 1, column 'colour'", "send null")),
    ],
)  # fmt: skip
def test_a_bad_cell_is_refused_with_its_row_and_column(refused, row, says):
    refused(422, [PARIS, {**PARIS, **row}], *says)


def test_numbers_that_are_not_finite_are_refused(refused):
    refused(422, '{"city": "Paris", "size": 1e999, "new": "yes", "built": "2010-03-01"}', "column 'size'", "finite")
    refused(400, '[{"size": NaN}]', "NaN is no JSON: send null")
    refused(422, [[1, 2, 3, 4, 5, 6], [1, 2, "3", 4, 5, 6]], "row 2", 'number 3 is "3"', model="dots")
    refused(422, [[1, 2, 3]], "row 1: it must be a list of 6 finite numbers, and has 3", model="dots")
    refused(422, "[[1,2,3,4,5,1e999]]", "number 6 is Infinity", model="dots")
    refused(422, [[1, 2, 3, 4, 5, True]], "number 6 is true", model="dots")
    refused(422, [[1, 2, 3, 4, 5, 10**400]], "number 6 is 1000", model="dots")
    refused(422, [[[1, 2], 3]], "row 1", model="image")


def test_whole_numbers_of_any_length_are_numbers(ask):
    for number in (10**30, -(10**30), 2**64):
        whole, float_ = (ask("POST", "/models/dots/predict", [[n, 2, 3, 4, 5, 6]]) for n in (number, float(number)))
        assert whole.status == 200
        assert whole.content == float_.content


def test_a_column_of_lists_is_refused_also_in_arrow(refused):
    import polars as pl

    for name, cells in {"city": [["Paris", "Rome"]] * 2, "size": [[1.0], [1.0, 2.0]]}.items():
        file = io.BytesIO()
        pl.DataFrame([{**PARIS, name: cell} for cell in cells]).write_ipc_stream(file)
        refused(422, file.getvalue(), f"column '{name}': the input cannot be read", "List", kind=ARROW)


def test_bytes_after_a_stream_are_refused(refused):
    import polars as pl

    file = io.BytesIO()
    pl.DataFrame([PARIS]).write_ipc_stream(file)
    refused(400, 2 * file.getvalue(), "bytes follow the end of the Arrow stream", kind=ARROW)


def test_columns_that_are_missing_or_new_are_refused_and_new_ones_may_be_allowed(ask, refused):
    lacking = {name: cell for name, cell in PARIS.items() if name != "size"}
    refused(422, lacking, "column size is missing", "the model takes city, size, new, built")
    refused(422, {**lacking, "Size": 3}, "column size is missing (is it 'Size'?)")
    refused(422, {**PARIS, "colour": "red"}, "column colour is not known", "leave it out", "?unknown=allow")
    refused(422, {**PARIS, "city": "Oslo"}, "'Oslo' is no category")
    answer = ask("POST", "/models/dear/predict?unknown=allow", {**PARIS, "colour": "red", "city": "Oslo"})
    assert answer.status == 200
    assert (
        "column colour is not known" in answer.json()["remarks"][0]
        and "'Oslo' is unseen" in answer.json()["remarks"][1]
    )
    answer = ask("POST", "/models/dear/predict?unknown=allow", {**PARIS, "city": "Oslo"}, Accept=CSV)
    assert "'Oslo' is unseen" in answer.headers["Bprop-Remarks"]
    refused(422, [dict.fromkeys([f"x{k}" for k in range(1, 6)], 0)], "columns", model="dots")


def test_the_target_and_ids_may_be_among_the_columns(ask):
    one = ask("POST", "/models/dear/predict", {**PARIS, "id": "p1", "dear": "cheap"}).json()["predictions"][0]
    assert one["id"] == "p1" and {"class", "p(cheap)", "p(dear)"} < one.keys()
    one = ask("POST", "/models/dear/predict?id=size", PARIS).json()["predictions"][0]
    assert one["size"] == 51.5


def test_csv_names_the_line(refused):
    good = "city,size,new,built\nParis,51.5,yes,2010-03-01\n"
    refused(422, f"{good}Rome,much,yes,2010-03-01\n", "body, line 3, column 'size'", "'much'", kind=CSV)
    refused(422, f"{good}Rome,3\n", "line 3", kind=CSV)
    refused(422, "city,size\n", "at least one row", kind=CSV)
    refused(422, "", kind=CSV)
    refused(422, b"\x00\xff\x00", kind=CSV)


def test_csv_of_another_encoding_is_read_as_it_says(ask):
    text = 'city,size,new,built\n"São Paulo, Brazil",51.5,yes,2010-03-01\n'
    both = [
        ask("POST", "/models/dear/predict", text.encode(code), f"text/csv; charset={code}")
        for code in ("utf-8", "cp1252")
    ]
    assert [one.status for one in both] == [200, 200] and both[0].content == both[1].content


def test_damaged_arrow_is_refused(ask, refused):
    file = io.BytesIO()
    rows().write_ipc_stream(file)
    content = file.getvalue()
    refused(400, content[: len(content) // 2], "Arrow stream, or a damaged one", "send all of it again", kind=ARROW)
    refused(400, b"", "Arrow", kind=ARROW)
    refused(400, b"{}", "Arrow", kind=ARROW)
    for place in range(0, len(content), 211):
        damaged = bytearray(content)
        damaged[place] ^= 0xFF
        assert ask("POST", "/models/dear/predict", bytes(damaged), ARROW).status in (200, 400, 413, 422)


def test_options_that_a_model_does_not_have_are_refused(refused):
    refused(422, PARIS, "single network", query="?spread=true")
    refused(400, PARIS, "there is no such option", "interval", query="?intervall=0.9")
    refused(400, PARIS, "stands twice", query="?interval=0.9&interval=0.8")
    refused(400, PARIS, "a probability between 0 and 1", query="?interval=9")
    refused(422, PARIS, "two classes", query="?threshold=0.3", model="price")
    for word in ("abc", "0", "nan", "2", ""):
        refused(400, PARIS, f"?threshold={word}: send a probability between 0 and 1", query=f"?threshold={word}")
    refused(422, [[0] * 6], "conformal scores", query="?interval=0.9", model="dots")


def test_the_media_types_of_json(ask, refused):
    assert ask("POST", "/models/dear/predict", PARIS, "application/json; charset=utf-8").status == 200
    refused(415, PARIS, "JSON is UTF-8", kind=f"{JSON}; charset=cp1252")
