"""Where the members of an ensemble write their checkpoints: each in a place of its own, in or beside that of all."""

from __future__ import annotations

import os
from typing import Any

from bprop.disk.reading import why
from bprop.errors import ModelFileError
from bprop.remote.path import RemotePath, model_place_of, name_of
from bprop.training.checkpoints.folder import MEMBER, Folder
from bprop.training.checkpoints.place import is_folder


def member_place(path: str | os.PathLike[str], every: str | None, k: int) -> str:
    """DIR/member-k/ in a folder; NAME-member-k.SUFFIX beside a file."""
    place = model_place_of(path)
    if is_folder(path, every):
        if isinstance(place, RemotePath):
            return f"{place / f'{MEMBER}{k}'}/"
        return os.path.join(place, f"{MEMBER}{k}", "")
    return str(place.with_name(f"{place.stem}-{MEMBER}{k}{place.suffix}"))


def make_above(path: str | os.PathLike[str], every: str | None) -> None:
    """Make the folder of all members. Raises ModelFileError."""
    if is_folder(path, every):
        try:
            model_place_of(path).mkdir(exist_ok=True)
        except OSError as error:
            raise ModelFileError(f"cannot write the checkpoint {path}: {why(error)}") from error


def member_source(resume: Any, count: int, k: int) -> Any:
    """Where member k of `count` continues from; None: it begins, for it was not begun before.

    Raises ModelFileError where no member was begun.
    """
    if resume is None or isinstance(resume, bool):
        return resume
    places = [member_place(resume, None, number) for number in range(1, count + 1)]
    paths = [model_place_of(place) for place in places]
    begun = [bool(Folder(path).steps()) if path.is_dir() else path.is_file() for path in paths]
    if not any(begun):
        raise ModelFileError(f"{name_of(resume)}: there is no checkpoint of an ensemble of {count} networks")
    return places[k - 1] if begun[k - 1] else None
