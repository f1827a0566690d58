"""The task that options ask for."""

import numpy as np
import pytest

from bprop import errors
from bprop.sources.frame import Frame
from bprop.sources.target_kinds import SPELLING, Wanted, wanted_of

PLAIN = Frame("t", {"y": np.empty(0)}, str)
DIGITS = Frame("digits", {"y": np.empty(0)}, str, task="classification")


@pytest.mark.parametrize(
    ("frame", "task", "kinds", "wanted"),
    [
        (PLAIN, None, {}, Wanted(None)),
        (PLAIN, None, {"x": "date"}, Wanted(None)),
        (DIGITS, None, {}, Wanted("classification", "", "as digits says")),
        (DIGITS, "regression", {}, Wanted("regression", "", "as --task regression says")),
        (PLAIN, None, {"y": "numeric"}, Wanted("regression", "", "as --kind y=numeric says")),
        (PLAIN, "counts", {"y": "numeric"}, Wanted("counts", "", "as --kind y=numeric says")),
        (PLAIN, None, {"y": "numeric:de"}, Wanted("regression", "", "as --kind y=numeric:de says")),
        (PLAIN, None, {"y": "boolean"}, Wanted("classification", "boolean", "as --kind y=boolean says")),
        (PLAIN, None, {"y": SPELLING}, Wanted("classification", "nocase", f"as --kind y={SPELLING} says")),
    ],
)  # fmt: skip
def test_options_come_before_the_source(frame, task, kinds, wanted):
    assert wanted_of(("y",), task, kinds, frame) == wanted


def test_options_that_contradict_each_other():
    with pytest.raises(
        errors.SettingError, match="means --task classification, not --task counts: leave one of them out"
    ):
        wanted_of(("y",), "counts", {"y": "boolean"}, PLAIN)
    with pytest.raises(
        errors.UnknownNameError, match="several columns are predicted as one of: regression, multilabel"
    ):
        wanted_of(("y", "z"), "classification", {}, PLAIN)
