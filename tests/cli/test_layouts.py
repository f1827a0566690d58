"""Tables as programs write them, from training to prediction on the command line."""

import io
from pathlib import Path

import numpy as np
import pytest

import bprop as bp

NETWORK = "--engine numpy --hidden 2 --epochs 1"
RNG = np.random.default_rng(0)
X, Z = RNG.normal(size=50), RNG.normal(size=50)
ROWS = [(f"{x:.3f}", f"{z:.3f}", "yes" if x > 0 else "no") for x, z in zip(X, Z, strict=True)]


def text(header, mark=",", rows=ROWS, tail=""):
    return "\n".join([*([header] if header else []), *(mark.join(row) + tail for row in rows), ""])


FILES = {
    "plain": text("a,b,y").encode(),
    "semicolons in UTF-16": text("a;b;y", ";").encode("utf-16"),
    "index": text(",a,b,y", rows=[(str(k), *row) for k, row in enumerate(ROWS)]).encode(),
    "row names of R": text('"a" "b" "y"', " ", [(f'"{k + 1}"', *row) for k, row in enumerate(ROWS)]).encode(),
    "trailing delimiters": text("a,b,y,,", tail=",,").encode(),
    "sep": text("sep=|\na|b|y", "|").encode(),
    "comment": text("# from foo, 2024\na,b,y").encode(),
    "old Mac": text("a\tb\ty", "\t").replace("\n", "\r").encode(),
}


@pytest.fixture
def model(run):
    """A model of the plain file, and its predictions."""
    Path("plain.csv").write_bytes(FILES["plain"])
    run(f"train plain.csv {NETWORK} --out m.bprop")
    return run("predict m.bprop plain.csv").stdout


@pytest.mark.parametrize("name", FILES)
def test_a_model_takes_the_same_rows_in_every_dialect(run, model, folder, name):
    Path("t.csv").write_bytes(FILES[name])
    shown = run("predict m.bprop t.csv")
    assert shown.stdout == model
    assert ("t.csv is read as follows: " in shown.stderr) == (name != "plain")
    assert "on 50 examples" in run("evaluate m.bprop t.csv --bootstrap 0").stdout


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("stream", ["--no-stream", "--stream"])
def test_every_dialect_is_trained_on(run, folder, name, stream):
    Path("t.csv").write_bytes(FILES[name])
    shown = run(f"train t.csv {NETWORK} --out t.bprop {stream}")
    assert ("t.csv is read as follows: " in shown.stderr) == (name != "plain")
    table = bp.load("t.bprop").notes["table"]
    assert [kind["name"] for kind in table["kinds"]] == ["a", "b"] and table["targets"] == ["y"]
    assert "read" not in table


@pytest.mark.parametrize("name", FILES)
def test_every_dialect_comes_by_standard_input(run, model, monkeypatch, name):
    monkeypatch.setattr("bprop.sources.opening.standard_input", lambda: io.BytesIO(FILES[name]))
    assert run("predict m.bprop -").stdout == model


@pytest.mark.parametrize("stream", ["--no-stream", "--stream"])
def test_a_model_of_a_table_without_header_takes_tables_with_and_without(run, folder, stream):
    Path("bare.csv").write_text(text(""))
    Path("named.csv").write_text(text("a,b,y"))
    shown = run(f"train bare.csv {NETWORK} --out b.bprop {stream}")
    assert "it has no header, so its columns are called x1 to x3" in shown.stderr
    assert bp.load("b.bprop").notes["table"]["read"] == {"header": False}
    predicted = run("predict b.bprop bare.csv")
    assert len(predicted.stdout.splitlines()) == 51
    named = run("predict b.bprop named.csv")
    assert named.stdout == predicted.stdout and "the header in line 1 is not used" in named.stderr
    Path("one.csv").write_text("0.5,-0.25\n")
    assert len(run("predict b.bprop one.csv").stdout.splitlines()) == 2


def test_no_header_and_header_overrule(run, folder):
    Path("words.csv").write_text("\n".join(f"{'ab'[k % 2]},{k % 7},{'uv'[k % 2]}" for k in range(40)) + "\n")
    run(f"train words.csv {NETWORK} --out w.bprop --no-header")
    assert bp.load("w.bprop").notes["table"]["targets"] == ["x3"]
    run(f"train words.csv {NETWORK} --out v.bprop --header")
    assert bp.load("v.bprop").notes["table"]["targets"] == ["u"]


def test_years_as_names_are_kept_as_names(run, folder):
    rows = [(f"{k % 7}", f"{k % 5}", f"{k % 3 / 2}") for k in range(40)]
    Path("years.csv").write_text(text("1990,1991,1992", rows=rows))
    run(f"train years.csv {NETWORK} --out y.bprop")
    Path("later.csv").write_text("1990,1991,1992\n1,2,0.5\n")
    assert len(run("predict y.bprop later.csv").stdout.splitlines()) == 2


def test_an_encoding_is_an_option_of_every_command(run, refused, folder):
    Path("t.csv").write_bytes(text("größe,b,y").encode("cp1252"))
    refused(f"train t.csv {NETWORK} --out t.bprop", "t.csv, line 1", "'größe'", "--encoding cp1252")
    run(f"train t.csv {NETWORK} --out t.bprop --encoding cp1252")
    assert len(run("predict t.bprop t.csv --encoding latin-1").stdout.splitlines()) == 51
    refused(f"train t.csv {NETWORK} --encoding cp125", "--encoding cp125", "did you mean")


def test_the_options_of_an_error_help(run, refused, folder):
    Path("t.csv").write_text("Sales of 2024\n" + text("a,b,y") + "(50 rows)\n")
    refused(f"train t.csv {NETWORK} --out t.bprop", "line 1", "--skip-rows 1")
    refused(f"train t.csv {NETWORK} --out t.bprop --skip-rows 1", "line 53", '--comment "(50"')
    run(["train", "t.csv", *NETWORK.split(), "--out", "t.bprop", "--skip-rows", "1", "--comment", "(50"])


def test_a_name_that_is_written_in_another_unicode_form_is_the_same(run, folder):
    Path("t.csv").write_text(text("größe,b,y"), encoding="utf-8")
    Path("u.csv").write_text(text("gro\u0308ße,b,y"), encoding="utf-8")
    run(f"train t.csv {NETWORK} --out t.bprop")
    assert run("predict t.bprop u.csv").stdout == run("predict t.bprop t.csv").stdout
