"""Names of columns, labels, cells and files that would steer a terminal: no command prints them raw."""

import csv
import io
import json
import os
import unicodedata

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.usefixtures("typer")

ESCAPES = "\x1b[31m\x1b]0,title\x07\x9b2J\x08\x7f"
MARKS = "\u202e\u2066\u200f\u061c\u2028\u2029\u200b\ufeff\xad"
BREAK = "\nfake: line\r\nfake: line"
HOSTILE = f"a{ESCAPES}{MARKS}{BREAK}[bold]z"
BAD = ("Cc", "Cf", "Zl", "Zp", "Cs")


def need_clean(*texts):
    """Nothing that steers a terminal, and no line that a name has begun."""
    for text in texts:
        assert not [letter for letter in text if unicodedata.category(letter) in BAD and letter != "\n"], text
        assert not [line for line in text.split("\n") if line.lstrip().startswith("fake")], text


def write(path, name, rows=60):
    """A table of numbers, a category, an id and a class: their names, and the text in them, are made of `name`."""
    rng = np.random.default_rng(0)
    header = [f"number {name}", f"category {name}", f"{name} id", f"class {name}"]
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(header)
    for row in range(rows):
        writer.writerow([rng.normal(), f"{name}{row % 20}", 7 * row + rng.integers(7), f"{name}{row % 2}"])
    path.write_bytes(file.getvalue().encode())
    return [cell.strip() for cell in header]


@pytest.fixture
def clean(run):
    """clean(words, code=0): run a command, whose output must be clean; what it has printed."""

    def clean(words, code=0):
        result = run(words, code)
        need_clean(result.stdout, result.stderr)
        return result.stdout + result.stderr

    return clean


@pytest.fixture
def table(folder):
    """A hostile table in a file with a hostile name."""
    path = folder / f"t{ESCAPES}{BREAK}\u202e.csv"
    try:
        header = write(path, HOSTILE)
    except OSError:
        pytest.skip("this system has no files of such names")
    return path.name, header


NETWORK = ["--recipe", "lecture", "--hidden", "3", "--engine", "numpy", "--test", "0.3"]


def test_no_command_prints_a_name_raw(table, clean, folder, monkeypatch):
    name, header = table
    model = f"m{ESCAPES}{BREAK}.bprop"
    run = f"run{ESCAPES}{BREAK}"
    shown = clean(
        ["train", name, *NETWORK, "--epochs", "2", "--out", model, "--report", f"{run}.html", "--health", "--summary",
         "--checkpoint", run, "--every", "1epochs"]
    )  # fmt: skip
    assert r"\x1b[31m" in shown
    assert r"fake" in shown
    clean(["train", name, *NETWORK, "--epochs", "1", "--out", "streamed.bprop", "--stream"])
    clean(["evaluate", model, name])
    assert header[3] not in clean(["evaluate", model, name, "--json"])
    clean(["predict", model, name, "--out", f"{run}.csv"])
    clean(["check", model, name])
    clean(["graph", model])
    clean(["graph", model, name, "--svg", f"{run}.svg"])
    clean(["graph", name, "--values", "--hidden", "3"])
    pytest.importorskip("onnx")
    clean(["export", model, "--onnx", f"{run}.onnx", "--no-encoders"])
    os.unlink(sorted((folder / run).glob("step*"))[-1])
    clean(["resume", run])


def test_no_screen_of_the_stepper_holds_a_name_raw(table, typer, folder):
    from typer.testing import CliRunner

    from bprop.cli.app import app

    result = CliRunner().invoke(app, ["step", table[0], "--hidden", "2"], input=f"n\nn\ng {ESCAPES}\nr\nb 2\nq\n")
    assert result.exit_code == 0
    need_clean(result.stdout, result.stderr)
    assert r"error: no box is called '\x1b" in result.stdout


def test_no_error_repeats_a_name_raw(table, clean, folder):
    name, header = table
    clean(["train", name, *NETWORK, "--epochs", "1", "--out", "m.bprop"])
    (folder / "bad\x1b.csv").write_text(f"x,y\n1,{ESCAPES}\n")
    for words in (
        ["train", name + "x"],
        ["train", name, "--target", HOSTILE],
        ["train", name, "--kind", f"{HOSTILE}=numeric"],
        ["train", name, "--kind", f"{header[0]}={HOSTILE}"],
        ["train", name, "--kind", f"{header[1]}=numeric"],
        ["train", name, "--weights", HOSTILE],
        ["train", name, "--hidden", HOSTILE],
        ["train", name, "--activation", HOSTILE],
        ["train", name, "--rule", HOSTILE],
        ["train", name, "--engine", HOSTILE],
        ["train", name, "--test", HOSTILE],
        ["train", name, "--out", f"{HOSTILE}/m.bprop"],
        ["train", "bad\x1b.csv"],
        ["evaluate", "m.bprop", "bad\x1b.csv"],
        ["predict", "m.bprop", name, "--id", HOSTILE],
        ["predict", HOSTILE, name],
        ["resume", HOSTILE],
        ["graph", name, "--collapse", HOSTILE],
        ["export", "m.bprop", "--onnx", f"{HOSTILE}/m.onnx"],
    ):
        clean(words, code=1)
    for words in (
        [HOSTILE],
        ["train", name, "--" + HOSTILE],
        ["train", name, HOSTILE],
        ["check", name, "--rows", HOSTILE],
    ):
        clean(words, code=2)


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=6))
def test_no_name_at_all_is_printed_raw(clean, folder, name):
    write(folder / "t.csv", f"a{name}\x1bz", rows=60)
    clean(["train", "t.csv", *NETWORK, "--epochs", "1", "--out", "t.bprop"])
    clean(["graph", "t.bprop"])
    clean(["evaluate", "t.bprop", "t.csv"])


def test_predictions_are_data_and_stay_exact(table, run, folder):
    name, header = table
    run(["train", name, *NETWORK, "--epochs", "1", "--out", "m.bprop"])
    printed = run(["predict", "m.bprop", name, "--id", header[1]]).stdout
    run(["predict", "m.bprop", name, "--id", header[1], "--out", "p.csv"])
    written = (folder / "p.csv").read_bytes().decode()
    assert written.replace("\r\n", "\n") == printed  # the runner of the tests changes these
    rows = list(csv.reader(io.StringIO(written, newline="")))
    assert rows[0][0] == header[1]
    assert rows[1][:2] in ([f"{HOSTILE}0", f"{HOSTILE}0"], [f"{HOSTILE}0", f"{HOSTILE}1"])


def test_a_formula_stays_as_it_is_and_the_help_says_so(run, folder):
    lines = [f"{row % 7},{'=1+1' if row % 2 else '+2'}" for row in range(30)]
    (folder / "f.csv").write_text("\n".join(["a,b", *lines]) + "\n")
    run(["train", "f.csv", *NETWORK, "--epochs", "1", "--out", "f.bprop"])
    assert {line.partition(",")[0] for line in run("predict f.bprop f.csv").stdout.splitlines()[1:]} <= {"=1+1", "+2"}
    assert "would compute a cell such as =1+1" in " ".join(run("predict --help").stdout.replace("│", " ").split())


def test_a_terminal_shows_predictions_as_text(table, run, monkeypatch):
    name, header = table
    run(["train", name, *NETWORK, "--epochs", "1", "--out", "m.bprop"])
    monkeypatch.setattr("bprop.cli.predict._on_terminal", lambda: True)
    shown = run(["predict", "m.bprop", name, "--id", header[1]]).stdout
    need_clean(shown)
    assert len(shown.splitlines()) == 61


def test_json_stays_exact(table, run):
    name, _ = table
    run(["train", name, *NETWORK, "--epochs", "1", "--out", "m.bprop"])
    found = json.loads(run(["evaluate", "m.bprop", name, "--json"]).stdout)
    assert found["confusion"]["classes"] == [f"{HOSTILE}0", f"{HOSTILE}1"]
