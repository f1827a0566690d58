"""The commands, put together."""

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.usefixtures("typer")

COMMANDS = ("train", "resume", "predict", "evaluate", "report", "compare", "check", "graph", "export", "info", "step")


def test_help_begins_with_what_to_type_and_lists_the_commands_and_exit_codes(run):
    shown = run("--help").stdout
    assert "bprop train digits" in shown
    assert all(command in shown for command in COMMANDS)
    assert "Exit codes: 0 done; 1" in shown


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_shows_an_example(run, command):
    shown = run(f"{command} --help").stdout
    assert f"bprop {command} digits" in shown
    assert "Exit codes" in shown


def test_what_stands_in_brackets_in_a_help_is_shown(run):
    assert "pip install 'bprop[play]'" in " ".join(run("play --help").stdout.split())


def test_every_option_of_every_command_is_explained():
    from typer.main import get_command

    from bprop.cli.app import app
    from bprop.cli.command import NAMES

    commands = get_command(app).commands
    assert set(commands) == set(NAMES)
    assert set(NAMES) >= set(COMMANDS)
    for name, command in commands.items():
        assert command.help, name
        for option in command.params:
            assert option.help, f"{name} {option.name}"


def test_no_command_shows_the_help(start):
    out, error = start([]).communicate()
    assert "Usage" in out + error
    assert "train" in out + error


@pytest.mark.parametrize("words", ["trian digits", "train", "train pets.csv --epochs two", "train pets.csv --hiden 3"])
def test_wrong_usage_is_exit_code_2(run, words):
    result = run(words, code=2)
    assert "Usage" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_session_from_data_to_predictions(start, folder):
    out, _ = start("train pets.csv --engine numpy --hidden 8 --epochs 10").communicate()
    assert "saved pets.bprop" in out
    out, error = start("evaluate pets.bprop pets.csv").communicate()
    assert out.startswith("accuracy ")
    assert error.startswith("warning: 48 of these 60 rows were used for training: ")
    out, error = start("predict pets.bprop pets.csv").communicate()
    assert len(out.splitlines()) == 61
    process = start("check pets.bprop pets.csv")
    assert "all gradients agree" in process.communicate()[0]
    assert process.returncode == 0


@pytest.mark.parametrize(("words", "offered"), [("bprop tr", "train"), ("bprop train --ep", "--epochs")])
def test_a_shell_completes_commands_and_options(words, offered):
    asked = {"_BPROP_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split()) - 1)}
    code = "import sys; sys.argv[0] = 'bprop'; from bprop.cli import main; main()"
    run = subprocess.run([sys.executable, "-c", code], env={**os.environ, **asked}, capture_output=True, text=True)
    assert run.stdout.split() == [offered], run.stderr
