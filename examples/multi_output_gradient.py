"""A loss and a gradient that do not belong together, as in scikit-learn's issue 8349, and the check that detects it.

Since 2017 MLPRegressor's loss for K outputs has been (1/2) mean_k (f_k - y_k)^2, but its gradient is that of the sum
over k: K times too large. Adam hardly notices. L-BFGS steps along the gradient, measures the loss, and gives up early.
"""

import warnings

import numpy as np
from sklearn.neural_network import MLPRegressor

import bprop as bp


class HalfSquaredError(bp.Box):
    """The mistake: fprop takes the mean over the outputs, bprop the gradient of their sum."""

    def fprop(self, f, y):
        return 0.5 * ((f - y) ** 2).mean(axis=1)

    def bprop(self, grad, value, f, y):
        return grad[:, None] * (f - y), grad[:, None] * (y - f)

    @classmethod
    def examples(cls, rng):
        yield rng.normal(size=(4, 1)), rng.normal(size=(4, 1))  # with one output the mistake does not show
        yield rng.normal(size=(4, 3)), rng.normal(size=(4, 3))


rng = np.random.default_rng(0)
X = rng.normal(size=(300, 5))
Y = np.tanh(X @ rng.normal(size=(5, 8))) + 0.1 * rng.normal(size=(300, 8))

x, y = bp.Input("x", (5,)), bp.Input("y", (8,))
f = bp.tanh(x @ bp.Parameter("W1", (5, 20))) @ bp.Parameter("W2", (20, 8))
wrong = bp.Graph(loss=HalfSquaredError(f, y, name="wrong"), outputs={"f": f})
report = bp.check_gradients(wrong, wrong.init(0), x=X[:5], y=Y[:5], only="W2")
print(report, end="\n\n")  # the gradients are 8 times too large, and the box "wrong" is to blame
assert not report.ok
assert not bp.check_box(HalfSquaredError).ok

settings = {"hidden_layer_sizes": 20, "activation": "tanh", "solver": "lbfgs", "alpha": 1.0, "max_iter": 1000,
            "random_state": 0, "tol": 1e-6}  # fmt: skip
ours = bp.MLPRegressor(**settings)
report = ours.initialise(X, Y).check_gradients(X[:5], Y[:5])
print(report, end="\n\n")
assert report.ok

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of iterations that were too few
    theirs = MLPRegressor(**settings).fit(X, Y)
    ours.fit(X, Y)


def objective(fitted):
    """(1/2) mean_t sum_k (f_k - y_k)^2 + alpha / 2 sum W^2 / T."""
    squares = sum((W**2).sum() for W in fitted.coefs_)
    return 0.5 * ((fitted.predict(X) - Y) ** 2).sum(axis=1).mean() + 0.5 * settings["alpha"] * squares / len(X)


for name, fitted in (("scikit-learn", theirs), ("bprop", ours)):
    print(f"{name:12}  {fitted.n_iter_:4} iterations  R^2 {fitted.score(X, Y):.4f}  objective {objective(fitted):.4f}")
assert np.isclose(objective(ours), ours.loss_)
