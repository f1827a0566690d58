"""A fork waits until no other thread is in LLVM.

llvmlite lets one thread at a time into LLVM. A process that is forked meanwhile would find it locked for ever, by a
thread that it does not have.
"""

from __future__ import annotations

import os
from typing import Any

from llvmlite.binding import ffi

_llvm: Any = getattr(ffi.lib, "_lock", None)  # the lock that every call of LLVM takes


def _leave() -> None:
    _llvm.__exit__(None, None, None)


if _llvm is not None and hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_llvm.__enter__, after_in_parent=_leave, after_in_child=_leave)
