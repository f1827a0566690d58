"""`bprop resume`: the run that was interrupted, or killed, continued with the options it was begun with."""

import json
import os
import signal
import time
from inspect import signature
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

import bprop as bp

OPTIONS = "--engine numpy --hidden 4 --dropout 0.2 --momentum 0.9 --schedule cosine --patience 400 --batch-size 4"


def same(one, two):
    one, two = bp.load(one), bp.load(two)
    assert {n: a.tobytes() for n, a in one.params.items()} == {n: a.tobytes() for n, a in two.params.items()}
    assert [r.loss for r in one.history] == [r.loss for r in two.history]
    assert one.notes == two.notes


def begun(start, epochs=60):
    """A run in a process of its own that has written checkpoints."""
    process = start(f"train pets.csv {OPTIONS} --epochs {epochs} --checkpoint run --every 3steps --no-progress")
    while process.poll() is None and not (
        os.path.isdir("run") and any(n.startswith("step") for n in os.listdir("run"))
    ):
        time.sleep(0.02)
    time.sleep(0.03)
    return process


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_run_that_was_stopped_is_continued(run, start, folder, number):
    process = begun(start)
    process.send_signal(number)
    said, complaint = process.communicate(timeout=60)
    if number != signal.SIGKILL:
        assert process.returncode == 128 + number
        assert "continue with: bprop resume run" in said + complaint
    run("resume run")
    run(f"train pets.csv {OPTIONS} --epochs 60 --out whole.bprop")
    same("pets.bprop", "whole.bprop")
    assert "class,p(cat)" in run("predict run/best.bprop pets.csv").stdout


def test_a_run_is_continued_from_another_folder(run, folder, monkeypatch):
    run(f"train pets.csv {OPTIONS} --epochs 3 --checkpoint run --every 1epochs --out one.bprop")
    (folder / "elsewhere").mkdir()
    (folder / "run").rename(folder / "elsewhere" / "moved")
    monkeypatch.chdir(folder / "elsewhere")
    assert "one.bprop" in run("resume moved").stdout
    assert sorted(os.listdir(folder / "elsewhere")) == ["moved"]


def test_a_run_killed_before_its_first_checkpoint_is_begun(run, folder):
    run(f"train pets.csv {OPTIONS} --epochs 3 --checkpoint run --every 1epochs --out one.bprop")
    for path in (folder / "run").glob("*.bprop"):
        path.unlink()
    (folder / "one.bprop").rename(folder / "whole.bprop")
    run("resume run")
    same("one.bprop", "whole.bprop")


def test_every_option_is_noted(run, folder):
    run(
        "train pets.csv --engine numpy --hidden= --no-shuffle --nesterov --momentum 0.5 --schedule step --factor 0.3 "
        "--schedule-every 7 --epochs 2 --no-progress --checkpoint run --every 1epochs"
    )
    words = json.loads((folder / "run" / "run.json").read_text())["words"]
    for name, value in {"--hidden": "", "--factor": "0.3", "--schedule-every": "7", "--every": "1epochs"}.items():
        assert words[words.index(name) + 1] == value
    assert {"--no-shuffle", "--nesterov", "--no-progress", "pets.csv"} <= set(words)
    assert words[-2:] == ["--out", str(folder / "pets.bprop")]
    before = bp.load("pets.bprop")
    run("resume run")
    np.testing.assert_array_equal(before.params["W1"], bp.load("pets.bprop").params["W1"])


def test_the_checkpoints_of_another_run_are_not_overwritten(run, refused, folder):
    base = f"train pets.csv {OPTIONS} --epochs 1 --every 1epochs --checkpoint"
    run(f"{base} run")
    refused(f"{base} run --seed 4", "run holds the checkpoints of a run")


def test_data_that_changed_since_are_noticed(run, refused, folder):
    run(f"train pets.csv {OPTIONS} --epochs 1 --every 1epochs --checkpoint run")
    lines = (folder / "pets.csv").read_text().splitlines()
    changed = ["9.0,9.0,9.0," + line.rpartition(",")[2] for line in lines[1:20]]
    (folder / "pets.csv").write_text("\n".join([lines[0], *changed, *lines[20:]]))
    result = run("resume run", code=1)
    assert result.stderr.startswith("error: ")
    assert "settings differ" in result.stderr or "another graph" in result.stderr


@pytest.mark.parametrize("content", [None, b"", b"{}", b"[" * 100_000, b'{"words": 3, "folder": "."}'])
def test_a_folder_that_tells_of_no_run_is_refused(refused, folder, content):
    (folder / "run").mkdir()
    if content is not None:
        (folder / "run" / "run.json").write_bytes(content)
    refused("resume run", "run")


def test_a_folder_of_work_that_is_gone_is_named(refused, folder):
    (folder / "run").mkdir()
    (folder / "run" / "run.json").write_text(json.dumps({"words": [], "folder": str(folder / "gone")}))
    refused("resume run", "gone", "does not exist")


@pytest.mark.parametrize("every", ["2", "3days"])
def test_how_often_needs_a_unit(refused, every):
    refused(f"train pets.csv {OPTIONS} --checkpoint run --every {every}", "30s")


# --- what a run may overwrite ---

SHORT = "--engine numpy --hidden 4 --epochs 2 --no-progress --checkpoint run --every 1epochs"


def test_the_line_that_is_repeated_is_shown(run, folder):
    run(f"train pets.csv {SHORT} --out one.bprop --report page.html")
    shown = run("resume run").stdout.splitlines()[0]
    assert shown.startswith(f"in {folder}: bprop train ")
    assert "--report page.html " in shown
    assert f" pets.csv --out {folder / 'one.bprop'} --checkpoint {folder / 'run'} " in shown


def test_what_cannot_be_seen_is_shown_by_its_number(run, folder):
    os.mkdir("a\x1b[31m")
    run(f"train pets.csv {SHORT}")
    noted = json.loads((folder / "run" / "run.json").read_text())
    noted["words"] = ["--label\x1b]0;x\x07", *noted["words"]]
    noted["folder"] = str(folder / "a\x1b[31m")
    (folder / "run" / "run.json").write_text(json.dumps(noted))
    shown = run("resume run", code=2).stdout.splitlines()[0]
    assert shown.isprintable()
    assert "\\x1b]0;x\\x07" in shown
    assert "a\\x1b[31m" in shown


def test_a_file_that_the_run_has_not_made_is_not_overwritten(run, refused, folder):
    run(f"train pets.csv {SHORT} --out one.bprop --report page.html")
    for name in ("one.bprop", "page.html"):
        made = (folder / name).read_bytes()
        (folder / name).unlink()
        (folder / name).write_text("precious")
        refused_here(run, folder, name)
        run("resume run --overwrite")
        assert (folder / name).read_bytes() != b"precious"
        assert len((folder / name).read_bytes()) > len(made) // 2
    run("resume run")  # they are its own now


def refused_here(run, folder, name):
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    said = run("resume run", code=1).stderr
    assert f"{name} is there, but this run has not made it" in said
    assert "--overwrite" in said
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before


def test_a_file_that_was_there_before_a_run_that_was_killed_is_kept(run, start, folder):
    (folder / "pets.bprop").write_text("precious")
    process = start(
        f"train pets.csv {OPTIONS} --epochs 4000 --checkpoint run --every 3steps --no-progress --out pets.bprop"
    )
    while process.poll() is None and not list((folder / "run").glob("step-*.bprop")):
        time.sleep(0.02)
    process.kill()
    process.communicate()
    refused_here(run, folder, "pets.bprop")
    assert (folder / "pets.bprop").read_text() == "precious"


@pytest.mark.parametrize("option", ["--out", "--report"])
def test_a_strangers_run_overwrites_nothing(run, folder, tmp_path_factory, option):
    """A folder as it comes out of an archive: with checkpoints, and a command line that names a file of ours."""
    run(f"train pets.csv {SHORT} --out one.bprop")
    victim = tmp_path_factory.mktemp("home") / "victim"
    victim.write_text("precious")
    noted = json.loads((folder / "run" / "run.json").read_text())
    noted["words"] += [option, str(victim)]
    status = victim.stat()
    noted["made"][str(victim)] = [status.st_ino, status.st_size, status.st_mtime_ns]
    (folder / "run" / "run.json").write_text(json.dumps(noted))
    (folder / "archive").mkdir()
    for path in (folder / "run").iterdir():
        (folder / "archive" / path.name).write_bytes(path.read_bytes())
    said = run("resume archive", code=1)
    assert "run.json was not written by you in this folder" in said.stderr
    assert f"{option} {victim}" in said.stdout
    assert victim.read_text() == "precious"
    run("resume archive --overwrite")
    assert victim.read_text(errors="replace") != "precious"


def test_a_run_that_says_to_continue_another_is_refused(run, folder):
    run(f"train pets.csv {SHORT} --out one.bprop")
    noted = json.loads((folder / "run" / "run.json").read_text())
    for path in (folder / "run").glob("step*"):
        path.rename(folder / path.name)
    noted["words"] += ["--resume", "elsewhere"]
    (folder / "run" / "run.json").write_text(json.dumps(noted))
    assert "damaged: it continues another run, elsewhere" in run("resume run", code=1).stderr


@pytest.mark.usefixtures("typer")
def test_every_option_that_names_a_place_is_known():
    """A new option that writes a file belongs to WRITTEN; one that reads, or writes nothing that has a name, here."""
    from bprop.cli.resume import PLACES, WRITTEN
    from bprop.cli.train import train

    types = {name: next(iter(get_args(one.annotation)), None) for name, one in signature(train).parameters.items()}
    paths = {name for name, kind in types.items() if Path in (kind, *get_args(kind))}
    assert paths == {*PLACES, *WRITTEN, "spool", "tensorboard"} - {"coordinator", "processes", "process"}  # no files


def test_a_second_run_in_the_folder_is_told_who_is_there_and_changes_nothing(run, start, folder):
    process = begun(start, epochs=4000)
    noted = (folder / "run" / "run.json").read_bytes()
    for command in ("resume run", f"train pets.csv {OPTIONS} --epochs 3 --checkpoint run --every 3steps"):
        said = run(command, code=1).stderr
        assert f"run is in use: process {process.pid} on " in said
    assert (folder / "run" / "run.json").read_bytes() == noted
    assert process.poll() is None
    process.kill()
    process.communicate()
    run(f"train pets.csv {OPTIONS} --epochs 1 --out other.bprop")
