"""GraphClassifier and GraphRegressor: a graph of the user's own, behind scikit-learn's contract."""

from __future__ import annotations

from math import prod
from typing import Any

from sklearn.utils.validation import check_is_fitted

from bprop.check.report import Report
from bprop.elsewhere import answering
from bprop.elsewhere.estimators import ESTIMATOR
from bprop.errors import GraphError, SettingError, ShapeError
from bprop.estimators.base import NamedParameters
from bprop.estimators.columns import ColumnNetwork, columns_of
from bprop.estimators.kinds import NetworkClassifier, NetworkRegressor
from bprop.estimators.mlp import keep
from bprop.estimators.network import Network
from bprop.estimators.targets import Target
from bprop.graph import Graph


class GraphEstimator(NamedParameters):
    """A graph in training: parameters in `params_`."""

    graph: Any
    inputs: Any
    output: str | None
    features: str | None

    def _make_network(self, features: int, target: Target) -> Network:
        cached = getattr(self, "_made", None)
        names = getattr(self, "feature_names_in_", None)
        key = (
            self.graph,
            self.output,
            features,
            target.counted,
            repr(self.inputs),
            None if names is None else [*names],
        )
        if cached is None or cached[0][0] is not key[0] or cached[0][1:] != key[1:]:
            self._made = cached = (key, self._network_of(features, target))
        self.graph_: Graph = cached[1].graph
        return cached[1]

    def _network_of(self, features: int, target: Target) -> Network:
        """The user's graph, checked: it has inputs for X, one for y, and an output."""
        graph = self.graph
        if callable(graph) and not isinstance(graph, Graph):
            graph = graph(features, target.counted)
        if not isinstance(graph, Graph):
            raise SettingError(f"graph must be a bprop.Graph or a function that makes one, not {graph!r}")
        loss, known = graph.need_loss(), list(graph.outputs)
        output = self.output or (known[0] if len(known) == 1 else "f")
        if output not in graph.outputs:
            raise GraphError(
                f"the graph has no output {output!r} to predict with; it has: {', '.join(known) or 'none'}"
            )
        xs = list(graph.predictor.inputs)
        ys = [name for name in graph.inputs if name not in xs]
        if not xs or len(ys) != 1:
            raise GraphError(
                "the graph needs one input for X and one for y, or several for X; "
                f"outputs need {xs}, only the loss {ys}"
            )
        if len(xs) == 1 and self.inputs is None:
            shape = graph.inputs[xs[0]].shape
            if prod(shape) != features:
                raise ShapeError(f"X has {features} features, but the graph's input {xs[0]!r} has shape {shape}")
            network = Network(graph, xs[0], ys[0], output, graph.names[loss])
        else:
            names = getattr(self, "feature_names_in_", None)
            taken = {name: graph.inputs[name] for name in xs}
            columns = columns_of(taken, self.inputs, None if names is None else [str(n) for n in names], features)
            network = ColumnNetwork(graph, columns, ys[0], output, graph.names[loss])
        need_outputs(network, target)
        return network

    def _features(self) -> str | None:
        return self.features

    def check_gradients(self, X: Any = None, y: Any = None, **settings: Any) -> Report:
        """Compare the gradients of the fitted network with finite differences of its objective.

        X, y : a few examples; default: five at random, for a graph of one input of floats. settings : of
        bprop.check_gradients.
        """
        check_is_fitted(self)
        network = self._network_
        if X is None and (isinstance(network, ColumnNetwork) or self.graph_.inputs[network.x].dtype != "float"):
            raise SettingError("check_gradients of such a graph needs rows: check_gradients(X[:5], y[:5])")
        return super().check_gradients(X, y, **settings)


def need_outputs(network: Network, target: Target) -> None:
    """Raise ShapeError if the outputs do not fit the targets."""
    width = network.width(network.graph.name_of(network.output))
    if width not in target.widths:
        needed = " or ".join(map(str, target.widths))
        raise ShapeError(f"the output {network.output!r} has {width} numbers an example, but y needs {needed}")


class GraphClassifier(NetworkClassifier, GraphEstimator):
    """A classifier on a graph of your own.

    Parameters
    ----------
    graph : a bprop.Graph, or a function (features, classes) -> Graph. Its output holds probabilities: of every class,
        (N, C), or of the second of two; of every label (N, K). y comes as labels 0..C-1, or (N, K) of 0 and 1.
    inputs : of a graph with several inputs, the columns of X of each: {"x": ["age", "income"], "city": "city"}; a name
        or a number, several, or a slice. Default: an input has the columns that ColumnTransformer names after it
        ("x__age"), or the column of its own name; the one input that has none takes the others. Inputs of whole numbers
        take codes, such as OrdinalEncoder's.
    output : the name of the output to predict with; default the only one, or "f".
    features : the name of the box whose value `transform` gives; default x itself.
    class_weight, solver, learning_rate, ... : as in bprop.MLPClassifier. Penalties and dropout are the graph's own.

    Attributes
    ----------
    params_ : {name: array}, theta. graph_ : the graph. loss_curve_, ... : as in bprop.MLPClassifier.

    >>> def network(features, classes):
    ...     return bp.mlp([features, 4, classes], activation="tanh")
    >>> X, y = np.repeat(np.eye(3), 10, axis=0), np.repeat([0, 1, 2], 10)
    >>> bp.GraphClassifier(network, learning_rate_init=0.1, random_state=0).fit(X, y).score(X, y)
    1.0
    """

    @answering(ESTIMATOR, "bp.GraphClassifier")
    def __init__(
        self, graph=None, *, solver="adam", batch_size="auto", learning_rate="constant", learning_rate_init=0.001,
        power_t=0.5, max_iter=200, shuffle=True, random_state=None, tol=1e-4, verbose=False, warm_start=False,
        momentum=0.9, nesterovs_momentum=True, early_stopping=False, validation_fraction=0.1, beta_1=0.9, beta_2=0.999,
        epsilon=1e-8, n_iter_no_change=10, max_fun=15000, class_weight=None, output=None, features=None, clip_norm=None,
        scoring=None, dtype="auto", engine="auto", device=None, progress=False, inputs=None,
    ):  # fmt: skip
        keep(self, locals())

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = False  # a graph fits one kind of target; most take labels
        tags.target_tags.multi_output = False
        return tags


class GraphRegressor(NetworkRegressor, GraphEstimator):
    """A regressor on a graph of your own.

    Parameters
    ----------
    graph : a bprop.Graph, or a function (features, outputs) -> Graph. Its output holds the prediction, (N,) or (N, K).

    All others, and the attributes, are those of bprop.GraphClassifier, less class_weight and classes_.

    >>> def network(features, outputs):
    ...     return bp.mlp([features, outputs], task="regression")
    >>> X = np.arange(-5.0, 5.0)[:, None]
    >>> model = bp.GraphRegressor(network, learning_rate_init=0.1, random_state=0).fit(X, 2 * X[:, 0])
    >>> model.score(X, 2 * X[:, 0]) > 0.9
    True
    """

    @answering(ESTIMATOR, "bp.GraphRegressor")
    def __init__(
        self, graph=None, *, solver="adam", batch_size="auto", learning_rate="constant", learning_rate_init=0.001,
        power_t=0.5, max_iter=200, shuffle=True, random_state=None, tol=1e-4, verbose=False, warm_start=False,
        momentum=0.9, nesterovs_momentum=True, early_stopping=False, validation_fraction=0.1, beta_1=0.9, beta_2=0.999,
        epsilon=1e-8, n_iter_no_change=10, max_fun=15000, output=None, features=None, clip_norm=None, scoring=None,
        dtype="auto", engine="auto", device=None, progress=False, inputs=None,
    ):  # fmt: skip
        keep(self, locals())
