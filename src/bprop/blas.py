"""The threads of NumPy's BLAS, and how to keep them asleep while other threads work.

After a product they wait for the next one by spinning, for some hundredths of a second. They spin on the cores that
compiled training needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np


@contextmanager
def one_thread() -> Iterator[None]:
    """Inside, the caller's thread alone computes products. Without threadpoolctl (extra `native`) nothing changes."""
    controller = _controller()
    if controller is None:
        yield
        return
    with controller.limit(limits=1, user_api="blas"):
        yield


def threads() -> int | None:
    """The number of threads that compute a product of NumPy's; None if threadpoolctl is not installed."""
    controller = _controller()
    libraries = [] if controller is None else controller.select(user_api="blas").info()
    return max((library["num_threads"] for library in libraries), default=None)


def library() -> str:
    """The name and version of the BLAS that NumPy was built with."""
    try:
        config: Any = np.show_config(mode="dicts")
        blas = config["Build Dependencies"]["blas"]
        return f"{blas['name']} {blas['version']}"
    except Exception:  # the text is only shown to people, so an odd build is no error
        return "unknown"


@cache
def _controller() -> Any:
    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:
        return None
    return ThreadpoolController()
