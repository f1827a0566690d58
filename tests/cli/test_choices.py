"""The recipe on the command line, and the options that override its parts."""

import json
import signal
import time

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
        == "recipe lecture: 1 network of 4 relu units; sgd 0.1, 3 epochs in batches of 32; the last epoch is kept"
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
    assert recipe(result).startswith("recipe fast: 1 network of 6 relu units, dropout 0.1, ")
    assert "; adam 0.05, at most 30 epochs in batches of 32" in recipe(result)
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


# --- several networks ---

BEST = "--recipe best --members 3 --hidden 5 --engine numpy --no-progress"


def same(one, other):
    one, other = bp.load(one), bp.load(other)
    return all(one.params[name].tobytes() == other.params[name].tobytes() for name in one.params)


def test_several_networks_are_one_model_for_every_command(run, folder):
    result = run(f"train pets.csv {BEST} --epochs 12 --lr 0.02 --out x.bprop --report r.html --health")
    assert "best epochs of the 3 networks on their validation rows: " in result.stdout
    assert "test: accuracy" in result.stdout
    assert "m3/W2" in bp.load("x.bprop").params
    assert len((folder / "r.html").read_text()) > 1000
    assert "on 60 examples" in run("evaluate x.bprop pets.csv").stdout
    assert "on 12 examples" in run("evaluate x.bprop --held-out").stdout
    assert "class,p(cat),p(dog),p(eel)" in run("predict x.bprop pets.csv").stdout
    assert "3 networks, whose mean is the answer; the best epochs: " in run("info x.bprop").stdout
    run("check x.bprop pets.csv")
    run("graph x.bprop")


def test_python_trains_the_same(run):
    run(f"train house.csv --target price {BEST} --epochs 4 --out x.bprop")
    fit = bp.table("house.csv", "price").fit(
        members=3, hidden=(5,), epochs=4, engine="numpy", progress=False
    )  # fmt: skip
    model = bp.load("x.bprop")
    assert all(fit.params[name].tobytes() == model.params[name].tobytes() for name in model.params)
    assert fit.notes["recipe"] == model.notes["recipe"]
    assert fit.notes["ensemble"] == model.notes["ensemble"]


@pytest.mark.parametrize("data", ["dots.npz", "dots-images-idx3-ubyte", "calls.csv --task counts"])
def test_arrays_images_and_counts_are_trained_on_too(run, data):
    assert "test: " in run(f"train {data} {BEST} --epochs 2 --out x.bprop").stdout


def test_a_streamed_table_is_watched_by_all_networks_alike(run):
    run(f"train pets.csv {BEST} --stream --epochs 2 --out x.bprop")
    assert len(bp.load("x.bprop").notes["ensemble"]) == 3


def test_folds_measure_the_mean_of_several_networks(run):
    result = run(f"train pets.csv {BEST} --folds 2 --epochs 2 --out x.bprop")
    assert "2 folds: accuracy" in result.stdout
    assert len(bp.load("x.bprop").notes["ensemble"]) == 3


def test_a_threshold_is_chosen_on_rows_that_each_network_did_not_see(run, folder):
    lines = (folder / "pets.csv").read_text().replace(",eel", ",dog").splitlines()
    (folder / "two.csv").write_text("\n".join(lines))
    result = run(f"train two.csv {BEST} --threshold f1 --epochs 2 --out x.bprop")
    assert "on the 15 validation examples" in result.stdout


def test_a_run_of_several_networks_is_continued(run, folder):
    run(f"train pets.csv {BEST} --epochs 2 --checkpoint run --every 1epochs --out x.bprop")
    assert "name that of one, run/member-1" in run("info run", code=1).stderr
    assert "checkpoint" in run("info run/member-1").stdout
    again = run("resume run")
    assert "--resume" in again.stdout.splitlines()[0]
    run(f"train pets.csv {BEST} --epochs 2 --out whole.bprop")
    assert same("x.bprop", "whole.bprop")
    assert sorted(path.name for path in (folder / "run").iterdir() if not path.name.startswith(".")) == [
        *(f"member-{k}" for k in range(1, 7)), "run.json",
    ]  # fmt: skip


def test_the_checkpoints_of_another_ensemble_are_not_overwritten(run, refused):
    run(f"train pets.csv {BEST} --epochs 1 --checkpoint run --every 1epochs --out x.bprop")
    refused(f"train pets.csv {BEST} --epochs 1 --checkpoint run --every 1epochs --out y.bprop --seed 5", "holds the")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_a_model_of_all_networks_that_is_continued(run, start, folder, number):
    command = f"train pets.csv {BEST.replace('best', 'lecture')} --epochs 150 --patience 150"
    process = start(f"{command} --checkpoint run --every 1s")
    while process.poll() is None and not list((folder / "run").glob("member-3/step-*")):
        time.sleep(0.02)
    time.sleep(0.1)
    process.send_signal(number)
    said, complaint = process.communicate(timeout=60)
    assert process.returncode == 128 + number, complaint
    assert "continue with: bprop resume run" in said + complaint
    assert "class,p(cat)" in run("predict pets.bprop pets.csv").stdout
    run("resume run")
    run(f"{command} --out whole.bprop")
    assert same("pets.bprop", "whole.bprop")


def test_a_limit_on_the_time_decides_the_networks_and_epochs(run):
    result = run(
        "train pets.csv --recipe best --time 1s --hidden 5 --engine numpy --no-progress --folds 2 --out x.bprop"
    )
    lines = [line for line in result.stdout.splitlines() if line.startswith("time 1s: ")]
    assert len(lines) == 3
    assert "test: accuracy" in result.stdout
    assert bp.load("x.bprop").stopped in ("time", "epochs", "patience")


def test_the_live_page_shows_the_mean_of_several_networks(run):
    pytest.importorskip("tensorboardX", reason="the files of TensorBoard need tensorboardX")
    result = run(f"train pets.csv {BEST} --epochs 3 --live --no-live-wait --tensorboard tb --out x.bprop")
    assert "test: accuracy" in result.stdout


def test_settings_of_a_run_before_there_were_recipes_repeat_that_run(run, folder):
    run("train pets.csv --hidden 4 --epochs 2 --engine numpy --no-progress --out one.bprop")
    lines = [line for line in (folder / "one.toml").read_text().splitlines() if not line.startswith("recipe")]
    (folder / "old.toml").write_text("\n".join([*lines, 'rule = "sgd"']) + "\n")
    result = run(["train", "--config", "old.toml", "--no-progress", "--out", "two.bprop"])
    assert recipe(result).startswith("recipe lecture: ")
    assert same("one.bprop", "two.bprop")


def test_a_run_that_began_before_there_were_recipes_is_continued(run, folder):
    run("train pets.csv --hidden 4 --epochs 2 --engine numpy --checkpoint run --every 1epochs --out one.bprop")
    path = folder / "run" / "run.json"
    noted = json.loads(path.read_text())
    at = noted["words"].index("--recipe")
    noted["words"] = [*noted["words"][:at], *noted["words"][at + 2 :]]
    path.write_text(json.dumps(noted))
    before = bp.load("one.bprop").params
    assert "--recipe lecture" in run("resume run --overwrite").stdout.splitlines()[0]
    assert all(bp.load("one.bprop").params[name].tobytes() == before[name].tobytes() for name in before)


def test_groups_of_unequal_size_are_batches_too(run, folder):
    lines = (folder / "pets.csv").read_text().splitlines()
    grouped = [f"{line},{['a', 'b', 'c', 'd'][min(3, k // 6)]}" for k, line in enumerate(lines[1:])]
    (folder / "g.csv").write_text("\n".join(["size,weight,age,kind,group", *grouped]))
    run(f"train g.csv --target kind --group group --batch-size 20 {BEST} --epochs 1 --out x.bprop")


def test_lines_of_progress_say_the_time_that_is_left(start, folder):
    process = start(f"train pets.csv {BEST.replace('--no-progress', '--progress')} --epochs 30 --out x.bprop")
    _, complaint = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "engine: " in complaint
    assert " left\n" in complaint
