"""A checkpoint that cannot be written, whatever the reason: a full disk, too many open files, no memory."""

from __future__ import annotations

from bprop.disk.reading import why
from bprop.errors import ModelFileError

FAILURES = (ModelFileError, OSError, MemoryError)


def as_file_error(error: ModelFileError | OSError | MemoryError) -> ModelFileError:
    """The error that says it in a line. What was made for the checkpoint is let go: memory may be short."""
    from traceback import clear_frames

    clear_frames(error.__traceback__)
    if isinstance(error, ModelFileError):
        return error
    return ModelFileError(f"cannot write a checkpoint: {why(error)}; nothing was changed")
