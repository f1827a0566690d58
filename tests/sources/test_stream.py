"""Tables larger than memory as data sets."""

import shutil

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.sources import stream as module
from bprop.sources.answer import Answer
from bprop.sources.formats import blocks, columnar
from bprop.sources.opening import open_rows
from bprop.sources.preparation import Preparation
from bprop.sources.scaling import network_arrays
from bprop.sources.stream import stream_beside
from bprop.sources.survey import Shares

pytest.importorskip("polars", reason="tables are read piece by piece with polars")
ROWS = 400


def lines():
    rng = np.random.default_rng(0)
    for row in range(ROWS):
        size = "" if row % 11 == 0 else f"{rng.normal():.4f}"
        colour, day = ["red", "green", ""][row % 3], f"2024-0{1 + row % 9}-1{row % 7}"
        yield f"{size},town {rng.integers(40)},{colour},{day},{row % 4 / 2},{'yn'[row % 2]}"


@pytest.fixture
def table(tmp_path, monkeypatch):
    """Four ragged files with numbers, categories (one embedded), dates and weights, read in many pieces."""
    monkeypatch.setattr(blocks, "BLOCK", 500)
    monkeypatch.setattr(columnar, "CELLS", 60)
    monkeypatch.setattr(columnar, "ROWS", (5, 50))
    folder, rows = tmp_path / "t", list(lines())
    folder.mkdir()
    for number, (start, stop) in enumerate(((0, 7), (7, 200), (200, 201), (201, ROWS))):
        head = "size,town,colour,day,weight,answer"
        (folder / f"{number}.csv").write_text("\n".join([head, *rows[start:stop]]) + "\n")
    return folder


def test_the_rows_are_those_of_the_table_read_whole(table):
    found = bp.stream(table, "answer", weights="weight", seed=3, validation=0.1, test=0.2)
    frame, parts = open_rows(str(table)), Shares(0.1, 0.2, 3).parts(np.arange(ROWS))
    frame = type(frame)(frame.name, frame.columns, frame.place, None, ("answer",), frame.source)
    answer, trained = Answer.of(frame, ("answer",)), frame.rows(np.nonzero(parts == 0)[0])
    expected = Preparation.fit(trained, answer, {}, ("weight",)).deciding(np.bincount(answer.y(trained)))
    assert found.preparation == expected
    assert found.preparation.embeddings.keys() == {"town"}
    for part, data in enumerate((found.train, found.validation, found.test)):
        rows = frame.rows(np.nonzero(parts == part)[0])
        for name, array in network_arrays(rows, expected, found.units, np.float32).items():
            np.testing.assert_array_equal(data.arrays[name], array)
        np.testing.assert_array_equal(data.weights, rows.columns["weight"].cells.astype(np.float32))
    assert len(found.train) + len(found.validation) + len(found.test) == ROWS


def test_a_network_is_trained_on_it_and_saved_with_its_encoding(table, tmp_path):
    found = bp.stream(table, "answer", weights="weight")
    sizes = [found.inputs, 8, found.outputs]
    graph = bp.tabular(sizes, found.preparation.embeddings, **found.settings)
    fit = bp.train(graph, found.train, validation=found.validation, epochs=2, notes=found.notes, progress=False)
    assert fit.evaluate(found.test)["loss"] < 2
    bp.save(tmp_path / "m.bprop", fit)
    assert bp.load(tmp_path / "m.bprop").notes["target"] == "answer"


def test_parquet_and_csv_of_the_same_table_are_the_same_stream(tmp_path):
    import polars as pl

    rng = np.random.default_rng(0)
    frame = pl.DataFrame({"a": rng.normal(size=300), "b": rng.integers(5, size=300), "y": rng.normal(size=300)})
    frame.write_csv(tmp_path / "t.csv")
    frame.write_parquet(tmp_path / "t.parquet", row_group_size=70)
    one, two = (bp.stream(tmp_path / f"t.{kind}", dtype="float64") for kind in ("csv", "parquet"))
    assert one.preparation == two.preparation
    assert one.settings.keys() == two.settings.keys()
    for name, array in one.train.arrays.items():
        assert array.dtype == np.float64
        np.testing.assert_array_equal(array, two.train.arrays[name])


def test_it_is_a_function_of_the_seed(table):
    one, two, other = (bp.stream(table, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.train.arrays["x"], two.train.arrays["x"])
    assert len(one.train) != len(other.train) or not np.array_equal(one.train.arrays["x"], other.train.arrays["x"])


def test_a_table_beside_it_is_encoded_alike(table):
    found = bp.stream(table, "answer", validation=0.0, test=0.0)
    beside = stream_beside(found, table)
    for name, array in found.train.arrays.items():
        np.testing.assert_array_equal(array, beside.arrays[name])


@pytest.mark.parametrize("row", [1, 90, 199])
def test_a_bad_cell_in_the_middle_is_named_and_no_file_is_left(table, tmp_path, row):
    rows = (table / "3.csv").read_text().splitlines()
    rows[row] = "huge," + rows[row].partition(",")[2]
    (table / "3.csv").write_text("\n".join(rows) + "\n")
    spools = tmp_path / "spools"
    spools.mkdir()
    # were the row to be sampled, the first pass would find it, with the same words
    with pytest.raises(
        errors.DataError, match=rf"3\.csv, line {row + 1}, column 'size': 'huge' is not a finite number"
    ):
        bp.stream(table, "answer", folder=spools, kinds={"size": "numeric"})
    assert list(spools.iterdir()) == []


def test_ctrl_c_while_reading_leaves_no_file(table, tmp_path):
    def stop(what, rows):
        if what == "encoded":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bp.stream(table, folder=tmp_path / "t", tell=stop)
    assert sorted(path.name for path in table.iterdir()) == ["0.csv", "1.csv", "2.csv", "3.csv"]


def test_a_table_that_changes_between_the_passes_is_refused(table):
    grown = []

    def grow(what, rows):
        if what == "encoded" and not grown:
            with open(table / "3.csv", "a") as file:
                grown.append(file.write("1,town 1,red,2024-01-11,1,y\n"))

    with pytest.raises(errors.DataError, match="had 400 rows at first and 401 later: the file changed"):
        bp.stream(table, tell=grow)


def test_a_disk_without_room_is_said_before_the_work(table, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: type("Usage", (), {"free": 100}))
    with pytest.raises(errors.DataError, match=r"GB free: give another folder: --spool DIR"):
        bp.stream(table)
    with pytest.raises(errors.DataError, match="cannot write the examples to"):
        monkeypatch.undo()
        bp.stream(table, folder=table / "missing")
    assert module.SPARE > 1


def test_something_must_be_left_to_train_on(table):
    for file in ("1.csv", "2.csv", "3.csv"):
        (table / file).unlink()
    with pytest.raises(errors.DataError, match="no row is left to train on"):
        bp.stream(table, test=0.999999, validation=0.0)
