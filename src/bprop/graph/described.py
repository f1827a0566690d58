"""A graph as plain data, and back; pickle, copies and skops keep graphs in this way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

from bprop.box import Box
from bprop.structure.describe import build, describe
from bprop.structure.size_guard import SizeLimit
from bprop.structure.structure import Structure


class Described(Structure):
    """A structure that can be written down."""

    def describe(self) -> dict[str, Any]:
        """The graph as plain data (dicts, lists, numbers, strings). `from_description` is the way back."""
        return describe(self)

    @classmethod
    def from_description(
        cls, description: Mapping[str, Any], boxes: Iterable[type[Box]] = (), size_limit: SizeLimit | None = None
    ) -> Self:
        """The graph of a description.

        boxes : classes of your own that the description uses, unless this process has defined them.
        size_limit : limits on the size of the boxes, for a description that is not trusted.

        Raises GraphError and UnknownNameError (see `bprop.structure.describe.build`).
        """
        return cls(**build(description, boxes, size_limit))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).from_description, (self.describe(), self._own_boxes())

    def _own_boxes(self) -> tuple[type[Box], ...]:
        """The classes of boxes that are not bprop's."""
        return tuple({type(box) for box in self.order if ":" in type(box).type_key})

    def __getstate__(self) -> dict[str, Any]:
        """For skops, which keeps plain data: see `__reduce__`, which pickle and copies use."""
        return {"description": self.describe(), "boxes": list(self._own_boxes())}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        type(self).__init__(self, **build(state["description"], state["boxes"]))
