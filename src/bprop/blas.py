"""Keeping the threads of NumPy's BLAS asleep where other threads are at work.

They wait for the next product by spinning, for some hundredths of a second, on the cores that compiled training needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any


@contextmanager
def one_thread() -> Iterator[None]:
    """Products inside are computed by the caller's thread alone, where threadpoolctl is installed (extra `native`)."""
    controller = _controller()
    if controller is None:
        yield
        return
    with controller.limit(limits=1, user_api="blas"):
        yield


@cache
def _controller() -> Any:
    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:
        return None
    return ThreadpoolController()
