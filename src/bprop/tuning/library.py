"""Optuna, imported only where there is a search: its samplers, its pruners, and a search space in its terms."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from bprop.errors import MissingPackageError, SettingError, UnknownNameError
from bprop.names import known
from bprop.tuning.ranges import Between, Choice, Fixed, Range, shown

SAMPLERS = ("tpe", "random", "grid")
PRUNERS = ("median", "hyperband", "none")
STREAM = 11  # of random numbers: for the settings of trials
BEFORE = 5  # trials that end without being compared with others


def optuna() -> Any:
    """The package. Raises MissingPackageError."""
    try:
        import optuna
        import optuna.storages.journal
    except ImportError as error:
        raise MissingPackageError("tuning needs the package optuna: pip install 'bprop[tune]'") from error
    return optuna


@contextmanager
def quiet() -> Iterator[None]:
    """Within it, Optuna prints no lines of its own."""
    logging = optuna().logging
    before = logging.get_verbosity()
    logging.set_verbosity(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna().exceptions.ExperimentalWarning)
            yield
    finally:
        logging.set_verbosity(before)


def need_sampler(name: Any) -> None:
    """Raise UnknownNameError for a name that no sampler has, SettingError for another thing."""
    if isinstance(name, str):
        if name not in SAMPLERS:
            raise UnknownNameError(f"no sampler is called {name!r}; there are: {known(name, SAMPLERS)}")
    elif not isinstance(name, optuna().samplers.BaseSampler):
        raise SettingError(f"a sampler is one of {', '.join(SAMPLERS)}, or a sampler of Optuna, not {name!r}")


def need_pruner(name: Any) -> None:
    """Raise UnknownNameError for a name that no pruner has, SettingError for another thing."""
    if isinstance(name, str):
        if name not in PRUNERS:
            raise UnknownNameError(f"no pruner is called {name!r}; there are: {known(name, PRUNERS)}")
    elif not isinstance(name, optuna().pruners.BasePruner):
        raise SettingError(f"a pruner is one of {', '.join(PRUNERS)}, or a pruner of Optuna, not {name!r}")


def sampler(name: Any, seed: int, number: int) -> Any:
    """The sampler of trial `number`. What it draws is a function of (seed, number) and the trials before, so that a
    study that was interrupted goes on as if it had not been. An object of Optuna's stays as it is."""
    if not isinstance(name, str):
        return name
    samplers = optuna().samplers
    kind = samplers.TPESampler if name == "tpe" else samplers.RandomSampler
    state = np.random.SeedSequence([seed, number, STREAM]).generate_state(1)
    return kind(seed=int(state[0]))


def pruner(name: Any, epochs: int, steps: int) -> Any:
    """The pruner of trials of up to so many epochs, and so many steps (the epochs of all folds)."""
    if not isinstance(name, str):
        return name
    pruners = optuna().pruners
    if name == "median":
        return pruners.MedianPruner(n_startup_trials=BEFORE, n_warmup_steps=min(10, epochs // 5))
    if name == "hyperband":
        return pruners.HyperbandPruner(min_resource=max(1, epochs // 27), max_resource=max(1, steps))
    return pruners.NopPruner()


def distributions(space: Mapping[str, Range]) -> dict[str, Any]:
    """{setting: its distribution} of the settings that are searched. A choice is one of its names."""
    kinds, named = optuna().distributions, {}
    for name, one in space.items():
        if isinstance(one, Choice):
            named[name] = kinds.CategoricalDistribution([shown(value) for value in one.values])
        elif isinstance(one, Between) and one.whole:
            step = int(one.step or 1)
            high = int(one.high - (one.high - one.low) % step)  # Optuna wants the last number that the steps reach
            named[name] = kinds.IntDistribution(int(one.low), high, bool(one.log), step)
        elif isinstance(one, Between):
            high = float(one.high if one.step is None else one.grid()[-1])
            named[name] = kinds.FloatDistribution(float(one.low), high, bool(one.log), one.step)
    return named


def as_params(space: Mapping[str, Range], settings: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the settings that are searched, in Optuna's terms."""
    return {
        name: shown(settings[name]) if isinstance(one, Choice) else settings[name]
        for name, one in space.items()
        if not isinstance(one, Fixed)
    }


def as_settings(space: Mapping[str, Range], params: Mapping[str, Any]) -> dict[str, Any]:
    """All settings of a trial, from the values in Optuna's terms."""
    settings = {}
    for name, one in space.items():
        if isinstance(one, Choice):
            settings[name] = next(value for value in one.values if shown(value) == params[name])
        else:
            settings[name] = one.value if isinstance(one, Fixed) else params[name]
    return settings
