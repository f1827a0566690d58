"""Tables, arrays and built-in data as subjects."""

import contextlib
import io

import numpy as np
import pytest

import bprop as bp
from bprop.playing.machine import Machine
from bprop.playing.refused import RefusedError
from bprop.playing.subjects.opening import subject_of
from bprop.playing.subjects.tables import of_table


@pytest.fixture
def columns():
    rng = np.random.default_rng(0)
    size = rng.normal(50, 10, 60)
    return {"city": list(rng.choice(["Bern", "<b>", "Uri"], 60)), "size": size, "rent": 3 * size + rng.normal(size=60)}


def written(path, columns):
    lines = [",".join(columns)] + [",".join(map(str, row)) for row in zip(*columns.values(), strict=True)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def executed(machine):
    """The variables of the page's code after it has run."""
    variables = {}
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        exec(machine.snapshot()["parts"]["code"]["text"], variables)
    return variables


def need_same_data(variables, subject):
    for which, arrays in (("data", subject.data), ("held_out", subject.held_out)):
        assert {name: array.tobytes() for name, array in variables[which].items()} == {
            name: array.tobytes() for name, array in arrays.items()
        }


def test_a_file_is_a_table_whose_code_opens_it_again(tmp_path, columns):
    subject = subject_of(written(tmp_path / "flats.csv", columns), target="rent")
    assert (subject.name, subject.kind, subject.answers) == ("flats", "table", "numbers")
    assert subject.rows == 48 and subject.held == 12
    assert set(subject.columns) == {"city=Bern", "city=<b>", "city=Uri", "size"}
    machine = Machine(subject)
    assert machine.snapshot()["parts"]["code"]["needs"] == []
    variables = executed(machine)
    need_same_data(variables, subject)
    assert variables["graph"].describe() == machine.state.work.network.graph.describe()


def test_each_number_of_a_column_has_a_name_of_its_own(tmp_path):
    days = [f"2024-{1 + row % 12:02}-{1 + row % 28:02}" for row in range(60)]
    ages = ["" if row % 7 == 0 else str(20 + row * 37 % 50) for row in range(60)]
    rents = [str(row * 7 % 31 + 0.5) for row in range(60)]
    subject = subject_of(written(tmp_path / "flats.csv", {"age": ages, "day": days, "rent": rents}), target="rent")
    assert subject.columns[:3] == ("age", "age missing", "day: days since 2024-01-01")
    assert len(set(subject.columns)) == len(subject.columns) == subject.inputs


def test_a_dict_of_columns_is_a_table_whose_code_holds_its_numbers(columns):
    subject = subject_of(columns)
    machine = Machine(subject)
    need_same_data(executed(machine), subject)
    assert "scaled" in subject.note


def test_arrays_are_a_subject_with_or_without_a_pair():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(30, 2))
    y = (X[:, 0] > 0).astype(int)
    for subject in (subject_of((X, y)), subject_of(X, y)):
        assert (subject.kind, subject.task, subject.classes) == ("arrays", "classification", ("0", "1"))
        parts = Machine(subject).snapshot()["parts"]
        assert parts["map"] is not None and len(parts["subject"]["points"]["y"]) == 30


def test_a_table_with_many_categories_has_embeddings_and_can_be_rebuilt(play):
    rng = np.random.default_rng(2)
    code = rng.integers(40, size=200)
    subject = subject_of({"zip": [f"z{i}" for i in code], "y": (code % 2).tolist()}, target="y")
    machine = Machine(subject)
    assert "E_zip" in machine.snapshot()["parts"]["theta"]
    parts = play.obeyed(machine, {"do": "units", "at": 1, "count": 3}, {"do": "step", "updates": 3})
    assert parts["graph"]["boxes"] and machine.state.work.theta["W1"].shape[1] == 3


def test_very_few_rows_are_all_trained_on():
    subject = of_table({"a": [1.0, 2.0], "y": [0.5, 0.7]})
    assert (subject.rows, subject.held) == (2, 0)
    assert Machine(subject).snapshot()["parts"]["score"]["test"] is None


def test_a_table_with_weights_and_one_with_too_many_rows_are_refused(monkeypatch):
    weighted = bp.table({"a": [1.0, 2.0] * 5, "w": [1.0, 2.0] * 5, "y": [0.5, 0.7] * 5}, "y", weights="w")
    with pytest.raises(RefusedError, match="counts every row once"):
        subject_of(weighted)
    monkeypatch.setattr("bprop.playing.subjects.tables.MOST_ROWS", 9)
    with pytest.raises(RefusedError, match="10 rows; play takes at most 9"):
        subject_of({"a": [1.0, 2.0] * 5, "y": [0.5, 0.7] * 5})


def test_digits_are_images_with_the_weights_of_their_first_layer_as_images(play):
    pytest.importorskip("sklearn")
    machine = play.machine()
    parts = play.obeyed(machine, {"do": "open", "subject": "digits"})
    assert parts["subject"]["image"] == [8, 8] and parts["images"]["shape"] == [8, 8]
    assert len(parts["images"]["units"]) == 16 and len(parts["images"]["units"][0]) == 64
    weights = np.array(parts["theta"]["W1"])
    assert np.allclose(np.array(parts["images"]["units"]).T, weights, rtol=1e-3)
    assert parts["map"] is None and parts["graph"]["units"] is None
    train, _, _ = bp.table("digits").split(test=0.2, validation=0)
    assert np.array_equal(machine.state.work.subject.data["x"], train.data("float64").arrays["x"])
