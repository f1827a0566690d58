"""The roofline of a step of training."""

from __future__ import annotations

from typing import Any


def of(flops: int, weight_bytes: int, limits: dict[str, Any]) -> tuple[float, str]:
    """(microseconds that a step takes at least, "products" or the level of memory that sets them).

    max( flops / peak,  bytes / read bandwidth + 2 bytes / update bandwidth ), the weights being read once in
    fprop and read and written once in bprop, in the smallest level whose caches together hold them.
    """
    levels = limits["memory"]["levels"]
    level = next(n for n, one in levels.items() if one["capacity"] is None or weight_bytes <= one["capacity"])
    moving = weight_bytes / levels[level]["read"] + 2 * weight_bytes / levels[level]["update"]
    products = flops / max(limits["products"].values())
    return max(moving, products) * 1e6, level if moving > products else "products"
