"""A checkpoint that cannot be written, whatever the reason: a full disk, too many open files, no memory."""

from __future__ import annotations

from contextlib import suppress

from bprop.disk.reading import why
from bprop.errors import ModelFileError

FAILURES = (ModelFileError, OSError, MemoryError)


def as_file_error(error: ModelFileError | OSError | MemoryError) -> ModelFileError:
    """The error that says it in a line. What was made for the checkpoint is let go: memory may be short."""
    _let_go(error)
    if isinstance(error, ModelFileError):
        return error
    return ModelFileError(f"cannot write a checkpoint: {why(error)}; nothing was changed")


def _let_go(error: BaseException) -> None:
    """Clear what the functions that have ended held. (`traceback` does it too, but may be a file too many to open.)"""
    level = error.__traceback__
    while level is not None:
        with suppress(RuntimeError):  # a function that goes on
            level.tb_frame.clear()
        level = level.tb_next
