"""The recipe on the command line, and the options that override its parts."""

import numpy as np
import pytest

import bprop as bp

QUICK = "--engine numpy --no-progress --out x.bprop"


def recipe(result):
    return next(line for line in result.stdout.splitlines() if line.startswith("recipe "))


def test_the_recipe_of_the_lecture_is_the_plain_training(run):
    result = run(f"train pets.csv --recipe lecture --hidden 4 --epochs 3 {QUICK}")
    assert (
        recipe(result)
        == "recipe lecture: 1 network of 4 relu units; sgd, 3 epochs in batches of 32; the last epoch is kept"
    )
    split = bp.table("pets.csv").split()
    by_hand = bp.train(
        split.train.graph((4,), recipe="lecture"), split.train.data(), rule=bp.SGD(0.1), epochs=3, batch_size=32,
        validation=split.validation.data(), engine="numpy", progress=False,
    )  # fmt: skip
    model = bp.load("x.bprop")
    assert all(model.params[name].tobytes() == by_hand.params[name].tobytes() for name in model.params)


def test_the_fast_recipe_keeps_the_best_epoch(run):
    result = run(f"train pets.csv --recipe fast --hidden 6 --lr 0.05 --epochs 30 {QUICK}")
    assert recipe(result).startswith(
        "recipe fast: 1 network of 6 relu units, dropout 0.1; adam 0.05, at most 30 epochs"
    )
    model = bp.load("x.bprop")
    losses = [record.validation_loss for record in model.history]
    assert model.kept_epoch == int(np.argmin(losses)) + 1
    assert f"best epoch on the validation set: {model.kept_epoch} of {len(losses)}" in result.stdout
    assert model.notes["recipe"]["name"] == "fast"


def test_the_default_needs_no_option(run):
    result = run(["train", "pets.csv", "--epochs", "1", "--engine", "numpy", "--no-progress", "--out", "x.bprop"])
    assert recipe(result).startswith("recipe best: ")
    assert bp.load("x.bprop").notes["recipe"]["name"] == "best"


def test_without_validation_rows_all_epochs_are_done(run):
    result = run(f"train house.csv --recipe fast --validation 0 --hidden 4 --epochs 2 {QUICK}")
    assert recipe(result).endswith("adam 0.002, 2 epochs in batches of 32; the last epoch is kept")


def test_the_settings_of_the_recipe_stand_in_the_file_of_settings(run, folder):
    run(f"train house.csv --recipe fast --hidden 4 --epochs 2 {QUICK}")
    text = (folder / "x.toml").read_text()
    assert 'recipe = "fast"' in text
    assert '# inferred: rule = "adam"' in text
    assert "# inferred: lr = 0.002" in text
    before = bp.load("x.bprop").params
    run(["train", "--config", "x.toml", "--out", "y.bprop", "--no-progress"])
    assert all(bp.load("y.bprop").params[name].tobytes() == before[name].tobytes() for name in before)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("--recipe bst", "no recipe is called 'bst'; there are: best, fast, lecture"),
        ("--members 0", "give the number of networks, 1 or more"),
        ("--recipe fast --momentum 0.9", "adam has no --momentum, the rule of the recipe fast: choose another with"),
        ("--recipe lecture --monitor accuracy", "add --patience 10"),
    ],
)  # fmt: skip
def test_choices_that_do_not_go_together_are_refused_before_the_data_is_read(refused, monkeypatch, options, says):
    def never(*args, **kwargs):
        raise AssertionError("the data was read")

    monkeypatch.setattr("bprop.cli.prepared.open_data", never)
    refused(f"train pets.csv {options}", says)
