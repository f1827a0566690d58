"""Several runs of training at the same time, on a core each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import Any

from bprop.engines.many import on_one_core


def side_by_side(function: Callable[[Any], Any], items: Sequence[Any], threads: int) -> list[Any]:
    """[function(item) for each item], computed by so many threads at most, each on one core.

    A signal reaches the main thread meanwhile. An error of one call is raised when all have returned: let `function`
    see to it that the others end soon.
    """
    if min(threads, len(items)) < 2:
        return [function(item) for item in items]

    def alone(item: Any) -> Any:
        with on_one_core():
            return function(item)

    with ThreadPoolExecutor(min(threads, len(items)), thread_name_prefix="bprop-network") as pool:
        futures = [pool.submit(alone, item) for item in items]
        while wait(futures, timeout=0.2, return_when=FIRST_EXCEPTION).not_done:  # Python runs handlers of signals here
            if any(future.done() and future.exception() is not None for future in futures):
                break
    return [future.result() for future in futures]
