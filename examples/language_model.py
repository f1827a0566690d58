"""Word embeddings by the neural probabilistic language model (Bengio, Ducharme, Vincent and Jauvin, 2003).

Each of the three words before is looked up in the same table C; f = softmax(U tanh(H [c1; c2; c3] + d) + b) is the
probability of the next word. The sentences follow a small grammar, and words of one kind get embeddings that are near.
"""

import numpy as np

import bprop as bp

KINDS = {
    "animal": ["cat", "dog", "horse", "cow", "sheep", "mouse"],
    "person": ["girl", "boy", "teacher", "farmer", "doctor", "child"],
    "eats": ["eats", "drinks", "likes"], "moves": ["runs", "walks", "sleeps", "jumps"],
    "food": ["bread", "milk", "corn", "apples", "rice", "water"], "how": ["slowly", "often", "today", "quietly"],
}  # fmt: skip
rng = np.random.default_rng(0)


def sentence():
    """Words such as `the old cat eats bread .`"""
    who = rng.choice(KINDS[rng.choice(["animal", "person"])])
    young = [rng.choice(["old", "young"])] if rng.random() < 0.5 else []
    rest = ["eats", "food"] if rng.random() < 0.6 else ["moves", "how"]
    name = ["his"] if who in KINDS["person"] and rest[0] == "eats" else []  # persons eat their own food
    return ["the", *young, who, rng.choice(KINDS[rest[0]]), *name, rng.choice(KINDS[rest[1]]), "."]


words = [".", ".", "."] + [word for _ in range(2000) for word in sentence()]
vocabulary = sorted(set(words))
number = {word: k for k, word in enumerate(vocabulary)}
text = np.array([number[word] for word in words])
X, Y = np.stack([text[k : len(text) - 3 + k] for k in range(3)], axis=1), text[3:]

V, D, H = len(vocabulary), 8, 30
x, y = bp.Input("x", (3,), dtype="int"), bp.Input("y", (), dtype="int")
C = bp.Parameter("C", (V, D), init=lambda rng, shape: rng.normal(scale=0.1, size=shape))
context = bp.reshape(bp.take(C, x), (-1, 3 * D))
h = bp.tanh(bp.linear(context, bp.Parameter("H", (3 * D, H)), bp.Parameter("d", (H,))))
f = bp.softmax(bp.linear(h, bp.Parameter("U", (H, V)), bp.Parameter("b", (V,))), name="f")
graph = bp.Graph(loss=bp.nll(f, y), outputs={"f": f})

fit = bp.train(graph, {"x": X, "y": Y}, rule=bp.Adam(5e-3), epochs=10, batch_size=64, validation=0.1, progress=False)
frequency = np.bincount(Y, minlength=V) / len(Y)
print(f"perplexity {np.exp(fit.history[-1].validation_loss):.2f}, "
      f"of words without a context {np.exp(-(frequency * np.log(frequency + 1e-12)).sum()):.2f}")  # fmt: skip
E = fit.params["C"] / np.linalg.norm(fit.params["C"], axis=1, keepdims=True)
for word in ("cat", "doctor", "milk", "runs", "often"):
    near = np.argsort(-(E @ E[number[word]]))[1:4]
    print(f"{word:7} is near {', '.join(vocabulary[k] for k in near)}")
