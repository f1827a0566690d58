"""Whether this process was forked from one that had used XLA: it would wait for threads that are not there."""

from __future__ import annotations

import os
import sys

from bprop.errors import UnsupportedError

_state = {"used": False, "forked": False}


def need_own_process() -> None:
    """Raise UnsupportedError in a process that cannot use XLA; else remember that this one does."""
    if _state["forked"]:
        raise UnsupportedError(
            "engine 'xla': this process was forked from one that had used JAX, whose threads it does not have, so that "
            "XLA would hang: start processes with multiprocessing.get_context('spawn') or 'forkserver', or use "
            "engine='native' or 'numpy'"
        )
    _state["used"] = True


def _initialised() -> bool:
    """Whether JAX has its threads in this process, whoever used it."""
    bridge = sys.modules.get("jax._src.xla_bridge")  # JAX itself does not tell; where this moves, our own use remains
    asked = getattr(bridge, "backends_are_initialized", None)
    return bool(asked is not None and asked())


def _after_fork() -> None:
    _state["forked"] = _state["forked"] or _state["used"] or _initialised()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
