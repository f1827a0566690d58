"""`bprop tune`: what it prints, saves, and refuses."""

import os
import re
import signal

import pytest

import bprop as bp

pytest.importorskip("typer", reason="the command line needs typer")
pytest.importorskip("optuna", reason="tuning needs optuna")

SPACE = (
    "--space",
    "inputs=plain",
    "--space",
    "layers=1",
    "--space",
    "units=2..6",
    "--space",
    "epochs=3",
    "--space",
    "batch_size=8",
)

FAST = " ".join(("--engine numpy --no-progress --trials 3", *SPACE))


@pytest.fixture
def tune(run):
    """tune("pets.csv --out m.bprop", code=0): the command with a space of small networks."""

    def tune(command, code=0, trials=3):
        words = ["tune", *command.split(), "--engine", "numpy", "--no-progress", "--trials", str(trials), *SPACE]
        return run(words, code=code)

    return tune


def test_the_best_network_is_saved_with_its_trials_and_tested(tune, run, folder):
    result = tune("pets.csv")
    lines = result.stdout.splitlines()
    assert "search: units 2..6, dropout 0..0.5, lr 0.0002..0.02 by factors" in result.stdout
    assert "3 trials: 3 complete" in lines and "saved pets.bprop" in lines
    noted = bp.load("pets.bprop").notes
    best = noted["tuning"]["best"]
    assert any(line.startswith(f"best: trial {best}, loss ") for line in lines)
    test = next(line for line in lines if line.startswith("test: "))
    assert noted["run"]["test"] == test.removeprefix("test: ")
    assert run("predict pets.bprop pets.csv --out p.csv").exit_code == 0
    held = run("evaluate pets.bprop --held-out").stdout
    assert re.search(r"accuracy (\S+)%", test)[1] in held
    assert (
        f"tuned       trials 3, best {best}, measure loss, sampler tpe, pruner median" in run("info pets.bprop").stdout
    )


@pytest.mark.parametrize("data", ["house.csv --target price", "calls.csv", "dots.npz", "dots-images-idx3-ubyte"])
def test_values_counts_and_arrays_are_searched_for_as_well(tune, folder, data):
    result = tune(f"{data} --out m.bprop")
    assert "test: " in result.stdout and len(bp.load("m.bprop").notes["tuning"]["trials"]) == 3


def test_a_study_goes_on_and_another_space_is_refused(tune, run, folder):
    first = tune("pets.csv --study s.study --out a.bprop", trials=2)
    second = tune("pets.csv --study s.study --out b.bprop", trials=4)
    tune("pets.csv --out c.bprop", trials=4)
    assert "2 trials" in first.stdout and "4 trials" in second.stdout

    def values(name):
        return [(trial["value"], trial["settings"]) for trial in bp.load(name).notes["tuning"]["trials"]]

    assert values("b.bprop") == values("c.bprop") and values("a.bprop") == values("c.bprop")[:2]
    other = run(f"tune pets.csv --study s.study {FAST} --space epochs=4".replace("--space epochs=3 ", ""), code=1)
    assert "another space (epochs was 3, and is 4)" in other.stderr
    assert "another data" in tune("pets.csv --study s.study --test 0.3", code=1).stderr


def test_folds_choose_and_the_network_is_trained_once_more(tune, folder):
    result = tune("pets.csv --folds 3 --out m.bprop")
    assert "by the loss of the mean of 3 folds" in result.stdout
    assert "(mean of 3 folds); a network with its settings is trained once more" in result.stdout
    noted = bp.load("m.bprop").notes["tuning"]
    assert noted["folds"] == 3 and noted["as_measured"] is False


def test_the_page_names_the_command(tune, folder):
    tune("pets.csv --out m.bprop --report p.html")
    html = (folder / "p.html").read_text(encoding="utf-8")
    assert "Tuning on pets" in html and "bprop tune --trials 3 --space inputs=plain --space layers=1" in html


def test_ctrl_c_saves_the_best_model_and_says_how_to_go_on(tune, folder, monkeypatch):
    from bprop.tuning.problem import Stage

    train, calls = Stage.train, []

    def interrupted(self, *args):
        calls.append(1)
        if len(calls) == 3:
            os.kill(os.getpid(), signal.SIGINT)
        return train(self, *args)

    monkeypatch.setattr(Stage, "train", interrupted)
    result = tune("pets.csv --study s.study --out m.bprop", code=130, trials=9)
    assert "2 trials: 2 complete; interrupted" in result.stdout and "saved m.bprop" in result.stdout
    assert "continue with: bprop tune" in result.stderr and "--study s.study" in result.stderr
    assert len(bp.load("m.bprop").notes["tuning"]["trials"]) == 2


@pytest.mark.parametrize(
    "options",
    [
        "--time 3parsecs", "--trials 0", "--folds 1", "--sampler tp", "--pruner x", "--monitor acuracy", "--seed -1",
        "--space lr", "--space lr=", "--space lr=2..1", "--space dropuot=0.1", "--out x.csv", "--report no/x.html",
        "--study no/s", "--engine nat", "--dtype float16", "--test 2.5", "--scale unt",
    ],
)  # fmt: skip
def test_settings_are_checked_before_the_data_is_read(refused, folder, monkeypatch, options):
    def never(*args, **kwargs):
        raise AssertionError("the data was read")

    monkeypatch.setattr("bprop.cli.prepared.open_data", never)
    refused(f"tune pets.csv {options}")


def test_a_setting_may_not_stand_twice(refused, folder):
    refused(["tune", "pets.csv", "--space", "lr=1", "--space", "lr=2"], "lr stands there twice")


def test_without_validation_rows_nothing_is_searched(refused, folder):
    refused(f"tune pets.csv --validation 0 {FAST}", "settings are chosen by validation rows")


def test_a_file_of_another_kind_is_no_study(refused, folder):
    refused(f"tune pets.csv --study house.csv {FAST}", "house.csv is no study")
