"""Engines: where graphs run. `choose` picks one by name; no engine is imported before it is asked for."""

from importlib import import_module
from typing import Any

from bprop import plugins
from bprop.engines.builtin import BUILT_IN
from bprop.engines.engine import Engine, Job, Run, Stretch, defined
from bprop.errors import UnknownNameError
from bprop.names import known

__all__ = ["NAMES", "Engine", "Job", "Run", "Stretch", "choose", "is_known", "names", "together"]

NAMES = ("auto", *BUILT_IN)


def choose(engine: str | Engine = "auto") -> Engine:
    """The engine called "native", "numpy" or "xla"; "auto" takes for each job the best that is installed and can do it.

    An Engine object is returned as it is. A name may also be that of an engine of yours, or of an installed package.

    Raises UnknownNameError for other names, MissingPackageError for "native" without llvmlite and "xla" without JAX.
    """
    if isinstance(engine, Engine):
        return engine
    if not is_known(engine):
        raise UnknownNameError(f"no engine is called {engine!r}; there are: {known(str(engine), names())}")
    if engine == "auto":
        return import_module("bprop.engines.auto").AutoEngine(choose)
    return BUILT_IN[engine].make() if engine in BUILT_IN else defined()[engine]()


def together(member: Any) -> Any:
    """The engine that trains in several processes, which this one joins (a `Membership`), or on several devices.

    Raises MissingPackageError without JAX, UnsupportedError where this process cannot use it, and SettingError where
    the processes do not find each other.
    """
    BUILT_IN["xla"].make()
    return import_module("bprop.engines.xla.together").engine_of(member)


def names() -> list[str]:
    """The names of engines: ours, and those that this process has defined or imported."""
    return [*NAMES, *(name for name in defined() if name not in NAMES)]


def is_known(engine: Any) -> bool:
    """Whether it is an engine, or the name of one: installed packages are asked for names that bprop does not know."""
    if isinstance(engine, Engine):
        return True
    if not isinstance(engine, str):
        return False
    if engine not in names():
        plugins.load()
    return engine in names()
