"""Callbacks: what a training calls when it begins, every few updates, after each epoch, and when it has ended."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from bprop.errors import SettingError
from bprop.notebook import Described
from bprop.record import Record

HOOKS = ("begin", "step", "epoch", "end")


class Callback(Described):
    """A callback of `bp.train`: an object with any of four methods, which are its hooks. It need not derive from this.

        begin(fit)           when training begins, or resumes
        step(record, fit)    every `every` updates; the record is that of the epoch so far
        epoch(record, fit)   after each epoch; the record has the validation set too
        end(fit)             when training has ended, however it did: `fit.stopped` and `fit.failure` say how

    A hook may take fewer arguments: `epoch(record)`, `end()`. An object that can be called, such as a function of
    (record, fit) or of a record alone, is called as `epoch` is, if it has no method `epoch`.

    begin, step or epoch may return True: training stops there. The fit is whole, its `stopped` is "callback", and a
    checkpoint is written where one is asked for. All callbacks are called before training stops. An exception ends
    training too; it reaches the caller of `bp.train`, and its attribute `fit` is the fit so far.

    every : updates between two calls of `step`, 1 or more. On XLA, which does several updates together, `step` comes
    after the first of them that are done together with the one that is due; `record.updates` says how many are done.
    Training gives the same bits with `step` and without.
    needs_fit : False where no hook but begin and end reads the fit. If that is so of all callbacks, none is made during
    training, which saves copying the parameters; `fit` is None there.

    >>> class StopBelow(bp.Callback):
    ...     every = 5
    ...     def __init__(self, loss): self.loss = loss
    ...     def step(self, record): return record.loss < self.loss
    >>> data = {"x": np.eye(2), "y": [0, 1]}
    >>> fit = bp.train(bp.mlp([2, 2]), data, epochs=1000, callbacks=StopBelow(0.3), engine="numpy", progress=False)
    >>> fit.stopped, fit.updates % 5, fit.history[-1].loss < 0.31
    ('callback', 0, True)
    """

    every: int = 1
    needs_fit: bool = True

    def begin(self, fit: Any) -> Any: ...

    def step(self, record: Record, fit: Any) -> Any: ...

    def epoch(self, record: Record, fit: Any) -> Any: ...

    def end(self, fit: Any) -> Any: ...


class Hook(NamedTuple):
    """A method of a callback. takes : how many of its arguments it is called with. every : for `step`."""

    call: Callable[..., Any]
    takes: int
    needs_fit: bool
    every: int


class Hooks:
    """The hooks of several callbacks. Each of the methods calls all of them.

    stopping : whether one wants, at the beginning or after an update, that training stops. stepped : the updates done
    at the last call of `step`.
    """

    stepped: int
    stopping: bool

    def __init__(self, callbacks: Sequence[Any]):
        self.hooks: dict[str, list[Hook]] = {
            event: [h for c in callbacks if (h := hook_of(c, event)) is not None] for event in HOOKS
        }
        self.stepped, self.stopping = 0, False

    def begin(self, fit: Callable[[], Any]) -> None:
        """Training begins, or resumes."""
        self.stopping |= _ask(self.hooks["begin"], (), fit)

    def until_due(self, updates: int) -> int | None:
        """The steps from here to the next call of `step`; None: there is none."""
        return min((hook.every - updates % hook.every for hook in self.hooks["step"]), default=None)

    def step(self, updates: int, record: Callable[[], Record], fit: Callable[[], Any]) -> None:
        """So many updates are done: call the hooks that have become due."""
        before, self.stepped = self.stepped, updates
        due = [hook for hook in self.hooks["step"] if updates // hook.every > before // hook.every]
        self.stopping |= bool(due) and _ask(due, (record(),), fit)

    def epoch(self, record: Record, fit: Callable[[], Any]) -> bool:
        """An epoch is done. Whether training is to stop."""
        return _ask(self.hooks["epoch"], (record,), fit)

    def end(self, fit: Callable[[], Any]) -> None:
        """Training has ended."""
        _ask(self.hooks["end"], (), fit)


def _ask(hooks: Sequence[Hook], first: tuple, fit: Callable[[], Any]) -> bool:
    # a fit holds copies of all parameters: none is made where records are enough
    needed = any(hook.takes > len(first) and (hook.needs_fit or not first) for hook in hooks)
    arguments = (*first, fit() if needed else None)
    answers = [hook.call(*arguments[: hook.takes]) for hook in hooks]  # all of them are called
    return any(isinstance(answer, bool | np.bool_) and bool(answer) for answer in answers)


def hook_of(callback: Any, event: str) -> Hook | None:
    """The hook of a callback for one of HOOKS, or None. Raises SettingError if it cannot be called so."""
    method = getattr(callback, event, None)
    if not callable(method) or getattr(type(callback), event, None) is getattr(Callback, event):
        if event != "epoch" or not callable(callback):
            return None
        method = callback
    every = getattr(callback, "every", 1) if event == "step" else 1
    if isinstance(every, bool) or not isinstance(every, int | np.integer) or every < 1:
        raise SettingError(f"every of the callback {_named(callback)} is a number of updates, 1 or more, not {every!r}")
    arguments = ("record", "fit") if event in ("step", "epoch") else ("fit",)
    takes = _takes(method, callback, "" if method is callback else f".{event}", arguments)
    return Hook(method, takes, bool(getattr(callback, "needs_fit", True)), int(every))


def _takes(method: Callable[..., Any], callback: Any, name: str, arguments: tuple[str, ...]) -> int:
    """How many of the arguments a method takes. Raises SettingError if it needs others."""
    try:
        parameters = inspect.signature(method).parameters.values()
    except (TypeError, ValueError):  # of C code that does not say
        return len(arguments)
    placed = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    needed = [p.name for p in placed[len(arguments) :] if p.default is p.empty]
    needed += [p.name for p in parameters if p.kind is p.KEYWORD_ONLY and p.default is p.empty]
    if needed:
        shown = f"{_named(callback)}{name}"
        raise SettingError(
            f"the callback {shown} is called as {shown}({', '.join(arguments)}): give {needed[0]!r} a default"
        )
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return len(arguments)
    return min(len(placed), len(arguments))


def _named(callback: Any) -> str:
    return getattr(callback, "__name__", None) or type(callback).__name__


def read_callbacks(callbacks: Any) -> list[Any]:
    """One callback or several as a list. Raises SettingError where one of them has no hook."""
    single = callable(callbacks) or _has_hook(callbacks) or not hasattr(callbacks, "__iter__")
    each = [callbacks] if single else list(callbacks)  # type: ignore[arg-type]
    for callback in each:
        if isinstance(callback, type):
            raise SettingError(f"the callback {callback.__name__} is a class: give an object, {callback.__name__}()")
        if not _has_hook(callback):
            theirs = [name for name in dir(callback) if name.startswith("on_")]
            more = f"; it has {', '.join(theirs[:3])}, which bprop does not call" if theirs else ""
            raise SettingError(
                "a callback is a function, called as callback(record, fit), or an object with a method "
                f"{', '.join(HOOKS[:-1])} or {HOOKS[-1]}, not {callback!r:.200}{more}"
            )
    return each


def _has_hook(callback: Any) -> bool:
    return any(hook_of(callback, event) is not None for event in HOOKS)
