"""From a frame to arrays, and into a model's notes."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bprop import errors
from bprop.scaling import Units
from bprop.sources.answer import Answer
from bprop.sources.columns import Matrix
from bprop.sources.formats import Csv, Source
from bprop.sources.formats.arrays import frame_of_arrays, numbered
from bprop.sources.frame import Frame
from bprop.sources.preparation import KEY, Preparation
from bprop.sources.scaling import network_arrays, units_of

N = 60


def frame(**columns):
    ready = {}
    for name, values in columns.items():
        column = np.empty(len(values), object)
        column[:] = values
        ready[name] = column
    return Frame("t", ready, lambda row: f"t.csv, line {row + 2}", source="t.csv")


def people(count=N):
    return frame(
        age=["?" if k % 7 == 0 else str(k % 13) for k in range(count)],
        colour=[("red", "green", "blue")[k % 3] for k in range(count)],
        name=[f"name {k % 25}" for k in range(count)],
        row=[str(k) for k in range(count)],
        y=[("low", "high")[k % 2] for k in range(count)],
    )


def fitted(table, **settings):
    return Preparation.fit(table, Answer.of(table, ("y",)), **settings)


def test_numbers_and_codes_of_a_table():
    table = people()
    found = fitted(table)
    assert found.columns == ("age", "colour", "name")
    assert found.ids == ("row",)
    assert found.scaled.tolist() == [True, False, False, False, False]
    assert found.embeddings["name"][0] == 27
    arrays = found.arrays(table)
    assert {name: array.shape for name, array in arrays.items()} == {"x": (N, 5), "c_name": (N,), "y": (N,)}
    assert arrays["c_name"].dtype.kind == "i"
    assert found.outputs == 2


def test_only_embeddings_leave_no_numbers():
    table = frame(name=[f"n {k % 25}" for k in range(N)], y=["a", "b"] * 30)
    assert set(fitted(table).inputs(table)) == {"c_name"}


def test_columns_set_apart_are_no_inputs():
    assert fitted(people(), apart=("colour",), kinds={"row": "numeric"}).columns == ("age", "name", "row")


@given(st.permutations(["age", "colour", "name", "row", "y"]), st.permutations(list(range(12))))
def test_the_order_of_columns_does_not_matter_and_that_of_rows_is_kept(columns, rows):
    table = people()
    found = fitted(table)
    other = frame(**{name: table.columns[name].tolist() for name in columns}, extra=["-"] * N).rows(np.array(rows))
    for name, array in found.arrays(other).items():
        np.testing.assert_array_equal(array, found.arrays(table)[name][rows])


@given(st.lists(st.tuples(st.integers(-99, 99), st.text(max_size=4), st.text(max_size=4)), min_size=1, max_size=6))
def test_new_rows_with_unseen_and_missing_cells_always_fit_the_network(rows):
    found = fitted(people())
    new = frame(
        age=[str(a) if a else "" for a, _, _ in rows], colour=[c for _, c, _ in rows], name=[n for _, _, n in rows]
    )
    arrays = found.inputs(new)
    assert arrays["x"].shape == (len(rows), 5)
    assert np.isfinite(arrays["x"]).all()
    assert ((arrays["c_name"] >= 0) & (arrays["c_name"] < found.embeddings["name"][0])).all()


def test_columns_that_are_missing_are_named():
    found = fitted(people())
    with pytest.raises(errors.DataError, match=r"t.csv: the columns age, name are missing; there are: colour"):
        found.inputs(frame(colour=["red"]))
    with pytest.raises(errors.DataError, match=r"it has no targets \(y\), and they are needed"):
        found.y(frame(age=["1"]))


def test_notes_are_plain_data_and_come_back():
    table = people()
    found = fitted(table)
    back = Preparation.from_notes(json.loads(json.dumps(found.to_notes())))
    assert back == found
    for name, array in back.arrays(table).items():
        np.testing.assert_array_equal(array, found.arrays(table)[name])


@pytest.mark.parametrize(
    "change",
    [{KEY: "numeric"}, {KEY: {"kinds": ["numeric"], "targets": ["y"]}}, {"task": "magic"}, {"task": "counts"},
     {KEY: {"kinds": 2 * [{"kind": "ignored", "name": "a", "why": "id"}], "targets": ["y"]}},
     {KEY: {"kinds": [], "targets": []}}, {KEY: {"kinds": [], "targets": ["y", "y"]}},
     {KEY: {"kinds": [], "targets": ["y", "z"]}}, {"source": None}, {KEY: None}, {KEY: {}},
     {KEY: {"kinds": 3}}, {"classes": 7},
     {KEY: {"kinds": [None], "targets": [], "mean": [], "deviation": []}},
     {KEY: {"kinds": [7], "targets": ["y"]}}],
)  # fmt: skip
def test_damaged_notes(change):
    with pytest.raises(errors.DataError, match="damaged"):
        Preparation.from_notes({**fitted(people()).to_notes(), **change})


def test_arrays_take_the_place_of_a_table_in_the_order_of_its_columns():
    table = frame(a=["1", "2.5", "4"], b=["7", "8", "7"], y=["p", "q", "p"])
    found = fitted(table)
    rows = found.adapted(dots(np.array([[1.0, 7], [2.5, 8]]), np.array(["p", "q"])))
    np.testing.assert_array_equal(found.inputs(rows)["x"], [[1.0, 7], [2.5, 8]])
    assert found.y(rows).tolist() == [0, 1]
    with pytest.raises(errors.DataError, match="dots: 3 input columns, but the model takes 2: a, b"):
        found.adapted(dots(np.ones((2, 3)), None))


def dots(x, y, target="label"):
    return frame_of_arrays("dots", x, y, numbered(x.shape[1]), target)


def of_arrays(y, target="kind"):
    rows = dots(np.arange(2.0 * len(y)).reshape(-1, 2), np.asarray(y), target)
    return rows, Preparation.fit(rows, Answer.of(rows, (target,)))


def test_arrays_are_what_the_network_takes():
    rows, found = of_arrays(["dog", "cat"])
    assert found.kinds == (Matrix("x", ("x1", "x2")),)
    assert (found.columns, found.features, found.ids, found.embeddings) == (("x1", "x2"), ("x1", "x2"), (), {})
    arrays = found.arrays(rows)
    assert arrays["x"] is rows.block.cells
    assert arrays["y"].tolist() == [1, 0]


def test_kinds_and_columns_set_apart_are_for_tables():
    rows, _ = of_arrays(["dog", "cat"])
    for more in ({"kinds": {"x1": "numeric"}}, {"apart": ("x1",)}):
        with pytest.raises(errors.SettingError, match="are for tables with columns"):
            Preparation.fit(rows, Answer(("kind",), "regression", None), **more)


def test_further_arrays_have_the_names_of_the_model():
    found = Preparation("s", (Matrix("x", ("length", "width")),), Answer(("kind",), "regression", None))
    rows = found.adapted(dots(np.array([[1.0, 2], [3, 1e200]]), np.array([1.0, 2])))
    assert rows.block.names == ("length", "width")
    with pytest.raises(errors.DataError, match=r"dots, row 2, column 'width': 1e\+200 is too large"):
        network_arrays(rows, found, Units({}), np.float32)
    with pytest.raises(errors.DataError, match=r"dots: 3 input columns, but the model takes 2: .* \(N, 2\)"):
        found.adapted(dots(np.ones((2, 3)), None))


def test_further_arrays_have_targets_of_another_name():
    _, found = of_arrays(["dog", "cat"])
    other = found.adapted(dots(np.zeros((1, 2)), np.array(["dog"]), "class"))
    assert found.y(other).tolist() == [1]
    with pytest.raises(errors.DataError, match=r"dots: it has no targets \(kind\), and they are needed"):
        found.y(found.adapted(dots(np.zeros((1, 2)), None)))


def test_a_table_takes_the_place_of_arrays_by_the_names_of_its_columns():
    _, found = of_arrays(["dog", "cat"])
    table = frame(x2=["2", "4"], x1=["1", "3"], kind=["cat", "dog"])
    assert found.adapted(table) is table
    assert found.inputs(table)["x"].tolist() == [[1, 2], [3, 4]]
    assert found.y(table).tolist() == [0, 1]


@pytest.mark.parametrize(
    "y", [["cat", "dog"], [3, 7], [0.5, 1.5], [True, False], [0.1, 0.2, 0.3]],
    ids=["text", "ints", "two floats", "bools", "numbers"],
)  # fmt: skip
def test_notes_of_arrays_are_plain_data_without_an_entry_of_tables_and_come_back(y):
    rows, found = of_arrays(y)
    notes = json.loads(json.dumps(found.to_notes()))
    assert notes.keys() == {"source", "task", "columns", "target", "classes"}
    assert notes["columns"] == ["x1", "x2"]
    back = Preparation.from_notes(notes)
    assert back == found
    np.testing.assert_array_equal(back.y(rows), found.y(rows))


@pytest.mark.parametrize(
    "notes", [{}, {"classes": ["a"]}, {"source": "s", "task": "t", "target": "y", "classes": 3, "columns": ["a"]},
              {"source": "s", "task": "t", "target": "y", "classes": None, "columns": None}]
)  # fmt: skip
def test_notes_of_another_model(notes):
    with pytest.raises(errors.DataError, match="was not made by `bprop train`"):
        Preparation.from_notes(notes)


CELLS = st.one_of(
    st.sampled_from(
        ["", "?", "1", "2.5", "-7", "1e308", "inf", "nan", "yes", "no", "2024-05-31", "9999-12-31T23:59", "a,b"]
    ),
    st.text(max_size=4),
)


@given(
    st.integers(1, 4).flatmap(lambda n: st.lists(st.lists(CELLS, min_size=n, max_size=n), min_size=1, max_size=30)),
    st.sampled_from([None, "classification", "regression", "counts"]),
)
@settings(max_examples=150)
def test_any_table_gives_finite_arrays_or_a_clean_error(rows, task):
    table = frame(**{f"c{k}": list(column) for k, column in enumerate(zip(*rows, strict=True))})
    try:
        answer = Answer.of(table, (list(table.columns)[-1],), task)
        found = Preparation.fit(table, answer)
        arrays = found.arrays(table)
    except errors.BpropError as error:
        assert "\n" not in str(error) or any("\n" in cell for row in rows for cell in row)
        return
    assert all(np.isfinite(array).all() for array in arrays.values())
    back = Preparation.from_notes(json.loads(json.dumps(found.to_notes())))
    assert back == found


@given(st.binary(max_size=200) | st.text('a,b"1\n;\t.?', max_size=200).map(str.encode))
@settings(max_examples=150)
def test_any_bytes_are_a_table_or_a_clean_error(content):
    try:
        table = Csv().read(Source(Path("data.csv"), content, lambda: content))
        fitted_on = Preparation.fit(table, Answer.of(table, (list(table.columns)[-1],)))
        arrays = fitted_on.arrays(table)
    except errors.BpropError:
        return
    assert len(arrays["y"]) == len(table)


def test_several_columns_of_numbers_are_scaled_by_the_rows_to_learn_from():
    table = frame(a=["1.5", "2", "9"], u=["1", "2", "3"], v=["100", "300", "500"])
    preparation = Preparation.fit(table, Answer.of(table, ("u", "v")))
    units = units_of(preparation.arrays(table), preparation)
    y = network_arrays(table, preparation, units)["y"]
    np.testing.assert_allclose([y.mean(axis=0), y.std(axis=0)], [[0, 0], [1, 1]], atol=1e-12)
    back = Units.of(json.loads(json.dumps(units.to_notes())))
    np.testing.assert_allclose(back.restored("f", y), [[1, 100], [2, 300], [3, 500]])
