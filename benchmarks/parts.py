"""What can be measured. A part is a module with `measure(settings)`, whose answer is plain data for JSON, and
`markdown(found)`; with `join(first, second)`, too, where a run of it can be cut into several."""

from __future__ import annotations

from types import ModuleType

from benchmarks import memory, predict, size, start, steps

PARTS: dict[str, ModuleType] = {
    "steps": steps,
    "start": start,
    "memory": memory,
    "size": size,
    "predict": predict,
}


def select(wanted: str) -> dict[str, ModuleType]:
    """The parts of a comma-separated list; "" is all. Raises SystemExit for unknown ones."""
    names = [name.strip() for name in wanted.split(",") if name.strip()] or list(PARTS)
    for name in names:
        if name not in PARTS:
            raise SystemExit(f"there is no part {name!r}; there are: {', '.join(PARTS)}")
    return {name: PARTS[name] for name in PARTS if name in names}
