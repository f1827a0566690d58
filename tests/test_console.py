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
    ("training", "progress.py"): "print",
}


def prints(path):
    """The calls in a file that print: (name, line)."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name == "print" or name.endswith((".print", "stdout.write", "stderr.write", ".print_exc")):
                yield name, node.lineno


@pytest.mark.parametrize("path", [p for p in sorted(ROOT.rglob("*.py")) if p.name != "console.py"], ids=str)
def test_nobody_else_prints(path):
    allowed = APART.get(path.relative_to(ROOT).parts, "nothing")
    assert not [(name, line) for name, line in prints(path) if not name.endswith(allowed)]


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
