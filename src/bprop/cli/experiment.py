"""Model files, for the commands."""

from __future__ import annotations

from pathlib import Path

from bprop.errors import BpropError, ModelFileError
from bprop.model import Model, load
from bprop.remote.path import place_of
from bprop.scaling import with_older
from bprop.sources.preparation import Preparation, is_noted
from bprop.sources.standard import standard_form
from bprop.training.checkpoints import Folder
from bprop.training.checkpoints.folder import MEMBER

SUFFIX = ".bprop"


def is_model(source: str) -> bool:
    """Whether an argument names a model file rather than data."""
    return place_of(source).suffix == SUFFIX


def load_model(path: str | Path) -> Model:
    """Load a model, and check once that its notes, if `bprop train` made them, fit its graph. Raises ModelFileError."""
    model = load(path)
    try:
        model.notes = with_older(model.notes)
        model.check_units()
        if is_noted(model.notes):
            Preparation.from_notes(model.notes).need_fit(model.graph)
    except BpropError as error:
        raise ModelFileError(f"{path}: {error}") from error
    return model


def load_for_rows(path: str | Path) -> Model:
    """A model for rows of data: one that was made in Python in its standard form. Raises ModelFileError."""
    model = load_model(path)
    try:
        model = standard_form(model)
        Preparation.from_notes(model.notes).need_fit(model.graph)
        return model
    except BpropError as error:
        raise ModelFileError(f"{path}: {error}") from error


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
