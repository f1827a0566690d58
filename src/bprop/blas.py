"""The threads of NumPy's BLAS, and how to keep them asleep while other threads work.

After a product they wait for the next one by spinning, for some hundredths of a second. They spin on the cores that
compiled training needs.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np


@contextmanager
def one_thread() -> Iterator[None]:
    """Inside, the caller's thread alone computes products. Without threadpoolctl (extra `native`) nothing changes."""
    controller = _controller()
    with _alone([] if controller is None else [one for one in controller.lib_controllers if one.user_api == "blas"]):
        yield


@contextmanager
def others_on_one_thread() -> Iterator[None]:
    """Inside, a BLAS that is not NumPy's, such as the one that SciPy brings along, computes on the caller's thread.

    The threads of two of them in turn wait for each other's cores: SciPy's L-BFGS-B took three times as long.
    """
    with _alone(_others()):
        yield


_lock = Lock()
_held: dict[str, tuple[int, int]] = {}
"""{file of a library: (how many want it on one thread, its threads before)}: several threads may want it at once."""


def _forget() -> None:
    """In a forked child: another thread, which it does not have, may have held the lock."""
    global _lock
    _lock = Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


@contextmanager
def _alone(libraries: list[Any]) -> Iterator[None]:
    with _lock:
        for one in libraries:
            count, before = _held.get(one.filepath, (0, one.num_threads))
            _held[one.filepath] = count + 1, before
            one.set_num_threads(1)
    try:
        yield
    finally:
        with _lock:
            for one in libraries:
                count, before = _held.pop(one.filepath)
                if count > 1:
                    _held[one.filepath] = count - 1, before
                else:
                    one.set_num_threads(before)


def _others() -> list[Any]:
    """The libraries of this moment that are not NumPy's; none where nothing says which one is NumPy's."""
    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:
        return []
    package = Path(np.__file__).parent
    places = package, package.with_name("numpy.libs")  # where its wheels keep the library
    libraries = [one for one in ThreadpoolController().lib_controllers if one.user_api == "blas"]
    others = [one for one in libraries if not any(Path(one.filepath).is_relative_to(place) for place in places)]
    return others if len(others) < len(libraries) else []


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
