"""Model files, for the commands and for serving: damaged notes are refused at once."""

from __future__ import annotations

from pathlib import Path

from bprop.errors import BpropError, ModelFileError
from bprop.model import Model, load
from bprop.scaling import with_older
from bprop.sources.preparation import Preparation, is_noted
from bprop.sources.standard import standard_form


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
