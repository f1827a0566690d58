"""The curve of a training: losses at chosen updates, at most a thousand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

MOST = 1000

Point = tuple[int, float, float | None]
"""(update, loss on the training set, loss on the rows held out)"""


@dataclass(frozen=True)
class Curve:
    """Points at updates that are multiples of `stride`. It doubles when there are too many, so a curve depends on the
    updates alone, and not on how a host cut them."""

    points: tuple[Point, ...] = ()
    stride: int = 1

    def due(self, update: int) -> int:
        """The updates to the next point."""
        return self.stride - update % self.stride

    def wants(self, update: int) -> bool:
        return update % self.stride == 0

    def with_point(self, point: Point) -> Curve:
        """The curve with a point more."""
        points = (*self.points, point)
        if len(points) <= MOST:
            return Curve(points, self.stride)
        stride = 2 * self.stride
        return Curve(tuple(point for point in points if point[0] % stride == 0), stride)

    def plain(self, number: Any) -> dict[str, list[Any]]:
        """The curve as JSON; `number` makes JSON of a number."""
        held = [None if test is None else number(test) for _, _, test in self.points]
        return {
            "step": [step for step, _, _ in self.points],
            "train": [number(loss) for _, loss, _ in self.points],
            "test": held,
        }


EMPTY = Curve()
