"""Freed memory stays with the process, so that the next array of a pass does not have to ask the system for it.

glibc maps an array of more than 128 KB anew from the system, and gives it back when it is freed. So each temporary
array of a pass on NumPy costs a page fault per 4 KB, which takes longer than its numbers do. When glibc frees a mapped
array it raises its threshold to that array's size, up to 32 MB, and keeps twice as much of freed memory (mallopt(3),
M_MMAP_THRESHOLD). So one array of nearly 32 MB, never written to, is enough.
"""

from __future__ import annotations

from functools import cache

import numpy as np

LARGEST = 32 * 2**20 - 2**16
"""Bytes: the largest array, with its head, that raises the threshold."""


@cache
def keep_freed_memory() -> None:
    """Let smaller arrays come from memory that the process has; the first call alone does something. It takes
    microseconds, and changes nothing where another allocator is in use."""
    np.empty(LARGEST, np.uint8)
