"""The order in which kernels run.

A kernel is ready when all arrays that it reads have been computed. A kernel that updates a leaf also waits until no
other kernel needs the old value. Each kernel counts what it waits for, so the time is that of the reads and writes of
all kernels, not that of the pairs of kernels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from heapq import heappop, heappush

from bprop.engines.native.schedule.kernels import Kernel
from bprop.engines.trace.tape import Traced


class Queue:
    """Gives kernels one by one: first updates that may be made, then other kernels, in the order of the tape.

    stored : the arrays that kernels compute. in_place : whether a kernel may overwrite what it reads.

    Some are left over where updates block each other; `waiting` returns them.
    """

    kernels: list[Kernel]

    def __init__(self, kernels: list[Kernel], stored: Collection[Traced], in_place: Callable[[Kernel], bool]):
        self.kernels = sorted(kernels, key=lambda k: (bool(k.targets), max(a.number for a, _ in k.outputs)))
        self.in_place = in_place
        self.missing: list[set[Traced]] = [{a for a in k.reads if a in stored} for k in self.kernels]
        self.users: dict[Traced, list[int]] = {}
        self.updating: dict[Traced, list[int]] = {}
        """The kernels that update a leaf."""
        self.needed: Counter[Traced] = Counter(a for k in self.kernels for a in k.reads)
        """How many of the kernels that are left read an array."""
        for i, kernel in enumerate(self.kernels):
            for array in self.missing[i]:
                self.users.setdefault(array, []).append(i)
            for leaf in kernel.targets:
                self.updating.setdefault(leaf, []).append(i)
        self.left: set[int] = set(range(len(self.kernels)))
        self.free: list[int] = []
        self.plain: list[int] = []
        for i in range(len(self.kernels)):
            self.consider(i)

    def __iter__(self) -> Iterator[Kernel]:
        while self.free or self.plain:
            i = heappop(self.free or self.plain)
            if i in self.left:  # a kernel may have been considered twice
                self.left.remove(i)
                yield self.kernels[i]
                self.finish(i)

    def waiting(self) -> list[Kernel]:
        """The kernels that are left, in the order of the tape."""
        return [self.kernels[i] for i in sorted(self.left)]

    def consider(self, i: int) -> None:
        """Queue a kernel if nothing hinders it."""
        kernel = self.kernels[i]
        if i not in self.left or self.missing[i]:
            return
        if not kernel.targets:
            heappush(self.plain, i)
        elif all(self.needed[a] == (a in kernel.reads) for a in kernel.targets) and self.in_place(kernel):
            heappush(self.free, i)

    def finish(self, i: int) -> None:
        """Queue the kernels that waited for this one."""
        for array in self.kernels[i].writes:
            for user in self.users.pop(array, ()):
                self.missing[user].discard(array)
                self.consider(user)
        for array in self.kernels[i].reads:
            self.needed[array] -= 1
            for update in self.updating.get(array, ()):
                self.consider(update)
