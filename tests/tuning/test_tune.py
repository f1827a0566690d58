"""`bp.tune`, for tables of all kinds and for graphs of one's own."""

import numpy as np
import pytest

import bprop as bp
from bprop.errors import DataError, SettingError, ShapeError, UnknownNameError

FAST = {"inputs": "plain", "layers": 1, "units": "2..6", "epochs": 3, "lr": "1e-3..1e-1", "batch_size": 16}
PLAIN = {"engine": "numpy", "progress": False, "trials": 2}


@pytest.mark.parametrize("kind", ["table", "dict", "file", "pandas", "arrays"])
def test_whatever_holds_rows_can_be_searched_for(table, rows, tmp_path, kind):
    X, y = rows
    columns = {**{name: X[:, k] for k, name in enumerate("abc")}, "y": y}
    target = "y"
    if kind == "file":
        lines = ["a,b,c,y", *(",".join([*map(str, x), label]) for x, label in zip(X.tolist(), y, strict=True))]
        (tmp_path / "t.csv").write_text("\n".join(lines) + "\n")
    made = {
        "table": lambda: (bp.table(columns), None), "dict": lambda: (columns, target),
        "file": lambda: (tmp_path / "t.csv", target), "arrays": lambda: (X, y),
        "pandas": lambda: (pytest.importorskip("pandas").DataFrame(columns), target),
    }  # fmt: skip
    tuned = bp.tune(*made[kind](), space=FAST, **PLAIN)
    assert type(tuned.fit).__name__ == "TableFit" and set(tuned.fit.predict(X[:4])) <= {"up", "down"}
    assert tuned.test["examples"] == 12


def test_the_best_network_is_the_one_that_was_measured(search, table):
    tuned = search(trials=5)
    _, watched, _ = table.split(validation=0.2)
    assert tuned.as_measured and tuned.fit.evaluate(watched.data())["loss"] == pytest.approx(tuned.best.value, rel=1e-5)
    assert tuned.best.value == min(trial.value for trial in tuned.trials if trial.state == "complete")
    assert tuned.best.measures.keys() == {"accuracy"}


def test_another_measure_may_be_the_one_that_counts(search):
    tuned = search(trials=4, monitor="accuracy")
    assert tuned.maximise and tuned.best.value == max(trial.value for trial in tuned.trials if trial.value is not None)
    with pytest.raises(UnknownNameError, match="cannot monitor 'rmse'"):
        search(trials=2, monitor="rmse")


def test_the_test_rows_choose_nothing_and_are_measured_once(rows, monkeypatch):
    pytest.importorskip("optuna")
    X, y = rows
    table = bp.table(X, y)
    test = table.split(validation=0.2).test
    numbers = test.frame.numbers
    changed = y.copy()
    changed[numbers] = np.where(y[numbers] == "up", "down", "up")
    seen = []
    scores = bp.TableFit.scores
    monkeypatch.setattr(bp.TableFit, "scores", lambda self, *args: seen.append(1) or scores(self, *args))
    one = bp.tune(table, space=FAST, engine="numpy", progress=False, trials=4)
    assert len(seen) == 1
    split = {"validation": table.split(validation=0.2).validation}
    train = table.split(validation=0.2).train
    two = bp.tune(train, space=FAST, engine="numpy", progress=False, trials=4, **split)
    assert [trial.value for trial in one.trials] == [trial.value for trial in two.trials]
    assert two.test is None and one.test["accuracy"] == one.fit.scores(test)["accuracy"]


def test_folds_measure_each_trial_on_all_rows_but_the_test(search, table, monkeypatch):
    from bprop.tuning.problem import Stage

    lengths = []
    train = Stage.train
    monkeypatch.setattr(
        Stage, "train",
        lambda self, *args: lengths.append((len(self.data), None if self.measured is None else len(self.measured)))
        or train(self, *args),
    )  # fmt: skip
    tuned = search(trials=2, folds=3, pruner="none")
    assert [measured for _, measured in lengths] == [16, 16, 16, 16, 16, 16, None]
    assert not tuned.as_measured and tuned.folds == 3 and tuned.best.epochs == 9
    assert len(tuned.fit.predict(table)) == 60


def test_groups_and_order_hold_rows_out(rows):
    pytest.importorskip("optuna")
    X, y = rows
    columns = {"day": np.arange(60), "a": X[:, 0], "who": np.arange(60) // 4 % 5, "y": y}
    table = bp.table(columns, "y", kinds={"who": "categorical"})
    for more in ({"by": "day"}, {"group": "who", "folds": 2}):
        assert bp.tune(table, space=FAST, engine="numpy", progress=False, trials=1, **more).best.state == "complete"


def network(units, activation="tanh"):
    return bp.mlp([3, units, 2], activation=activation)


def test_a_graph_of_ones_own_takes_its_settings_and_training_takes_the_others(arrays):
    space = {"units": "2..5", "activation": ["relu", "tanh"], "lr": "1e-2..1e-1", "rule": "adam", "epochs": 4}
    tuned = bp.tune(arrays, graph=network, space=space, engine="numpy", progress=False, trials=5)
    assert tuned.fit.params["W1"].shape == (3, tuned.settings["units"])
    assert "learning_rate" in tuned.fit.settings["rule"] or "Adam" in tuned.fit.settings["rule"]
    assert set(tuned.test) == {"loss", "accuracy"} and tuned.fit.predict(x=arrays["x"]).shape == (60, 2)
    own = bp.tune(bp.table(arrays["x"], arrays["y"], task="classification"), graph=network, space=space, **PLAIN)
    assert type(own.fit).__name__ == "TableFit" and own.fit.params["W1"].shape[1] == own.settings["units"]


def test_a_function_may_take_all_settings_that_are_not_of_training(arrays):
    seen = []

    def graph(**settings):
        seen.append(set(settings))
        return network(settings["width"])

    bp.tune(arrays, graph=graph, space={"width": "2..5", "lr": 0.1, "momentum": 0.5, "epochs": 2}, **PLAIN)
    assert seen == [{"width"}] * 2


@pytest.mark.parametrize(
    ("graph", "space", "why"),
    [
        (network, {"lr": "0.1..1"}, "needs a setting units"),
        (network, {"units": 3, "width": "1..2"}, "no setting 'width'"),
        (network, {"units": 3, "lr": 0.1}, "nothing to search"), (3, {"units": "1..2"}, "graph is a function"),
        (lambda units: units, {"units": "1..2"}, "gave int, and no bprop Graph"),
        (network, {"units": "1..3", "weight_decay": 0.1}, "weight_decay is of adamw"),
        (network, {"units": "0..-3"}, "the setting units: the range"),
    ],
)  # fmt: skip
def test_a_function_and_a_space_that_do_not_fit_are_refused(arrays, graph, space, why):
    with pytest.raises((SettingError, UnknownNameError), match=why):
        bp.tune(arrays, graph=graph, space={"epochs": 2, **space}, **PLAIN)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"time": "10parsecs"}, "how long to search"), ({"time": "5epochs"}, "how long"), ({"time": -1}, "how long"),
        ({"trials": 0}, "trials is a whole number"), ({"folds": 1}, "2 or more"), ({"sampler": "tp"}, "no sampler"),
        ({"pruner": "x"}, "no pruner"), ({"validation": 0}, "hold some out"), ({"space": {"units": 3}}, None),
        ({"space": {"dropuot": 0.1}}, "did you mean 'dropout'"), ({"seed": -1}, "seed"), ({"weights": "a"}, "bp.table"),
        ({"target": "y"}, "has its target already"), ({"test": 0.99}, "hold out"),
        ({"by": "x0", "group": "x1"}, "one of"),
    ],
)  # fmt: skip
def test_settings_out_of_range_are_refused(table, more, why):
    if why is None:
        assert bp.tune(table, **{"space": {**FAST, **more["space"]}, **PLAIN}).settings["units"] == 3
        return
    with pytest.raises((SettingError, UnknownNameError), match=why):
        bp.tune(table, **{"space": FAST, "engine": "numpy", "progress": False, **more})


def test_arrays_that_do_not_fit_are_refused(arrays):
    space = {"units": "2..5", "epochs": 2}
    with pytest.raises(DataError, match="x 60, y 59"):
        bp.tune({"x": arrays["x"], "y": arrays["y"][1:]}, graph=network, space=space, **PLAIN)
    with pytest.raises(DataError, match="weights 3"):
        bp.tune(arrays, graph=network, space=space, weights=[1, 2, 3], **PLAIN)
    with pytest.raises(ShapeError):
        bp.tune({**arrays, "x": arrays["x"][:, :2]}, graph=network, space=space, **PLAIN)
    with pytest.raises(SettingError, match="folds are for tables"):
        bp.tune(arrays, graph=network, space=space, folds=3, **PLAIN)
    with pytest.raises(SettingError, match="by is for tables"):
        bp.tune(arrays, graph=network, space=space, by="x", **PLAIN)


def test_arrays_may_have_weights_and_rows_of_their_own(arrays):
    space = {"units": "2..5", "epochs": 2}
    tuned = bp.tune(arrays, graph=network, space=space, weights=np.ones(60), validation=arrays, test=0, **PLAIN)
    assert tuned.test is None
    assert tuned.fit.evaluate(arrays)["loss"] == pytest.approx(tuned.best.value, rel=1e-5)


def test_the_saved_model_is_an_ordinary_one_with_its_trials(search, rows, tmp_path):
    tuned = search(trials=3)
    tuned.save(tmp_path / "m.bprop")
    model = bp.load(tmp_path / "m.bprop")
    assert (model.predict(rows[0]) == tuned.fit.predict(rows[0])).all()
    noted = model.notes["tuning"]
    assert [trial["number"] for trial in noted["trials"]] == [1, 2, 3] and noted["best"] == tuned.best.number
    assert noted["trials"][0]["settings"]["units"] == tuned.trials[0].settings["units"]


def test_progress_is_a_line_for_each_trial(search, capsys):
    search(trials=2, progress=True)
    lines = capsys.readouterr().err.splitlines()
    assert [line[:12] for line in lines] == ["trial 1 of 2", "trial 2 of 2"] and "(the best)" in lines[0]
    search(time=1e-9, progress=True, folds=2)
    assert "0 s left" in capsys.readouterr().err
