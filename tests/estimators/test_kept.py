"""A fit that an exception ends, whichever and wherever, changes nothing of the estimator."""

import sys

import numpy as np
import pytest

pytest.importorskip("sklearn")

import bprop as bp
from bprop.estimators import loop
from bprop.estimators.kept import Kept


class Limit(BaseException):
    """A time limit's exception."""


def small(**settings):
    return bp.MLPClassifier(
        **{"hidden_layer_sizes": 4, "max_iter": 2, "random_state": 0, "engine": "numpy", "batch_size": 50, **settings}
    )


def state(estimator):
    """All that a later call depends on, and all that can be read, as plain values."""
    found = {}
    for name, value in vars(estimator).items():
        if name == "_random_state":
            value = value.get_state()[1].tolist(), value.get_state()[2:]
        elif name == "_optimizer":
            value = {k: as_plain(v) for k, v in vars(value).items()}
        elif name in ("_network_", "_made", "_target"):
            value = id(value)
        found[name] = as_plain(value)
    return found


def as_plain(value):
    if isinstance(value, list | tuple):
        return [as_plain(v) for v in value]
    if isinstance(value, dict):
        return {k: as_plain(v) for k, v in value.items()}
    return value.tolist() if isinstance(value, np.ndarray) else value


def is_ours(code):
    """Whether instructions are those of the estimators, but for what puts them back."""
    if "/estimators/" not in code.co_filename.replace("\\", "/") or "/bprop/" not in code.co_filename:
        return False
    return not code.co_filename.endswith("kept.py") and code.co_name not in ("fit", "partial_fit", "_learn")


def interrupted(instants, k, work):
    """Whether an exception came, at the k-th instruction, before the work was done."""
    tracer = sys.gettrace()  # that of a tool that measures the tests
    sys.settrace(instants(k, is_ours))
    try:
        work()
    except instants.came:
        return True
    finally:
        sys.settrace(tracer)
    return False


@pytest.mark.parametrize("settings", [{}, {"solver": "lbfgs", "warm_start": True}, {"early_stopping": True}])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_fit_that_is_ended_anywhere_leaves_the_estimator_as_it_was(flowers, settings, instants):
    estimator = small(**settings).fit(flowers[0][::2], flowers[1][::2])
    expected, k = state(estimator), 1
    while interrupted(instants, k, lambda: estimator.fit(*flowers)):
        assert state(estimator) == expected, k
        k += 61
    assert k > 1000


def test_a_partial_fit_that_is_ended_anywhere_never_happened(flowers, instants):
    estimator, other = small(), small()
    for one in (estimator, other):
        one.partial_fit(*flowers, classes=[0, 1, 2])
    expected, k = state(estimator), 1
    while interrupted(instants, k, lambda: estimator.partial_fit(*flowers)):
        assert state(estimator) == expected, k
        k += 41
    other.partial_fit(*flowers)  # the last one of the loop came through
    assert as_plain(estimator.coefs_) == as_plain(other.coefs_)


def test_the_first_fit_leaves_it_unfitted(flowers, monkeypatch):
    def ends(self, order):
        raise Limit

    monkeypatch.setattr(loop.Epochs, "epoch", ends)
    estimator = small()
    before = set(vars(estimator))
    with pytest.raises(Limit):
        estimator.fit(*flowers)
    assert set(vars(estimator)) == before


def test_data_that_cannot_be_used_leave_a_fitted_estimator_as_it_was(flowers):
    X, y = flowers
    estimator = small().partial_fit(X, y, classes=[0, 1, 2])
    expected = state(estimator)
    with pytest.raises(ValueError, match="NaN"):
        estimator.fit(X[:, :2] * np.nan, y)
    with pytest.raises(ValueError, match="weights: needs one"):
        estimator.fit(X[:, :2], y % 2, sample_weight=[1.0, 2.0])
    assert state(estimator) == expected


def test_random_numbers_of_others_go_on(flowers, monkeypatch):
    def ends(self, order):
        raise Limit

    theirs = np.random.RandomState(3)
    estimator = small(random_state=theirs).partial_fit(*flowers, classes=[0, 1, 2])
    monkeypatch.setattr(loop.Epochs, "epoch", ends)
    before = theirs.get_state()[2]
    with pytest.raises(Limit):
        estimator.partial_fit(*flowers)
    assert theirs.get_state()[2] != before


def test_an_exception_while_it_is_put_back_leaves_all_or_nothing(flowers):
    estimator = small().partial_fit(*flowers, classes=[0, 1, 2])
    kept, attributes = Kept(estimator), dict(vars(estimator))
    estimator.coefs_ = estimator.t_ = None
    kept.put_back(estimator)
    assert vars(estimator) == attributes | {"_optimizer": kept.attributes["_optimizer"]}
