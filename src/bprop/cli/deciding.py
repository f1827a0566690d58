"""`--threshold`: from which probability on the positive one of two classes is predicted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bprop.cli.prepared import Prepared
from bprop.errors import SettingError
from bprop.graph import Graph
from bprop.sources.decision import AIMS, best, parsed
from bprop.sources.preparation import Preparation
from bprop.tables.certainty import Watched
from bprop.tables.threshold import need_two_classes, with_threshold
from bprop.training import Fit

NAMES = {"balanced": "balanced accuracy", "f1": "F1"}


def planned(prepared: Prepared, graph: Graph, word: str | None) -> Prepared:
    """The data with the threshold of `bprop train`, where it is a number.

    Raises SettingError, before any work, where a threshold has no effect, or cannot be chosen.
    """
    if word is None:
        return prepared
    threshold = parsed(word, AIMS)
    if isinstance(threshold, float):
        return replace(prepared, preparation=with_threshold(graph, prepared.preparation, word))
    need_two_classes(graph, prepared.preparation, word)
    watched = prepared.validation
    if watched is None:
        raise SettingError(f"--threshold {word} is chosen on validation rows: hold some out with --validation")
    if len(np.unique(np.concatenate([np.unique(watched.arrays["y"][cut]) for cut in watched.cuts()]))) < 2:
        raise SettingError(
            f"--threshold {word} is chosen on validation rows, and all {len(watched):,} are of one class: hold more "
            "out with --validation"
        )
    return prepared


def decided(fit: Fit, prepared: Prepared, word: str | None) -> tuple[Preparation, str]:
    """The preparation with the threshold that is best on the validation set, and a line that says so.

    It stays as it is where no aim is named, or where the network gives numbers that are not finite.
    """
    preparation, watched = prepared.preparation, prepared.validation
    if word not in AIMS or watched is None:
        return preparation, threshold_line(preparation)
    decision = preparation.decision
    assert decision is not None and preparation.classes is not None
    answers = Watched.held(fit, watched)
    p, y, w = answers.f[:, decision.positive], answers.y, answers.weights
    if not np.isfinite(p).all():
        return preparation, ""
    if prepared.of_class is not None:
        w = w / prepared.of_class[y]
    threshold, value = best(p, y == decision.positive, w, word)
    chosen = preparation.with_threshold(threshold, aim=word)
    return chosen, f"{threshold_line(chosen)}, {value:.1%} on the {len(y):,} validation examples"


def threshold_line(preparation: Preparation) -> str:
    """A line on the threshold; empty where there is none."""
    decision = preparation.decision
    if decision is None or decision.threshold is None or preparation.classes is None:
        return ""
    name = preparation.classes[decision.positive]
    why = f": the best {NAMES[decision.aim]}" if decision.aim else ""
    return f"threshold: {name} where p({name}) >= {decision.threshold:g}{why}"
