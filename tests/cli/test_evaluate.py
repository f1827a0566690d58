"""`bprop evaluate`."""

import json

import numpy as np
import pytest

import bprop as bp
from bprop.sources.opening import open_rows
from bprop.sources.preparation import Preparation


def test_evaluate_says_what_the_model_says(run, model):
    expected = model.evaluate(Preparation.from_notes(model.notes).arrays(open_rows("pets.csv")))
    found = json.loads(run("evaluate pets.bprop pets.csv --json").stdout)
    assert {name: found[name] for name in ("examples", *expected)} == {"examples": 60, **expected}
    assert found["log_loss"] == pytest.approx(expected["loss"], rel=1e-5)
    first = run("evaluate pets.bprop pets.csv").stdout.splitlines()[0]
    assert (
        first
        == f"accuracy {100 * expected['accuracy']:.2f}% (always cat: 33.33%), loss {expected['loss']:.4g} nats on "
        "60 examples of pets"
    )


def test_classes_are_judged_with_intervals_and_a_confusion_matrix(run, model):
    found = json.loads(run("evaluate pets.bprop pets.csv --json --bootstrap 50").stdout)
    assert set(found["intervals"]) == {
        "accuracy", "balanced_accuracy", "log_loss", "roc_auc", "average_precision", "calibration_error",
    }  # fmt: skip
    for name, (low, high) in found["intervals"].items():
        assert low <= found[name] <= high
    assert found["confusion"]["classes"] == ["cat", "dog", "eel"]
    counts = np.array(found["confusion"]["counts"])
    assert counts.sum(axis=1).tolist() == [20, 20, 20]
    assert counts.trace() / 60 == found["accuracy"]
    shown = run("evaluate pets.bprop pets.csv --bootstrap 50").stdout
    assert all(word in shown for word in ("ROC AUC", "calibration error", "95% within", "true class (rows)"))
    assert "95%" not in run("evaluate pets.bprop pets.csv --bootstrap 0").stdout


def test_a_metric_by_name_is_measured_in_training_and_after(run, refused, model):
    run("train pets.csv --recipe lecture --epochs 3 --hidden 4 --engine numpy --patience 2 --monitor f1 --out f1.bprop")
    history = bp.load("f1.bprop").history
    assert history["validation_f1"].max() == history["validation_f1"][history["best"]][-1]
    words = "train pets.csv --recipe lecture --epochs 2 --hidden 4 --engine numpy --metric f1 --metric recall"
    run([*words.split(), "--out", "f1.bprop"])
    assert {"f1", "recall"} <= bp.load("f1.bprop").history[-1].metrics.keys()
    found = json.loads(run("evaluate f1.bprop pets.csv --metric f1 --bootstrap 20 --json").stdout)
    assert found["f1"] == bp.load("f1.bprop").scores("pets.csv", metrics="f1")["f1"] and "f1" in found["intervals"]
    assert "F1 " in run("evaluate f1.bprop pets.csv --metric f1").stdout
    refused("evaluate pets.bprop pets.csv --metric f3", "--metric f3: there is accuracy")
    refused("evaluate pets.bprop pets.csv --metric r2", "'r2'; there is accuracy")


def test_a_model_made_in_python_has_the_scores_that_the_command_line_prints(run, folder):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(40, 3)), rng.integers(2, size=40)
    np.savez("rows.npz", x=x, y=y)
    a = bp.Input("x", (3,)) @ bp.Parameter("w", (3,))
    one = bp.Graph(loss=bp.binary_cross_entropy(a, bp.Input("y", (), dtype="int")), outputs={"p": bp.sigmoid(a)})
    for graph in (bp.mlp([3, 4, 2]), one):
        model = bp.Model(graph, graph.init(0))
        bp.save("net.bprop", model)
        printed = json.loads(run("evaluate net.bprop rows.npz --bootstrap 10 --json").stdout)
        assert model.scores((x, y), bootstrap=10) == printed


def test_numbers_are_judged_in_the_units_of_the_data(run, numbers):
    run("train house.csv --target price --engine numpy --hidden 8 --epochs 30 --lr 0.05 --out house.bprop")
    found = json.loads(run("evaluate house.bprop house.csv --json --bootstrap 20").stdout)
    table = numbers("house.csv", "price")
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


@pytest.mark.parametrize(("offset", "size"), [(1e9, 10.0), (-4e15, 1e3), (0.0, 1e-20), (0.0, 1e19), (0.0, 1e300)])
def test_targets_of_any_offset_and_size_are_learned_and_judged_in_their_own_units(run, folder, offset, size):
    x = np.random.default_rng(0).normal(size=(300, 2))
    rows = [f"{a!r},{b!r},{offset + size * a!r}" for a, b in x.tolist()]
    (folder / "t.csv").write_text("\n".join(["a,b,y", *rows[:200]]))
    (folder / "more.csv").write_text("\n".join(["a,b,y", *rows[200:]]))
    said = run(
        "train t.csv --engine numpy --hidden 20 --epochs 20 --task regression --test more.csv --out m.bprop"
    ).stdout
    test = next(line for line in said.splitlines() if line.startswith("test: "))
    found = json.loads(run("evaluate m.bprop more.csv --json").stdout)
    assert 1e-4 * size < found["rmse"] < 0.3 * size
    first = run("evaluate m.bprop more.csv").stdout.splitlines()[0]
    assert first == test.removeprefix("test: ") + " of more"
    assert (
        f"rmse {found['rmse']:.4g} (always the mean: {found['baseline']['rmse']:.4g}), mae {found['mae']:.4g} ("
        in first
    )
    _, *cells = run("predict m.bprop more.csv").stdout.split()
    error = np.array([float(cell) for cell in cells]) - (offset + size * x[200:, 0])
    scale = abs(error).max()
    assert scale * np.sqrt(((error / scale) ** 2).mean()) == pytest.approx(found["rmse"], rel=1e-3)


@pytest.mark.parametrize("how", ["", "--stream"])
@pytest.mark.parametrize("scale", ["auto", "standard"])
def test_inputs_far_from_0_are_told_apart(run, folder, how, scale):
    rng = np.random.default_rng(0)
    t = 17 * 10**11 + rng.integers(60_000, size=400)
    rows = [
        f"{a},{b},{'late' if a % 10**5 > 30_000 else 'early'}" for a, b in zip(t, rng.normal(size=400), strict=True)
    ]
    (folder / "ms.csv").write_text("\n".join(["t,b,y", *rows]))
    run(f"train ms.csv --engine numpy --hidden 20 --epochs 60 --scale {scale} {how} --out m.bprop --no-progress")
    assert json.loads(run("evaluate m.bprop ms.csv --json").stdout)["accuracy"] > 0.95


def test_a_constant_column_of_arrays_may_move(run, folder):
    x = np.random.default_rng(0).normal(size=300)
    for name, value in (("a", 14.62), ("b", 14.63)):
        np.savez(folder / f"{name}.npz", x=np.c_[x, np.full(300, value)], y=(x > 0).astype(int))
    run("train a.npz --engine numpy --hidden 20 --out m.bprop")
    assert json.loads(run("evaluate m.bprop b.npz --json").stdout)["accuracy"] > 0.95


def test_several_targets_are_judged_each_in_its_own_units_in_training_and_after(run, folder):
    x = np.random.default_rng(0).normal(size=(200, 2))
    rows = [f"{a!r},{b!r},{1e9 + 10 * a!r},{1e-9 * b!r}" for a, b in x.tolist()]
    (folder / "two.csv").write_text("\n".join(["a,b,far,small", *rows]))
    options = "--target far,small --engine numpy --hidden 20 --test two.csv --out m.bprop"
    test = next(line for line in run(f"train two.csv {options}").stdout.splitlines() if line.startswith("test: "))
    first = run("evaluate m.bprop two.csv").stdout.splitlines()[0]
    assert first == test.removeprefix("test: ") + " of two"
    found = json.loads(run("evaluate m.bprop two.csv --json").stdout)
    assert found["rmse[far]"] < 3
    assert found["rmse[small]"] < 3e-10


def test_models_of_before_format_2_of_several_targets_answer_in_units_of_the_table(run, folder):
    (folder / "two.csv").write_text("\n".join(["a,u,v", *(f"{k % 7}.5,{100 + k % 7},{-k % 7}" for k in range(40))]))
    run("train two.csv --target u,v --engine numpy --hidden 4 --epochs 3 --out m.bprop")
    net = bp.load("m.bprop")
    told = net.notes.pop("scaling")
    graph = bp.mlp(
        [1, 4, 2], activation="relu", task="regression", input_scaling=(told["x"]["mean"], told["x"]["deviation"])
    )
    net.notes["table"] |= told["y"]
    bp.save("old.bprop", bp.Model(graph, net.params, notes=net.notes))
    rows = [run(f"predict {name}.bprop two.csv").stdout.split()[1:] for name in ("m", "old")]
    found = [np.array([[float(cell) for cell in row.split(",")] for row in part]) for part in rows]
    np.testing.assert_allclose(found[0], found[1], rtol=1e-5, atol=1e-4)
