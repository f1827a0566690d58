"""Windows of pictures and sequences, which convolution and pooling share: settings for each axis, and places."""

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

    @property
    def has_zeros(self) -> bool:
        """Whether there are zeros around the picture."""
        return any(map(any, self.pads))

    @property
    def inside(self) -> Index:
        """The index of the picture within its zeros."""
        bounds = ((before, before + n) for (before, _), n in zip(self.pads, self.sizes, strict=True))
        return (slice(None), *(slice(*pair) for pair in bounds), slice(None))

    def pad(self, a: Array) -> Array:
        """a with zeros around it. Shapes: (N, *sizes, C) -> (N, *padded, C)."""
        return scatter_add(a, self.inside, (a.shape[0], *self.padded, a.shape[-1])) if self.has_zeros else a


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
