"""`bprop evaluate --held-out`, and the warning where rows were trained on."""

import gzip
import json
import shutil

import numpy as np
import pytest

import bprop as bp

FAST = "--engine numpy --hidden 3 --epochs 2 --no-progress --out m.bprop"


@pytest.fixture
def visits(folder):
    """visits.csv: numbers, dates and groups, with a class and a number to predict."""
    rng = np.random.default_rng(0)
    days = np.datetime64("2023-01-01") + rng.permutation(120)
    lines = [
        f"{day},p{rng.integers(15)},{rng.normal():.4f},{rng.normal():.3f},{'well' if k % 3 else 'ill'}"
        for k, day in enumerate(days)
    ]
    (folder / "visits.csv").write_text("\n".join(["day,patient,blood,weight,state", *lines]) + "\n")
    return folder


def same_result(trained, evaluated):
    """`evaluate` measures what `train` has measured on its test."""
    test = next(line for line in trained.stdout.splitlines() if line.startswith("test: "))
    first = evaluated.stdout.splitlines()[0]
    assert first.rpartition(" of ")[0] == test.removeprefix("test: ")
    assert "warning" not in evaluated.stderr


@pytest.mark.parametrize("how", ["", "--stream"])
@pytest.mark.parametrize("options", ["", "--split-by day", "--group patient", "--seed 9 --test 0.35 --validation 0"])
@pytest.mark.parametrize("target", ["state", "weight"])
def test_the_rows_of_the_test_are_measured_again(run, visits, how, options, target):
    trained = run(f"train visits.csv --target {target} {options} {how} {FAST}")
    same_result(trained, run("evaluate m.bprop --held-out --bootstrap 0"))
    shutil.copy("visits.csv", "copy.csv")
    same_result(trained, run("evaluate m.bprop copy.csv --held-out --bootstrap 0"))


@pytest.mark.parametrize(
    "data", ["dots.npz", "dots-images-idx3-ubyte", "pets.csv --test 7", "house.csv --target price"]
)
def test_the_rows_of_all_kinds_of_data_are_measured_again(run, folder, data):
    same_result(run(f"train {data} {FAST}"), run("evaluate m.bprop --held-out --bootstrap 0"))


def test_the_rows_of_built_in_data_are_measured_again(run):
    pytest.importorskip("sklearn", reason="the built-in data comes with scikit-learn")
    same_result(run(f"train iris {FAST}"), run("evaluate m.bprop --held-out --bootstrap 0"))
    assert "120 of these 150 rows were used for training" in run("evaluate m.bprop iris").stderr


def test_the_labels_and_the_options_of_reading_are_those_of_the_training(run, folder):
    (folder / "dots-labels-idx1-ubyte").rename(folder / "labels")
    trained = run(f"train dots-images-idx3-ubyte --labels labels {FAST}")
    same_result(trained, run("evaluate m.bprop --held-out --bootstrap 0"))
    lines = (folder / "pets.csv").read_text().splitlines()
    lines[5] = "odd," + lines[5].partition(",")[2]
    (folder / "odd.csv").write_text("\n".join(lines) + "\n")
    same_result(run(f"train odd.csv --missing odd {FAST}"), run("evaluate m.bprop --held-out --bootstrap 0"))


def test_a_file_that_was_the_test_is_measured(run, refused, visits):
    lines = (visits / "visits.csv").read_text().splitlines()
    (visits / "last.csv").write_text("\n".join([lines[0], *lines[-30:]]) + "\n")
    for how in ("", "--stream"):
        trained = run(f"train visits.csv --test last.csv {how} {FAST}")
        same_result(trained, run("evaluate m.bprop --held-out --bootstrap 0"))
        shutil.copy("last.csv", "copy.csv")
        same_result(trained, run("evaluate m.bprop copy.csv --held-out --bootstrap 0"))
        refused("evaluate m.bprop visits.csv --held-out", "its content is not that of the file of the test")
        assert "warning" not in run("evaluate m.bprop last.csv").stderr


def test_a_file_that_was_changed_is_refused(run, refused, visits):
    run(f"train visits.csv {FAST}")
    text = (visits / "visits.csv").read_text()
    for other in (text.replace("2023-01-01", "2023-01-02"), text + text.splitlines()[-1] + "\n"):
        (visits / "visits.csv").write_text(other)
        refused("evaluate m.bprop --held-out", "visits.csv: its content is not that of the data of the training")
        assert "warning" not in run("evaluate m.bprop visits.csv").stderr
    (visits / "visits.csv").unlink()
    refused("evaluate m.bprop --held-out", "visits.csv: there is no such file", "bprop evaluate MODEL FILE --held-out")


@pytest.mark.parametrize("how", ["", "--stream"])
def test_rows_that_are_held_out_in_another_way_are_refused(run, refused, visits, monkeypatch, how):
    """As after a change of how rows are drawn in another version."""
    run(f"train visits.csv {how} {FAST}")
    net = bp.load("m.bprop")
    net.notes["split"]["seed"] = 5
    bp.save("m.bprop", net)
    refused("evaluate m.bprop --held-out", "other rows of it would be held out now")
    net.notes["split"]["rows"] += 0 if how else 1
    net.notes["split"]["test"] = 0.9
    bp.save("m.bprop", net)
    refused("evaluate m.bprop --held-out", "visits.csv", "the rows that were held out cannot be told")


def test_where_no_row_is_known_to_be_held_out_it_is_refused(run, refused, visits, model):
    run(f"train visits.csv --test 0 {FAST}")
    refused("evaluate m.bprop --held-out", "trained without a test (--test 0)")
    model.notes.pop("split")
    bp.save("old.bprop", model)
    refused("evaluate old.bprop --held-out", "does not say which rows were held out", "train it again")
    assert "warning" not in run("evaluate old.bprop pets.csv").stderr
    refused("evaluate old.bprop", "name the DATA to measure on, or add --held-out")


def test_standard_input_is_known_by_its_content(run, refused, visits, monkeypatch):
    import io

    content = (visits / "visits.csv").read_bytes()
    monkeypatch.setattr("bprop.sources.opening.standard_input", lambda: io.BytesIO(content))
    trained = run(f"train - {FAST}")
    refused("evaluate m.bprop --held-out", "standard input: name the file")
    same_result(trained, run("evaluate m.bprop visits.csv --held-out --bootstrap 0"))
    same_result(trained, run("evaluate m.bprop - --held-out --bootstrap 0"))
    assert "warning: 96 of these 120 rows" in run("evaluate m.bprop visits.csv").stderr
    assert "warning: 96 of these 120 rows" in run("evaluate m.bprop -").stderr
    refused("evaluate m.bprop pets.csv --held-out", "pets.csv: its content is not that")


def test_rows_that_were_trained_on_are_said_loudly(run, visits):
    run(f"train visits.csv {FAST}")
    (visits / "copy.csv.gz").write_bytes(gzip.compress((visits / "visits.csv").read_bytes()))
    for name in ("visits.csv", "copy.csv.gz"):
        result = run(f"evaluate m.bprop {name} --json")
        assert result.stderr.startswith("warning: 96 of these 120 rows were used for training: ")
        assert "--held-out evaluates the test rows alone" in result.stderr
        assert json.loads(result.stdout)["examples"] == 120
    run(f"train visits.csv --test 0 {FAST}")
    assert "120 of these 120 rows" in run("evaluate m.bprop visits.csv").stderr


def test_a_stream_of_python_is_known_as_well(run, visits):
    pytest.importorskip("polars", reason="tables are read piece by piece with polars")
    table = bp.stream("visits.csv", test=0.3)
    graph = bp.mlp([table.inputs, 3, table.outputs], **table.settings)
    fit = bp.train(graph, table.train, epochs=1, notes=table.notes, engine="numpy", progress=False)
    bp.save("m.bprop", fit)
    found = json.loads(run("evaluate m.bprop --held-out --json").stdout)
    assert found["examples"] == len(table.test)
    assert found["loss"] == pytest.approx(fit.evaluate(table.test)["loss"], rel=1e-5)
