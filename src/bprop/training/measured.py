"""The numbers of a record in the words of every progress: on a terminal, in a log and in a notebook."""

from __future__ import annotations

from collections.abc import Mapping

from bprop.record import Record


def measured(record: Record) -> list[str]:
    """A text for each set: "training loss 0.25 accuracy 0.9", and that of the validation set, where there is one.

    So nobody takes the accuracy on one set for that on the other.
    """
    groups = [_words("training", {"loss": record.loss, **record.metrics})]
    if record.validation is not None:
        groups.append(_words("validation", record.validation))
    return groups


def _words(whose: str, numbers: Mapping[str, float]) -> str:
    return " ".join([whose, *(f"{name} {value:.4g}" for name, value in numbers.items())])
