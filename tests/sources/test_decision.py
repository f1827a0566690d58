"""The choice between two classes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bprop import errors
from bprop.sources.decision import Decision, best, parsed

CLASSES = ("no", "yes")


def test_the_rarer_class_is_positive_and_of_equal_ones_the_second():
    assert [Decision.of(np.array(counts)).positive for counts in ([9, 1], [1, 9], [5, 5])] == [1, 0, 1]


def test_from_the_threshold_on_the_class_is_positive():
    f = np.array([[0.8, 0.2], [0.7, 0.3], [0.5, 0.5]], np.float32)
    assert Decision(1).labels(f).tolist() == [0, 0, 0]
    assert Decision(1, 0.3).labels(f).tolist() == [0, 1, 1]
    assert Decision(0, 0.75).labels(f).tolist() == [0, 1, 1]


def test_it_is_kept_as_plain_data():
    for decision in (Decision(0), Decision(1, 0.25), Decision(1, 0.25, "f1")):
        assert Decision.from_notes(decision.to_notes(), CLASSES) == decision


@pytest.mark.parametrize(
    ("notes", "entry"),
    [
        ([], "decision"), ({}, "positive"), ({"positive": 2}, "positive"), ({"positive": True}, "positive"),
        ({"positive": 0, "threshold": "x"}, "threshold"), ({"positive": 0, "threshold": 1.0}, "threshold"),
        ({"positive": 0, "threshold": float("nan")}, "threshold"), ({"positive": 0, "aim": "best"}, "aim"),
    ],
)  # fmt: skip
def test_damaged_notes_are_refused(notes, entry):
    with pytest.raises(errors.DataError, match=f"'{entry}' is"):
        Decision.from_notes(notes, CLASSES)


@pytest.mark.parametrize("classes", [None, ("a",), ("a", "b", "c")])
def test_only_two_classes_have_one(classes):
    with pytest.raises(errors.DataError, match="'decision' is"):
        Decision.from_notes({"positive": 0}, classes)


def test_words_of_a_threshold():
    assert parsed("0.3") == 0.3
    assert parsed("f1", ("balanced", "f1")) == "f1"
    for word in ("0", "1", "-1", "nan", "x", "f1"):
        with pytest.raises(errors.SettingError, match=f"--threshold {word}: give a probability between 0 and 1"):
            parsed(word)


EXAMPLES = st.lists(st.tuples(st.integers(0, 6), st.booleans(), st.integers(1, 3)), min_size=2, max_size=20).filter(
    lambda rows: len({positive for _, positive, _ in rows}) == 2
)


@given(EXAMPLES)
@pytest.mark.parametrize("aim", ["f1", "balanced"])
def test_no_other_threshold_is_better(aim, rows):
    """scikit-learn measures."""
    metrics = pytest.importorskip("sklearn.metrics", reason="the reference is scikit-learn")
    p = np.array([score / 7 + 0.01 for score, _, _ in rows], np.float32)
    positive, w = np.array([up for _, up, _ in rows]), np.array([float(weight) for _, _, weight in rows])
    measure = metrics.f1_score if aim == "f1" else metrics.balanced_accuracy_score
    threshold, value = best(p, positive, w, aim)
    assert 0 < threshold < 1
    assert measure(positive, p >= np.float32(threshold), sample_weight=w) == pytest.approx(value)
    for other in [0.001, *p, 0.999]:
        chosen = p >= other
        if chosen.any():
            assert measure(positive, chosen, sample_weight=w) <= value + 1e-9


def test_among_equal_thresholds_the_one_nearest_to_a_half_is_taken():
    threshold, value = best(np.array([0.1, 0.3, 0.6, 0.9]), np.array([False, False, True, True]), np.ones(4), "f1")
    assert (threshold, value) == (0.45, 1.0)
