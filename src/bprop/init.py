"""Initialisers: `init(rng, shape) -> array`. Fan-in and fan-out come from the shape.

A Parameter and `bp.mlp` also take the name of one of these ("zeros", "he_normal"), an array of the parameter's shape, a
number for all elements, and a function of the shape alone.

A weight matrix W of shape (H_in, H_out), used as `h @ W`, has fan-in H_in and fan-out H_out. Further leading axes
multiply both.

>>> bp.init.glorot_uniform(np.random.default_rng(0), (784, 500)).shape
(784, 500)
>>> bp.Parameter("W", (784, 500), init=bp.init.normal(0.01))
<Parameter 'W' (784, 500)>
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from math import prod, sqrt
from numbers import Real
from typing import Any, Final

import numpy as np

from bprop.elsewhere import alike, answer
from bprop.errors import BoxError, BpropError, SettingError, ShapeError
from bprop.outside import fails_again
from bprop.reading import read_array


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """(fan-in, fan-out) of weights of this shape. Raises ShapeError for fewer than two axes."""
    if len(shape) < 2:
        raise ShapeError(f"fan-in and fan-out need weights with two axes or more, not shape {shape}; use bp.init.zeros")
    places = prod(shape[:-2])
    return shape[-2] * places, shape[-1] * places


@dataclass(frozen=True)
class Constant:
    """W_ij = `value`."""

    value: float = 0.0

    def __call__(self, rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        return np.full(shape, float(self.value))


@dataclass(frozen=True)
class Uniform:
    """W_ij ~ U[-bound, bound]. Raises SettingError for a negative bound."""

    bound: float

    def __post_init__(self) -> None:
        if not self.bound >= 0:
            raise SettingError(f"the bound of a uniform initialiser must not be negative, got {self.bound}")

    def __call__(self, rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        return rng.uniform(-self.bound, self.bound, size=shape)


@dataclass(frozen=True)
class Normal:
    """W_ij ~ N(0, deviation^2). Raises SettingError for a negative deviation."""

    deviation: float = 0.01

    def __post_init__(self) -> None:
        if not self.deviation >= 0:
            raise SettingError(f"a standard deviation must not be negative, got {self.deviation}")

    def __call__(self, rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        return rng.normal(0.0, self.deviation, size=shape)


@dataclass(frozen=True)
class Signs:
    """W_ij = 1 or -1, each with probability 1/2."""

    def __call__(self, rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        return rng.choice([-1.0, 1.0], size=shape)


@dataclass(frozen=True, eq=False)
class Values:
    """W = `values`, an array. Raises ShapeError for a parameter of another shape."""

    values: np.ndarray

    def __call__(self, rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        return self.values.copy()


@dataclass(frozen=True)
class OfShape:
    """W = function(shape), for a function that needs no random numbers, such as np.zeros."""

    function: Callable[[Any], Any]

    def __call__(self, rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        return self.function(shape)


_FANS = {
    "in": lambda fan_in, fan_out: fan_in,
    "out": lambda fan_in, fan_out: fan_out,
    "average": lambda fan_in, fan_out: (fan_in + fan_out) / 2,
}


@dataclass(frozen=True)
class Scaled:
    """W_ij has mean 0 and variance scale / fan, uniform or normal.

    fan : "in" (fan-in), "out" (fan-out) or "average" (the mean of the two).

    Raises SettingError for a scale that is not above 0, or another fan.
    """

    scale: float
    fan: str
    normal: bool = False

    def __post_init__(self) -> None:
        if not self.scale > 0 or self.fan not in _FANS:
            raise SettingError(f"scale must be above 0 and fan one of {', '.join(_FANS)}; got {self}")

    def __call__(self, rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        deviation = sqrt(self.scale / _FANS[self.fan](*fans(shape)))
        if self.normal:
            return rng.normal(0.0, deviation, size=shape)
        bound = sqrt(3.0) * deviation
        return rng.uniform(-bound, bound, size=shape)


zeros: Final = Constant(0.0)
ones: Final = Constant(1.0)
signs: Final = Signs()
glorot_uniform: Final = Scaled(
    1.0, "average"
)  # U[-b, b], b = sqrt(6) / sqrt(fan_in + fan_out) (Glorot, Bengio 2010, eq. 16)
glorot_normal: Final = Scaled(1.0, "average", normal=True)
he_uniform: Final = Scaled(2.0, "in")  # He, Zhang, Ren and Sun 2015, eq. 10
he_normal: Final = Scaled(2.0, "in", normal=True)
lecun_uniform: Final = Scaled(1.0, "in")  # LeCun, Bottou, Orr and Mueller 1998, section 4.6
lecun_normal: Final = Scaled(1.0, "in", normal=True)
standard: Final = Scaled(1 / 3, "in")  # U[-1 / sqrt(fan_in), 1 / sqrt(fan_in)] (Glorot, Bengio 2010, eq. 1)

constant: Final = Constant
uniform: Final = Uniform
normal: Final = Normal


def default(shape: tuple[int, ...]) -> Constant | Scaled:
    """Glorot uniform for weights (two axes or more), zeros for biases."""
    return glorot_uniform if len(shape) >= 2 else zeros


NAMED: dict[str, Callable[..., np.ndarray]] = {
    "zeros": zeros, "ones": ones, "signs": signs, "glorot_uniform": glorot_uniform, "glorot_normal": glorot_normal,
    "he_uniform": he_uniform, "he_normal": he_normal, "lecun_uniform": lecun_uniform, "lecun_normal": lecun_normal,
    "standard": standard, "normal": Normal(),
}  # fmt: skip
"""The initialisers by name."""
INITIALISERS: dict[str, type] = {cls.__name__: cls for cls in (Constant, Uniform, Normal, Scaled, Signs)}
"""The classes of initialisers whose settings are numbers and words."""
ELSEWHERE = alike(
    {
        ("xavier", "xavier_uniform", "glorot"): 'type init="glorot_uniform"',
        ("xavier_normal",): 'type init="glorot_normal"',
        ("he", "kaiming", "kaiming_normal", "variance_scaling"): 'type init="he_normal"',
        ("kaiming_uniform",): 'type init="he_uniform"',
        ("lecun",): 'type init="lecun_normal"',
        ("uniform", "random_uniform"): "it needs its bound, init=bp.init.uniform(0.1)",
        ("random_normal", "truncated_normal", "gaussian"): "type init=bp.init.normal(0.01), with the deviation",
        ("constant",): "type init=0.1, the number itself",
        ("default", "auto"): "leave init out",
    }
)
"""Names of other libraries, in lower case."""


def as_initialiser(init: Any, shape: tuple[int, ...], who: str) -> Callable[..., Any] | None:
    """init(rng, shape) of an initialiser, its name, an array, a number, or a function of the shape; None stays None.

    Raises BoxError, and ShapeError for an array of another shape, which call the parameter `who`.
    """
    if init is None or type(init) in INITIALISERS.values():
        return init
    if isinstance(init, str):
        return _named(init, who)
    if isinstance(init, type):
        return _of_class(init, who)
    if callable(init):
        return _of_function(init, who)
    if isinstance(init, Real):
        return Constant(float(init))
    return _of_array(init, shape, who)


def _named(name: str, who: str) -> Callable[..., Any]:
    if name.lower() not in NAMED:
        raise BoxError(f"{who}: no initialiser is called {name!r}{answer(name.lower(), NAMED, ELSEWHERE)}")
    return NAMED[name.lower()]


def _of_class(kind: type, who: str) -> Any:
    """A class that needs no settings is as good as its instance: bp.init.normal is bp.init.normal()."""
    try:
        return kind()
    except TypeError:
        raise BoxError(
            f"{who}: init={kind.__name__} is a class that needs its settings, such as init=bp.init.uniform(0.1)"
        ) from None


def _of_function(function: Callable[..., Any], who: str) -> Callable[..., Any]:
    """The function, called with (rng, shape), or with the shape alone if it takes one argument only."""
    if function is np.zeros or function is np.ones:  # in some versions their signatures are not known
        return OfShape(function)
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return function
    for arguments, takes in (((None, ()), function), (((),), OfShape(function))):
        try:
            signature.bind(*arguments)
        except TypeError:
            continue
        return takes
    raise BoxError(f"{who}: an initialiser is called as init(rng, shape), but {function!r} takes {signature}")


def _of_array(values: Any, shape: tuple[int, ...], who: str) -> Values:
    array = read_array(values, who)
    if array.dtype.kind not in "fiub":
        raise BoxError(
            f"{who}: init is an initialiser of bp.init, its name, an array of numbers, or a function init(rng, shape), "
            f"not {values!r}"
        )
    if array.shape != shape:
        raise ShapeError(f"{who}: init has shape {array.shape}, the parameter {shape}")
    array = np.array(array, dtype=array.dtype if array.dtype.kind == "f" else np.float64)
    array.setflags(write=False)
    return Values(array)


def initial(init: Callable[..., Any], rng: np.random.Generator, shape: tuple[int, ...], who: str) -> np.ndarray:
    """The array of an initialiser. Raises SettingError where its function fails, ShapeError for another shape."""
    try:
        array = np.asarray(init(rng, shape))
    except BpropError:
        raise
    except Exception as error:
        if not fails_again(lambda: init(rng, shape)):
            raise
        raise SettingError(
            f"the initialiser of {who} failed, called as init(rng, {shape}): {type(error).__name__}: {error}"
        ) from error
    if array.shape != shape:
        raise ShapeError(f"the initialiser of {who!r} returned shape {array.shape}, not {shape}")
    return array
