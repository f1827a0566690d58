"""scikit-learn's MLPClassifier, its own SGD, an epoch a call.

Its penalty is alpha / (2 B) sum W^2 a batch, so alpha = 2 L2 B; its initial weights are replaced before it trains.
"""

from benchmarks.cases import L2, LEARNING_RATE, Problem


def started(problem: Problem):
    """An MLPClassifier with the problem's theta: one step makes its arrays, which are then replaced."""
    import numpy as np
    from sklearn.neural_network import MLPClassifier

    case = problem.case
    net = MLPClassifier(
        case.sizes[1:-1], activation=case.activation, solver="sgd", learning_rate_init=LEARNING_RATE, momentum=0.0,
        alpha=2 * L2 * case.batch, batch_size=case.batch, shuffle=False, max_iter=1, random_state=0,
    )  # fmt: skip
    net.partial_fit(problem.x[: case.batch], problem.y[: case.batch], classes=np.arange(case.sizes[-1]))
    net.coefs_ = [problem.params[f"W{k}"].copy() for k in range(1, len(case.sizes))]
    net.intercepts_ = [problem.params[f"b{k}"].copy() for k in range(1, len(case.sizes))]
    net._optimizer.params = net.coefs_ + net.intercepts_
    return net


def prepare(problem: Problem):
    import copy
    import warnings

    from sklearn.exceptions import ConvergenceWarning

    fresh = started(problem)

    def train(epochs: int):
        net = copy.deepcopy(fresh)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            for _ in range(epochs):
                net.partial_fit(problem.x, problem.y)
        found = {f"W{k}": W for k, W in enumerate(net.coefs_, start=1)}
        return found | {f"b{k}": b for k, b in enumerate(net.intercepts_, start=1)}

    return train


def predictor(problem: Problem):
    return started(problem).predict_proba
