"""Fixtures of the command line's tests: a folder with data, and commands run in this process or another."""

import os
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

ENVIRONMENT = {"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}


@pytest.fixture
def typer():
    """The typer module; the test is skipped where it is not installed."""
    return pytest.importorskip("typer", reason="the command line needs typer")


def write_csv(path, header, rows):
    path.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n")


def idx_bytes(array):
    """An array of bytes as an idx file."""
    return bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape) + array.tobytes()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The working folder: pets.csv (3 classes), house.csv (numbers), calls.csv (counts), dots.npz, dots-*-idx."""
    rng = np.random.default_rng(0)
    kinds = np.arange(60) % 3
    size = kinds[:, None] * [2.0, -1.0, 1.0] + rng.normal(size=(60, 3)) * 0.4
    write_csv(
        tmp_path / "pets.csv",
        "size,weight,age,kind",
        [(*map(float, x), ["cat", "dog", "eel"][k]) for x, k in zip(size, kinds, strict=True)],
    )
    price = 100 + 20 * size[:, 0] - 10 * size[:, 1] + rng.normal(size=60)
    write_csv(
        tmp_path / "house.csv",
        "price,area,rooms,floor",
        [(float(p), *map(float, x)) for p, x in zip(price, size, strict=True)],
    )
    calls = rng.poisson(np.exp(0.5 + 0.3 * size[:, 0]))
    write_csv(tmp_path / "calls.csv", "a,b,calls", [(*map(float, x[:2]), n) for x, n in zip(size, calls, strict=True)])
    dots = rng.integers(40, size=(60, 4, 4)).astype(np.uint8)
    dots[kinds == 1, :2] += 200
    dots[kinds == 2, 2:] += 200
    np.savez(tmp_path / "dots.npz", x=dots, y=kinds)
    (tmp_path / "dots-images-idx3-ubyte").write_bytes(idx_bytes(dots))
    (tmp_path / "dots-labels-idx1-ubyte").write_bytes(idx_bytes(kinds.astype(np.uint8)))
    monkeypatch.chdir(tmp_path)
    return tmp_path


ADD_UP = ("--kind", "--set", "--missing", "--class-weight")


def replaced(command):
    """The words of a command as text, in which a later option replaces an earlier one: tests add options to a base."""
    words, last = [], {}
    for word in command.split():
        name = word if word.startswith("--") else None
        if name is not None and name not in ADD_UP and name in last:
            place = last.pop(name)
            takes = place + 1 < len(words) and words[place + 1] is not None and not words[place + 1].startswith("--")
            words[place : place + 1 + takes] = [None] * (1 + takes)
        words.append(word)
        if name is not None:
            last[name] = len(words) - 1
    return plainly([word for word in words if word is not None])


def plainly(words):
    """The words of a command; a training that names no recipe has that of the lecture, which is quick."""
    named = any(word.startswith(("--recipe", "--config")) for word in words)
    return words if words[:1] != ["train"] or named else [*words, "--recipe", "lecture"]


@pytest.fixture
def run(typer, folder):
    """run("train pets.csv --epochs 2", code=0): a command in this process, which must end with that exit code.

    In a command as text, a later option replaces an earlier one, and a training without --recipe has that of the
    lecture. Words in a list are passed on as they are. input : what is typed on standard input.
    """
    from typer.testing import CliRunner

    from bprop.cli.app import app

    def run(command, code=0, input=None):
        words = replaced(command) if isinstance(command, str) else command
        result = CliRunner(env=ENVIRONMENT).invoke(app, words, input=input)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result

    return run


@pytest.fixture
def refused(run, folder):
    """refused(command, *says): exit code 1, an error of a line or two that says that, and nothing written."""

    def refused(command, *says):
        before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
        result = run(command, code=1)
        lines = result.stderr.strip().splitlines()
        assert lines[0].startswith("error: ")
        assert len(lines) <= 2
        for part in says:
            assert part in result.stderr
        assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
        return result

    return refused


@pytest.fixture
def start(typer, folder):
    """start("predict ..."): `python -m bprop predict ...` as a process of its own, with pipes."""
    started = []

    def start(command, **settings):
        words = plainly(command.split()) if isinstance(command, str) else command
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "bprop", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **ENVIRONMENT},
            **settings,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def model(run):
    """pets.bprop, trained for a few epochs on pets.csv."""
    import bprop as bp

    run("train pets.csv --engine numpy --hidden 8 --epochs 15 --out pets.bprop")
    return bp.load("pets.bprop")


@pytest.fixture
def numbers(typer, folder):
    """numbers("house.csv", "price"): what the file holds as x (N, D) and y (N,); target: default the last column."""
    from bprop.cli.opening import open_data

    def numbers(path, target=None):
        frame = open_data(path, target)
        columns = [frame.column(name).numbers[0] for name in frame.columns if name not in frame.target]
        y = frame.column(frame.target[0])
        values, bad = y.numbers
        return SimpleNamespace(x=np.stack(columns, axis=1), y=y.cells if bad.any() else values)

    return numbers
