"""The order of computation: every box after its children."""

from collections.abc import Callable, Iterable, Sequence

from bprop.box import Box
from bprop.errors import GraphError


def topological_order(roots: Iterable[Box], children: Callable[[Box], Sequence[Box]]) -> list[Box]:
    """The roots and all boxes that they depend on, each once and after its children.

    Iterative, so that Python's stack does not limit the depth of a graph. Raises GraphError for a cycle.
    """
    done: dict[Box, None] = {}
    on_path: dict[Box, None] = {}
    stack = [(root, False) for root in reversed(list(roots))]
    while stack:
        box, children_done = stack.pop()
        if children_done:
            del on_path[box]
            done[box] = None
        elif box in on_path:
            raise GraphError(f"a cycle: {_show_cycle(list(on_path), box)}; a flow graph must have none")
        elif box not in done:
            on_path[box] = None
            stack.append((box, True))
            stack.extend((child, False) for child in reversed(children(box)) if child not in done)
    return list(done)


def _show_cycle(path: list[Box], again: Box) -> str:
    loop = [*path[path.index(again) :], again]
    return " needs ".join(box.name or type(box).__name__ for box in loop)
