"""Engines: where graphs run. `choose` picks one by name; no engine is imported before it is asked for."""

from importlib import import_module
from importlib.util import find_spec
from typing import NamedTuple

from bprop import plugins
from bprop.engines.engine import Engine, Job, Run, Stretch, defined
from bprop.errors import MissingPackageError, UnknownNameError

__all__ = ["NAMES", "Engine", "Job", "Run", "Stretch", "choose"]

NAMES = ("auto", "native", "numpy", "xla")


class BuiltIn(NamedTuple):
    """An engine of ours: the package that it needs, as it is imported and as people call it, and its class."""

    package: str
    called: str
    kind: str


_BUILT_IN = {
    "native": BuiltIn("llvmlite", "llvmlite", "NativeEngine"),
    "numpy": BuiltIn("numpy", "NumPy", "NumpyEngine"),
    "xla": BuiltIn("jax", "JAX", "XlaEngine"),
}


def choose(engine: str | Engine = "auto") -> Engine:
    """The engine called "native", "numpy" or "xla"; "auto" takes for each job the best that is installed and can do it.

    An Engine object is taken as it is, so is the name of an engine that you, or an installed package, have defined.

    Raises UnknownNameError for other names, MissingPackageError for "native" without llvmlite and "xla" without JAX.
    """
    if isinstance(engine, Engine):
        return engine
    if engine == "auto":
        return import_module("bprop.engines.auto").AutoEngine(choose)
    if engine in _BUILT_IN:
        return _built_in(engine)
    if engine not in defined():
        plugins.load()
    if engine not in defined():
        names = ", ".join([*NAMES, *(name for name in defined() if name not in NAMES)])
        raise UnknownNameError(f"no engine is called {engine!r}; there are: {names}")
    return defined()[engine]()


def _built_in(name: str) -> Engine:
    needed = _BUILT_IN[name]
    if find_spec(needed.package) is None:
        raise MissingPackageError(
            f"engine={name!r} needs {needed.called}: pip install 'bprop[{name}]' (or use engine='numpy')"
        )
    return getattr(import_module(f"bprop.engines.{name}"), needed.kind)()
