"""A training between its two ends, of which callbacks hear however it ended."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from bprop.errors import NonFiniteError
from bprop.training.fit import Fit
from bprop.training.hooks import Hooks
from bprop.training.interrupt import Terminated


def from_begin_to_end(hooks: Hooks, fit: Callable[..., Fit], train: Callable[[], Fit], whole: bool = False) -> Fit:
    """train(), between the hooks "begin" and "end". An error has the fit so far as `error.fit`.

    fit : fit(stopped, failure=None) is the fit so far. whole : whether that replaces a fit which the error has already.
    """
    hooks.begin(lambda: fit("running"))
    try:
        result = train()
    except (NonFiniteError, Terminated) as error:
        learned: Any = error.fit
        hooks.end(lambda: learned)
        raise
    except (Exception, KeyboardInterrupt) as error:
        why = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        with suppress(Exception):  # a page that shows this run must not say that it goes on
            failed = fit("failed", why)
            if whole or getattr(error, "fit", None) is None:
                error.fit = failed  # type: ignore[union-attr] (nothing that was learned is lost)
            hooks.end(lambda: failed)
        raise
    hooks.end(lambda: result)
    return result
