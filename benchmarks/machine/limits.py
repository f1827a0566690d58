"""All limits of the machine in one measurement, and in words."""

from __future__ import annotations

from typing import Any

from benchmarks.machine import bandwidth, products


def measure(small: bool = False) -> dict[str, Any]:
    """{"products": {library: flop/s}, "memory": see bandwidth.measure}."""
    seconds = 0.02 if small else 0.5
    return {"products": products.measure(seconds), "memory": bandwidth.measure(seconds)}


def join(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """The better of two measurements, number by number: on a busy machine both are lower bounds."""
    names = {**first["products"], **second["products"]}
    one, other = first["memory"], second["memory"]
    return {
        "products": {n: max(first["products"].get(n, 0.0), second["products"].get(n, 0.0)) for n in names},
        "memory": {
            **one,
            "levels": {
                name: {**level, **{how: max(level[how], other["levels"][name][how]) for how in ("read", "update")}}
                for name, level in one["levels"].items()
            },
        },
    }


def markdown(found: dict[str, Any]) -> list[str]:
    """A sentence with the numbers."""
    memory = found["memory"]
    products_ = ", ".join(f"{name} {rate / 1e9:.0f}" for name, rate in found["products"].items())
    levels = ", ".join(
        f"{name} {level['read'] / 1e9:.0f} / {level['update'] / 1e9:.0f}" for name, level in memory["levels"].items()
    )
    sizes = ", ".join(
        f"{name} {level['capacity'] / 2**10:,.0f} KiB" for name, level in memory["levels"].items() if level["capacity"]
    )
    how = "as the system reports" if memory["sizes_known"] else "assumed: the system does not report them"
    return [
        f"The machine's limits, with {memory['threads']} threads: products of float32 matrices {products_} GFLOP/s;",
        f"memory, read / updated in place, {levels} GB/s ({memory['passes']}; caches, all together: {sizes}, {how}).",
        "The floor of a step is the larger of its products at the best of these rates, and its weights read once",
        "(fprop) and updated once (bprop) in the level of memory that holds them.",
    ]
