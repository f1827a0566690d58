"""Folders of checkpoints: what `bprop resume` finds there, as bytes, and well-signed with odd content.

An input that begins with "{" is a document {"texts": {name: text}, "files": {name: what `fuzz.model` makes a file of}},
in whose texts HOME stands for the folder of the run; any other is the newest checkpoint of a run that is whole
otherwise. The folder is resumed, and each of its files loaded: that works, or ends in a BpropError, of the command line
in an exit code that the help states. Nothing outside of the folder of the run is written.
"""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import bprop as bp
from bprop import errors, files
from fuzz import arguments, guard, model

FOLDER = Path(tempfile.mkdtemp(prefix="bprop-fuzz-"))
RUN = "run"
LINES = (
    "train pets.csv --epochs 1 --batch-size 5 --hidden 3 --every 3steps",
    "train pets.csv --epochs 1 --batch-size 5 --hidden 2 --rule adam --patience 3 --validation 0.3 --every 1epochs",
    "train pets.csv --epochs 1 --batch-size 5 --hidden 2 --momentum 0.9 --normalise batch --target size --every 3steps",
)
LEGAL = re.compile(r"[^/\0]{1,100}")


@cache
def begun() -> tuple[Path, ...]:
    """A folder for each line: with its table, and a run of one epoch that is to go on to a second."""
    found = []
    for number, line in enumerate(LINES):
        folder = FOLDER / f"begun-{number}"
        folder.mkdir()
        with arguments.shortened(folder):
            arguments.fill(folder)
            shutil.rmtree(folder / RUN)
            assert (
                arguments.call([*line.split(), "--recipe", "lecture", "--checkpoint", RUN, "--out", "net.bprop"]) == 0
            )
        noted = json.loads((folder / RUN / "run.json").read_text())
        noted["words"][noted["words"].index("--epochs") + 1] = "2"
        (folder / RUN / "run.json").write_text(json.dumps(noted))
        found.append(folder)
    return tuple(found)


def seeds() -> list[bytes]:
    """The runs as documents, and the bytes of a checkpoint."""
    found = []
    for folder in begun():
        document: dict[str, dict[str, Any]] = {"texts": {}, "files": {}}
        for path in sorted((folder / RUN).iterdir()):
            if path.suffix != ".bprop":
                document["texts"][path.name] = path.read_text().replace(str(folder), "HOME")
                continue
            arrays, meta = files.read_tensors(path)
            sizes = {name: [str(array.dtype), list(array.shape)] for name, array in arrays.items()}
            document["files"][path.name] = {"meta": meta, "arrays": sizes}
        found.append(json.dumps(document).encode())
    return [*found, newest(begun()[0] / RUN).read_bytes()]


def newest(run: Path) -> Path:
    """The last checkpoint of a run."""
    return sorted(run.glob("step-*.bprop"))[-1]


def fill(folder: Path, data: bytes) -> None:
    """Make the folder of the run as an input says."""
    run = folder / RUN
    try:
        document = json.loads(data) if data[:1] == b"{" else None
        written = {
            **{name: text.replace("HOME", str(folder)).encode() for name, text in document["texts"].items()},
            **{name: model.content(json.dumps(file).encode()) for name, file in document["files"].items()},
        }
    except Exception:  # not such a document
        newest(run).write_bytes(data)
        return
    shutil.rmtree(run)
    run.mkdir()
    for name, content in written.items():
        if LEGAL.fullmatch(name) and name not in (".", ".."):
            with contextlib.suppress(OSError, ValueError):  # no name that a file can have
                (run / name).write_bytes(content)


def one(data: bytes) -> None:
    """Resume the run of the folder, and load what is in it."""
    folder = Path(tempfile.mkdtemp(dir=FOLDER))
    try:
        shutil.copytree(begun()[0], folder, dirs_exist_ok=True)
        fill(folder, data)
        with guard.inside(folder), np.errstate(all="ignore"):
            for path in sorted((folder / RUN).iterdir()):
                with contextlib.suppress(errors.BpropError):
                    bp.load(path)
        if is_a_days_work(folder / RUN / "run.json"):
            return
        with arguments.shortened(folder), guard.inside(folder, refuse=True), np.errstate(all="ignore"):
            code = arguments.call(["resume", RUN])
        assert code in arguments.CODES, f"exit code {code}"
    finally:
        shutil.rmtree(folder)


def is_a_days_work(path: Path) -> bool:
    """Whether the words of a run hold large numbers, as `fuzz.arguments` passes them over."""
    text = path.read_text(errors="replace") if path.is_file() else ""
    return any(len(number) > 3 for word in text.split('"') for number in word.split(",") if number.isdigit())


def mutate(data: bytes, most: int, seed: int, plain: Callable[[bytes, int], bytes]) -> bytes:
    """A node of the document changed, as of a model file; of four times once, one of what `run.json` says."""
    try:
        document = json.loads(data) if data[:1] == b"{" and seed % 4 == 0 else None
        noted = json.loads(document["texts"]["run.json"])
    except Exception:
        return model.mutate(data, most, seed, plain)
    changed = model.mutate(json.dumps(noted).encode(), most, seed, plain)
    document["texts"]["run.json"] = changed.decode(errors="replace")
    found = json.dumps(document).encode()
    return found if len(found) <= most else plain(data, most)
