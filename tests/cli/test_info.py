"""`bprop info`: a model, a checkpoint, any file of bprop, for people and as JSON."""

import json

import numpy as np
import pytest

import bprop as bp

pytestmark = pytest.mark.usefixtures("typer")


def test_a_model_of_a_table_says_all_that_is_needed_to_use_it(run, folder):
    trained = run(
        "train pets.csv --engine numpy --hidden 4 --epochs 3 --patience 2 --out pets.bprop --no-progress"
    ).stdout
    shown = run("info pets.bprop").stdout
    for part in (
        "pets.bprop: a model of pets, ", "kind (classification): 3 classes: cat, dog, eel", "3: 3 numeric", "mean ",
        "3 epochs, ended by epochs, rule SGD(learning_rate=0.1), batch size 32, seed 0", "engine numpy",
        "last epoch  3: loss ",
        "best epoch", "x (N, 3), y (N,) -> f (N, 3); W1 (3, 4)", "31 parameters in float32",
        "bprop predict pets.bprop ROWS.csv --out predictions.csv", "bprop evaluate pets.bprop",
    ):  # fmt: skip
        assert part in shown
    result = next(line for line in trained.splitlines() if line.startswith("test: ")).removeprefix("test: ")
    assert f"test        {result}" in shown


def test_the_same_as_json_with_nothing_shortened(run, folder):
    rows = [f"{name},{k % 7},{'ab'[k % 2]}" for k, name in enumerate([f"n{k % 30:02}" for k in range(600)])]
    (folder / "many.csv").write_text("name,x,y\n" + "\n".join(rows) + "\n")
    run("train many.csv --engine numpy --hidden 2 --epochs 1 --out many.bprop --no-progress")
    facts = json.loads(run("info many.bprop --json").stdout)
    name = facts["columns"][0]
    assert (name["name"], name["kind"], len(name["learned"]["categories"])) == ("name", "categorical", 30)
    assert (facts["target"], facts["task"], facts["classes"]) == ("y", "classification", ["a", "b"])
    assert facts["bytes"] == (folder / "many.bprop").stat().st_size and facts["settings"]["engine"] == "numpy"
    assert "and 22 more" in run("info many.bprop").stdout


def test_a_checkpoint_and_a_folder_of_them(run, folder):
    base = "train house.csv --engine numpy --hidden 2 --epochs 2 --target price --out h.bprop --checkpoint"
    run(f"{base} one.ckpt")
    run(f"{base} many --every 1epochs")
    for path in ("one.ckpt", "many"):
        shown = run(f"info {path}").stdout
        assert "a checkpoint of house" in shown and "price (regression)" in shown and "--resume" in shown


def test_a_model_without_a_table_and_one_that_never_trained(run, folder):
    graph = bp.mlp([2, 3, 1], task="regression")
    bp.save("plain.bprop", bp.Model(graph, graph.init(0)))
    shown = run("info plain.bprop").stdout
    assert "a model, " in shown and "13 parameters" in shown and "in Python: bprop.load" in shown
    assert "trained" not in shown and "columns" not in shown
    fit = bp.train(graph, {"x": np.ones((8, 2)), "y": np.ones(8)}, epochs=1, engine="numpy")
    bp.save("fit.bprop", fit)
    assert "1 epoch, ended by epochs" in run("info fit.bprop").stdout


def test_a_name_that_steers_the_terminal_is_escaped(run, folder):
    (folder / "odd.csv").write_text(
        "a\x1b[31m,b\n" + "".join(f"{k % 9},{'no' if k % 2 else 'yes'}\n" for k in range(40))
    )
    run("train odd.csv --engine numpy --hidden 2 --epochs 1 --out odd.bprop --no-progress")
    assert "\x1b" not in run("info odd.bprop").stdout


def test_a_file_that_is_no_model_is_refused(refused, folder, model):
    refused("info pets.csv", "pets.csv: not a model file")
    refused("info pet.bprop", "there is no such file; did you mean 'pets.bprop'?")
    (folder / "empty").mkdir()
    refused("info empty", "it has no checkpoints")
