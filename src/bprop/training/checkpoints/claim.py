"""Who writes the checkpoints at an address: the run that claimed the place last.

No file there can be locked, and a run that was killed must be resumed elsewhere at once. So a run that begins, or
resumes, puts a mark of its own. Before each checkpoint it reads the mark: if it is another's, that run has taken over,
and this one writes no more. Between reading the mark and writing, another run may still come: its first checkpoint has
another name, or replaces this one.
"""

from __future__ import annotations

import os
from contextlib import suppress

from bprop.errors import BpropError, ModelFileError
from bprop.remote.failures import failures_said
from bprop.remote.path import RemotePath
from bprop.remote.systems import remote_of
from bprop.remote.upload import put

MARK = ".writer"


class Claim:
    """The mark of a run at `path`. place : how errors call the place. Raises ModelFileError if it cannot be put."""

    def __init__(self, path: RemotePath, place: object):
        self.path, self.place, self.mark = path, place, os.urandom(16).hex().encode()
        put(path.address, [self.mark])

    def need_held(self) -> None:
        """Raise ModelFileError if another run has claimed the place since, or if that cannot be known."""
        with failures_said("read", self.path.address, ModelFileError):
            remote = remote_of(self.path.address)
            there = remote.system.cat_file(remote.path)
        if there != self.mark:
            raise ModelFileError(f"cannot write to {self.place}: another run writes its checkpoints there now")

    def release(self) -> None:
        """Remove the mark, if it is still this run's."""
        with suppress(BpropError):
            self.need_held()
            self.path.unlink()
