"""Models that take tables: rows in any wrapping, answers in the table's own terms."""

import pickle
import warnings

import numpy as np
import pytest

import bprop as bp
from bprop import errors

QUICK = {"recipe": "lecture", "hidden": (6,), "epochs": 3, "engine": "numpy", "progress": False}


@pytest.fixture
def fit(rows):
    return bp.table(rows).fit(**QUICK)


@pytest.fixture
def model(fit, tmp_path):
    fit.save(tmp_path / "pets.bprop")
    return bp.load(tmp_path / "pets.bprop")


def test_the_answers_are_classes_and_probabilities(model, rows):
    p = model.predict_proba(rows)
    assert p.shape == (60, 3)
    assert np.allclose(p.sum(axis=1), 1, atol=1e-5)
    assert model.predict(rows).tolist() == [["cat", "dog", "eel"][k] for k in p.argmax(axis=1)]
    assert model.classes.tolist() == model.classes_.tolist() == ["cat", "dog", "eel"]


def test_the_arrays_of_the_network_are_taken_as_by_any_model(model, rows):
    arrays = model.preparation.inputs(bp.table(rows).frame)
    plain = bp.Model(model.graph, model.params, notes=model.notes)
    for f in (model.predict(x=arrays["x"]), model.predict(arrays)):
        assert np.array_equal(f, plain.predict(x=arrays["x"]))


def test_rows_in_every_wrapping_have_the_same_answers(model, rows, file):
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    wanted = model.predict_proba(rows)
    frame = pandas.DataFrame(rows)
    wrapped = {
        "a path": file,
        "pandas": frame,
        "columns in another order": frame[["legs", "old", "town", "weight"]],
        "pandas' nullable types": frame.convert_dtypes(),
        "categories": frame.astype({"town": "category"}),
        "floats for whole numbers": frame.astype({"legs": float}),
        "text": frame.astype(str).where(frame.notna(), None),
        "polars": polars.DataFrame(rows),
        "a table": bp.table(rows),
        "records": frame.astype(object).where(frame.notna(), None).to_dict("records"),
    }
    for what, each in wrapped.items():
        assert np.array_equal(model.predict_proba(each), wanted), what
    one = model.predict_proba({name: column[0] for name, column in rows.items()})
    assert np.allclose(one, wanted[:1], atol=1e-6)  # alone, it is a product of another shape


def test_the_answers_for_rows_of_another_order_and_index_follow_the_rows(model, rows):
    frame = pytest.importorskip("pandas").DataFrame(rows).sample(20, random_state=0)
    assert np.array_equal(model.predict_proba(frame), model.predict_proba(rows)[frame.index])


def test_a_column_that_is_missing_is_asked_for_by_a_name_that_is_like_it(model, rows):
    rows["Weight"] = rows.pop("weight")
    with pytest.raises(errors.DataError, match=r"the column weight is missing \(did you mean 'Weight'\?\)"):
        model.predict(rows)


def test_columns_that_the_model_does_not_know_are_left_out_with_a_warning(model, rows):
    wanted = model.predict_proba(rows)
    with pytest.warns(UserWarning, match="the columns colour, name are not known to this model, and left out"):
        assert np.array_equal(model.predict_proba({"colour": "red", **rows, "name": "x"}), wanted)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rows.pop("pet")
        model.predict(rows)


def test_a_category_that_training_did_not_see_is_no_error(model, rows):
    with pytest.warns(UserWarning, match="60 of 60 cells are of no category that the model knows, such as 'elsewhere'"):
        assert model.predict({**rows, "town": "elsewhere"}).shape == (60,)


def test_a_word_for_a_missing_cell_is_read_as_in_the_file_of_training(rows, file):
    pandas = pytest.importorskip("pandas")
    file.write_text(file.read_text().replace(",,", ",?,"))
    fit = bp.table(file).fit(**QUICK)
    frame = pandas.read_csv(file)
    assert "?" in frame["town"].tolist()
    assert np.array_equal(fit.predict_proba(frame), fit.predict_proba(file))


def test_an_error_names_the_row_and_the_column(model, rows):
    rows["legs"][7] = "many"
    with pytest.raises(errors.DataError, match="the rows, row 8, column 'legs': 'many' is not a finite number"):
        model.predict(rows)
    frame = pytest.importorskip("pandas").DataFrame({**rows, "legs": 4}, index=range(100, 160)).astype({"legs": object})
    frame.loc[130, "legs"] = "many"
    with pytest.raises(errors.DataError, match=r"row 31 \(index 130\), column 'legs'"):
        model.predict(frame)


def test_a_column_of_lists_is_refused(model, rows):
    """Its cells would count as missing."""
    pl = pytest.importorskip("polars")
    columns = {name: list(cells) for name, cells in pl.DataFrame(rows).to_dict(as_series=False).items()}
    name = model.preparation.columns[0]
    columns[name] = [[cell] for cell in columns[name]]
    with pytest.raises(errors.DataError, match="the input cannot be read: the cells are"):
        model.predict(pl.DataFrame(columns))


def test_the_scores_are_those_that_the_command_line_prints(model, file, monkeypatch):
    pytest.importorskip("typer", reason="the command line needs typer")
    import json

    from typer.testing import CliRunner

    from bprop.cli.app import app

    monkeypatch.chdir(file.parent)
    printed = CliRunner().invoke(app, ["evaluate", "pets.bprop", "pets.csv", "--json", "--bootstrap", "20"])
    assert model.scores(file, bootstrap=20) == json.loads(printed.stdout)
    assert "intervals" not in model.scores(file)


def test_the_scores_of_a_fit_are_those_of_the_rows_held_out(fit, rows):
    assert fit.scores()["examples"] == len(fit.test) == 12
    assert fit.scores(rows)["examples"] == 60
    whole = bp.table(rows).fit(test=0, **QUICK)
    with pytest.raises(errors.SettingError, match="no rows were held out for a test"):
        whole.scores()


def test_scores_with_weights(model, rows):
    weights = np.arange(60.0)
    assert model.scores(rows, weights=weights) == model.scores({**rows, "w": weights}, weights="w")
    assert model.scores(rows, weights=weights) != model.scores(rows)


def test_values_are_in_the_units_of_the_table(rows):
    fit = bp.table(rows, "weight").fit(**QUICK)
    assert fit.classes is None
    assert not hasattr(fit, "classes_")
    assert fit.predict(rows).shape == (60,)
    assert fit.scores(rows)["rmse"] == pytest.approx(np.sqrt(np.mean((fit.predict(rows) - rows["weight"]) ** 2)))
    with pytest.raises(errors.UnsupportedError, match="gives values of 'weight', and no probabilities"):
        fit.predict_proba(rows)
    assert bp.table(rows, ["weight", "legs"]).fit(**QUICK).predict(rows).shape == (60, 2)


def test_several_columns_of_yes_and_no(rows):
    rows["new"] = [not old for old in rows["old"]]
    fit = bp.table(rows, ["old", "new"]).fit(**QUICK)
    assert set(np.unique(fit.predict(rows))) <= {0, 1}
    assert fit.predict_proba(rows).shape == (60, 2)


def test_the_hinge_loss_gives_scores_and_no_probabilities(rows):
    fit = bp.table(rows).fit(loss="hinge", **QUICK)
    assert set(fit.predict(rows)) <= {"cat", "dog", "eel"}
    with pytest.raises(errors.UnsupportedError, match="gives scores of 'pet', and no probabilities"):
        fit.predict_proba(rows)


def test_an_array_of_numbers_has_its_columns_in_order():
    x = np.random.default_rng(0).normal(size=(40, 2))
    fit = bp.table({"a": x[:, 0], "b": x[:, 1], "y": x[:, 0] > 0}).fit(**QUICK)
    assert np.array_equal(fit.predict_proba(x), fit.predict_proba({"a": x[:, 0], "b": x[:, 1]}))
    with pytest.raises(errors.DataError, match="3 input columns, but the model takes 2: a, b"):
        fit.predict(np.zeros((1, 3)))


def test_a_column_called_as_an_input_of_the_network():
    x = np.arange(40.0) % 7
    fit = bp.table({"x": x, "y": x > 3}).fit(**QUICK)
    assert fit.predict({"x": x}).shape == (40,)
    assert fit.predict({"x": x[:, None]}).shape == (40, 2)  # the network's own


def test_the_model_of_built_in_data_takes_arrays_and_frames():
    datasets = pytest.importorskip("sklearn.datasets")
    fit = bp.table("iris").fit(**QUICK)
    X = datasets.load_iris().data
    wanted = fit.predict(X)
    assert set(wanted) <= {"setosa", "versicolor", "virginica"}
    pytest.importorskip("pandas")
    assert np.array_equal(fit.predict(datasets.load_iris(as_frame=True).data), wanted)


def test_a_model_for_other_runtimes(fit, tmp_path):
    pytest.importorskip("onnx")
    assert [value.name for value in fit.to_onnx(tmp_path / "net.onnx").graph.input] == ["weight", "town", "old", "legs"]


def test_a_fit_is_pickled(fit, rows):
    assert np.array_equal(pickle.loads(pickle.dumps(fit)).predict(rows), fit.predict(rows))


def test_a_threshold_between_two_classes(rows):
    fit = bp.table(rows, "old").fit(**QUICK)
    positive = fit.preparation.decision.positive
    p = fit.predict_proba(rows)[:, positive]
    often = fit.with_threshold(float(np.quantile(p, 0.1)))
    assert (often.predict(rows) == fit.classes[positive]).sum() > 50
    assert often.scores(rows)["accuracy"] == np.mean(often.predict(rows) == rows["old"])
    assert fit.preparation.decision.threshold is None
    with pytest.raises(errors.SettingError, match="give a probability between 0 and 1"):
        fit.with_threshold(1.5)
    with pytest.raises(errors.SettingError, match="no probabilities of two classes"):
        bp.table(rows).fit(**QUICK).with_threshold(0.5)
