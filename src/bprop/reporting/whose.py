"""Whose weights the results on a page are of, in words."""

from __future__ import annotations

from bprop.model import Model
from bprop.notes import best_epochs


def whose(model: Model) -> str:
    """A note on the weights behind the results; "" for those of the last epoch."""
    if epochs := best_epochs(model.notes):
        return (
            f"These results are of the mean of {len(epochs)} networks, each at the epoch that did best "
            f"on its validation rows ({', '.join(map(str, epochs))})."
        )
    if model.kept_epoch is not None and model.kept_epoch != len(model.history):
        return f"These results are of the weights of epoch {model.kept_epoch}, the best on the validation set."
    if model.stopped == "interrupted":
        return f"These results are of the weights when training was interrupted{_updates(model)}."
    if model.stopped == "diverged":
        return (
            f"Training diverged. These results are of the weights just before the update that failed{_updates(model)}. "
            "The predictions of such a network mean little, so single examples are not shown."
        )
    return ""


def _updates(model: Model) -> str:
    updates = getattr(model, "updates", None)
    return "" if updates is None else f", after {updates:,} update{'' if updates == 1 else 's'}"
