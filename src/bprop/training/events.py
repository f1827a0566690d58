"""The events of a training that callbacks hear of: its beginning, its end, and each epoch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from bprop.errors import NonFiniteError
from bprop.record import Record
from bprop.training.fit import Fit
from bprop.training.interrupt import Terminated


def tell(callbacks: Sequence[Any], event: str, fit: Callable[[], Fit]) -> None:
    """Call the method `event` of each callback that has it. The fit is made where one has."""
    listeners = [getattr(callback, event) for callback in callbacks if hasattr(callback, event)]
    if listeners:
        now = fit()
        for listener in listeners:
            listener(now)


def from_begin_to_end(
    callbacks: Sequence[Any], fit: Callable[..., Fit], train: Callable[[], Fit], whole: bool = False
) -> Fit:
    """train(), between the events "begin" and "end". An error has the fit so far as `error.fit`.

    fit : fit(stopped, failure=None) is the fit so far. whole : whether that replaces a fit which the error has already.
    """
    tell(callbacks, "begin", lambda: fit("running"))
    try:
        result = train()
    except (NonFiniteError, Terminated) as error:
        learned: Any = error.fit
        tell(callbacks, "end", lambda: learned)
        raise
    except (Exception, KeyboardInterrupt) as error:
        why = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        with suppress(Exception):  # a page that shows this run must not say that it goes on
            failed = fit("failed", why)
            if whole or getattr(error, "fit", None) is None:
                error.fit = failed  # type: ignore[union-attr] (nothing that was learned is lost)
            tell(callbacks, "end", lambda: failed)
        raise
    tell(callbacks, "end", lambda: result)
    return result


def epoch_done(callbacks: Sequence[Any], record: Record, fit: Callable[[str], Fit]) -> bool:
    """Call every callback with the record of an epoch; whether one of them returned True."""
    if not callbacks:
        return False
    # a fit holds copies of all parameters: none is made where records are enough
    now = fit("running") if any(getattr(callback, "needs_fit", True) for callback in callbacks) else None
    answers = [callback(record, now) for callback in callbacks]  # all of them are called
    return any(answer is True for answer in answers)
