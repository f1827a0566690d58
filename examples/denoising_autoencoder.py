"""A denoising autoencoder with tied weights: it learns to restore digits of which a part is missing.

Vincent, Larochelle, Lajoie, Bengio and Manzagol (2010): h = sigmoid(W' noisy + b), f = sigmoid(W h + c), and the loss
compares f with the digit as it was. Its filters, a column of W for each hidden unit, are shown.
"""

import sys

import numpy as np
from sklearn.datasets import load_digits

import bprop as bp

X = load_digits().data / 16
H, epochs = 64, 60


def autoencoder(rate):
    """The network, with a share `rate` of the pixels left out in training."""
    x, y = bp.Input("x", (64,)), bp.Input("y", (64,))  # y is the digit as it was
    W, b, c = bp.Parameter("W", (64, H)), bp.Parameter("b", (H,)), bp.Parameter("c", (64,))
    h = bp.sigmoid(bp.dropout(x, rate) @ W + b, name="h")
    f = bp.sigmoid(h @ W.T + c, name="f")  # the same W: its two gradients are added
    return bp.Graph(loss=bp.bernoulli_nll(f, y), outputs={"f": f})


def shown(filters):
    """Filters (K, 8, 8) side by side as text: dark is negative, bright is positive."""
    scaled = filters / np.abs(filters).max(axis=(1, 2), keepdims=True)
    levels = " .:-=+*#%@"
    rows = ["  ".join("".join(levels[int(v * 4.99 + 5)] * 2 for v in one[r]) for one in scaled) for r in range(8)]
    return "\n".join(rows)


train, test = X[:1500], X[1500:]
broken = test * (np.random.default_rng(0).random(test.shape) > 0.3)  # the same pixels are missing for both networks
for rate in (0.0, 0.3):
    graph = autoencoder(rate)
    fit = bp.train(graph, {"x": train, "y": train}, rule=bp.Adam(3e-3), epochs=epochs, batch_size=50, progress=False)
    restored = fit.predict(x=broken)
    print(f"noise {rate}: error of restored pixels {np.sqrt(((restored - test) ** 2).mean()):.3f} "
          f"(left as they are: {np.sqrt(((broken - test) ** 2).mean()):.3f})")  # fmt: skip

W = fit.params["W"].T.reshape(H, 8, 8)
strongest = np.argsort(-np.abs(W).max(axis=(1, 2)))
print(shown(W[strongest[:6]]))
if len(sys.argv) > 1:  # all filters as a picture: python denoising_autoencoder.py filters.png
    from matplotlib.image import imsave

    tiles = np.pad(W[strongest] / np.abs(W).max(axis=(1, 2))[strongest, None, None], ((0, 0), (1, 1), (1, 1)))
    imsave(sys.argv[1], tiles.reshape(8, 8, 10, 10).transpose(0, 2, 1, 3).reshape(80, 80), cmap="gray")
