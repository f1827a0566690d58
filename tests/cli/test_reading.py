"""The options on how files are read, in every command that reads data."""

import csv
from pathlib import Path

import pytest

import bprop as bp

MARK = "absent"


@pytest.fixture
def marked(folder):
    """A table whose missing numbers are spelled in an unusual way."""
    with open("marked.csv", "w", newline="") as file:
        rows = [[MARK if k % 5 == 0 else k % 7, k % 3, "ab"[k % 2]] for k in range(60)]
        csv.writer(file).writerows([["a", "b", "kind"], *rows])
    return Path("marked.csv")


def test_a_mark_of_missing_cells_is_kept_in_the_model(run, marked):
    run(f"train {marked} --missing {MARK} --engine numpy --hidden 2 --epochs 1 --out m.bprop")
    table = bp.load("m.bprop").notes["table"]
    assert table["read"] == {"missing": [MARK]}
    kinds = {kind["name"]: kind for kind in table["kinds"]}
    assert kinds["a"]["kind"] == "numeric" and kinds["a"]["indicator"]
    for command in ("predict m.bprop marked.csv", "evaluate m.bprop marked.csv --bootstrap 0"):
        run(command)


def test_a_stream_knows_the_same_marks(run, marked):
    train = f"train {marked} --missing {MARK} --engine numpy --hidden 2 --epochs 1"
    run(f"{train} --out m.bprop")
    run(f"{train} --stream --out s.bprop")
    notes = [bp.load(name).notes["table"] for name in ("m.bprop", "s.bprop")]
    assert notes[0]["read"] == notes[1]["read"]
    assert [kind["kind"] for kind in notes[0]["kinds"]] == [kind["kind"] for kind in notes[1]["kinds"]]


@pytest.mark.parametrize("command", ["check", "graph", "step"])
def test_the_other_commands_take_the_options(run, marked, command):
    run(f"{command} {marked} --missing {MARK} --hidden 2" + (" --rows 3" if command == "check" else ""))


def test_an_option_that_does_not_exist_is_refused(refused, marked):
    refused(f"train {marked} --bad-cells drop", "--bad-cells drop", "refuse, missing")
