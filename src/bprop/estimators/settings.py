"""The allowed values of the estimators' constructor parameters. `fit` checks them, as scikit-learn requires."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from numbers import Integral, Real
from typing import Any

import numpy as np

from bprop.engines import is_known, names
from bprop.errors import SettingError
from bprop.rules.schedules import is_schedule
from bprop.sources.scaling import SCALINGS

SOLVERS = ("lbfgs", "sgd", "adam")
RATES = ("constant", "invscaling", "adaptive")
DTYPES = ("auto", "float32", "float64")
DEVICES = (None, "cpu", "gpu")

Check = tuple[Callable[[Any], bool], str]


def is_whole(value: Any, least: int = 1) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= least


def is_number(value: Any, low: float = 0.0, high: float = np.inf) -> bool:
    """True for a finite number in [low, high]."""
    return isinstance(value, Real) and not isinstance(value, bool) and low <= float(value) <= high and value < np.inf


def is_rule(value: Any) -> bool:
    """True if it looks like an update rule of bprop or optax."""
    return not isinstance(value, type | str) and callable(getattr(value, "init", None))


def one_of(*names: Any) -> Check:
    return lambda v: (v is None or isinstance(v, str)) and v in names, f"one of {', '.join(map(repr, names))}"


def optional(check: Check) -> Check:
    return lambda v: v is None or check[0](v), f"{check[1]}, or None"


FLAG: Check = (lambda v: isinstance(v, bool | np.bool_), "True or False")
COUNT: Check = (is_whole, "a whole number, 1 or more")
NOT_NEGATIVE: Check = (is_number, "a number, 0 or more")
POSITIVE: Check = (lambda v: is_number(v) and v > 0, "a number above 0")
SHARE: Check = (lambda v: is_number(v, 0, 1) and v < 1, "a number in [0, 1)")

CHECKS: dict[str, Check] = {
    "solver": (
        lambda v: (isinstance(v, str) and v in SOLVERS) or is_rule(v),
        f"one of {SOLVERS} or an update rule such as bprop.AdamW()",
    ),
    "alpha": NOT_NEGATIVE,
    "batch_size": (lambda v: (isinstance(v, str) and v == "auto") or is_whole(v), "'auto' or a whole number above 0"),
    "learning_rate": (
        lambda v: (isinstance(v, str) and v in RATES) or is_schedule(v),
        f"one of {RATES}, one of bp.schedules or a function of t (a number is learning_rate_init)",
    ),
    "learning_rate_init": POSITIVE,
    "power_t": NOT_NEGATIVE,
    "max_iter": COUNT,
    "shuffle": FLAG,
    "tol": NOT_NEGATIVE,
    "verbose": (lambda v: isinstance(v, bool | np.bool_) or is_whole(v, 0), "True, False or a whole number"),
    "warm_start": FLAG,
    "momentum": (lambda v: is_number(v, 0, 1), "a number in [0, 1]"),
    "nesterovs_momentum": FLAG,
    "early_stopping": FLAG,
    "validation_fraction": SHARE,
    "beta_1": SHARE,
    "beta_2": SHARE,
    "epsilon": POSITIVE,
    "n_iter_no_change": (lambda v: is_whole(v) or (isinstance(v, float) and v == np.inf), "a whole number or np.inf"),
    "max_fun": COUNT,
    "l1": optional(NOT_NEGATIVE),
    "l2": optional(NOT_NEGATIVE),
    "scale": one_of(*SCALINGS),
    "normalise": one_of(None, "batch", "layer"),
    "clip_norm": optional(POSITIVE),
    "dtype": one_of(*DTYPES),
    "engine": (is_known, f"one of {', '.join(map(repr, names()))}, or an engine"),
    "device": one_of(*DEVICES),
    "progress": (lambda v: isinstance(v, bool) or v == "auto", "True, False or 'auto'"),
}  # fmt: skip


def check(who: str, settings: Mapping[str, Any]) -> None:
    """Raise SettingError for the first parameter whose value is not allowed."""
    for name, value in settings.items():
        if name in CHECKS and not CHECKS[name][0](value):
            raise SettingError(f"{who}: {name} must be {CHECKS[name][1]}, not {value!r}")
    device, engine = settings.get("device"), settings.get("engine")
    if (device == "gpu" and engine in ("numpy", "native")) or (device == "cpu" and engine == "xla"):
        raise SettingError(
            f"{who}: device={device!r} does not go with engine={engine!r}: numpy and native run on the processor, xla "
            "on JAX's default device (JAX_PLATFORMS=cpu makes that the processor)"
        )


def layer_sizes(hidden: Any) -> tuple[int, ...]:
    """hidden_layer_sizes, a whole number or several, as a tuple. Raises SettingError."""
    sizes = list(hidden) if np.iterable(hidden) and not isinstance(hidden, str) else [hidden]
    if not all(is_whole(size) for size in sizes):
        raise SettingError(f"hidden_layer_sizes must be whole numbers, each > 0, not {hidden!r}")
    return tuple(int(size) for size in sizes)
