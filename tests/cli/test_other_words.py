"""Options as other tools call them are answered with ours."""

import pytest

pytest.importorskip("typer")

import typer
from typer.testing import CliRunner

from bprop.cli.app import app
from bprop.cli.other_words import MEANT


def options_of():
    """{command: its options}"""
    return {
        name: {option for param in one.params for option in [*param.opts, *param.secondary_opts]}
        for name, one in typer.main.get_command(app).commands.items()
    }


def test_each_option_that_is_meant_exists_and_no_word_is_one_already():
    every = set().union(*options_of().values())
    assert set(MEANT.values()) <= every
    assert not {f"--{word}" for word in MEANT} & options_of()["train"]


@pytest.mark.parametrize(
    ("line", "option"),
    [
        ("train digits --learning-rate 0.1", "--lr"),
        ("train digits --hidden_layer_sizes 50", "--hidden"),
        ("predict m.bprop t.csv --output p.csv", "--out"),
        ("tune t.csv --n-trials 5", "--trials"),
    ],
)
def test_an_option_of_another_tool_is_answered_with_ours(line, option):
    result = CliRunner().invoke(app, line.split(), env={"TERM": "dumb", "COLUMNS": "200"})
    assert result.exit_code == 2 and option in result.output


def test_a_command_without_the_option_does_not_name_it():
    result = CliRunner().invoke(app, ["info", "m.bprop", "--learning-rate", "3"], env={"COLUMNS": "200"})
    assert result.exit_code == 2 and "--lr" not in result.output
