"""The devices of all processes that train together: which rows of a batch each has, and what all agree on.

A batch of B rows is dealt to D devices in neighbouring parts of B / D rows. theta is the same on every device.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from jax.sharding import AxisType, Mesh, NamedSharding, PartitionSpec

ROWS = "rows"
"""The name of the one axis of the mesh."""
MOST = 2**31 - 1
"""The largest number that can be agreed on."""


@dataclass(frozen=True)
class Devices:
    """All devices, in a row."""

    mesh: Mesh

    @classmethod
    def every(cls) -> Devices:
        """The devices of all processes; without others, those of this process."""
        return cls(Mesh(np.array(jax.devices()), (ROWS,), axis_types=(AxisType.Auto,)))

    def __len__(self) -> int:
        return self.mesh.size

    @property
    def own(self) -> list[tuple[int, Any]]:
        """(position, device) of the devices of this process."""
        here = jax.process_index()
        return [(place, one) for place, one in enumerate(self.mesh.devices) if one.process_index == here]

    @property
    def everywhere(self) -> NamedSharding:
        """An array that is whole on every device."""
        return NamedSharding(self.mesh, PartitionSpec())

    def dealt(self, axis: int) -> NamedSharding:
        """An array whose `axis` is dealt to the devices."""
        return NamedSharding(self.mesh, PartitionSpec(*[None] * axis, ROWS))

    def put(self, tree: Any) -> Any:
        """Arrays, whole on every device. Each process brings the same."""
        return jax.tree.map(self._put, tree)

    def _put(self, array: Any) -> Any:
        array = np.asarray(array)
        parts = [jax.device_put(array, device) for _, device in self.own]
        return jax.make_array_from_single_device_arrays(array.shape, self.everywhere, parts)

    def put_dealt(self, shape: tuple[int, ...], axis: int, part: Callable[[slice], np.ndarray]) -> Any:
        """An array of this shape. part(slice) : makes the part of one device, of which `axis` has the slice."""
        size = shape[axis] // len(self)
        parts = [jax.device_put(part(slice(place * size, (place + 1) * size)), device) for place, device in self.own]
        return jax.make_array_from_single_device_arrays(shape, self.dealt(axis), parts)

    def largest(self, numbers: Sequence[int]) -> list[int]:
        """The largest of each number over all processes. All call it at the same place of the program."""
        if jax.process_count() == 1:
            return [int(number) for number in numbers]
        row = np.clip(np.array([numbers], np.int64), -MOST, MOST).astype(np.int32)
        rows = self.put_dealt((len(self), len(numbers)), 0, lambda _: row)
        return [int(number) for number in np.asarray(_largest(self)(rows))]


_compiled: dict[Devices, Callable[..., Any]] = {}


def _largest(devices: Devices) -> Callable[..., Any]:
    if devices not in _compiled:
        _compiled[devices] = jax.jit(lambda rows: rows.max(axis=0), out_shardings=devices.everywhere)
    return _compiled[devices]
