"""Functions compiled ahead of their calls, once for each set of argument shapes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from time import perf_counter
from typing import Any

import jax

from bprop.engines.store import Store, default_folder
from bprop.engines.xla.kept import compiled

READY = 32
SETTINGS = ("jax_default_matmul_precision", "jax_default_device")


class Function:
    """A pure function of (trees of) arrays. The programs made of it are kept between processes, see `kept`.

    given_up : positions of arguments that nobody needs after a call: results of their shapes take over their memory.
    compile : what makes the program of lowered code: `kept.compiled` (default) or `kept.remembered`.
    seconds : what compiling has taken so far.
    """

    seconds = 0.0

    def __init__(self, function: Callable, given_up: tuple[int, ...] = (), compile: Callable | None = None):
        self._compile = compile
        self._jitted = jax.jit(function, donate_argnums=given_up, keep_unused=bool(given_up))
        self._ready: OrderedDict[Hashable, Callable] = OrderedDict()

    def __call__(self, *args: Any) -> Any:
        leaves, tree = jax.tree.flatten(args)
        key = tree, tuple([(a.shape, a.dtype) for a in leaves]), *self._surroundings()
        if key not in self._ready:
            began = perf_counter()
            device = next((d for a in leaves if isinstance(a, jax.Array) for d in a.devices()), jax.devices()[0])
            self._ready[key] = (self._compile or compiled)(self._jitted.lower(*args), device, Store(default_folder()))
            if len(self._ready) > READY:
                self._ready.popitem(last=False)
            self.seconds += perf_counter() - began
        self._ready.move_to_end(key)
        return self._ready[key](*args)

    @staticmethod
    def _surroundings() -> tuple[Hashable, ...]:
        """Settings of JAX that a user can change on the way and that a program depends on."""
        return tuple(getattr(jax.config, name) for name in SETTINGS)
