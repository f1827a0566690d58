"""`bprop step`: commands line by line."""

import io
import re
import subprocess
import sys

import numpy as np
import pytest

import bprop as bp


@pytest.fixture
def walk(typer):
    """walk(*lines): what a small network's stepper shows at the start and after each line."""
    from bprop.cli.step import walk

    graph = bp.mlp([3, 4, 2])

    def run(*lines):
        stepper = bp.Stepper(graph, graph.init(0), {"x": np.eye(3), "y": np.array([0, 1, 1])})
        shown = []
        walk(stepper, lines, shown.append)
        return stepper, shown

    return run


def test_next_back_and_an_empty_line(walk):
    assert walk("n", "next", "")[0].position == 3
    assert walk("n 3", "b", "back 1")[0].position == 1


def test_a_screen_is_shown_at_the_start_and_after_each_line(walk):
    stepper, shown = walk("n", "e 2", "f")
    assert len(shown) == 4
    assert "nothing is computed yet" in shown[0]
    assert "example 2 of 3" in shown[2]
    assert shown[3] == str(stepper)


def test_run_fprop_and_go(walk):
    assert walk("f")[0].next.phase == "seed"
    assert walk("r")[0].done
    assert walk("g h1", "g h1")[0].last.phase == "bprop"


def test_quit_ends_before_later_lines(walk):
    stepper, shown = walk("n", "q", "n")
    assert stepper.position == 1
    assert len(shown) == 2


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("jump", "'jump' is not a command here"), ("g", "not a command"), ("f 2", "not a command"),
        ("g h9", "no box is called"),
        ("g x", "it is a leaf"), ("e 3", "examples 0 to 2"), ("e two", "not a whole number"),
        ("n -1", "not a whole number"),
        ("e \u00b2", "not a whole number"), ("b", "this is the beginning"), ("h", "go to a box"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_obeyed_changes_nothing_and_says_why(walk, line, says):
    stepper, shown = walk(line, "n")
    assert says in shown[1]
    assert stepper.position == 1


def test_the_end_is_said(walk):
    assert walk("r", "n")[1][-1] == "this is the end: all is computed"


def test_piped_lines_step_a_saved_model(model, start):
    process = start("step pets.bprop pets.csv --rows 4 --example 1", stdin=subprocess.PIPE)
    out, err = process.communicate("n\nf\nn\nn\nnonsense\nq\nn\n", timeout=60)
    assert process.returncode == 0
    assert err == ""
    assert out.count("example 1 of 4") == 5
    assert "fprop of a1" in out
    assert "d objective / d loss" in out
    assert "bprop of loss (written nll(f, y))" in out
    assert "error: 'nonsense' is not a command here" in out


def test_data_alone_gets_a_fresh_network(run, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    said = run("step pets.csv --hidden 5 --activation tanh --target kind").stdout
    assert "tanh(a1)" in said
    assert "example 0 of 10" in said


def test_wrong_requests_are_refused(model, refused):
    refused("step pets.bprop", "name the data to take rows from")
    refused("step pets.csv --rows 61", "--rows 61")
    refused("step pets.csv --rows 3 --example 3", "examples 0 to 2")


def test_input_that_is_typed_is_asked_for(typer, monkeypatch, capsys):
    from bprop.cli import step

    typed = io.StringIO("n\n")
    typed.isatty = lambda: True
    monkeypatch.setattr(sys, "stdin", typed)
    assert list(step.lines_of_input()) == ["n\n"]
    assert capsys.readouterr().err == step.PROMPT * 2


@pytest.mark.parametrize("terminal", [True, False])
def test_screens_are_printed_as_they_are(typer, monkeypatch, capsys, terminal):
    from bprop.cli import step

    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal, raising=False)
    step.printer()("h = x[:, 0]  [bold]")
    said = re.sub(r"\x1b\[[\d;]*m", "", capsys.readouterr().out)  # less the colours
    assert said == "h = x[:, 0]  [bold]\n\n"


def test_a_parameter_is_gone_to_and_an_input_is_viewed(walk):
    stepper, shown = walk("g W2", "g x", "v W1", "v W1 9", "v W9", "v")
    assert stepper.last.phase == "bprop" and "bprop of a2" in shown[1]
    assert "it is a leaf" in shown[2] and "value  (N, 3), of which example 0" in shown[2]
    assert shown[3].startswith("W1  parameter") and "gradient" in shown[3]
    assert "the pages of W1 are" in shown[4] and "no box is called" in shown[5] and "not a command" in shown[6]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("", "update of b2 by SGD(learning_rate=0.1"),
        ("--rule adam --lr 0.5", "update of b2 by Adam(learning_rate=0.5"),
        ("--rule none", "bprop of a1"),
    ],
)  # fmt: skip
def test_the_update_is_the_last_move_unless_it_is_not_wanted(run, words, says):
    screens = run(f"step pets.csv --target kind --hidden 3 {words}", input="r\nq\n").stdout
    assert says in screens.rpartition("fprop 5 of 5")[2]


@pytest.mark.parametrize(
    ("terminal", "term", "installed", "screen"),
    [
        (True, "xterm", True, True),
        (False, "xterm", True, False),
        (True, "dumb", True, False),
        (True, "xterm", False, False),
    ],
)
def test_the_one_screen_is_for_terminals_with_textual(typer, monkeypatch, terminal, term, installed, screen):
    from bprop.cli import step

    monkeypatch.setattr(sys.stdin, "isatty", lambda: terminal, raising=False)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal, raising=False)
    monkeypatch.setenv("TERM", term)
    monkeypatch.setattr(step, "find_spec", lambda name: object() if installed else None)
    assert step.has_screen() is screen
