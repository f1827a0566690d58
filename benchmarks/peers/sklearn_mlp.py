"""scikit-learn's MLPClassifier, its own SGD, an epoch a call.

Its penalty is alpha / (2 B) sum W^2 a batch, so alpha = 2 L2 B; its initial weights are replaced before it trains.
"""

from benchmarks.cases import EPOCHS, L2, LEARNING_RATE, Problem


def prepare(problem: Problem):
    import warnings

    import numpy as np
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    case, layers = problem.case, len(problem.case.sizes) - 1
    classes = np.arange(case.sizes[-1])

    def run():
        net = MLPClassifier(
            case.sizes[1:-1], activation=case.activation, solver="sgd", learning_rate_init=LEARNING_RATE, momentum=0.0,
            alpha=2 * L2 * case.batch, batch_size=case.batch, shuffle=False, max_iter=1, random_state=0,
        )  # fmt: skip
        net.partial_fit(problem.x[: case.batch], problem.y[: case.batch], classes=classes)
        net.coefs_ = [problem.params[f"W{k}"].copy() for k in range(1, layers + 1)]
        net.intercepts_ = [problem.params[f"b{k}"].copy() for k in range(1, layers + 1)]
        net._optimizer.params = net.coefs_ + net.intercepts_
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            for _ in range(EPOCHS):
                net.partial_fit(problem.x, problem.y)
        found = {f"W{k}": W for k, W in enumerate(net.coefs_, start=1)}
        return found | {f"b{k}": b for k, b in enumerate(net.intercepts_, start=1)}

    return run
