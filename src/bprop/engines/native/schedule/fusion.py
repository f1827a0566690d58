"""Which arrays of a trace are put in memory, by which kernels, in which order.

A kernel computes one array, or several updates of one shape. All that it needs and that is cheap or used nowhere else
is computed on the way. The product of an update (h^T grad) is never stored: its tile is still in registers when the
update is made.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bprop.engines.native.schedule.forms import INNER, form_of
from bprop.engines.native.schedule.kernels import (
    FREE,
    FUSIBLE,
    MOVING,
    PRODUCTS,
    VIEWS,
    Kernel,
    is_reduction,
    stands_alone,
)
from bprop.engines.native.schedule.queue import Queue
from bprop.engines.native.schedule.tensordots import TENSORDOT, TensorForm, tensor_form
from bprop.engines.trace.tape import Traced, reachable

DEEP = 40
"""So many operations are done one inside the other, then the value is put in memory."""
CHEAP = 6
"""An array that costs less is computed by every kernel that needs it."""
COSTLY = {"exp": 10, "expm1": 10, "log": 10, "log1p": 14, "tanh": 14, "pow": 100, "sin": 16, "cos": 16, "div": 4,
          "sqrt": 4, "fma": 2, "fma_minus": 2, "minus_fma": 2}  # fmt: skip
"""The cost of an operation; that of all others is 1."""


class Scheduler:
    """Makes the kernels for `updates`: pairs (leaf, its new value)."""

    def __init__(self, updates: Iterable[tuple[Traced, Traced]], lanes: int):
        self.lanes = lanes
        self.groups: list[list[tuple[Traced, Traced | None]]] = [[(new, leaf)] for leaf, new in updates]
        self.nodes: list[Traced] = reachable(array for group in self.groups for array, _ in group)
        self.users: dict[Traced, list[Traced]] = {node: [] for node in self.nodes}
        for node in self.nodes:
            for arg in dict.fromkeys(node.args):
                self.users[arg].append(node)
        self.stored: set[Traced] = set()
        self.contents: dict[Any, dict[Traced, None]] = {}
        """The answers of `inside` since an array was stored for the last time."""
        self.stored_then: int = 0
        products = [node for node in self.nodes if node.op in PRODUCTS]
        self.forms: dict[Traced, Any] = {n: form_of(n, lanes) for n in products if n.op != TENSORDOT}
        self.tensor_forms: dict[Traced, TensorForm] = {n: tensor_form(n, lanes) for n in products if n.op == TENSORDOT}
        for node in self.nodes:
            self.store_at_first(node)

    def store_at_first(self, node: Traced) -> None:
        """Store what cannot be computed on the way: reductions, and the operands of products."""
        if stands_alone(node) and not (node.op in FUSIBLE and self.may_fuse(node)):
            self.stored.add(node)
        if node.op in PRODUCTS:
            self.stored.update(a for a in self.operands(node) if a.op != "leaf")

    def may_fuse(self, dot: Traced) -> bool:
        """Whether all users take the product element by element, at the points where it is computed."""
        users = self.users[dot]
        return (dot in self.tensor_forms or self.forms[dot].kind != INNER) and all(
            not stands_alone(u) and u.op not in VIEWS and u.op != "take" and u.shape == dot.shape for u in users
        )

    def kernels(self) -> list[Kernel]:
        while self.share():
            pass
        return self.ordered([*(self.kernel([(node, None)]) for node in self.nodes if node in self.stored),
                             *(self.kernel(group) for group in self.groups)])  # fmt: skip

    # --- which arrays are stored, and which updates go together ---

    def roots(self) -> list[list[tuple[Traced, Traced | None]]]:
        alone: list[list[tuple[Traced, Traced | None]]] = [[(node, None)] for node in self.nodes if node in self.stored]
        return alone + self.groups

    def share(self) -> bool:
        """Decide about one array that several kernels need. False if nothing is left to decide."""
        owners: dict[Traced, list[int]] = {}
        roots = self.roots()
        for i, outputs in enumerate(roots):
            for node in self.inside(outputs):
                owners.setdefault(node, []).append(i)
        if self.store_deep() or self.merge_numbers():
            return True
        cost: dict[Traced, int] = {}
        before = len(self.stored)
        for node in self.nodes:  # arguments first: storing one changes nothing for those that come later
            cost[node] = own_cost(node) + sum(cost[a] for a in node.args)
            if node not in self.stored and node.op not in FREE and node in owners:
                if len(owners[node]) > 1 and self.resolve(node, [roots[i] for i in owners[node]], cost[node]):
                    return True
                if cost[node] and any(self.stretched(node, user) for user in self.users[node]):
                    self.stored.add(node)
            if node in self.stored:
                cost[node] = 0
        return len(self.stored) > before or self.one_product_each(roots)

    def store_deep(self) -> bool:
        """Cut long chains of operations."""
        depth: dict[Traced, int] = {}
        before = len(self.stored)
        for node in self.nodes:
            depth[node] = 1 + max((depth[a] for a in node.args if a not in self.stored), default=0)
            if depth[node] > DEEP and node.op not in FREE and node not in self.stored:
                self.stored.add(node)
        return len(self.stored) > before

    def merge_numbers(self) -> bool:
        """All updates of single numbers are one kernel."""
        numbers = [group for group in self.groups if group[0][0].shape == ()]
        if len(numbers) > 1:
            self.groups = [g for g in self.groups if g[0][0].shape != ()] + [[pair for g in numbers for pair in g]]
        return len(numbers) > 1

    def resolve(self, node: Traced, owners: list[Any], cost: int) -> bool:
        """Merge the updates that need an array (True). Else store it, unless it is cheap to compute twice."""
        if all(any(group is owner for group in self.groups) and owner[0][0].shape == node.shape for owner in owners):
            self.groups = [g for g in self.groups if not any(g is owner for owner in owners)]
            self.groups.append([pair for owner in owners for pair in owner])
            return True
        if node.op in FUSIBLE:
            self.stored.add(self.last_in_place(node))
        elif cost >= CHEAP:
            self.stored.add(node)
        return False

    def last_in_place(self, product: Traced) -> Traced:
        """The last array that is made of a product element by element, if nothing else needs those between."""
        last = product
        while len(self.users[last]) == 1:
            user = self.users[last][0]
            if user in self.stored or user.op in MOVING or is_reduction(user) or user.shape != product.shape:
                break
            last = user
        return last

    def stretched(self, node: Traced, user: Traced) -> bool:
        """Whether a user reads the same element of an array again and again."""
        if user in self.stored and user.op in (*FUSIBLE, "place", "scatter"):
            return False
        if user.op in ("reshape", "transpose", "slice"):
            return any(self.stretched(user, above) for above in self.users[user])
        return not is_reduction(user) and user.op != "take" and user.size > node.size

    def one_product_each(self, roots: list[Any]) -> bool:
        """Store products until every kernel has at most one, at the points of its outputs. False if all have."""
        for outputs in roots:
            inside = self.inside(outputs)
            dots = [n for n in inside if n.op in FUSIBLE and n not in self.stored]
            moved = self.moved(outputs, inside) if dots else set()
            wrong = [d for d in dots if d.shape != outputs[0][0].shape or d in moved]
            spare = wrong or sorted(dots, key=work)[:-1]
            if spare:
                self.stored.update(spare)
                return True
        return False

    def inside(self, outputs: list[tuple[Traced, Traced | None]]) -> dict[Traced, None]:
        """The arrays that a kernel computes, on the way or as outputs. Do not change the dict."""
        if len(self.stored) != self.stored_then:
            self.stored_then = len(self.stored)
            self.contents.clear()
        key = tuple(outputs)
        if key not in self.contents:
            self.contents[key] = self.search(outputs)
        return self.contents[key]

    def search(self, outputs: list[tuple[Traced, Traced | None]]) -> dict[Traced, None]:
        nodes: dict[Traced, None] = {}
        front = [array for array, leaf in outputs if leaf is None or array not in self.stored]
        front = [array for array in front if array.op not in ("leaf", "constant")]
        while front:
            node = front.pop()
            if node not in nodes:
                nodes[node] = None
                front += [a for a in node.args if a not in self.stored and a.op not in ("leaf", "constant")]
        return nodes

    def operands(self, node: Traced) -> tuple[Traced, ...]:
        """The arrays from which an operation is computed. A product reads the matrix under a transpose, though another
        product may have the transpose in memory."""
        form = self.tensor_forms.get(node) or self.forms.get(node)
        return node.args if form is None else form.operands

    # --- kernels in order ---

    def kernel(self, outputs: list[tuple[Traced, Traced | None]]) -> Kernel:
        inside = self.inside(outputs)
        reads = {a for node in inside for a in self.operands(node) if a in self.stored or a.op == "leaf"}
        reads |= {array for array, leaf in outputs if leaf is not None and (array in self.stored or array.op == "leaf")}
        alone = [node for node in inside if stands_alone(node)]
        return Kernel(outputs, alone[0] if alone else None, reads)

    def ordered(self, kernels: list[Kernel]) -> list[Kernel]:
        """Every array after its arguments, every update as soon as no kernel needs the old value any more."""
        queue = Queue(kernels, self.stored, self.in_place)
        order = list(queue)
        return self.with_copies(queue.waiting()) if len(order) < len(kernels) else order

    def in_place(self, kernel: Kernel) -> bool:
        """Whether it reads the leaves that it updates only at the points that it writes."""
        return all(self.same_places(kernel, leaf) for leaf in kernel.targets)

    def same_places(self, kernel: Kernel, leaf: Traced) -> bool:
        return leaf not in self.moved(kernel.outputs, self.inside(kernel.outputs))

    def moved(self, outputs: list[tuple[Traced, Traced | None]], inside: Iterable[Traced]) -> set[Traced]:
        """The arrays that a kernel reads at other points than those that it writes."""
        shape, moved = outputs[0][0].shape, set()
        for node in sorted(inside, key=lambda node: node.number, reverse=True):
            if node in moved or node.op in MOVING or is_reduction(node) or node.shape != shape:
                moved.update(node.args)
        return moved

    def with_copies(self, pending: list[Kernel]) -> list[Kernel]:
        """The kernels if updates that block each other are first computed in memory of their own, then copied."""
        blocked = {leaf: array for k in pending for array, leaf in k.outputs if leaf is not None}
        self.groups = [g for g in self.groups if g[0][1] not in blocked]
        for leaf, array in blocked.items():
            self.groups.append([(self.aside(array), leaf)])
        return self.kernels()

    def aside(self, array: Traced) -> Traced:
        """The array, in memory of its own. A leaf is copied: two leaves may trade places."""
        if array.op == "constant":
            return array
        if array.op == "leaf":
            leaf, array = array, array.tape.make("copy", (array,), None, array.shape, array.dtype)
            if array not in self.users:
                self.nodes.append(array)
                self.users[array] = []
                self.users[leaf].append(array)
        self.stored.add(array)
        return array


def work(product: Traced) -> int:
    """Something that grows with the multiplications of a product."""
    return product.size * (product.args[0].shape[1] if product.op == "dot" else product.args[0].size)


def own_cost(node: Traced) -> int:
    return 0 if node.op in FREE else COSTLY.get(node.op, 1)
