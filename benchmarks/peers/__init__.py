"""Those who train the same network on the same data. A peer is a module and a line here.

Each module has `prepare(problem)`, which gives train(epochs) -> theta: that many passes over the data, from the
problem's theta, in order; only calls of it are timed. A module that can also predict has `predictor(problem)`,
which gives rows -> probabilities at the problem's theta. Both raise `UnavailableError` with a reason, or ImportError,
where the peer cannot run here. Nothing heavy is imported before that: importing is itself measured.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

from benchmarks.cases import Problem


class UnavailableError(Exception):
    """The peer cannot run here; the message says why. The report tells it, and the other peers go on."""


@dataclass(frozen=True)
class Peer:
    """A module of this package with the settings under which it is a peer.

    usual : whether it runs when no peers are named.
    """

    module: str
    usual: bool = True
    settings: tuple[tuple[str, Any], ...] = ()

    def prepare(self, problem: Problem) -> Callable:
        """train(epochs) -> theta, for the problem."""
        return self._module().prepare(problem, **dict(self.settings))

    def predictor(self, problem: Problem) -> Callable:
        """rows -> probabilities, at the problem's theta."""
        module = self._module()
        if not hasattr(module, "predictor"):
            raise UnavailableError("its prediction is that of another peer")
        return module.predictor(problem, **dict(self.settings))

    def _module(self) -> ModuleType:
        return import_module(f"benchmarks.peers.{self.module}")


def _engine(name: str, usual: bool = False) -> Peer:
    return Peer("bprop", usual, (("engine", name),))


HEADLINE = "bprop"
AT = "bprop at "
"""Before a commit: the name of bprop as it was then."""
BASE = "JAX scan (expert)"
BY_HAND = "NumPy by hand"
PEERS = {
    HEADLINE: _engine("auto", usual=True),
    "bprop (native)": _engine("native"),
    "bprop (xla)": _engine("xla"),
    "bprop (numpy)": _engine("numpy"),
    BY_HAND: Peer("numpy_hand"),
    "torch eager": Peer("torch_eager"),
    "torch.compile": Peer("torch_compiled"),
    "JAX jit per step": Peer("jax_step"),
    BASE: Peer("jax_scan"),
    "scikit-learn": Peer("sklearn_mlp"),
}


def find(name: str) -> Peer:
    """The peer of a name, that of bprop at a commit included."""
    return Peer("bprop_at", False, (("commit", name.removeprefix(AT)),)) if name.startswith(AT) else PEERS[name]


def choose(wanted: str) -> list[str]:
    """Names of peers for a comma-separated list of names or parts of names: a whole name means only itself.

    "" is the usual ones, "all" is all. Raises SystemExit where a part is in no name.
    """
    if not wanted or wanted == "all":
        return [name for name, peer in PEERS.items() if peer.usual or wanted]
    found: set[str] = set()
    for part in filter(None, (part.strip() for part in wanted.split(","))):
        matching = [part] if part in PEERS else [name for name in PEERS if part in name]
        if not matching:
            raise SystemExit(f"no peer is called {part!r}; there are: {', '.join(PEERS)}")
        found.update(matching)
    return [name for name in PEERS if name in found]
