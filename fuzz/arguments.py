"""Command lines: words from a list, mutated; in a folder with a few files.

An input is words, separated by 0 bytes. Training is cut to two epochs on the NumPy engine, and huge networks are left
out, since a user may well ask for a day's work; so is what is meant to run for long.
"""

from __future__ import annotations

import contextlib
import io
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import bprop.cli.choices as training
from bprop.cli.app import app
from fuzz import guard

FOLDER = Path(tempfile.mkdtemp(prefix="bprop-fuzz-"))
CODES = (0, 1, 2, 3)
LINES = (
    "train pets.csv --epochs 1 --hidden 3 --out a.bprop",
    "train pets.csv --target size --rule adam --lr 0.01 --patience 2 --monitor rmse --test 0 --validation 0.2",
    "train pets.csv --target size,age --hidden 3,2 --activation tanh,relu --dropout 0.1 --normalise batch",
    "train pets.csv --task classification --loss hinge --weights age --kind size=categorical --l1 0.1 --l2 0.1",
    "train pets.csv --schedule cosine --warm-up 3 --momentum 0.9 --nesterov --clip-norm 1 --dc 0.1 --scale unit",
    "train pets.csv --schedule step --factor 0.1 --schedule-every 5 --batch-size 7 --dtype float64 --no-shuffle",
    "train pets.csv --checkpoint run --every 1epochs --seed 3 --no-progress",
    "train pets.csv --test pets.csv --validation new.csv --rule adamw --weight-decay 0.1",
    "train digits --epochs 1 --engine numpy",
    "train - --target kind",
    "predict pets.bprop new.csv --out out.csv --id size",
    "predict pets.bprop *.csv",
    "evaluate pets.bprop pets.csv --json --resamples 3",
    "check pets.bprop pets.csv --rows 3",
    "check pets.csv --hidden 2 --elements 10",
    "graph pets.bprop",
    "export pets.bprop --onnx pets.onnx",
    "resume run",
    "--version",
    "--help",
)
ODD = (
    "-1",
    "0",
    "1e400",
    "nan",
    "inf",
    "",
    "-",
    "--",
    "..",
    "/",
    "a" * 5000,
    "é",
    "\udcff",
    "1,2,3",
    "=",
    "*",
    "[",
    "{}",
    "\n",
    "999999999999",
)


def seeds() -> list[bytes]:
    """Lines that work."""
    return ["\0".join(line.split()).encode() for line in LINES]


def mutate(data: bytes, most: int, seed: int, plain: Callable[[bytes, int], bytes]) -> bytes:
    """Words replaced, left out, doubled, taken from other lines; one time in three libFuzzer's own."""
    rng = random.Random(seed)
    if rng.random() < 0.3:
        return plain(data, most)
    words = data.decode(errors="surrogateescape").split("\0")
    for _ in range(rng.randint(1, 3)):
        at, how = rng.randrange(len(words) + 1), rng.random()
        other = rng.choice(LINES).split()
        if how < 0.4:
            words[at : at + 1] = [rng.choice(ODD)]
        elif how < 0.7:
            start = rng.randrange(len(other))
            words[at:at] = other[start : start + 2]
        elif how < 0.8:
            words[at : at + 1] = [rng.choice(other)]
        else:
            del words[at : at + 1]
    return "\0".join(words).encode(errors="surrogateescape")[:most]


def fill(folder: Path) -> None:
    """The files that lines name; with a trained model and a checkpoint."""
    rng = np.random.default_rng(0)
    rows = [f"{rng.normal():.2f},{k % 4},{'cat' if k % 2 else 'dog'}" for k in range(30)]
    (folder / "pets.csv").write_text("size,age,kind\n" + "\n".join(rows) + "\n")
    (folder / "new.csv").write_text("size,age,kind\n1.5,,cat\n,3,dog\n")
    call(
        [
            "train",
            "pets.csv",
            "--epochs",
            "2",
            "--hidden",
            "3",
            "--recipe",
            "lecture",
            "--out",
            "pets.bprop",
            "--checkpoint",
            "run",
            "--every",
            "1epochs",
        ]
    )


def call(words: list[str]) -> int:
    """Run a command line in this process; its exit code."""
    quiet = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="backslashreplace", write_through=True)
    stdin = io.TextIOWrapper(io.BytesIO(b"size,kind\n1,cat\n2,dog\n"), encoding="utf-8")
    before, sys.stdin = sys.stdin, stdin
    try:
        with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
            app(words)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    finally:
        sys.stdin = before
    return 0


def short(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same training, but two epochs at most, and on NumPy."""

    def train(graph: Any, rows: Any, recipe: Any, make_rule: Any, settings: Any, *more: Any) -> Any:
        settings = {**settings, "progress": False}
        if settings["engine"] in ("auto", "native", "xla") and settings["dtype"] != "bfloat16":
            settings["engine"] = "numpy"
        return function(graph, rows, replace(recipe, epochs=min(recipe.epochs, 2)), make_rule, settings, *more)

    return train


@contextlib.contextmanager
def shortened(folder: Path) -> Iterator[None]:
    """Within, training is short, and `folder` is the working folder."""
    here, before = os.getcwd(), training.fit_network
    training.fit_network = short(before)
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(here)
        training.fit_network = before


def one(data: bytes) -> None:
    """Run the line in a fresh folder: it ends with an exit code that the help states, and no traceback."""
    words = data.decode(errors="surrogateescape").split("\0")
    if any(len(number) > 3 for word in words for number in word.split(",") if number.strip().isdigit()):
        return  # a day's work
    files = filled()
    folder = Path(tempfile.mkdtemp(dir=FOLDER))
    shutil.copytree(files, folder, dirs_exist_ok=True)
    try:
        with shortened(folder), guard.inside(folder, refuse=True), np.errstate(all="ignore"):
            code = call(words)
        assert code in CODES, f"exit code {code}"
    finally:
        shutil.rmtree(folder)


@cache
def filled() -> Path:
    """A folder with the files, made once."""
    folder = FOLDER / "files"
    folder.mkdir()
    with shortened(folder):
        fill(folder)
    return folder
