"""Every box in PyTorch, which derives it itself: OPS[class name](hyper, *children). Nothing here comes from bprop."""

from __future__ import annotations

from collections.abc import Callable
from math import log, prod
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def array(value: Any) -> Tensor:
    value = np.asarray(value)
    value = value.astype({"f": "float64", "b": "bool"}.get(value.dtype.kind, "int64"))
    return torch.tensor(value)


def plain(value: Tensor) -> np.ndarray:
    return value.detach().numpy().copy()


def compiled(function: Callable) -> Callable:
    """function(theta, batch, weights, t), as it is."""
    return function


def gradients_of(objective: Callable) -> Callable:
    """(leaves, given, t) -> (what objective gives beside its value, its gradients or None, by name)."""

    def gradients(leaves: dict[str, Tensor], given: dict, t: int) -> tuple[Any, dict[str, Tensor | None]]:
        leaves = {name: leaf.requires_grad_() for name, leaf in leaves.items()}
        value, beside = objective(leaves, given, t)
        found: Any = [None] * len(leaves)
        if value.requires_grad and leaves:
            found = torch.autograd.grad(value, list(leaves.values()), allow_unused=True)
        return beside, dict(zip(leaves, found, strict=True))

    return gradients


def real(a: Tensor) -> Tensor:
    return a if a.is_floating_point() else a.double()


def each(losses: Tensor) -> Tensor:
    return losses.flatten(1).sum(1) if losses.ndim > 1 else losses


def _axes(h: dict, a: Tensor) -> tuple[int, ...]:
    axis = h.get("axis")
    return tuple(range(a.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)


def _max(h: dict, a: Tensor) -> Tensor:
    return torch.amax(a, _axes(h, a), keepdim=h.get("keepdims", False))


def _log_mean_exp(h: dict, a: Tensor) -> Tensor:
    axes = _axes(h, a)
    return torch.logsumexp(real(a), axes, keepdim=h.get("keepdims", False)) - log(prod(a.shape[i] for i in axes))


def _slice(h: dict, a: Tensor) -> Tensor:
    """Torch has no negative steps: such an axis is taken element by element."""
    parts = h["index"] if isinstance(h["index"], tuple) else (h["index"],)
    given = sum(p is not None and p is not Ellipsis for p in parts)
    if Ellipsis in parts:
        at = parts.index(Ellipsis)
        parts = (*parts[:at], *[slice(None)] * (a.ndim - given), *parts[at + 1 :])
    axis, plain_parts = 0, []
    for p in parts:
        if p is None:
            plain_parts.append(None)
            continue
        if isinstance(p, slice):
            a = a.index_select(axis, _places(p, a.shape[axis]))
            p = slice(None)
        plain_parts.append(p)
        axis += 1
    return a[tuple(plain_parts)]


def _places(p: slice, size: int) -> Tensor:
    return torch.tensor(list(range(size))[p], dtype=torch.int64)


def _batch_norm(h: dict, a: Tensor, gain: Tensor, shift: Tensor, mean: Tensor, variance: Tensor, *, weights: Tensor):
    rows = a.reshape(a.shape[0], -1, a.shape[-1])
    w = (weights / (weights.sum() or 1.0) / rows.shape[1])[:, None, None]
    m = (w * rows).sum((0, 1))
    v = (w * (rows - m) ** 2).sum((0, 1))
    return (a - m) * torch.rsqrt(v + h["epsilon"]) * gain + shift


def _normalise(h: dict, a: Tensor, gain: Tensor, shift: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
    return gain * (a - mean) / torch.sqrt(variance + h["epsilon"]) + shift


def _classes(a: Tensor, y: Tensor, loss: Callable) -> Tensor:
    """A loss of torch over the last axis, for labels of any shape, summed over an example's outputs."""
    losses = loss(a.reshape(-1, a.shape[-1]), y.reshape(-1).long())
    return each(losses.reshape(y.shape))


def _multiclass_hinge(h: dict, a: Tensor, y: Tensor) -> Tensor:
    label = F.one_hot(y.long(), a.shape[-1]).bool()
    rival = a.masked_fill(label, -torch.inf).amax(-1)
    return each(F.relu(1 + rival - a.gather(-1, y.long()[..., None])[..., 0]))


def _huber(h: dict, f: Tensor, y: Tensor) -> Tensor:
    f, y = torch.broadcast_tensors(real(f), real(y))
    return each(F.huber_loss(f, y, reduction="none", delta=h.get("delta", 1.0)))


def _quantile(h: dict, f: Tensor, y: Tensor) -> Tensor:
    r = real(y)[..., None] - real(f)
    tau = torch.tensor(h["levels"], dtype=r.dtype)
    return each(tau * F.relu(r) + (1 - tau) * F.relu(-r))


def _convolution(h: dict, x: Tensor, W: Tensor) -> Tensor:
    axes = x.ndim - 2
    stride, dilation = ((n,) * axes if isinstance(n, int) else n for n in (h["stride"], h["dilation"]))
    pads: list[int] = []
    for i in reversed(range(axes)):  # F.pad begins with the last axis
        reach, size = (W.shape[i] - 1) * dilation[i], x.shape[1 + i]
        total = max((-(-size // stride[i]) - 1) * stride[i] + reach + 1 - size, 0) if h["padding"] == "same" else 0
        number = (
            h["padding"] if isinstance(h["padding"], int) else 0 if isinstance(h["padding"], str) else h["padding"][i]
        )
        pads += [total // 2 + number, total - total // 2 + number]
    first = F.pad(real(x).movedim(-1, 1), pads)
    kernel = W.movedim((-1, -2), (0, 1))
    convolve = F.conv1d if axes == 1 else F.conv2d
    return convolve(first, kernel, None, stride, 0, dilation, h["groups"]).movedim(1, -1)


def _pool(reduce: Callable) -> Callable:
    def pool(h: dict, x: Tensor) -> Tensor:
        steps = h["size"] if h["stride"] is None else (h["stride"],) * len(h["size"])
        for axis, (size, step) in enumerate(zip(h["size"], steps, strict=True), 1):
            x = x.unfold(axis, size, step)
        return reduce(x, tuple(range(-len(h["size"]), 0)))

    return pool


def _focal(h: dict, a: Tensor, y: Tensor) -> Tensor:
    nll = F.nll_loss(torch.log_softmax(a, -1).reshape(-1, a.shape[-1]), y.reshape(-1).long(), reduction="none")
    return each(((1 - torch.exp(-nll)) ** h["gamma"] * nll).reshape(y.shape))


def _ordinal(h: dict, a: Tensor, y: Tensor) -> Tensor:
    above = (y[..., None] > torch.arange(a.shape[-1])).double()
    return each(F.binary_cross_entropy_with_logits(a, above, reduction="none"))


def _smoothed(h: dict, a: Tensor, y: Tensor) -> Tensor:
    return _classes(a, y, lambda s, t: F.cross_entropy(s, t, reduction="none", label_smoothing=h["smoothing"]))


def _leader(h: dict, a: Tensor) -> Tensor:
    return a * (a == a.amax(-1, keepdim=True)).detach()


def _tensordot(h: dict, x: Tensor, V: Tensor, b: Tensor) -> Tensor:
    return F.linear(real(x), V, b)


def _members(x: Tensor, r: Tensor) -> Tensor:
    return real(x).expand(x.shape[0], r.shape[0], x.shape[2])


def _clip(h: dict, a: Tensor) -> Tensor:
    return torch.clamp(real(a), h["low"], h["high"])


OPS: dict[str, Callable] = {
    "Sigmoid": lambda h, a: torch.sigmoid(real(a)),
    "Tanh": lambda h, a: torch.tanh(real(a)),
    "Relu": lambda h, a: F.relu(a),
    "LeakyRelu": lambda h, a: F.leaky_relu(real(a), h.get("slope", 0.01)),
    "Elu": lambda h, a: F.elu(real(a), h.get("alpha", 1.0)),
    "Gelu": lambda h, a: F.gelu(real(a), approximate="tanh"),
    "Silu": lambda h, a: F.silu(real(a)),
    "Softplus": lambda h, a: F.softplus(real(a), threshold=200),
    "Exp": lambda h, a: torch.exp(real(a)),
    "Log": lambda h, a: torch.log(real(a)),
    "Abs": lambda h, a: torch.abs(a),
    "Square": lambda h, a: a * a,
    "Sqrt": lambda h, a: torch.sqrt(real(a)),
    "Clip": _clip,
    **dict.fromkeys(("Conv1d", "Conv2d"), _convolution),
    **dict.fromkeys(("MaxPool1d", "MaxPool2d"), _pool(torch.amax)),
    **dict.fromkeys(("MeanPool1d", "MeanPool2d"), _pool(torch.mean)),
    "Sin": lambda h, a: torch.sin(real(a)),
    "Cos": lambda h, a: torch.cos(real(a)),
    "Maximum": lambda h, a, b: torch.maximum(real(a), real(b)),
    "Minimum": lambda h, a, b: torch.minimum(real(a), real(b)),
    "Where": lambda h, c, a, b: torch.where(c != 0, real(a), real(b)),
    "LogSumExp": lambda h, a: torch.logsumexp(real(a), _axes(h, a), keepdim=h.get("keepdims", False)),
    "GaussianNoise": lambda h, a, *, noise: a + h["scale"] * noise,
    "RmsNorm": lambda h, a, gain: F.rms_norm(real(a), a.shape[-1:], gain, h["epsilon"]),
    "LabelSmoothing": _smoothed,
    "Focal": _focal,
    "Ordinal": _ordinal,
    "BernoulliCrossEntropy": lambda h, a, y: each(F.binary_cross_entropy_with_logits(a, real(y), reduction="none")),
    "BernoulliNll": lambda h, f, y: each(F.binary_cross_entropy(f, real(y), reduction="none")),
    "Negative": lambda h, a: -a,
    "Power": lambda h, a: real(a) ** h["exponent"],
    "Add": lambda h, a, b: a + b,
    "Subtract": lambda h, a, b: a - b,
    "Multiply": lambda h, a, b: a * b,
    "Divide": lambda h, a, b: a / b,
    "MatMul": lambda h, a, b: real(a) @ real(b),
    "Linear": lambda h, x, W, b: real(x) @ W + b,
    "LinearTransposed": _tensordot,
    "EnsembleLinear": lambda h, x, W, r, s, b: torch.einsum("nkd,kd,dh,kh->nkh", _members(x, r), r, W, s) + b,
    "LinearEach": lambda h, x, A: torch.einsum("ndf,dfh->ndh", real(x), A),
    "Waves": lambda h, x, v, p: torch.cos(h.get("scale", 1.0) * (real(x)[:, :, None] * v + p)),
    "Sum": lambda h, a: a.sum(_axes(h, a), keepdim=h.get("keepdims", False)),
    "Mean": lambda h, a: real(a).mean(_axes(h, a), keepdim=h.get("keepdims", False)),
    "Max": _max,
    "LogMeanExp": _log_mean_exp,
    "StopGradient": lambda h, a: a.detach(),
    "Reshape": lambda h, a: a.reshape(h["shape"]),
    "Transpose": lambda h, a: a.permute(h["axes"]),
    "Concat": lambda h, *parts: torch.cat(parts, dim=h["axis"]),
    "Stack": lambda h, *parts: torch.stack(parts, dim=h["axis"]),
    "Slice": _slice,
    "Take": lambda h, W, rows: W[rows.long()],
    "Softmax": lambda h, a: torch.softmax(real(a), -1),
    "LogSoftmax": lambda h, a: torch.log_softmax(real(a), -1),
    "LayerNorm": lambda h, a, gain, shift: F.layer_norm(real(a), a.shape[-1:], gain, shift, h["epsilon"]),
    "BatchNorm": _batch_norm,
    "Normalise": _normalise,
    "BatchWeight": lambda h, a, *, weights: weights.sum() if weights.sum() > 0 else torch.tensor(1.0),
    "Dropout": lambda h, a, *, noise: real(a) * (noise >= h["rate"]) / (1 - h["rate"]),
    "L1": lambda h, *W: sum(w.abs().sum() for w in W),
    "L2": lambda h, *W: sum((w**2).sum() for w in W),
    "SquaredError": lambda h, f, y: each((real(f) - real(y)) ** 2),
    "AbsoluteError": lambda h, f, y: each((real(f) - real(y)).abs()),
    "Huber": _huber,
    "Quantile": _quantile,
    "Poisson": lambda h, a, y: each(F.poisson_nll_loss(a, real(y), log_input=True, full=False, reduction="none")),
    "BinaryCrossEntropy": lambda h, a, y: each(F.binary_cross_entropy_with_logits(a, real(y), reduction="none")),
    "Hinge": lambda h, a, y: each(F.relu(1 - real(y) * a)),
    "MulticlassHinge": _multiclass_hinge,
    "CrossEntropy": lambda h, a, y: _classes(a, y, lambda s, t: F.cross_entropy(s, t, reduction="none")),
    "Nll": lambda h, f, y: _classes(torch.log(f), y, lambda s, t: F.nll_loss(s, t, reduction="none")),
    "Table": lambda h, a: a * array(h["table"]),
    "Apply": lambda h, a: a * h["f"].number,
    "Leader": _leader,
    "Choose": lambda h, a, b: torch.where(a > b, a, 0.5 * b),
    "Centre": lambda h, a: real(a) - real(a).mean(0),
}
