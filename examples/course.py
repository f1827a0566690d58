"""The course's assignment: a network of sigmoid or tanh units, trained by stochastic gradient descent."""

import sys

import numpy as np
from sklearn.datasets import load_digits

import bprop as bp

sizes = [50, 20]  # units of the hidden layers
lr, dc = 0.05, 1e-4  # learning rate and decrease constant: lr / (1 + dc * updates)
L1, L2 = 1e-6, 1e-5  # weights of the regularisers
activation = "tanh"  # or "sigmoid"
seed, n_epochs = 1234, int(sys.argv[1]) if len(sys.argv) > 1 else 10

X, Y = load_digits(return_X_y=True)
order = np.random.default_rng(seed).permutation(len(X))
train, valid = ({"x": X[rows] / 16, "y": Y[rows]} for rows in (order[:1400], order[1400:]))

# verify the gradients, with sigmoid and tanh units, without and with each regulariser
small = np.random.default_rng(seed)
for units in ("sigmoid", "tanh"):
    for l1, l2 in ((0, 0), (1e-2, 0), (0, 1e-2), (1e-2, 1e-2)):
        graph = bp.mlp([7, *sizes, 3], activation=units, l1=l1, l2=l2)
        report = bp.check_gradients(graph, graph.init(seed), x=small.normal(size=(5, 7)), y=[0, 1, 2, 1, 0])
        print(f"verify gradients: {units:7} L1={l1:<4} L2={l2:<4}", "ok" if report.ok else report)

# train, one update for each example, and report training and validation error
nnet = bp.mlp([64, *sizes, 10], activation=activation, l1=L1, l2=L2)
print(nnet)
fit = bp.train(nnet, train, rule=bp.SGD(lr, decrease_constant=dc), batch_size=1, epochs=n_epochs, seed=seed,
               validation=valid)  # fmt: skip
for r in fit.history:
    print(f"epoch {r.epoch:2}  training error {1 - r.accuracy:.2%}  validation error {1 - r.validation_accuracy:.2%}")
