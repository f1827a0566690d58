"""`bprop train` on tables that do not fit in memory."""

import json
import re

import numpy as np
import pytest

import bprop as bp

pytest.importorskip("typer", reason="the command line needs typer")

from bprop.cli import streaming

OPTIONS = "--engine numpy --hidden 4 --epochs 3 --no-progress"


@pytest.fixture
def many(folder):
    """pets.csv twenty times over."""
    header, *rows = (folder / "pets.csv").read_text().splitlines()
    (folder / "many.csv").write_text("\n".join([header, *rows * 20]) + "\n")
    return folder


def test_a_table_is_streamed_where_it_is_told(run, many):
    result = run(f"train many.csv --stream {OPTIONS}")
    assert "3 classes" in result.stdout
    assert "test: accuracy" in result.stdout
    model = bp.load("many.bprop")
    assert model.history[-1].loss < model.history[0].loss
    run("predict many.bprop pets.csv --out found.csv")
    assert len((many / "found.csv").read_text().splitlines()) == 61


def test_a_table_is_streamed_where_it_would_not_fit(run, many, monkeypatch):
    monkeypatch.setenv("BPROP_DATA_MEMORY", "10K")
    result = run(f"train many.csv {OPTIONS}")
    assert "it is streamed from temporary files (--no-stream holds it in memory)" in result.stderr
    assert "streamed" not in run(f"train many.csv --no-stream {OPTIONS}").stderr
    monkeypatch.setenv("BPROP_DATA_MEMORY", "1G")
    assert "streamed" not in run(f"train many.csv {OPTIONS}").stderr


def test_what_is_no_table_in_a_file_is_not_streamed(run, refused):
    assert not streaming.streams("digits", None)
    assert not streaming.streams("-", None)
    refused("train dots.npz --target y --stream", "--stream is for tables in files", "dots.npz")
    refused("train - --stream", "--stream is for tables in files")


def test_parts_are_shares_or_files(run, refused, many):
    result = run(f"train many.csv --stream {OPTIONS} --test pets.csv --validation pets.csv")
    assert "1,200 examples to train on, 60 to watch, 60 to test" in result.stdout
    refused("train many.csv --stream --test 100", "--test 100: with --stream, give a share")
    refused("train many.csv --stream --validation dot.npz", "there is no such file; did you mean 'dots.npz'?")
    refused("train many.csv --stream --validation nothing.npz", "or a file; there is no such file\n")  # none is like it
    refused("train many.csv --stream --validation dots.npz", "dots.npz: must be a table in a file")
    refused("train many.csv --stream --seed -1", "--seed -1")
    assert "test" not in run(f"train many.csv --stream {OPTIONS} --test 0 --validation 0").stdout


def test_a_run_is_resumed_with_the_same_bits(run, many, monkeypatch):
    monkeypatch.setenv("BPROP_DATA_MEMORY", "10K")
    options = OPTIONS.replace("--epochs 3", "") + " --momentum 0.9 --dropout 0.2"
    run(f"train many.csv {options} --epochs 3 --checkpoint one --every 7steps --out one.bprop")
    steps = sorted((many / "one").glob("step*"))
    steps[-1].unlink()  # as if it had been killed before the end
    monkeypatch.setenv("BPROP_DATA_MEMORY", "1G")  # it is streamed again all the same
    before = bp.load("one.bprop")
    (many / "one.bprop").unlink()
    run("resume one")
    after = bp.load("one.bprop")
    for name, array in before.params.items():
        np.testing.assert_array_equal(array, after.params[name])
    assert [r.loss for r in before.history] == [r.loss for r in after.history]


def test_a_bad_cell_is_named_and_nothing_is_left(refused, many):
    lines = (many / "many.csv").read_text().splitlines()
    lines[700] = "wrong," + lines[700].partition(",")[2]
    (many / "many.csv").write_text("\n".join(lines) + "\n")
    refused("train many.csv --stream --spool . --no-progress", "many.csv, line 701, column 'size': 'wrong'")


def test_a_folder_for_the_files_must_be_there(refused, many):
    refused("train many.csv --stream --spool missing --no-progress", "--spool missing: there is no such folder")


def test_long_reading_is_told_of(capsys):
    told = streaming.Progress(seconds=-1)
    told("read", 1_000_000)
    assert capsys.readouterr().err == "1,000,000 rows read\n"
    streaming.Progress()("read", 5)
    assert capsys.readouterr().err == ""


def test_a_report_shows_some_of_many_rows(run, many, monkeypatch):
    monkeypatch.setattr("bprop.cli.watching.MOST_HELD", 50)
    run(f"train many.csv --stream {OPTIONS} --report r.html")
    page = json.loads(re.search(r'id="page-data">(.*?)</script>', (many / "r.html").read_text("utf-8"), re.S)[1])
    assert page["outcome"]["count"] == 50
    parts = dict(
        zip(page["data"]["parts"], zip(*(row[1:] for row in page["data"]["classes"]), strict=True), strict=True)
    )
    assert sum(map(sum, parts.values())) == 1200
    assert len(page["outcome"]["confusion"]["classes"]) == 3


def test_a_table_that_unpacks_to_more_than_there_is_room_for_is_streamed(run, refused, many, monkeypatch):
    import gzip

    packed = gzip.compress((many / "many.csv").read_bytes())
    (many / "many.csv.gz").write_bytes(packed)
    monkeypatch.setenv("BPROP_DATA_MEMORY", str(8 * len(packed)))  # in which it fits as it is, but not unpacked
    assert "many.csv.gz would take" in run(f"train many.csv.gz {OPTIONS}").stderr
    monkeypatch.setattr("bprop.memory.free", lambda: 12 * len(packed))
    refused(f"train many.csv.gz --no-stream {OPTIONS}", "many.csv.gz: holds more than", "train with --stream")
    refused("predict many.bprop many.csv.gz", "many.csv.gz: holds more than")


def test_standard_input_without_an_end_is_refused(refused, monkeypatch):
    import io

    class Endless(io.BytesIO):
        def read(self, count=-1):
            assert count > 0
            return b"1,2\n" * (count // 4)

    monkeypatch.setattr("bprop.memory.free", lambda: 10**7)
    monkeypatch.setattr("bprop.sources.opening.standard_input", lambda: Endless())
    refused(f"train - {OPTIONS}", "stdin: holds more than", "save it to a file and train with --stream")
