"""The scores of a model on examples: all measures of each of its losses, as `bprop evaluate` gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bprop.measures.heads import Answers
from bprop.measures.judge import judged


def scored(
    answers: Answers, weights: np.ndarray, evaluation: Mapping[str, float], bootstrap: int, seed: int
) -> dict[str, Any]:
    """{measure: number}, with "examples", their number; "loss" and the metrics of the graph, which are `evaluation`.

    Of one loss also "baseline", "confusion", ...; measures of several losses are called accuracy[nll_1], and what
    belongs to each is under its name in "losses". A graph whose loss is made of other boxes has `evaluation` alone.
    """
    judgements = {
        head.name: judged(head.question, f, y, weights, {}, bootstrap, seed)
        for head, (f, y) in zip(answers.heads, answers.pairs, strict=True)
        if head.question is not None
    }
    more = {name: _more(one["more"], bootstrap) for name, one in judgements.items()}
    start: dict[str, Any] = {"examples": len(weights), "left_out": 0}
    if not answers.heads:
        return {**start, **evaluation}
    if len(answers.heads) == 1:
        values = next((one["values"] for one in judgements.values()), {})
        details = next(iter(more.values()), {})
        return {**start, **values, **evaluation, **details}
    values = {f"{name}[{loss}]": value for loss, one in judgements.items() for name, value in one["values"].items()}
    return {**start, **values, **evaluation, "losses": more}


def _more(more: Mapping[str, Any], bootstrap: int) -> dict[str, Any]:
    return {name: value for name, value in more.items() if bootstrap or name != "intervals"}
