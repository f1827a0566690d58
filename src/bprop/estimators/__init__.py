"""scikit-learn estimators: MLPClassifier, MLPRegressor; TableClassifier, TableRegressor for data frames with columns of
any kind; GraphClassifier, GraphRegressor for a graph of your own."""

from importlib.util import find_spec

from bprop.errors import MissingPackageError

if find_spec("sklearn") is None:
    raise MissingPackageError("the estimators need scikit-learn: pip install 'bprop[sklearn]'")

from bprop.estimators.graphs import GraphClassifier, GraphRegressor
from bprop.estimators.mlp import MLPClassifier, MLPRegressor
from bprop.estimators.tables import TableClassifier, TableRegressor

__all__ = [
    "GraphClassifier", "GraphRegressor", "MLPClassifier", "MLPRegressor", "TableClassifier", "TableRegressor",
]  # fmt: skip
