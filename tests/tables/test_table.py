"""Tables: their kinds, parts, data sets, networks and fits; and the same numbers as on the command line."""

import json

import numpy as np
import pytest

import bprop as bp
from bprop import errors

QUICK = {"recipe": "lecture", "hidden": (6,), "epochs": 2, "engine": "numpy", "progress": False}


def same(one, other):
    return one.params.keys() == other.params.keys() and all(
        np.array_equal(one.params[name], other.params[name]) for name in one.params
    )


def on_the_table(model):
    """The notes of a model without those on the run of the command line."""
    return {name: value for name, value in model.notes.items() if name != "run"}


# --- the numbers of the command line ---


@pytest.fixture
def commanded(file, monkeypatch):
    """commanded("--epochs 2"): the model that `bprop train pets.csv` saves."""
    pytest.importorskip("typer", reason="the command line needs typer")
    from typer.testing import CliRunner

    from bprop.cli.app import app

    monkeypatch.chdir(file.parent)

    def commanded(words=""):
        command = f"train pets.csv --recipe lecture --engine numpy --hidden 6 --epochs 2 {words} --out m.bprop".split()
        result = CliRunner().invoke(app, command)
        assert result.exit_code == 0, result.output
        return bp.load("m.bprop")

    return commanded


@pytest.mark.parametrize(
    ("words", "kinds", "settings"),
    [
        ("", {}, {}),
        ("--seed 3", {}, {"seed": 3}),
        ("--rule adam --lr 0.01 --batch-size 7", {}, {"rule": "adam", "lr": 0.01, "batch_size": 7}),
        ("--test 0 --validation 0", {}, {"test": 0, "validation": 0}),
        ("--test 0.3 --validation 10", {}, {"test": 0.3, "validation": 10}),
        ("--patience 1 --monitor accuracy", {}, {"patience": 1, "monitor": "accuracy"}),
        ("--kind legs=categorical", {"legs": "categorical"}, {}),
        ("--activation tanh --l2 0.01 --dropout 0.2", {}, {"activation": "tanh", "l2": 0.01, "dropout": 0.2}),
        ("--dtype float64", {}, {"dtype": "float64"}),
        ("--split-by weight", {}, {"by": "weight"}),
        ("--group legs", {}, {"group": "legs"}),
        ("--class-weight balanced", {}, {"class_weight": "balanced"}),
        ("--class-weight cat=3", {}, {"class_weight": {"cat": 3}}),
        ("--test pets.csv --validation pets.csv", {}, {"test": "pets.csv", "validation": "pets.csv"}),
    ],
)
def test_a_file_gives_the_numbers_of_the_command_line(commanded, words, kinds, settings):
    fit = bp.table("pets.csv", kinds=kinds).fit(**{**QUICK, **settings})
    model = commanded(words)
    assert same(fit, model)
    assert json.loads(json.dumps(fit.notes)) == on_the_table(model)


def test_the_other_options_of_the_table_are_those_of_the_command_line(commanded):
    table = bp.table("pets.csv", "weight", task="regression", weights="legs", scale="none")
    fit, model = table.fit(**QUICK), commanded("--target weight --task regression --weights legs --scale none")
    assert same(fit, model)
    assert json.loads(json.dumps(fit.notes)) == on_the_table(model)


def test_rows_without_a_target_are_left_out_as_on_the_command_line(commanded, file):
    lines = file.read_text().splitlines()
    lines[4], lines[9] = (line[: line.rindex(",") + 1] for line in (lines[4], lines[9]))
    file.write_text("\n".join(lines) + "\n")
    table = bp.table("pets.csv")
    assert len(table) == 58
    fit, model = table.fit(**QUICK), commanded()
    assert same(fit, model)
    assert model.scores("pets.csv")["left_out"] == 2


def test_a_frame_gives_the_numbers_of_the_file_that_it_was_read_from(commanded, file):
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    model = commanded()
    for frame in (pandas.read_csv(file), polars.read_csv(file)):
        assert same(bp.table(frame).fit(**QUICK), model)


def test_the_predictions_of_the_command_line_are_those_for_the_frame(commanded, file):
    pandas = pytest.importorskip("pandas")
    from typer.testing import CliRunner

    from bprop.cli.app import app

    model, frame = commanded(), pandas.read_csv(file)
    printed = CliRunner().invoke(app, ["predict", "m.bprop", "pets.csv", "--out", "p.csv"])
    assert printed.exit_code == 0, printed.output
    there = pandas.read_csv("p.csv")
    assert there["class"].tolist() == model.predict(frame).tolist()
    shown = there[[f"p({name})" for name in model.classes]].to_numpy().astype(np.float32)
    assert np.array_equal(shown, model.predict_proba(frame))


# --- kinds ---


def test_kinds_are_looked_at_and_changed_in_another_table(rows):
    table = bp.table(rows)
    assert table.kinds == {"weight": "numeric", "town": "categorical", "old": "boolean", "legs": "numeric"}
    other = table.with_kinds({"town": "ignored"}, legs="categorical")
    assert dict(other.kinds) == {**table.kinds, "legs": "categorical", "town": "ignored"}
    assert table.kinds["legs"] == "numeric"
    assert other.with_kinds(legs="inferred").kinds["legs"] == "numeric"
    assert bp.table(rows, kinds={"legs": "categorical"}).kinds["legs"] == "categorical"


def test_the_kind_of_a_target_is_that_of_the_answer(rows):
    table = bp.table(rows, "legs")
    assert table.task == "classification"
    assert table.with_kinds(legs="numeric").task == "regression"
    assert table.with_kinds(legs="numeric").with_kinds(town="ignored").task == "regression"
    assert table.with_kinds(legs="numeric").with_kinds(legs="inferred").task == "classification"
    cents = bp.table({"a": [1, 2, 3, 4], "price": ["1.500", "2.250", "3.125", "2.750"]}, "price")
    assert cents.frame.column("price").is_text
    assert cents.answer.y(cents.frame).tolist() == [1.5, 2.25, 3.125, 2.75]
    assert cents.with_kinds(price="numeric:de").answer.y(cents.frame).tolist() == [1500, 2250, 3125, 2750]
    with pytest.raises(errors.SettingError, match="regression needs targets that are numbers"):
        bp.table(rows, "pet").with_kinds(pet="numeric")


def test_a_kind_that_does_not_fit_is_refused_at_once(rows):
    with pytest.raises(errors.DataError, match="column 'town'"):
        bp.table(rows).with_kinds(town="numeric")
    with pytest.raises(errors.SettingError, match="twon"):
        bp.table(rows).with_kinds(twon="categorical")
    with pytest.raises(errors.UnknownNameError, match="there is no such kind"):
        bp.table(rows).with_kinds(town="categories")


def test_a_column_of_a_categorical_dtype_is_categorical_whatever_its_cells(rows):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(rows).astype({"legs": "category"})
    assert bp.table(frame).kinds["legs"] == "categorical"
    assert bp.table(frame, kinds={"legs": "numeric"}).kinds["legs"] == "numeric"


def test_another_task(rows):
    table = bp.table(rows, "legs")
    assert table.task == "classification"
    assert table.with_task("regression").task == "regression"


# --- parts ---


def test_the_parts_are_all_rows_once_and_every_class_alike(rows):
    table = bp.table(rows)
    train, validation, test = table.split(test=0.25, validation=0.2, seed=1)
    numbers = np.concatenate([part.frame.numbers for part in (train, validation, test)])
    assert sorted(numbers) == list(range(60))
    assert (len(train), len(validation), len(test)) == (36, 9, 15)
    assert test.preparation is validation.preparation is train.preparation
    assert test.units is train.units


def test_a_part_of_no_rows_is_none(rows):
    train, validation, test = bp.table(rows).split(test=0, validation=0)
    assert (len(train), validation, test) == (60, None, None)


def test_a_fit_of_the_training_part_watches_the_validation_part(rows):
    table = bp.table(rows)
    whole, part = table.fit(**QUICK), table.split().train.fit(**QUICK)
    assert same(whole, part)
    assert [r.validation_loss for r in whole.history] == [r.validation_loss for r in part.history]
    assert len(whole.test) == 12
    assert part.test is None


def test_parts_by_time_and_by_group(rows):
    table = bp.table({**rows, "year": [1950 + k % 30 for k in range(60)]}, "pet")
    train, validation, test = table.split(test=0.2, by="year")
    years = [part.frame.column("year").numbers[0] for part in (train, validation, test)]
    assert years[0].max() < years[1].min() <= years[1].max() < years[2].min()
    train, validation, test = table.split(test=0.2, group="year")
    years = [set(part.frame.column("year").numbers[0]) for part in (train, validation, test)]
    assert not years[0] & (years[1] | years[2])
    assert "year" not in train.kinds
    with pytest.raises(errors.SettingError, match="these were split already"):
        train.fit(by="year", **QUICK)


def test_the_command_line_knows_the_rows_that_were_held_out(file, monkeypatch):
    pytest.importorskip("typer", reason="the command line needs typer")
    from typer.testing import CliRunner

    from bprop.cli.app import app

    monkeypatch.chdir(file.parent)
    fit = bp.table("pets.csv").fit(**QUICK)
    fit.save("m.bprop")
    printed = CliRunner().invoke(app, ["evaluate", "m.bprop", "--held-out", "--json", "--bootstrap", "0"])
    assert printed.exit_code == 0, printed.output
    assert json.loads(printed.stdout)["accuracy"] == fit.scores()["accuracy"]


def test_kinds_are_chosen_before_the_split(rows):
    train, _, test = bp.table(rows).split()
    for part in (train, test):
        with pytest.raises(errors.SettingError, match="call it before `split`"):
            part.with_kinds(legs="categorical")
        with pytest.raises(errors.SettingError, match="call it before `split`"):
            part.split()
    with pytest.raises(errors.SettingError, match=r"test=0\.2: these rows were split already"):
        train.fit(test=0.2, **QUICK)


def test_other_tables_may_be_watched_and_tested(rows, file):
    pandas = pytest.importorskip("pandas")
    fit = bp.table(rows).fit(validation=pandas.read_csv(file), test=bp.table(file), **QUICK)
    assert len(fit.test) == 60
    assert fit.history[-1].validation_loss is not None
    assert fit.scores()["examples"] == 60


# --- data sets and networks ---


def test_the_arrays_with_the_notes_train_as_the_data_sets_do(rows):
    train, validation, _ = bp.table(rows).split()
    graph, settings = train.graph((6,), recipe="lecture"), {"epochs": 2, "engine": "numpy", "progress": False}
    one = bp.train(graph, train.data(), validation=validation.data(), notes=train.notes, **settings)
    other = bp.train(graph, train.arrays(), validation=validation.arrays(), notes=train.notes, **settings)
    assert same(one, other)
    assert same(one, train.fit(**QUICK))


def test_a_network_of_ones_own(rows):
    table = bp.table(rows)
    graph = bp.mlp([table.inputs, 5, table.outputs], **table.settings)
    assert table.fit(graph=graph, epochs=1, engine="numpy", progress=False).graph is graph


def test_the_best_epoch_is_kept_by_default_and_the_recipe_is_noted(rows):
    fit = bp.table(rows).fit(recipe="fast", hidden=(6,), epochs=40, lr=0.05, engine="numpy", progress=False)
    losses = [record.validation_loss for record in fit.history]
    assert fit.kept_epoch == int(np.argmin(losses)) + 1 < len(losses)
    assert fit.evaluate(fit_validation(rows))["loss"] == pytest.approx(min(losses))
    assert fit.notes["recipe"]["name"] == "fast"
    assert fit.notes["recipe"]["hidden"] == [6]


def fit_validation(rows):
    return bp.table(rows).split().validation.data()


def test_without_validation_rows_the_last_epoch_is_kept(rows):
    fit = bp.table(rows).fit(recipe="fast", hidden=(6,), epochs=3, validation=0, engine="numpy", progress=False)
    assert fit.kept_epoch is None
    assert len(fit.history) == 3


def test_the_units_of_hidden_layers(rows):
    table = bp.table(rows)
    assert table.graph(7).parameters["W1"].shape[1] == 7
    assert [table.graph((7, 3)).parameters[f"W{k}"].shape[1] for k in (1, 2, 3)] == [7, 3, 3]
    assert list(table.graph((), recipe="lecture").parameters) == ["W1", "b1"]
    for hidden in (0, "200", (3, -1), 2.5):
        with pytest.raises(errors.SettingError, match="give whole numbers above 0"):
            table.graph(hidden)


def test_weights_are_no_input_and_count_in_the_scores(rows):
    table = bp.table({**rows, "w": [1.0, 2.0] * 30}, "pet", weights="w")
    assert "w" not in table.kinds
    fit = table.fit(test=0.5, **QUICK)
    rows = {name: column.tolist() for name, column in fit.test.frame.columns.items()}
    assert fit.scores() == fit.scores(rows, weights="w")
    rows.pop("w")
    assert fit.scores() != fit.scores(rows)
