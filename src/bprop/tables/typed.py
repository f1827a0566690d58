"""The answer of a table, of which the types of the columns in Python may say more than their cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bprop.sources.answer import Answer
from bprop.sources.declared import BOOLEAN, CATEGORICAL
from bprop.sources.frame import Frame
from bprop.sources.objects import SWITCH

CLASSIFICATION = "classification"


def answer_of(
    frame: Frame, columns: tuple[str, ...], task: str | None, chosen: Mapping[str, str], declared: Mapping[str, str]
) -> Answer:  # fmt: skip
    """The answer for a task, or else for what the kinds that were chosen, the types, and the cells suggest.

    A target of a categorical dtype is classes, whatever its cells look like. Targets of True and False are the classes
    True and False, so that predictions compare with them.
    """
    says = type_of(columns, task, chosen, declared)
    if says == CATEGORICAL:
        return replace(Answer.of(frame, columns, CLASSIFICATION, chosen), reason="as its type says")
    answer = Answer.of(frame, columns, task, chosen)
    is_text = answer.classes is not None and set(answer.classes) == set(SWITCH.values())
    return replace(answer, classes=(False, True)) if says == BOOLEAN and is_text else answer


def type_of(
    columns: tuple[str, ...], task: str | None, chosen: Mapping[str, str], declared: Mapping[str, str]
) -> str | None:  # fmt: skip
    """The kind that the type of a single target names. None without one, or where a task or a kind was chosen."""
    if len(columns) != 1 or columns[0] in chosen:
        return None
    says = declared.get(columns[0])
    return None if says == CATEGORICAL and task is not None else says
