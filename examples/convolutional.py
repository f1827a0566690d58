"""A convolutional network on digits of 8 x 8 pixels, in the manner of LeNet (LeCun, Bottou, Bengio and Haffner, 1998).

Two layers of filters of 3 x 3, each followed by a maximum over windows of 2 x 2, and a layer of all units.
"""

import sys

import numpy as np
from sklearn.datasets import load_digits

import bprop as bp

X, Y = load_digits(return_X_y=True)
order = np.random.default_rng(0).permutation(len(X))
train, test = ({"x": X[rows].reshape(-1, 8, 8, 1) / 16, "y": Y[rows]} for rows in (order[:1400], order[1400:]))

x, y = bp.Input("x", (8, 8, 1)), bp.Input("y", (), dtype="int")  # pictures: height, width, channels
W1, b1 = bp.Parameter("W1", (3, 3, 1, 16)), bp.Parameter("b1", (16,))
W2, b2 = bp.Parameter("W2", (3, 3, 16, 32)), bp.Parameter("b2", (32,))
h1 = bp.max_pool2d(bp.relu(bp.conv2d(x, W1, b1, padding="same")), size=2, name="h1")  # (N, 4, 4, 16)
h2 = bp.max_pool2d(bp.relu(bp.conv2d(h1, W2, b2, padding="same")), size=2, name="h2")  # (N, 2, 2, 32)
h = bp.dropout(bp.reshape(h2, (-1, 128)), 0.2)
W3, b3 = bp.Parameter("W3", (128, 10)), bp.Parameter("b3", (10,))
f = bp.softmax(bp.linear(h, W3, b3), name="f")
graph = bp.Graph(loss=bp.nll(f, y), outputs={"f": f})

print(graph)
some = np.random.default_rng(0).normal(size=(4, 8, 8, 1))  # pixels that are equal would be kinks of relu and maximum
print(bp.check_gradients(graph, graph.init(0), x=some, y=train["y"][:4]))
epochs = int(sys.argv[1]) if len(sys.argv) > 1 else 20
fit = bp.train(graph, train, rule=bp.Adam(3e-3), epochs=epochs, batch_size=50, seed=1)
print(f"engine {fit.engine}; test accuracy {(fit.predict(x=test['x']).argmax(axis=1) == test['y']).mean():.2%}")
