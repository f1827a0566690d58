"""Functions compiled ahead of their calls, once for each set of argument shapes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

import jax

from bprop.engines.store import Store, default_folder
from bprop.engines.xla.kept import compiled

READY = 32
SETTINGS = ("jax_default_matmul_precision", "jax_default_device")


class Function:
    """A pure function of (trees of) arrays. The programs made of it are kept between processes, see `kept`.

    room : the position of an argument whose arrays the function does not read: results of the same shapes are written
    into their memory, and the arrays are used up.
    """

    def __init__(self, function: Callable, room: int | None = None):
        self._jitted = jax.jit(function) if room is None else jax.jit(function, donate_argnums=room, keep_unused=True)
        self._ready: OrderedDict[Hashable, Callable] = OrderedDict()

    def __call__(self, *args: Any) -> Any:
        leaves, tree = jax.tree.flatten(args)
        key = tree, tuple([(a.shape, a.dtype) for a in leaves]), *self._surroundings()
        if key not in self._ready:
            device = next((d for a in leaves if isinstance(a, jax.Array) for d in a.devices()), jax.devices()[0])
            self._ready[key] = compiled(self._jitted.lower(*args), device, Store(default_folder()))
            if len(self._ready) > READY:
                self._ready.popitem(last=False)
        self._ready.move_to_end(key)
        return self._ready[key](*args)

    @staticmethod
    def _surroundings() -> tuple[Hashable, ...]:
        """Settings of JAX that a user can change on the way and that a program depends on."""
        return tuple(getattr(jax.config, name) for name in SETTINGS)
