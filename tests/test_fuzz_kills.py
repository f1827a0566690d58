"""Processes killed at random instants lose nothing, and a planted loss is noticed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the processes to kill are forked")
ROOT = Path(__file__).parents[1]


@pytest.fixture
def kills(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))
    from fuzz import kills

    return kills


def test_a_few_kills_lose_nothing():
    command = [sys.executable, "-m", "fuzz", "kills", "--count", "12", "--engines", "numpy", "--seed", "5"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 problems" in done.stdout
    assert "runs compared on numpy" in done.stdout


def test_a_folder_in_order_has_no_problems(kills, tmp_path):
    kills.train("numpy", tmp_path / "run", "1epochs")
    (tmp_path / "run" / f".step-1.bprop.{0:016x}{kills.UNFINISHED}").write_bytes(
        b"half"
    )  # of a process that was killed
    assert kills.left_in(tmp_path / "run") == []


@pytest.mark.parametrize("name", ["best", "step"])
def test_a_torn_file_is_noticed(kills, tmp_path, name):
    kills.train("numpy", tmp_path / "run", "1epochs")
    path = sorted((tmp_path / "run").glob(f"{name}*"))[-1]
    path.write_bytes(path.read_bytes()[:-1])
    (problem,) = kills.left_in(tmp_path / "run")
    assert problem.startswith("damaged: ")


def test_a_lock_that_blocks_is_noticed(kills, tmp_path):
    with kills.Place(f"{tmp_path}/run/"):
        problems = kills.left_in(tmp_path / "run")
    assert problems[0].startswith("blocked: ")


def test_another_run_is_noticed(kills, tmp_path):
    kills.train("numpy", None, out=tmp_path / "one")
    kills.train("numpy", None, out=tmp_path / "two")
    one, two = (kills.bp.load(tmp_path / name) for name in ("one", "two"))
    assert kills.bits(one) == kills.bits(two)
    two.params["b2"][0] += 1e-7
    assert kills.bits(one) != kills.bits(two)
