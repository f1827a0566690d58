"""`bprop resume`: the run that was interrupted, or killed, continued with the options it was begun with."""

import json
import os
import shutil
import signal
import subprocess
import time

import numpy as np
import pytest

import bprop as bp

OPTIONS = "--engine numpy --hidden 4 --dropout 0.2 --momentum 0.9 --schedule cosine --patience 400 --batch-size 4"


def same(one, two):
    one, two = bp.load(one), bp.load(two)
    assert {n: a.tobytes() for n, a in one.params.items()} == {n: a.tobytes() for n, a in two.params.items()}
    assert [r.loss for r in one.history] == [r.loss for r in two.history]
    assert one.notes == two.notes


def begun(start, epochs=150):
    """A run in a process of its own that has written checkpoints."""
    process = start(f"train pets.csv {OPTIONS} --epochs {epochs} --checkpoint run --every 3steps --no-progress")
    while process.poll() is None and not (
        os.path.isdir("run") and any(n.startswith("step") for n in os.listdir("run"))
    ):
        time.sleep(0.02)
    time.sleep(0.1)
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
    run(f"train pets.csv {OPTIONS} --epochs 150 --out whole.bprop")
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
    refused("resume run", "gone", "not there")


@pytest.mark.parametrize("every", ["2", "3days"])
def test_how_often_needs_a_unit(refused, every):
    refused(f"train pets.csv {OPTIONS} --checkpoint run --every {every}", "30s")


@pytest.mark.parametrize(
    ("text", "shown"),
    [("run", "run"), ("my run", "'my run'"), ("a\x1b[2J\nb'c\\", r"$'a\x1b[2J\nb\'c\\'")],
)
def test_a_word_is_shown_as_a_shell_reads_it_back(text, shown):
    from bprop.cli.resume import word

    assert word(text) == shown
    bash = shutil.which("bash")
    if bash is not None:
        printed = subprocess.run([bash, "-c", f"printf %s {shown}"], capture_output=True, check=True).stdout
        assert printed == text.encode()
