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


@pytest.mark.parametrize(
    ("line", "advice"),
    [
        ("train digits.csv species", "to predict the column species, type --target species"),
        ("tune digits.csv species age", "to predict the column species, type --target species"),
        ("train digits.csv model.bprop", "to write a file, type --out model.bprop"),
        ("predict m.bprop t.csv p.csv", "to write a file, type --out p.csv"),
        ("train part1.csv part2.csv part3.csv", "a pattern in quotation marks names them: 'part*.csv'"),
        ("predict m.bprop part1.csv part2.csv", "a pattern in quotation marks names them: 'part*.csv'"),
    ],
)
def test_words_too_many_are_answered_with_the_option_that_they_may_be_for(line, advice, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("part1.csv", "part2.csv", "part3.csv"):
        (tmp_path / name).write_text("a,b\n1,2\n")
    result = CliRunner().invoke(app, line.split(), env={"TERM": "dumb", "COLUMNS": "300"})
    assert result.exit_code == 2 and advice in " ".join(result.output.split())


@pytest.mark.parametrize(
    "line", ["info m.bprop rest", "predict m.bprop t.csv >out", "train digits.csv " + 5000 * "a", "train digits.csv "]
)
def test_other_words_too_many_are_answered_without_a_guess(line):
    result = CliRunner().invoke(app, line.split(" "), env={"TERM": "dumb", "COLUMNS": "300"})
    assert result.exit_code == 2 and "--out" not in result.output and "quotation marks" not in result.output
