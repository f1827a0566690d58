"""`bprop train --config run.toml`: a run repeated from a file."""

import tomllib

import numpy as np
import pytest

import bprop as bp

pytestmark = pytest.mark.usefixtures("typer")
SMALL = "--engine numpy --hidden 4 --epochs 2 --no-progress"


def same(one, two):
    left, right = bp.load(one), bp.load(two)
    return left.params.keys() == right.params.keys() and all(
        np.array_equal(left.params[name], right.params[name]) for name in left.params
    )


@pytest.mark.parametrize(
    "options",
    [
        "pets.csv", "pets.csv --seed 7 --rule adam --set beta1=0.8 --dropout 0.2 --scale none",
        "house.csv --target price,area --kind rooms=categorical --kind floor=numeric --validation 0",
        "pets.csv --stream --no-shuffle --batch-size 5 --patience 1 --monitor accuracy", "dots-images-idx3-ubyte",
        "calls.csv --task counts --schedule step --factor 0.3 --schedule-every 4 --warm-up 2 --missing ? --missing -",
    ],
)  # fmt: skip
def test_a_run_is_repeated_from_the_file_that_it_wrote(run, folder, options):
    shown = run(f"train {options} {SMALL} --out one.bprop").stdout
    assert "settings one.toml\n" in shown
    again = run("train --config one.toml --out two.bprop --no-progress").stdout
    assert same("one.bprop", "two.bprop")
    assert [line for line in again.splitlines() if line.startswith("test: ")] == [
        line for line in shown.splitlines() if line.startswith("test: ")
    ]
    first, second = (tomllib.loads((folder / f"{name}.toml").read_text()) for name in ("one", "two"))
    assert first == second


def test_options_of_the_command_line_come_before_those_of_the_file(run, folder):
    run(f"train pets.csv {SMALL} --seed 3 --out one.bprop")
    run("train house.csv --config one.toml --epochs 1 --out two.bprop --no-progress")
    values = tomllib.loads((folder / "two.toml").read_text())
    assert (values["data"], values["epochs"], values["seed"], values["hidden"]) == ("house.csv", 1, 3, "4")
    assert len(bp.load("two.bprop").history) == 1


def test_the_engine_that_ran_is_noted_and_what_the_data_decided_is_a_comment(run, folder):
    run("train pets.csv --hidden 4 --epochs 1 --out one.bprop --no-progress")
    text = (folder / "one.toml").read_text()
    assert tomllib.loads(text)["engine"] in ("numpy", "native", "xla")
    assert f"# bprop {bp.__version__}\n" in text
    assert '# inferred: target = "kind"\n' in text and "# inferred: batch-size = 32\n" in text


def test_a_file_of_somebody_else_or_one_that_was_changed_is_never_overwritten(run, folder):
    (folder / "one.toml").write_text("mine = true\n")
    assert "settings one-2.toml\n" in run(f"train pets.csv {SMALL} --out one.bprop").stdout
    assert (folder / "one.toml").read_text() == "mine = true\n"
    run(f"train pets.csv {SMALL} --out one.bprop")  # the second is its own, and is written again
    changed = (folder / "one-2.toml").read_text().replace("seed = 0", "seed = 5")
    (folder / "one-2.toml").write_text(changed)
    assert "settings one-3.toml\n" in run("train --config one-2.toml --out one.bprop --no-progress").stdout
    assert (folder / "one-2.toml").read_text() == changed


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('data = "pets.csv"\nepoch = 3\n', "run.toml, line 2: bprop train has no option 'epoch'; did you mean"),
        ('data = "pets.csv"\n\nepochs = "3"\n', "run.toml, line 3: epochs is a whole number, not '3'"),
        ('data = "pets.csv"\nepochs = 2.5\n', "line 2: epochs is a whole number, not 2.5"),
        ("epochs = true\n", "line 1: epochs is a whole number, not true"),
        ('lr = "fast"\n', "line 1: lr is a number, not 'fast'"),
        ("shuffle = 1\n", "line 1: shuffle is true or false, not 1"),
        ("data = false\n", "line 1: data is text in quotes"),
        ("[train]\ndata = 'pets.csv'\n", "bprop train has no option 'train'"),
        ("batch-size = 3\nbatch_size = 4\n", "line 2: batch_size is set twice"),
        ("kind = [1.5, true]\n", "kind is text in quotes"),
        ("data = [\n", "run.toml: not a TOML file: "),
        ('config = "other.toml"\n', "has no option 'config'"),
        ('data = "pets.csv"\nrecipe = "lecture"\nmonitor = "accuracy"\n', "add --patience 10"),
        ('data = "pets.csv"\nrecipe = "lecture"\nlr = -1.0\n', "learning_rate must be a number, 0 or more"),
    ],
)  # fmt: skip
def test_a_file_that_says_something_else_is_refused(refused, folder, content, says):
    (folder / "run.toml").write_text(content)
    refused("train --config run.toml --no-progress", says)


def test_numbers_and_lists_stand_for_their_text(run, folder):
    (folder / "run.toml").write_text(
        'data = "pets.csv"\nhidden = [5, 3]\ntest = 0.25\nepochs = 1\nkind = "age=numeric"\n'
    )
    shown = run("train --config run.toml --out x.bprop --no-progress --engine numpy").stdout
    assert "15 to test" in shown
    assert [bp.load("x.bprop").params[name].size for name in ("b1", "b2")] == [5, 3]


def test_a_missing_file_of_settings_and_one_that_is_a_folder_are_said(refused, folder):
    (folder / "run.toml").write_text("")
    refused("train --config rum.toml", "rum.toml: there is no such file; did you mean 'run.toml'?")
    refused("train --config .", "--config .: cannot be read: ")


def test_a_model_in_a_pipe_has_no_file_beside_it(run, folder):
    before = set(folder.iterdir())
    run(f"train pets.csv {SMALL} --out /dev/null")
    assert set(folder.iterdir()) == before


def test_a_resumed_run_has_the_settings_too_and_the_report_shows_them(run, folder):
    run(f"train pets.csv {SMALL} --seed 4 --checkpoint runs --every 1epochs --out one.bprop")
    first = (folder / "one.toml").read_text()
    run("resume runs")
    assert (folder / "one.toml").read_text() == first and not (folder / "one-2.toml").exists()
    run("train --config one.toml --epochs 1 --report page.html --no-progress")
    assert "--seed 4" in (folder / "page.html").read_text()
