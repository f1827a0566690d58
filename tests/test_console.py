"""The only module that prints."""

import ast
import warnings
from pathlib import Path

import pytest

import bprop
from bprop import console

ROOT = Path(bprop.__file__).parent
APART = {
    ("cli", "predict.py"): "sys.stdout.write",  # predictions, which are data
    ("cli", "summary.py"): "print",  # a table of rich: its cells go through `visible`
    ("cli", "step.py"): "print",
    ("training", "bar.py"): "print",
}


def prints(path):
    """The calls in a file that print: (name, line)."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name == "print" or name.endswith((".print", "stdout.write", "stderr.write", ".print_exc")):
                yield name, node.lineno


def test_nobody_else_prints():
    for path in sorted(ROOT.rglob("*.py")):
        allowed = APART.get(path.relative_to(ROOT).parts, "nothing")
        calls = [] if path.name == "console.py" else prints(path)
        assert not [(str(path), name, line) for name, line in calls if not name.endswith(allowed)]


def test_text_goes_where_it_is_meant_to(capsys):
    console.say("a\nb")
    console.say("c", error=True, end="", flush=True)
    assert capsys.readouterr() == ("a\nb\n", "c")


def test_names_are_shown_as_text(capsys):
    console.say("name \x1b[2J\u202e")
    console.say_error("a\nfake: b\x07")
    assert capsys.readouterr() == ("name \\x1b[2J\\u202e\n", "error: a\\nfake: b\\x07\n")


def test_a_traceback_holds_no_raw_names(capsys):
    try:
        raise ValueError("\x1b[31m")
    except ValueError:
        console.say_traceback()
    shown = capsys.readouterr().err
    assert shown.startswith("Traceback")
    assert shown.endswith("ValueError: \\x1b[31m\n")


def test_warnings_hold_no_raw_names(capsys, monkeypatch):
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        console.show_warnings()
        warnings.warn("column \x1b[31m", stacklevel=1)
    shown = capsys.readouterr().err
    assert "UserWarning: column \\x1b[31m" in shown
    assert "\x1b" not in shown


LINES = """iris: 108 examples to train on, 12 to watch, 30 to test; 4 inputs, 3 classes
  average precision  0.9904       95% within 0.9734 .. 0.9988
      no gradient: loss is computed from a2 directly
a_single_name_that_is_longer_than_the_whole_line_of_the_terminal_of_a_reader
  next        bprop predict i.bprop ROWS.csv --out predictions.csv --live
{"accuracy": 0.95, "classes": ["setosa", "versicolor"], "loss": 0.2056}"""


@pytest.mark.parametrize("width", [20, 40, 60, 200])
def test_on_a_terminal_no_word_and_no_number_is_broken(width):
    text = console.wrapped(LINES, width)
    assert text.split() == LINES.split()
    for line in text.split("\n"):
        assert len(line) <= width or len(line.split()) == 1 or "bprop predict" in line or line.startswith("{")
    assert text == LINES or width < 80
    indented = [line for line in text.split("\n") if "directly" in line]
    assert indented[0].startswith(" " * min(6, width // 3))


def test_what_people_copy_stays_in_one_line():
    text = console.wrapped(LINES, 30).split("\n")
    assert "  next        bprop predict i.bprop ROWS.csv --out predictions.csv --live" in text
    assert LINES.split("\n")[-1] in text


def test_lines_are_broken_on_a_terminal_alone(monkeypatch, capsys):
    long = "the words of a line " * 8
    console.say(long)
    assert capsys.readouterr().out == long + "\n"
    monkeypatch.setattr(console, "width_of", lambda stream: 40)
    console.say(long)
    console.say(long, end="")
    broken = capsys.readouterr().out
    assert max(map(len, broken.split("\n")[:4])) <= 40 and broken.endswith(long)


def test_a_stream_that_knows_no_width_has_none(monkeypatch):
    class Stream:
        def __init__(self, terminal):
            self.isatty = lambda: terminal

        def fileno(self):
            return 0

    assert console.width_of(Stream(False)) is None
    monkeypatch.setattr(console.os, "get_terminal_size", lambda number: console.os.terminal_size((72, 20)))
    assert console.width_of(Stream(True)) == 72
    monkeypatch.setattr(console.os, "get_terminal_size", lambda number: console.os.terminal_size((0, 0)))
    assert console.width_of(Stream(True)) is None
    assert console.width_of(object()) is None
