"""Model files, for the commands."""

from __future__ import annotations

from pathlib import Path

from bprop.errors import ModelFileError
from bprop.remote.path import place_of
from bprop.training.checkpoints import Folder
from bprop.training.checkpoints.folder import MEMBER

SUFFIX = ".bprop"


def is_model(source: str) -> bool:
    """Whether an argument names a model file rather than data."""
    return place_of(source).suffix == SUFFIX


def newest(path: Path) -> Path:
    """The file itself; of a folder of checkpoints the newest of them. Raises ModelFileError where there is none."""
    if not path.is_dir():
        return path
    steps = Folder(path).steps()
    if not steps and Folder(path).begun():
        raise ModelFileError(f"{path} has the checkpoints of several networks: name that of one, {path / MEMBER}1")
    if not steps:
        raise ModelFileError(f"{path}: there is no such file: it is a folder, and it has no checkpoints")
    return steps[max(steps)]


def free_path(name: str, suffix: str = SUFFIX) -> Path:
    """name.bprop, or the first free of name-2.bprop, name-3.bprop, ...: no model is overwritten."""
    path, number = place_of(name + suffix), 2
    while path.exists():
        path, number = place_of(f"{name}-{number}{suffix}"), number + 1
    return path
