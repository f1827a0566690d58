"""Where peers keep compiled programs between processes, so that a measurement can begin without any."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory


@contextmanager
def empty(peer: str) -> Iterator[dict[str, str | None]]:
    """The variables with which the peer's processes keep their programs in a new folder, which goes in the end.

    bprop keeps its own as it does by default; for JAX, everything is kept, as a user who wants that would say.
    """
    with TemporaryDirectory() as folder:
        if peer.startswith("bprop"):
            yield {"BPROP_CACHE": folder, "JAX_COMPILATION_CACHE_DIR": None}
        else:
            yield {
                "JAX_COMPILATION_CACHE_DIR": folder,
                "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
                "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
                "TORCHINDUCTOR_CACHE_DIR": folder,
            }
