"""`bprop evaluate`."""

import json

import numpy as np
import pytest

import bprop as bp
from bprop.sources import open_source
from bprop.sources.encoding import Encoding


def test_evaluate_says_what_the_model_says(run, model):
    table = open_source("pets.csv")
    expected = model.evaluate(Encoding.from_notes(model.notes).arrays(table))
    found = json.loads(run("evaluate pets.bprop pets.csv --json").stdout)
    assert {name: found[name] for name in ("examples", *expected)} == {"examples": 60, **expected}
    assert found["log_loss"] == pytest.approx(expected["loss"], rel=1e-5)
    first = run("evaluate pets.bprop pets.csv").stdout.splitlines()[0]
    assert (
        first == f"accuracy {100 * expected['accuracy']:.2f}%, loss {expected['loss']:.4g} nats on 60 examples of pets"
    )


def test_classes_are_judged_with_intervals_and_a_confusion_matrix(run, model):
    found = json.loads(run("evaluate pets.bprop pets.csv --json --bootstrap 50").stdout)
    assert set(found["intervals"]) == {"accuracy", "log_loss", "roc_auc", "calibration_error"}
    for name, (low, high) in found["intervals"].items():
        assert low <= found[name] <= high or name == "calibration_error"
    assert found["confusion"]["classes"] == ["cat", "dog", "eel"]
    counts = np.array(found["confusion"]["counts"])
    assert counts.sum(axis=1).tolist() == [20, 20, 20]
    assert counts.trace() / 60 == found["accuracy"]
    shown = run("evaluate pets.bprop pets.csv --bootstrap 50").stdout
    assert all(word in shown for word in ("ROC AUC", "calibration error", "95% within", "true class (rows)"))
    assert "95%" not in run("evaluate pets.bprop pets.csv --bootstrap 0").stdout


def test_numbers_are_judged_in_the_units_of_the_data(run):
    run("train house.csv --target price --engine numpy --hidden 8 --epochs 30 --lr 0.05 --out house.bprop")
    found = json.loads(run("evaluate house.bprop house.csv --json --bootstrap 20").stdout)
    table = open_source("house.csv", target="price")
    errors = bp.load("house.bprop").predict(x=table.x) - table.y
    assert found["rmse"] == pytest.approx(np.sqrt((errors**2).mean()), rel=1e-4)
    assert found["mae"] == pytest.approx(abs(errors).mean(), rel=1e-4)
    assert found["r2"] == pytest.approx(1 - (errors**2).mean() / table.y.var(), rel=1e-4)
    assert set(found["intervals"]) == {"rmse", "mae", "r2"}


def test_several_columns_are_judged_one_by_one(run):
    run("train house.csv --target price,area --engine numpy --hidden 8 --epochs 5 --out two.bprop")
    found = json.loads(run("evaluate two.bprop house.csv --json --bootstrap 0").stdout)
    assert {"rmse[price]", "mae[area]", "r2[area]"} <= set(found)
    assert found["rmse[price]"] > 1
    assert "RMSE[price]" in run("evaluate two.bprop house.csv").stdout


def test_the_weights_of_examples_may_be_a_column(run, model, folder, refused):
    lines = (folder / "pets.csv").read_text().splitlines()
    weighted = [lines[0] + ",w", *(f"{line},{int(k < 30)}" for k, line in enumerate(lines[1:]))]
    (folder / "weighted.csv").write_text("\n".join(weighted))
    (folder / "first.csv").write_text("\n".join(lines[:31]))
    found = json.loads(run("evaluate pets.bprop weighted.csv --weights w --json").stdout)
    expected = json.loads(run("evaluate pets.bprop first.csv --json").stdout)
    for name in ("accuracy", "log_loss", "roc_auc", "calibration_error", "loss"):
        assert found[name] == pytest.approx(expected[name]), name
    refused("evaluate pets.bprop pets.csv --weights w", "pets.csv", "'w'")


def test_evaluate_with_labels_elsewhere(run, folder):
    run("train dots.npz --engine numpy --hidden 8 --batch-size 4 --epochs 20")
    (folder / "dots-labels-idx1-ubyte").rename(folder / "labels")
    assert "no targets" in run("evaluate dots.bprop dots-images-idx3-ubyte", code=1).stderr
    assert "accuracy" in run("evaluate dots.bprop dots-images-idx3-ubyte --labels labels").stdout


def test_evaluate_on_the_built_in_data(run):
    pytest.importorskip("sklearn", reason="the built-in data comes with scikit-learn")
    run("train iris --engine numpy --hidden 4 --epochs 2")
    assert "150 examples of iris" in run("evaluate iris.bprop iris").stdout
