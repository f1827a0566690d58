"""Products that are added at once become one fused multiply-add, decided once for the whole trace.

fma(a, b, c) = a b + c is rounded once; a b rounded, plus c, twice. LLVM would choose between them kernel by kernel, so
an array that two kernels compute would differ between them in its last bit, and `a == max(a)` would hold nowhere. Here
the choice is a property of the array itself: wherever it is computed, it has the same bits. Nothing else in the
engine's code leaves LLVM a choice: additions and products carry no fast-math flag.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from bprop.engines.trace.tape import Traced, reachable

Updates = list[tuple[Traced, Traced]]


def contracted(updates: Updates) -> Updates:
    """The updates (leaf, its new value) with a b + c, a b - c and c - a b as fused operations.

    A product that something else needs too is computed by itself, and is then not computed a second time.
    """
    nodes = reachable(new for _, new in updates)
    uses = Counter(arg for node in nodes for arg in node.args) + Counter(new for _, new in updates)
    fused_of: dict[Traced, Traced] = {}
    for node in nodes:
        op, args = fused(node, uses) or rectified(node, fused_of) or (node.op, node.args)
        args = tuple(fused_of[arg] for arg in args)
        node.tape.most = max(
            node.tape.most, len(node.tape.known) + 1
        )  # fused operations replace those that were counted before
        same = op == node.op and all(a is b for a, b in zip(args, node.args, strict=True))
        fused_of[node] = node if same else node.tape.make(op, args, node.attr, node.shape, node.dtype)
    return [(leaf, fused_of[new]) for leaf, new in updates]


def fused(node: Traced, uses: Counter[Traced]) -> tuple[str, tuple[Traced, ...]] | None:
    """(operation, arguments) of a sum or a difference that takes in one of its products; None for all else."""
    if node.op not in ("add", "sub") or node.dtype.kind != "f":
        return None
    first, second = node.args
    if is_taken_in(first, node, uses):
        return ("fma" if node.op == "add" else "fma_minus"), (*first.args, second)
    if is_taken_in(second, node, uses):
        return ("fma" if node.op == "add" else "minus_fma"), (*second.args, first)
    return None


def rectified(node: Traced, computed: Mapping[Traced, Traced]) -> tuple[str, tuple[Traced, ...]] | None:
    """(operation, arguments) of a > 0 where max(a, 0) is computed: it is compared instead, so a is not kept for it.

    max(a, 0) > 0 is true where a > 0 is, and nowhere else: both are false for NaN and for zeros of either sign.
    """
    if node.op != "gt" or node.args[0].dtype.kind != "f" or not is_zero(node.args[1]):
        return None
    a, zero = node.args
    key = ("max", (id(a), id(zero)), None, a.shape, a.dtype.str)
    value: Any = node.tape.known.get(key)
    return None if value not in computed else ("gt", (value, zero))


def is_zero(array: Traced) -> bool:
    return array.op == "constant" and array.attr == 0


def is_taken_in(product: Traced, node: Traced, uses: Counter[Traced]) -> bool:
    """Whether a product is computed element by element for one sum or difference alone."""
    return product.op == "mul" and uses[product] == 1 and product.shape == node.shape
