"""scikit-learn's own checks of estimators, for all six."""

import warnings
from dataclasses import dataclass

import pytest

pytest.importorskip("sklearn")

from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.estimator_checks import parametrize_with_checks

import bprop as bp


@dataclass(frozen=True)
class SoftmaxGraph:
    """A classifier with a hidden layer, made for as many features and classes as there are."""

    units: int = 20

    def __call__(self, features, classes):
        x, y = bp.Input("x", (features,)), bp.Input("y", (), dtype="int")
        W, V = bp.Parameter("W", (features, self.units)), bp.Parameter("V", (self.units, classes))
        b, c = bp.Parameter("b", (self.units,)), bp.Parameter("c", (classes,))
        f = bp.softmax(bp.linear(bp.tanh(bp.linear(x, W, b)), V, c))
        return bp.Graph(loss=bp.nll(f, y), penalty=1e-5 * bp.l2(W, V), outputs={"f": f})


@dataclass(frozen=True)
class SquareGraph:
    """A regressor with a hidden layer."""

    units: int = 20

    def __call__(self, features, outputs):
        x, y = bp.Input("x", (features,)), bp.Input("y", (outputs,))
        W, V = bp.Parameter("W", (features, self.units)), bp.Parameter("V", (self.units, outputs))
        b, c = bp.Parameter("b", (self.units,)), bp.Parameter("c", (outputs,))
        f = bp.linear(bp.relu(bp.linear(x, W, b)), V, c)
        return bp.Graph(loss=0.5 * bp.squared_error(f, y), outputs={"f": f})


ESTIMATORS = [
    bp.MLPClassifier(max_iter=100),
    bp.MLPRegressor(max_iter=100),
    bp.GraphClassifier(SoftmaxGraph(), learning_rate_init=0.01, max_iter=100),
    bp.GraphRegressor(SquareGraph(), learning_rate_init=0.01, max_iter=100),
    bp.TableClassifier((20,), max_iter=100),
    bp.TableRegressor((20,), max_iter=100),
]


@parametrize_with_checks(ESTIMATORS)
def test_scikit_learns_checks(estimator, check):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        check(estimator)
