"""Remarks on a training at its end, where people did not ask: the network has overfitted."""

from __future__ import annotations

from bprop.health.curves import risen
from bprop.training.fit import Fit


def remarks(fit: Fit) -> list[str]:
    """Lines on a fit: that its loss on the validation set has been rising, and which epoch it has the parameters of."""
    rise = risen(fit.history)
    if rise is None:
        return []
    facts, better = rise
    more = f" (there its {better})" if better else ""
    if fit.kept_epoch is not None:
        has = f"the fit has the parameters of epoch {fit.kept_epoch} (keep_best=False: those of the last)"
    else:
        has = "the fit has the parameters of the last epoch (keep_best=True: those of the best)"
    return [f"overfitting: {facts}{more}; {has}"]
