"""A data set whose arrays lie in files."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from bprop.data import DataSet, Reader
from bprop.mapped.ahead import Ahead, Region
from bprop.mapped.order import Pages
from bprop.mapped.scratch import scratch

TOGETHER = 1024  # cuts are of whole such blocks, as the engines evaluate them


@dataclass(frozen=True)
class Mapped(DataSet):
    """Arrays of rows in files, of which only the windows that are visited are in memory.

    An epoch's order is random within and across windows: see bprop.mapped.order. It lies in a file of `folder`, too.
    """

    regions: Mapping[str, Region] = field(default_factory=dict)
    pages: Pages = field(default_factory=lambda: Pages(0, 1, 1))
    folder: str | os.PathLike[str] | None = None

    @property
    def in_memory(self) -> bool:
        return False

    @property
    def arrangement(self) -> list[int]:
        return [self.pages.page, self.pages.window]

    def order(self, seed: int, epoch: int, shuffle: bool = True) -> np.ndarray:
        return self.pages.epoch(seed, epoch, shuffle).order(scratch(len(self), np.int32, self.folder))

    def reader(self, seed: int, epoch: int, shuffle: bool = True) -> Reader:
        return Ahead(self.regions.values(), self.pages.epoch(seed, epoch, shuffle))

    def cuts(self) -> Iterator[slice]:
        size = max(1, self.pages.window * self.pages.page // TOGETHER) * TOGETHER
        cuts = [slice(start, min(start + size, len(self))) for start in range(0, len(self), size)]
        self._fetch(cuts[0])
        for number, cut in enumerate(cuts):
            for following in cuts[number + 1 : number + 2]:
                self._fetch(following)
            yield cut
            for region in self.regions.values():
                region.drop(cut.start, cut.stop)

    def _fetch(self, cut: slice) -> None:
        for region in self.regions.values():
            region.fetch(cut.start, cut.stop)
