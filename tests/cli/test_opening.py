"""From names of data to rows, and how they become arrays."""

from pathlib import Path

import numpy as np
import pytest

from bprop import errors
from bprop.sources.answer import Answer

pytestmark = pytest.mark.usefixtures("typer", "folder")


@pytest.fixture
def opening(typer):
    from bprop.cli import opening

    return opening


def prepared(opening, rows, *settings):
    return opening.prepare(rows, Answer.of(rows, rows.target), *settings)


def test_rows_have_their_target(opening):
    assert opening.open_data("pets.csv").target == ("kind",)
    assert opening.open_data("house.csv", "price,area").target == ("price", "area")
    assert opening.open_data("dots.npz").target == ("y",)


def test_a_folder_does_not_hide_built_in_data(opening, folder):
    pytest.importorskip("sklearn", reason="the built-in data comes with scikit-learn")
    (folder / "iris").mkdir()
    assert len(opening.open_data("iris")) == 150


def test_how_they_become_arrays(opening):
    frame, arrays = opening.open_data("pets.csv"), opening.open_data("dots.npz")
    assert prepared(opening, frame).is_table
    assert not prepared(opening, arrays).is_table
    assert prepared(opening, frame, ["age=ignored"], "weight").columns == ("size",)


def test_kinds_and_weights_are_for_tables(opening):
    for settings in (["x1=numeric"], None), ((), "x1"):
        with pytest.raises(errors.SettingError, match="--kind and --weights are for tables"):
            prepared(opening, opening.open_data("dots.npz"), *settings)


def test_a_column_name_may_hold_an_equals_sign(opening, folder):
    (folder / "odd.csv").write_text("a=b,y\n1,p\n2,q\n")
    found = prepared(opening, opening.open_data("odd.csv"), ["a=b=categorical"])
    assert found.kinds[0].kind == "categorical"


def test_further_data_is_of_the_same_kind(opening):
    frame, arrays = opening.open_data("pets.csv"), opening.open_data("dots.npz")
    assert opening.open_beside(frame, "house.csv").target == ("kind",)
    assert len(opening.open_beside(arrays, "dots.npz")) == 60
    with pytest.raises(errors.DataError, match=r"dots.npz: must be a table .*, as pets is"):
        opening.open_beside(frame, "dots.npz")


def test_data_for_a_model_has_its_columns(opening, model):
    frame, preparation = opening.open_for(model, "pets.csv")
    assert preparation.columns == ("size", "weight", "age")
    assert set(preparation.y(frame)) == {0, 1, 2}
    np.testing.assert_array_equal(preparation.inputs(frame)["x"].shape, (60, 3))


def test_arrays_for_a_model_of_a_table_are_its_columns_in_order(opening, model, folder):
    np.savez(folder / "three.npz", x=np.arange(6.0).reshape(2, 3), y=np.array(["cat", "eel"]))
    rows, preparation = opening.open_for(model, "three.npz")
    assert preparation.inputs(rows)["x"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert preparation.y(rows).tolist() == [0, 2]


@pytest.fixture
def dots(run):
    import bprop as bp

    run("train dots.npz --engine numpy --hidden 4 --epochs 1 --out dots.bprop")
    return bp.load("dots.bprop")


def test_data_for_a_model_of_arrays(opening, dots):
    rows, preparation = opening.open_for(dots, "dots-images-idx3-ubyte")
    assert preparation.inputs(rows)["x"].shape == (60, 16)
    assert preparation.y(rows).tolist() == [k % 3 for k in range(60)]  # their targets have another name


def test_a_table_for_a_model_of_arrays_is_taken_by_the_names_of_its_columns(opening, dots, folder):
    names = [f"x{k}" for k in range(1, 17)]
    line = ",".join(map(str, range(16)))
    (folder / "t.tsv").write_text("\t".join([*reversed(names), "y"]) + "\n" + line.replace(",", "\t") + "\t2\n")
    rows, preparation = opening.open_for(dots, "t.tsv")
    assert preparation.arrays(rows)["x"].tolist() == [list(range(15, -1, -1))]
    assert preparation.y(rows).tolist() == [2]
    (folder / "far.csv").write_text(",".join(names) + "\n" + line + "\n\n" + line.replace("15", "x") + "\n")
    rows, _ = opening.open_for(dots, "far.csv", targets=False)
    with pytest.raises(errors.DataError, match=r"far.csv, line 4, column 'x16': 'x' is not a finite number"):
        preparation.inputs(rows)


def test_a_workbook_trains_evaluates_and_predicts_as_the_same_table_in_text(run, folder, monkeypatch):
    """Cells as Excel writes them: numbers with a format, a sheet of its own, a title above the header."""
    pytest.importorskip("python_calamine", reason="workbooks are read by it")
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "sources" / "formats"))
    import books

    lines = [line.split(",") for line in (folder / "pets.csv").read_text().splitlines()]
    rows = [[float(cell) if _is_number(cell) else cell or None for cell in line] for line in lines]
    (folder / "pets.xlsx").write_bytes(books.xlsx({"Notes": [[]], "Pets": [["Our pets"], *rows]}))
    options = "--engine numpy --hidden 3 --epochs 1 --no-progress"
    said = run(f"train pets.xlsx {options} --out book.bprop")
    assert "the rows above row 2 are no part of the table: 'Our pets'" in said.stderr
    run(f"train pets.csv {options} --out text.bprop")
    for command in ("predict {}.bprop pets.csv", "evaluate {}.bprop pets.xlsx --sheet Pets --json --bootstrap 0"):
        assert run(command.format("book")).stdout == run(command.format("text")).stdout


def _is_number(text):
    return text.replace(".", "", 1).lstrip("-").isdigit()


def test_a_column_of_lists_is_left_out_by_its_type_and_is_no_target(run, refused, folder):
    rows = [f'{{"tags": ["a"], "n": {k % 7}.5, "y": "{"pq"[k % 2]}"}}' for k in range(40)]
    (folder / "t.jsonl").write_text("\n".join(rows))
    for stream in ("", "--stream"):
        out = run(f"train t.jsonl --engine numpy --hidden 3 --epochs 1 --no-progress --out t.bprop {stream}").stdout
        assert "tags (of the type List(String))" in out
    refused(
        "train t.jsonl --target tags", "t.jsonl, column 'tags': the target cannot be read: the cells are of the type"
    )
