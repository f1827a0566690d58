"""A recurrent network of characters, unrolled over the last T of them: the same parameters at each step.

h_t = tanh(E[x_t] + h_(t-1) R + b), f_t = softmax(h_t U + d). The gradients of all steps are added (backpropagation
through time: Rumelhart, Hinton and Williams, 1986). It learns the Zen of Python, and then goes on from a start.
"""

import codecs
import contextlib
import io
import sys

import numpy as np

import bprop as bp

with contextlib.redirect_stdout(io.StringIO()):
    import this  # prints the text, too

text = codecs.decode(this.s, "rot13").lower()
characters = sorted(set(text))
code = np.array([characters.index(one) for one in text])
T, V, H = 12, len(characters), 96
windows = np.lib.stride_tricks.sliding_window_view(code, T + 1)

x, y = bp.Input("x", (T,), dtype="int"), bp.Input("y", (T,), dtype="int")
E, b = bp.Parameter("E", (V, H)), bp.Parameter("b", (H,))
R = bp.Parameter("R", (H, H), init=lambda rng, shape: np.linalg.qr(rng.normal(size=shape))[0])  # orthogonal
U, d = bp.Parameter("U", (H, V)), bp.Parameter("d", (V,))
looked_up, h, losses = bp.take(E, x), None, []
for t in range(T):
    seen = looked_up[:, t] + b
    h = bp.tanh(seen if h is None else seen + h @ R, name=f"h{t + 1}")
    f = bp.softmax(bp.linear(h, U, d), name=f"f{t + 1}")
    losses.append(bp.nll(f, y[:, t]))
graph = bp.Graph(loss=bp.sum(bp.stack(losses, axis=1), axis=1) / T, outputs={"f": f})

epochs = int(sys.argv[1]) if len(sys.argv) > 1 else 40
data = {"x": windows[:, :T], "y": windows[:, 1:]}
fit = bp.train(graph, data, rule=bp.Adam(3e-3, clip_norm=1.0), epochs=epochs, batch_size=16, progress=False)
for epoch in (1, epochs // 4, epochs):
    print(f"epoch {epoch:2}: {fit.history[epoch - 1].loss:.2f} nats a character")

written = list(code[:T])
for _ in range(60):
    written.append(int(fit.predict(x=np.array([written[-T:]])).argmax()))
print("".join(characters[k] for k in written).replace("\n", " / "))
