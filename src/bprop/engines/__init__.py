"""Engines: where graphs run. `choose` picks one by name; no engine is imported before it is asked for."""

from importlib import import_module
from importlib.util import find_spec

from bprop.engines.engine import Engine, Job, Run, Stretch
from bprop.errors import MissingPackageError, UnknownNameError

__all__ = ["NAMES", "Engine", "Job", "Run", "Stretch", "choose"]

NAMES = ("auto", "native", "numpy", "xla")


_NEEDS = {"native": "llvmlite", "xla": "jax"}
_CLASSES = {"native": "NativeEngine", "numpy": "NumpyEngine", "xla": "XlaEngine"}


def choose(name: str = "auto") -> Engine:
    """The engine called "native", "numpy" or "xla"; "auto" takes for each job the best that is installed and can do it.

    Raises UnknownNameError for other names, MissingPackageError for "native" without llvmlite and "xla" without JAX.
    """
    if name not in NAMES:
        raise UnknownNameError(f"no engine is called {name!r}; there are: {', '.join(NAMES)}")
    if name == "auto":
        return import_module("bprop.engines.auto").AutoEngine(choose)
    if name in _NEEDS and find_spec(_NEEDS[name]) is None:
        package = {"jax": "JAX"}.get(_NEEDS[name], _NEEDS[name])
        raise MissingPackageError(
            f"engine={name!r} needs {package}: pip install 'bprop[{name}]' (or use engine='numpy')"
        )
    return getattr(import_module(f"bprop.engines.{name}"), _CLASSES[name])()
