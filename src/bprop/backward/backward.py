"""The backward graph: the forward boxes that gradients need, and for every box on the way the boxes of its bprop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from bprop.backward.making import Maker, total
from bprop.backward.primitives import BroadcastTo, ExampleShare, ExampleWeights, Noise
from bprop.backward.rows import leaf, operations
from bprop.box import Box
from bprop.errors import BpropError, GraphError, ShapeError
from bprop.graph.graph import Graph
from bprop.graph.plan import Node, Plan
from bprop.graph.send import takes_wanted
from bprop.leaves import Constant, Input
from bprop.lower_case import snake

OBJECTIVE, NOISE, WEIGHTS = "objective", "noise", "weights"


def backward(graph: Graph, of: str | Box | None, inputs: Sequence[str | Box], training: bool) -> Graph:
    """The graph of the gradients of a graph: see `Graph.backward`."""
    return Backward(graph, of, inputs, training).graph()


class Backward:
    """Makes the backward graph of one graph."""

    source: Graph
    training: bool
    forward_boxes: dict[Box, Any | None]

    of: Any

    def __init__(self, graph: Graph, of: str | Box | None, inputs: Sequence[str | Box], training: bool):
        self.source, self.training = graph, training
        self.of = None if of is None else graph.boxes[graph.name_of(of)]
        roots = [self.of] if self.of is not None else [graph.need_loss(), *filter(None, [graph.penalty])]
        self.plan: Plan = graph.plan(roots, training=training)
        used = {name[2:].partition(" / d ")[0] for name in graph.names.values() if name.startswith("d ")}
        self.root: str = unused(OBJECTIVE if self.of is None else graph.names[self.of], used)
        rows = next((box for box in self.plan.boxes if isinstance(box, Input)), None)
        self.maker: Maker = Maker(rows if rows is not None else next(iter(graph.inputs.values()), None))
        self.values: list[Box] = []
        self.grads: dict[int, list[Box]] = {}
        self.targets: dict[str, int] = self.find_targets(inputs)

    def find_targets(self, inputs: Sequence[str | Box]) -> dict[str, int]:
        """{name: slot} of the boxes whose gradients are the outputs."""
        graph, plan = self.source, self.plan
        more = [inputs] if isinstance(inputs, str | Box) else list(inputs)
        graph.need_gradients(graph.plan(training=self.training), more)
        names = [*graph.trainable, *map(graph.name_of, more)]
        slots = {name: plan.slot_of.get(graph.boxes[name]) for name in dict.fromkeys(names)}
        missing = [name for name in map(graph.name_of, more) if slots[name] is None]
        whole = [name for name in map(graph.name_of, more) if graph.boxes[name].spec.kind != "float"]
        if missing or whole:
            raise GraphError(
                f"{(missing + whole)[0]!r} has no gradient: "
                + (f"{self.root} does not depend on it" if missing else "it holds no floats")
            )
        targets = {name: slot for name, slot in slots.items() if slot is not None}
        if not targets:
            raise GraphError(f"{self.root} depends on no trainable parameter: name the inputs whose gradients you want")
        return targets

    def graph(self) -> Graph:
        for slot, box in enumerate(self.plan.boxes):
            node = next((node for node in self.plan.nodes if node.slot == slot), None)
            self.values.append(box if node is None else self.forward(node))
        self.forward_boxes = dict.fromkeys(self.values)
        for slot, seed in self.seeds().items():
            self.grads.setdefault(slot, []).append(seed)
        on_way = self.plan.ways(self.targets.values())
        for node in reversed(self.plan.nodes):
            if node.slot in self.grads:
                self.send(node, self.gradient(node.slot), on_way)
        outputs = {self.title(name): self.output(slot) for name, slot in self.targets.items()}
        self.name_boxes(outputs)
        return Graph(outputs=outputs, stable=self.source.stable)

    def title(self, name: str) -> str:
        return f"d {self.root} / d {name}"

    # --- forward ---

    def forward(self, node: Node) -> Box:
        """The box of a node on the boxes of its children. What differs outside training is opened: the backward graph
        computes the gradient of training wherever it runs."""
        children = [self.values[slot] for slot in node.children]
        if self.training and node.box.evaluation() is not node.box:
            return self.open(node, children)
        if all(one is other for one, other in zip(children, node.box.children, strict=True)):
            return node.box
        return type(node.box)(*children, name=node.box.name, **node.box.hyper)

    def open(self, node: Node, children: list[Box]) -> Box:
        """The boxes of the operations of fprop. The last has the name of the box."""
        run = lambda tape, rows: [node.box.fprop(*self.arguments(tape, rows, node, children))]  # noqa: E731
        (box,) = self.traced(node, run, {}, children, "fprop")
        assert box is not None
        if box.name is None and box in self.maker.fresh:
            object.__setattr__(box, "name", node.name)
        return box

    # --- backward ---

    def seeds(self) -> dict[int, Box]:
        """The gradients at the roots, by slot."""
        plan, graph = self.plan, self.source
        self.maker.owner = self.root
        one = self.maker.constant(1.0)
        if self.of is None:
            seeds = {plan.slot_of[graph.need_loss()]: self.share()}
            if graph.penalty is not None:
                seeds[plan.slot_of[graph.penalty]] = one
            return seeds
        dims = self.of.dims
        if dims not in ((), ("N",)) or self.of.spec.kind != "float":
            raise GraphError(
                f"{self.root!r} has the shape {self.of.spec}: a gradient is that of one number, (), or of the mean of "
                "one number an example, (N,)"
            )
        return {plan.slot_of[self.of]: self.share() if dims else one}

    def share(self) -> Box:
        return self.maker.make(ExampleShare, self.maker.need_rows())

    def gradient(self, slot: int) -> Box:
        """The gradient at a box: the sum of those that its parents have sent."""
        self.maker.owner = self.plan.names[slot]
        box = total(self.maker, self.grads[slot])
        self.grads[slot] = [box]
        if box in self.maker.fresh and box.name is None and not is_number(box):
            object.__setattr__(box, "name", self.title(self.plan.names[slot]))
        return box

    def send(self, node: Node, grad: Box, on_way: Sequence[bool]) -> None:
        """Add the gradients that a box sends to those of its children."""
        children = [self.values[slot] for slot in node.children]
        wanted = tuple(
            on_way[slot] and child.spec.kind == "float" for slot, child in zip(node.children, children, strict=True)
        )
        if not any(wanted):
            return
        value = self.values[node.slot]
        more = {"wanted": wanted} if takes_wanted(type(node.box).bprop) else {}

        def run(tape: Any, rows: int) -> list[Any]:
            arriving = (
                tape.constant(grad.hyper["value"][()], tape.dtype)
                if is_number(grad)
                else leaf(tape, "grad", value.spec, rows),
                leaf(tape, "value", value.spec, rows),
            )
            arguments = self.arguments(tape, rows, node, children)
            sent = node.box.bprop(*arriving, *arguments, **more)
            sent = list(sent) if isinstance(sent, tuple | list) else [sent]
            return [
                checked(part, argument, i) if want and part is not None else None
                for i, (part, argument, want) in enumerate(zip(sent, arguments, wanted, strict=False))
            ]

        parts = self.traced(node, run, {"grad": grad, "value": value}, children, "bprop")
        for slot, part in zip(node.children, parts, strict=True):
            if part is not None:
                self.grads.setdefault(slot, []).append(part)

    def output(self, slot: int) -> Box:
        """The gradient at a target; zeros where nothing was sent."""
        if slot in self.grads:
            return self.gradient(slot)
        spec = self.values[slot].spec
        return self.maker.sized(BroadcastTo, self.maker.constant(0.0), shape=spec.dims)

    # --- box code, traced ---

    def arguments(self, tape: Any, rows: int, node: Node, children: list[Box]) -> list[Any]:
        """The arguments of fprop, and the last of bprop: the values of the children, and noise or weights."""
        arrays = [leaf(tape, f"child {i}", child.spec, rows) for i, child in enumerate(children)]
        extras = {
            "weights": lambda: tape.leaf(WEIGHTS, (rows,), tape.dtype),
            "noise": lambda: node.box.noise(lambda shape: tape.leaf(NOISE, tuple(shape), tape.dtype), *arrays),
        }
        return arrays + [extras[need]() for need in node.box.needs]

    def traced(
        self, node: Node, run: Callable[[Any, int], list[Any]], leaves: dict[str, Box], children: list[Box], what: str
    ) -> list[Box | None]:
        """The results of a piece of box code as boxes. Raises GraphError, which names the box."""
        self.maker.owner = node.name
        leaves |= {f"child {i}": child for i, child in enumerate(children)}
        try:
            code = operations(run)
            for operation in code.operations:
                if operation.is_leaf(NOISE):
                    leaves[NOISE] = self.maker.make(
                        Noise, self.maker.need_rows(), shape=operation.shape, stream_of=node.name
                    )
            if "weights" in node.box.needs:
                leaves[WEIGHTS] = self.maker.make(ExampleWeights, self.maker.need_rows())
            return self.maker.boxes(code, leaves)
        except MemoryError:
            raise
        except Exception as error:  # whatever box code may raise on arrays without values
            reason = str(error) if isinstance(error, BpropError) else f"{type(error).__name__}: {error}"
            raise GraphError(
                f"the {what} of the box {node.name!r} ({type(node.box).__name__}) cannot become boxes: {reason}"
            ) from error

    # --- names ---

    def name_boxes(self, outputs: dict[str, Box]) -> None:
        """Give every box that bprop has made a name that says of which box: "bprop h1: multiply"."""
        taken = {*self.source.names.values(), *outputs, *(b.name for b in self.maker.fresh if b.name)}
        for box, owner in self.maker.fresh.items():
            if box.name is None and not is_number(box):
                name = unused(f"bprop {owner}: {snake(type(box).__name__).replace('mat_mul', 'matmul')}", taken)
                taken.add(name)
                object.__setattr__(box, "name", name)


def checked(part: Any, child: Any, position: int) -> Any:
    """A gradient that is sent. Raises ShapeError unless it has the child's shape."""
    if part.shape != child.shape:
        raise ShapeError(f"a gradient of shape {part.shape} for child {position}, whose value has shape {child.shape}")
    return part if part.dtype == child.dtype else part.astype(child.dtype)


def is_number(box: Box) -> bool:
    """Whether it is a number, which formulas show by its value."""
    return isinstance(box, Constant) and box.dims == ()


def unused(name: str, taken: Iterable[str]) -> str:
    """The name, with a number behind it if that is taken."""
    number, result, known = 1, name, set(taken)
    while result in known:
        number += 1
        result = f"{name} {number}"
    return result
