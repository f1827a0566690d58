"""Keeping the threads of NumPy's BLAS asleep where other threads are at work.

They wait for the next product by spinning, for some hundredths of a second, on the cores that compiled training needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np


@contextmanager
def one_thread() -> Iterator[None]:
    """Products inside are computed by the caller's thread alone, where threadpoolctl is installed (extra `native`)."""
    controller = _controller()
    if controller is None:
        yield
        return
    with controller.limit(limits=1, user_api="blas"):
        yield


def threads() -> int | None:
    """Threads that a product of NumPy's takes; None where that is not known (without threadpoolctl)."""
    controller = _controller()
    found = [] if controller is None else controller.select(user_api="blas").info()
    return max((one["num_threads"] for one in found), default=None)


def library() -> str:
    """The BLAS that NumPy was built with, and its version."""
    try:
        built: Any = np.show_config(mode="dicts")
        found = built["Build Dependencies"]["blas"]
        return f"{found['name']} {found['version']}"
    except Exception:  # it is for people: an odd build says nothing
        return "unknown"


@cache
def _controller() -> Any:
    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:
        return None
    return ThreadpoolController()
