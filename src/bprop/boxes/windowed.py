"""What convolution and pooling share: settings for each axis, and the slices of a picture that a kernel meets."""

from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

from bprop import errors
from bprop.namespace import Array, scatter_add

Index = tuple[slice, ...]


class Frame(NamedTuple):
    """Where the windows of a picture of `sizes` lie, with an entry for each of its axes.

    pads : zeros (before, after). size : of a window. step : from window to window. apart : from element to element.
    """

    sizes: tuple[int, ...]
    pads: tuple[tuple[int, int], ...]
    size: tuple[int, ...]
    step: tuple[int, ...]
    apart: tuple[int, ...]

    @property
    def padded(self) -> tuple[int, ...]:
        """The sizes with the zeros around."""
        return tuple(n + sum(pad) for n, pad in zip(self.sizes, self.pads, strict=True))

    @property
    def reach(self) -> tuple[int, ...]:
        """From the first element of a window to its last."""
        return tuple((k - 1) * d for k, d in zip(self.size, self.apart, strict=True))

    @property
    def counts(self) -> tuple[int, ...]:
        """How many windows there are."""
        parts = zip(self.padded, self.reach, self.step, strict=True)
        return tuple((n - reach - 1) // step + 1 if n > reach else 0 for n, reach, step in parts)

    def offsets(self) -> Iterator[Index]:
        """For each element of a window: the index of all the elements of the (padded) picture that it meets."""
        for place in product(*map(range, self.size)):
            starts = [k * d for k, d in zip(place, self.apart, strict=True)]
            yield strided(starts, self.counts, self.step)

    def pad(self, a: Array) -> Array:
        """a with zeros around it. Shapes: (N, *sizes, C) -> (N, *padded, C)."""
        if not any(map(any, self.pads)):
            return a
        inside = strided([before for before, _ in self.pads], self.sizes, [1] * len(self.sizes))
        return scatter_add(a, inside, (a.shape[0], *self.padded, a.shape[-1]))


def strided(starts: Any, counts: Any, steps: Any) -> Index:
    """The index of `counts` elements from `starts` on, `steps` apart, of every example and channel."""
    parts = zip(starts, counts, steps, strict=True)
    return (slice(None), *(slice(s, s + (n - 1) * step + 1, step) for s, n, step in parts), slice(None))


def per_axis(value: Any, rank: int, what: str, least: int = 1) -> tuple[int, ...]:
    """A whole number for each axis, from one for all or a tuple. Raises SettingError."""
    numbers = value if isinstance(value, tuple | list) else (value,) * rank
    whole = all(isinstance(n, int) and not isinstance(n, bool) and n >= least for n in numbers)
    if not whole or len(numbers) != rank:
        raise errors.SettingError(
            f"{what} must be a whole number from {least} on, or {rank} of them, one for each axis, not {value!r}"
        )
    return tuple(numbers)


def zeros_around(padding: Any, frame: Frame) -> tuple[tuple[int, int], ...]:
    """The zeros before and after each axis: none ("valid"), so many that strides decide the size ("same"), or numbers.

    "same" gives ceil(size / stride) windows, with the odd zero at the end. Raises SettingError.
    """
    rank = len(frame.sizes)
    if padding == "valid":
        return ((0, 0),) * rank
    if padding == "same":
        parts = zip(frame.sizes, frame.reach, frame.step, strict=True)
        totals = [max((-(-n // step) - 1) * step + reach + 1 - n, 0) for n, reach, step in parts]
        return tuple((total // 2, total - total // 2) for total in totals)
    if isinstance(padding, str):
        raise errors.SettingError(f"padding must be 'valid', 'same' or a whole number, not {padding!r}")
    return tuple((n, n) for n in per_axis(padding, rank, "padding", least=0))
