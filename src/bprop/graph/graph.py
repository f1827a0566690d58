"""The graph: a structure of boxes that can be propagated forward and backward."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np

from bprop import errors, init
from bprop.box import Box
from bprop.data import DataSet
from bprop.graph import passes, representable, validation
from bprop.graph.mixing import Rows
from bprop.graph.objective import backpropagate
from bprop.graph.plan import Context, Plan
from bprop.graph.prediction import Predictor
from bprop.graph.ranges import Ranges
from bprop.graph.validation import cast
from bprop.graph.values import Gradients, Values
from bprop.namespace import Array
from bprop.structure.describe import build, describe
from bprop.structure.show import show
from bprop.structure.size_guard import SizeLimit
from bprop.structure.structure import Structure

if TYPE_CHECKING:
    from bprop.draw import Drawing


class Graph(Structure):
    """A flow graph that can be propagated forward and backward.

    The objective is (1 / sum_t w_t) sum_t w_t l(f(x_t; theta), y_t) + penalty, with example weights w_t that are 1 by
    default.

    Parameters
    ----------
    loss : a box with one number an example, shape (N,).
    penalty : a box with one number, shape (): lambda * Omega(theta). It may also depend on the batch (on activations).
    outputs : {name: box}, the boxes that `predict` computes. An unnamed box takes the name.
    stable : compute pairs such as nll(softmax(a), y) as one numerically stable box (see `rewrites`).

    Raises
    ------
    GraphError : a cycle, two boxes of one name, a loss that is not (N,), a penalty that is not ().

    >>> x, y, w = bp.Input("x"), bp.Input("y"), bp.Parameter("w")
    >>> graph = bp.Graph(loss=bp.squared_error(w * x, y), penalty=0.5 * bp.l2(w))
    >>> values = graph.fprop({"w": 2.0}, x=[1.0, 3.0], y=[1.0, 5.0])
    >>> float(values.objective), float(graph.bprop(values)["w"])
    (3.0, 6.0)
    """

    @cached_property
    def _plans(self) -> dict[tuple, Plan]:
        return {}

    @cached_property
    def _mixing(self) -> dict[bool, str | None]:
        return {}

    @cached_property
    def limits(self) -> validation.Limits:
        """{input name: (lowest, highest, box)}: the legal values of inputs, and the box that needs them."""
        return self.ranges.direct

    @cached_property
    def ranges(self) -> Ranges:
        """The legal values of the children of boxes, whether these are inputs or computed."""
        return Ranges(self, tuple(self.order))

    def plan(self, roots: Iterable[Box] | None = None, *, training: bool = True) -> Plan:
        """The plan of the boxes that `roots` need (default: every box of the graph), in training or outside."""
        roots = self.order if roots is None else list(roots)
        key = (training, *map(id, roots))
        if key not in self._plans:
            self._plans[key] = Plan(roots, self.names, self.computed if training else self.evaluated_as)
            if self.ranges.unknown:
                self._plans[key].watch = self.ranges.watch
        return self._plans[key]

    def mixing(self, *, training: bool = True) -> str | None:
        """The name of a box that mixes the rows of a batch (see `bprop.graph.mixing`), or None if there is none.

        training : True looks at the objective in training, False at the loss outside training. With a name for False, a
        data set is evaluated as one batch, not in parts.
        """
        if training not in self._mixing:
            roots = [self.need_loss()] if self.penalty is None or not training else [self.need_loss(), self.penalty]
            self._mixing[training] = Rows(self.plan(roots, training=training), training).mixing
        return self._mixing[training]

    def init(self, seed: int = 0, dtype: Any = "float64") -> dict[str, np.ndarray]:
        """theta: every parameter from its initialiser (default: Glorot uniform weights, zero biases).

        The random numbers of a parameter are a function of (seed, its name), so a new box changes no other parameter.
        Raises ShapeError for an initialiser that returns another shape.
        """
        theta = {}
        for name, box in self.parameters.items():
            rng = np.random.default_rng(np.random.SeedSequence([_natural(seed), crc32(name.encode())]))
            array = np.asarray((box.init or init.default(box.shape))(rng, box.shape))
            if array.shape != box.shape:
                raise errors.ShapeError(f"the initialiser of {name!r} returned shape {array.shape}, not {box.shape}")
            theta[name] = array.astype(dtype)
        return theta

    def fprop(
        self,
        params: Mapping[str, Any],
        data: Mapping[str, Any] | None = None,
        /,
        *,
        training: bool = True,
        seed: int = 0,
        weights: Any = None,
        dtype: Any = None,
        **inputs: Any,
    ) -> Values:
        """Forward propagation on NumPy: the value of every box for a batch.

        Parameters
        ----------
        params : theta, {name: array}.
        data, inputs : the arrays by input name, each (N, ...), as a dict or as keywords.
        training : False makes dropout the identity, and batch normalisation uses its running averages.
        seed : the seed of the noise (dropout). The same seed draws the same noise.
        weights : (N,) example weights; default 1.
        dtype : the precision of the pass; default the widest of params and inputs.

        Raises
        ------
        UnknownNameError, ShapeError, DTypeError, DataError : an array does not fit; the message names it.
        """
        return self._pass(self.plan(training=training), params, {**(data or {}), **inputs}, seed, weights, dtype)

    def bprop(self, values: Values, inputs: str | Box | Sequence[str | Box] = ()) -> Gradients:
        """Backpropagation: the gradient of the objective for every box between a trainable parameter and the objective.

        inputs : further boxes whose gradients are wanted, or their names. The gradient of an Input x says how the
        objective changes with the data. Raises GraphError for a box that is computed as one with the box above it.
        """
        more = [inputs] if isinstance(inputs, str | Box) else list(inputs)
        plan = values.plan
        targets, bypassed = self.targets(plan, more), self.bypassed(plan)
        grads = backpropagate(self, plan, values.state, values.context, targets)
        for slot in targets:
            if grads[slot] is None:
                grads[slot] = np.zeros_like(values.state.values[slot])
        boxes = ((name, plan.slot_of.get(box)) for name, box in self.boxes.items())
        named = {n: grads[s] for n, s in boxes if s is not None and s not in bypassed and grads[s] is not None}
        return Gradients(self, named)

    def targets(self, plan: Plan, more: Iterable[str | Box] = ()) -> set[int]:
        """The slots of the trainable parameters, and of `more` boxes whose gradients are wanted. Raises GraphError."""
        bypassed = self.bypassed(plan)
        for name in map(self.name_of, more):
            if plan.slot_of[self.boxes[name]] in bypassed:
                raise errors.GraphError(
                    f"{name!r} has no gradient here: for stability, it is computed as one with the box above it "
                    "(see graph.rewrites); make the graph with stable=False to have this gradient"
                )
        return {plan.slot_of[self.boxes[self.name_of(k)]] for k in (*self.trainable, *more)}

    def bypassed(self, plan: Plan) -> set[int | None]:
        """The slots of boxes that are computed as one with the box above: their gradient is incomplete."""
        return {plan.slot_of.get(box) for box in self.bypassed_boxes}

    def predict(
        self, params: Mapping[str, Any], data: Mapping[str, Any] | None = None, /, *, dtype: Any = None, **inputs: Any
    ) -> Any:
        """The outputs for a batch, outside training: one array for one output, else {name: array}.

        Only the inputs that the outputs need are required (x, not y). Raises GraphError for a graph without outputs,
        and the errors of `fprop`.
        """
        theta = validation.read_params(params, self.parameters)
        arrays = self.predictor.read({**(data or {}), **inputs})
        dtype = validation.precision(dtype, theta, arrays)
        return self.predictor.outputs(self.predictor.start(theta, dtype), arrays)

    @cached_property
    def predictor(self) -> Predictor:
        """The parts of `predict` that depend neither on theta nor on data."""
        if not self.outputs:
            raise errors.GraphError("this graph has no outputs to predict: make it with Graph(..., outputs={'f': f})")
        return Predictor(self, self.plan(self.outputs.values(), training=False), self.limits)

    def _pass(
        self,
        plan: Plan,
        params: Mapping,
        data: Mapping,
        seed: int = 0,
        weights: Any = None,
        dtype: Any = None,
    ) -> Values:
        leaves, context = self.leaves_of(plan, params, data, seed, weights, dtype)
        return Values(self, plan, passes.fprop(plan, leaves, context), context)

    def leaves_of(
        self, plan: Plan, params: Mapping, data: Mapping, seed: int = 0, weights: Any = None, dtype: Any = None
    ) -> tuple[dict[str, Array], Context]:
        """The start of a pass: the values of the leaves by name, checked and in its dtype, and its context."""
        theta = validation.read_params(params, self.parameters)
        arrays = self.read(data)
        rows = validation.check_rows(arrays) if arrays else 1
        dtype = validation.precision(dtype, theta, arrays)
        weights = validation.read_weights(weights, rows)
        representable.need_weights(weights, dtype)
        representable.need_leaves(theta, self.parameters, "parameter", dtype)
        representable.need_leaves({n: b.value for n, b in self.constants.items()}, self.constants, "constant", dtype)
        for name, array in arrays.items():
            representable.need_finite(f"input {name!r}", array, dtype)
        context = Context.of(rows, dtype, _natural(seed), weights)
        leaves = {name: cast(array, self.boxes[name], dtype) for name, array in {**theta, **arrays}.items()}
        leaves |= {name: cast(box.value, box, dtype) for name, box in self.constants.items()}
        return {n: leaves[n] for n in plan.leaves}, context

    def read(self, data: Mapping[str, Any]) -> dict[str, np.ndarray]:
        """Data as arrays, checked: names, shapes, kinds, finite values, labels in range, equal lengths."""
        arrays = validation.read_inputs(data, self.inputs, self.limits)
        self.ranges.check(arrays)
        return arrays

    def read_set(self, data: Mapping[str, Any] | DataSet, weights: Any = None, name: str = "weights") -> DataSet:
        """Data as a data set, checked like `read`, with its example weights, which errors call `name`."""
        examples = validation.read_set(data, self.inputs, self.limits, weights, name)
        if self.ranges.derived:
            for cut in examples.cuts():
                self.ranges.check({name: array[cut] for name, array in examples.arrays.items()}, cut.start)
        return examples

    def draw(
        self,
        params: Mapping[str, Any] | None = None,
        batch: Mapping[str, Any] | None = None,
        *,
        collapse: bool | str = "auto",
        seed: int = 0,
        **inputs: Any,
    ) -> Drawing:
        """The graph as a picture: `graph.draw().save("net.svg")`. Notebooks show it.

        params, with a batch or inputs : `graph.draw(fit.params, x=X, y=Y)` shows in every box how its value and its
            gradient are distributed in a pass of training, dropout included.
        collapse : draw each layer as one box (see `bprop.draw.draw`).
        seed : the seed of the noise of that pass.

        Raises SettingError for one of params and batch without the other, and what fprop raises.
        """
        from bprop.draw import draw  # imported here, as most graphs are never drawn

        data = {**(batch or {}), **inputs}
        if params is None:
            if data:
                raise errors.SettingError("to draw values pass the parameters too: graph.draw(fit.params, x=X, y=Y)")
            return draw(self, collapse)
        if not data and self.inputs:
            raise errors.SettingError("to draw values pass a batch too: graph.draw(fit.params, x=X, y=Y)")
        with np.errstate(all="ignore"):  # overflows are part of the picture
            values = self.fprop(params, data, seed=seed)
            grads = self.bprop(values) if self.loss is not None else None
            objective = float(values.objective) if self.loss is not None else None
        return draw(self, collapse, values, grads, objective)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return self.draw()._repr_mimebundle_()

    def describe(self) -> dict[str, Any]:
        """The graph as plain data (dicts, lists, numbers, strings). `from_description` is the way back."""
        return describe(self)

    @classmethod
    def from_description(
        cls, description: Mapping[str, Any], boxes: Iterable[type[Box]] = (), size_limit: SizeLimit | None = None
    ) -> Graph:
        """The graph of a description.

        boxes : classes of your own that the description uses, unless this process has defined them.
        size_limit : limits on the size of the boxes, for a description that is not trusted.

        Raises GraphError and UnknownNameError (see `bprop.structure.describe.build`).
        """
        return cls(**build(description, boxes, size_limit))

    def __reduce__(self):
        return Graph.from_description, (self.describe(), self._own_boxes())

    def _own_boxes(self) -> tuple[type[Box], ...]:
        """The classes of boxes that are not bprop's."""
        return tuple({type(box) for box in self.order if ":" in type(box).type_key})

    def __getstate__(self) -> dict[str, Any]:
        """For skops, which keeps plain data: see `__reduce__`, which pickle and copies use."""
        return {"description": self.describe(), "boxes": list(self._own_boxes())}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        Graph.__init__(self, **build(state["description"], state["boxes"]))

    def __str__(self) -> str:
        return show(self)


def _natural(seed: int) -> int:
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise errors.SettingError(f"a seed is a whole number, 0 or more, not {seed!r}")
    return int(seed)
