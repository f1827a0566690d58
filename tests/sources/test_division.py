"""How rows were divided, in words and in notes."""

import json

import numpy as np
import pytest

from bprop import errors
from bprop.sources.checksums import rows_checksum
from bprop.sources.division import Division, described
from bprop.sources.frame import Frame
from bprop.sources.read_options import ReadOptions
from bprop.sources.splits import Split

COUNTS = {"train": 70, "validation": 10, "test": 20}


def division(split=None, **more):
    return Division(
        **{"source": "t.csv", "checksum": "ab", "rows": 100, "counts": COUNTS, **more}, split=split or Split()
    )


@pytest.mark.parametrize(
    ("found", "line"),
    [
        (
            division(stratified=True),
            "random, stratified by class, seed 0: 70 rows train, 10 rows validate, 20 rows test",
        ),
        (
            division(Split(seed=3), streamed=True),
            "random, each row drawn by itself, seed 3: 70 rows train, 10 rows validate, 20 rows test",
        ),
        (
            division(Split(by="day"), spans={"train": ("2", "5"), "validation": ("6", "7"), "test": ("8", "9")}),
            "by 'day': 70 rows up to 5 train, 10 rows from 6 to 7 validate, 20 rows from 8 to 9 test; rows of equal "
            "'day' stay together",
        ),
        (
            division(Split(group="shop"), groups={"train": 7, "validation": 1, "test": 2}, stratified=True),
            "random by 'shop', stratified by class, seed 0: 70 rows of 7 'shop' train, 10 rows of 1 'shop' validate, "
            "20 rows of 2 'shop' test; no 'shop' is in two parts",
        ),
        (
            division(files={"test": ("more.csv", None)}),
            "random, seed 0: 70 rows train, 10 rows validate; 20 rows of more.csv test",
        ),
        (
            division(files={"test": ("more.csv", None), "validation": ("v.csv", None)}),
            "no row is held out: 70 rows train; 20 rows of more.csv test; 10 rows of v.csv validate",
        ),
        (division(counts={"train": 1000}), "no row is held out: 1,000 rows train"),
    ],
)  # fmt: skip
def test_it_is_a_line_for_people(found, line):
    assert str(found) == line


EVERY = [
    division(),
    division(Split(500.0, 0.0, 7, by="day", kind="date"), streamed=True, checksum=None, test_rows="cd"),
    division(Split(group="shop"), files={"test": ("more.csv", "ef"), "validation": ("-", None)}, labels="labels"),
    division(read=ReadOptions("cp1252", ";", False, 3, "#", ("x", "-"), "missing", "2")),
]


@pytest.mark.parametrize("one", EVERY)
def test_the_notes_hold_all_that_makes_the_rows_again(one):
    assert Division.from_notes(json.loads(json.dumps(one.to_notes()))) == one


def test_the_notes_are_small_however_many_rows_there_are():
    rows = Frame("t", {"day": np.arange(100_000)}, str)
    split = Split(by="day")
    found = division(**described(split, rows, split.parts(rows), None))
    assert len(json.dumps(found.to_notes())) < 600


def test_the_rows_of_a_part_of_a_table_are_those_of_the_table():
    rows = Frame("t", {"day": np.arange(50)}, str).rows(np.arange(10, 50))
    split = Split(0.25, 0, by="day")
    found = described(split, rows, split.parts(rows), None)
    assert found["test_rows"] == rows_checksum(np.arange(40, 50))
    assert found["spans"] == {"train": ("10", "39"), "test": ("40", "49")}


def test_an_older_model_says_nothing_of_it():
    with pytest.raises(errors.DataError, match=r"does not say which rows were held out.*train it again"):
        Division.from_notes({})


@pytest.mark.parametrize(
    ("entry", "value"),
    [
        ("source", 3), ("checksum", []), ("rows", "9"), ("rows", True), ("counts", {}), ("counts", {"train": "9"}),
        ("counts", {"train": 3, "fun": 2}), ("counts", [1]), ("stratified", 1), ("streamed", None), ("files", []),
        ("files", {"test": "a"}), ("files", {"test": ["a"]}), ("files", {"test": ["a", 3]}),
        ("files", {"x": ["a", "b"]}),
        ("test", "0.2"), ("seed", 0.5), ("by", 3), ("kind", 3), ("group", {}), ("read", None),
        ("read", {"header": "yes"}),
        ("read", {"skip_rows": "1"}), ("read", {"missing": [1]}), ("read", {"evil": "x"}), ("labels", 1),
    ],
)  # fmt: skip
def test_damaged_notes_are_named(entry, value):
    notes = division().to_notes()
    notes["split"][entry] = value
    with pytest.raises(errors.DataError, match=r"the notes of this model .* (of|in) "):
        Division.from_notes(notes)


@pytest.mark.parametrize("value", [3, [], "x"])
def test_damaged_notes_as_a_whole(value):
    with pytest.raises(errors.DataError, match="'split' is "):
        Division.from_notes({"split": value})
