"""Every box in JAX, which derives it itself: OPS[class name](hyper, *children). Nothing here comes from bprop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np


def array(value: Any) -> Any:
    value = np.asarray(value)
    value = value.astype({"f": "float64", "b": "bool"}.get(value.dtype.kind, "int64"))
    return jnp.asarray(value)


def plain(value: Any) -> np.ndarray:
    return np.array(value)


def compiled(function: Callable) -> Callable:
    """function(theta, batch, weights, t), compiled as a whole: one box at a time takes JAX far longer."""
    return jax.jit(function, static_argnums=3)


def gradients_of(objective: Callable) -> Callable:
    """(leaves, given, t) -> (what objective gives beside its value, its gradients by name)."""
    gradient = jax.jit(jax.grad(objective, has_aux=True), static_argnums=2)

    def gradients(leaves: dict, given: dict, t: int) -> tuple[Any, dict]:
        found, beside = gradient(leaves, given, t)
        return beside, found

    return gradients


def each(losses: Any) -> Any:
    return losses.reshape(losses.shape[0], -1).sum(1)


def real(a: Any) -> Any:
    return a if a.dtype == np.float64 else a.astype(np.float64)


def moments(a: Any, weights: Any) -> tuple[Any, Any]:
    """The weighted mean and variance over all axes but the last."""
    rows, total = a.reshape(a.shape[0], -1, a.shape[-1]), weights.sum()
    share = (weights / jnp.where(total > 0, total, 1) / rows.shape[1])[:, None, None]
    mean = jnp.einsum("nph,npk->h", rows, jnp.broadcast_to(share, (*rows.shape[:2], 1)))
    return mean, ((rows - mean) ** 2 * share).sum((0, 1))


def _batch_norm(h: dict, a: Any, gain: Any, shift: Any, mean: Any, variance: Any, *, weights: Any) -> Any:
    m, v = moments(a, weights)
    return (a - m) / jnp.sqrt(v + h["epsilon"]) * gain + shift


def _layer_norm(h: dict, a: Any, gain: Any, shift: Any) -> Any:
    return gain * jax.nn.standardize(a, axis=-1, epsilon=h["epsilon"]) + shift


def _log_mean_exp(h: dict, a: Any) -> Any:
    sums = jax.nn.logsumexp(real(a), axis=h.get("axis"), keepdims=h.get("keepdims", False))
    return sums - jnp.log(a.size / sums.size)


def _log_likelihood(log: Any, y: Any) -> Any:
    return each(-jnp.sum(jax.nn.one_hot(y, log.shape[-1], dtype=log.dtype) * log, axis=-1))


def _multiclass_hinge(h: dict, a: Any, y: Any) -> Any:
    label = jax.nn.one_hot(y, a.shape[-1], dtype=bool)
    rival = jnp.max(a, axis=-1, where=~label, initial=-jnp.inf)
    return each(jax.nn.relu(1 + rival - jnp.sum(jnp.where(label, a, 0), axis=-1)))


def _huber(h: dict, f: Any, y: Any) -> Any:
    r, d = jnp.abs(f - y), h.get("delta", 1.0)
    return each(jnp.where(r <= d, 0.5 * r * r, d * (r - 0.5 * d)))


def _quantile(h: dict, f: Any, y: Any) -> Any:
    tau, r = jnp.asarray(h["levels"]), real(y[..., None]) - real(f)
    return each(tau * jax.nn.relu(r) + (1 - tau) * jax.nn.relu(-r))


def _extreme(a: Any, b: Any) -> Any:
    """max(a, b) as the half of a sum: a tie has the slope 1/2."""
    return (a + b + _absolute(a - b)) / 2


def _convolution(h: dict, x: Any, W: Any) -> Any:
    axes = x.ndim - 2
    wide = lambda n: (n,) * axes if isinstance(n, int) else n  # noqa: E731
    padding = h["padding"] if isinstance(h["padding"], str) else [(n, n) for n in wide(h["padding"])]
    return jax.lax.conv_general_dilated(
        real(x), W, wide(h["stride"]), padding if isinstance(padding, list) else padding.upper(),
        rhs_dilation=wide(h["dilation"]), feature_group_count=h["groups"],
        dimension_numbers=("NWC", "WIO", "NWC") if axes == 1 else ("NHWC", "HWIO", "NHWC"),
    )  # fmt: skip


def _pool(reduce: Callable) -> Callable:
    """Of windows that are put together from slices, so that ties of a maximum share its gradient."""

    def pool(h: dict, x: Any) -> Any:
        steps = h["size"] if h["stride"] is None else (h["stride"],) * len(h["size"])
        for axis, (size, step) in enumerate(zip(h["size"], steps, strict=True), 1):
            count = (x.shape[axis] - size) // step + 1
            ends = [k + (count - 1) * step + 1 for k in range(size)]
            x = jnp.stack([jax.lax.slice_in_dim(x, k, end, step, axis) for k, end in enumerate(ends)], axis=-1)
        return reduce(x, tuple(range(-len(h["size"]), 0)))

    return pool


def _softened(h: dict, a: Any, y: Any) -> Any:
    even, hot = h["smoothing"], jax.nn.one_hot(y, a.shape[-1], dtype=a.dtype)
    return each(-((hot * (1 - even) + even / a.shape[-1]) * jax.nn.log_softmax(a, axis=-1)).sum(-1))


def _focal(h: dict, a: Any, y: Any) -> Any:
    nll = -(jax.nn.one_hot(y, a.shape[-1], dtype=a.dtype) * jax.nn.log_softmax(a, axis=-1)).sum(-1)
    return each(nll * (-jnp.expm1(-nll)) ** h["gamma"] if h["gamma"] else nll)


def _ordinal(h: dict, a: Any, y: Any) -> Any:
    sign = jnp.where(y[..., None] > jnp.arange(a.shape[-1]), -1.0, 1.0)
    return each(jax.nn.softplus(sign * a))


def _bernoulli_scores(h: dict, a: Any, y: Any) -> Any:
    return each(-y * jax.nn.log_sigmoid(a) - (1 - y) * jax.nn.log_sigmoid(-a))


def _absolute(a: Any) -> Any:
    return jnp.where(a >= 0, a, -a) * jnp.where(a == 0, 0, 1)  # slope 0 at 0, as PyTorch has it


def _elu(h: dict, a: Any) -> Any:
    return jax.nn.elu(real(a), h.get("alpha", 1.0))


def _clip(h: dict, a: Any) -> Any:
    return jnp.where(a < h["low"], h["low"], jnp.where(a > h["high"], h["high"], a))


def _first(a: Any) -> Any:
    return jax.lax.stop_gradient(a == a.max(-1, keepdims=True))


OPS: dict[str, Callable] = {
    "Sigmoid": lambda h, a: jax.nn.sigmoid(real(a)),
    "Tanh": lambda h, a: jnp.tanh(real(a)),
    "Relu": lambda h, a: jax.nn.relu(a),
    "LeakyRelu": lambda h, a: jax.nn.leaky_relu(real(a), h.get("slope", 0.01)),
    "Elu": _elu,
    "Gelu": lambda h, a: jax.nn.gelu(real(a), approximate=True),
    "Silu": lambda h, a: jax.nn.silu(real(a)),
    "Softplus": lambda h, a: jax.nn.softplus(real(a)),
    "Exp": lambda h, a: jnp.exp(real(a)),
    "Log": lambda h, a: jnp.log(real(a)),
    "Abs": lambda h, a: _absolute(a),
    "Square": lambda h, a: a * a,
    "Sqrt": lambda h, a: jnp.sqrt(real(a)),
    "Clip": _clip,
    **dict.fromkeys(("Conv1d", "Conv2d"), _convolution),
    **dict.fromkeys(("MaxPool1d", "MaxPool2d"), _pool(jnp.max)),
    **dict.fromkeys(("MeanPool1d", "MeanPool2d"), _pool(jnp.mean)),
    "Sin": lambda h, a: jnp.sin(real(a)),
    "Cos": lambda h, a: jnp.cos(real(a)),
    "Maximum": lambda h, a, b: _extreme(real(a), real(b)),
    "Minimum": lambda h, a, b: -_extreme(-real(a), -real(b)),
    "Where": lambda h, c, a, b: jnp.where(c != 0, a, b),
    "LogSumExp": lambda h, a: jax.nn.logsumexp(real(a), axis=h.get("axis"), keepdims=h.get("keepdims", False)),
    "GaussianNoise": lambda h, a, *, noise: a + h["scale"] * noise,
    "RmsNorm": lambda h, a, gain: gain * a * jax.lax.rsqrt((a * a).mean(-1, keepdims=True) + h["epsilon"]),
    "LabelSmoothing": _softened,
    "Focal": _focal,
    "Ordinal": _ordinal,
    "BernoulliCrossEntropy": _bernoulli_scores,
    "BernoulliNll": lambda h, f, y: each(-y * jnp.log(f) - (1 - y) * jnp.log1p(-f)),
    "Negative": lambda h, a: -a,
    "Power": lambda h, a: real(a) ** h["exponent"] if h["exponent"] else jnp.ones_like(real(a)),
    "Add": lambda h, a, b: a + b,
    "Subtract": lambda h, a, b: a - b,
    "Multiply": lambda h, a, b: a * b,
    "Divide": lambda h, a, b: a / b,
    "MatMul": lambda h, a, b: real(a) @ real(b),
    "Linear": lambda h, x, W, b: jnp.einsum("...d,dh->...h", real(x), W) + b,
    "LinearTransposed": lambda h, x, V, b: jnp.einsum("...d,hd->...h", real(x), V) + b,
    "EnsembleLinear": lambda h, x, W, r, s, b: jnp.einsum("nkd,kd,dh,kh->nkh", x + 0 * r[:, :1], r, W, s) + b,
    "LinearEach": lambda h, x, A: jnp.einsum("ndf,dfh->ndh", real(x), A),
    "Waves": lambda h, x, v, p: jnp.cos(h.get("scale", 1.0) * (real(x)[:, :, None] * v + p)),
    "Sum": lambda h, a: a.sum(axis=h.get("axis"), keepdims=h.get("keepdims", False)),
    "Mean": lambda h, a: real(a).mean(axis=h.get("axis"), keepdims=h.get("keepdims", False)),
    "Max": lambda h, a: a.max(axis=h.get("axis"), keepdims=h.get("keepdims", False)),
    "StopGradient": lambda h, a: jax.lax.stop_gradient(a),
    "Reshape": lambda h, a: a.reshape(h["shape"]),
    "Transpose": lambda h, a: jnp.transpose(a, h["axes"]),
    "LogMeanExp": _log_mean_exp,
    "Concat": lambda h, *parts: jnp.concatenate(parts, axis=h["axis"]),
    "Stack": lambda h, *parts: jnp.stack(parts, axis=h["axis"]),
    "Slice": lambda h, a: a[h["index"]],
    "Take": lambda h, W, rows: W[rows],
    "Softmax": lambda h, a: jax.nn.softmax(real(a), axis=-1),
    "LogSoftmax": lambda h, a: jax.nn.log_softmax(real(a), axis=-1),
    "LayerNorm": _layer_norm,
    "BatchNorm": _batch_norm,
    "Normalise": lambda h, a, gain, shift, m, v: gain * (a - m) * jax.lax.rsqrt(v + h["epsilon"]) + shift,
    "BatchWeight": lambda h, a, *, weights: jnp.where(weights.sum() > 0, weights.sum(), 1.0),
    "Dropout": lambda h, a, *, noise: jnp.where(noise < h["rate"], 0, a / (1 - h["rate"])),
    "L1": lambda h, *W: sum(_absolute(w).sum() for w in W),
    "L2": lambda h, *W: sum((w**2).sum() for w in W),
    "SquaredError": lambda h, f, y: each((f - y) ** 2),
    "AbsoluteError": lambda h, f, y: each(_absolute(f - y)),
    "Huber": _huber,
    "Quantile": _quantile,
    "Poisson": lambda h, a, y: each(jnp.exp(a) - y * a),
    "BinaryCrossEntropy": lambda h, a, y: each(-y * jax.nn.log_sigmoid(a) - (1 - y) * jax.nn.log_sigmoid(-a)),
    "Hinge": lambda h, a, y: each(jax.nn.relu(1 - y * a)),
    "MulticlassHinge": _multiclass_hinge,
    "CrossEntropy": lambda h, a, y: _log_likelihood(jax.nn.log_softmax(a, axis=-1), y),
    "Nll": lambda h, f, y: _log_likelihood(jnp.log(f), y),
    "Table": lambda h, a: a * jnp.asarray(h["table"]),
    "Apply": lambda h, a: a * h["f"].number,
    "Leader": lambda h, a: jnp.where(_first(a), a, 0),
    "Choose": lambda h, a, b: jnp.where(a > b, a, 0.5 * b),
    "Centre": lambda h, a: a - a.mean(0),
}
