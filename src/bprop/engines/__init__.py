"""Engines: where graphs run. `choose` picks one by name; no engine is imported before it is asked for."""

from importlib import import_module
from importlib.util import find_spec

from bprop.engines.engine import Engine, Job, Run, Stretch
from bprop.errors import MissingPackageError, UnknownNameError

__all__ = ["NAMES", "Engine", "Job", "Run", "Stretch", "choose"]

NAMES = ("auto", "numpy", "xla")


def choose(name: str = "auto") -> Engine:
    """The engine called "numpy" or "xla"; "auto" is XLA where JAX is installed, else NumPy.

    Raises UnknownNameError for other names, MissingPackageError for "xla" without JAX.
    """
    if name not in NAMES:
        raise UnknownNameError(f"no engine is called {name!r}; there are: {', '.join(NAMES)}")
    has_jax = find_spec("jax") is not None
    if name == "xla" and not has_jax:
        raise MissingPackageError("engine='xla' needs JAX: pip install 'bprop[xla]' (or use engine='numpy')")
    if name == "numpy" or not has_jax:
        return import_module("bprop.engines.numpy").NumpyEngine()
    return import_module("bprop.engines.xla").XlaEngine()
