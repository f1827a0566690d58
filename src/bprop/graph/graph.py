"""The graph: a structure of boxes that can be propagated forward and backward."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np

from bprop import errors, init
from bprop.box import Box
from bprop.elsewhere import answering
from bprop.graph import arguments, passes, validation
from bprop.graph.described import Described
from bprop.graph.intake import Intake, natural
from bprop.graph.mixing import Rows
from bprop.graph.objective import backpropagate
from bprop.graph.pictured import picture
from bprop.graph.plan import Plan
from bprop.graph.prediction import Predictor
from bprop.graph.values import Gradients, Values
from bprop.structure.replace import read_places, replaced
from bprop.structure.show import show

if TYPE_CHECKING:
    from bprop.draw import Drawing

Functions = Any  # `bprop.engines.functions.Functions`: engines stand above graphs


class Graph(Intake, Described):
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
    def _plans(self) -> dict[tuple[Any, ...], Plan]:
        return {}

    @cached_property
    def _mixing(self) -> dict[bool, str | None]:
        return {}

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
        Raises ShapeError for an initialiser that returns another shape, SettingError for a function that fails.
        """
        return self.init_some(self.parameters, seed, dtype)

    def init_some(self, names: Iterable[str], seed: int = 0, dtype: Any = "float64") -> dict[str, np.ndarray]:
        """The same for some parameters alone: no initialiser of another one is called."""
        theta = {}
        for name, box in ((name, self.parameters[name]) for name in names):
            rng = np.random.default_rng(np.random.SeedSequence([natural(seed), crc32(name.encode())]))
            theta[name] = init.initial(box.init or init.default(box.shape), rng, box.shape, name).astype(dtype)
        return theta

    @answering({}, "graph.fprop", places="the data is one argument, graph.fprop(theta, (X, y)), or keywords, x=X, y=Y")
    def fprop(
        self,
        params: Mapping[str, Any],
        data: Any = None,
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
        data, inputs : the arrays by input name, each (N, ...), as a dict or as keywords. Instead of a dict, data may be
            (X, y), for a graph with one input besides the target, or an array, where one input is needed.
        training : False makes dropout the identity, and batch normalisation uses its running averages.
        seed : the seed of the noise (dropout). The same seed draws the same noise.
        weights : (N,) example weights; default 1.
        dtype : the precision of the pass; default the widest of params and inputs.

        Raises
        ------
        UnknownNameError, ShapeError, DTypeError, DataError : an array does not fit; the message names it.
        """
        arrays = self.named(data, inputs)
        arguments.need_inputs(self, self.predictor.inputs if self.outputs else (), arrays)
        plan = self.plan(training=training)
        leaves, context = self.leaves_of(plan, params, arrays, seed, weights, dtype)
        return Values(self, plan, passes.fprop(plan, leaves, context), context)

    def bprop(self, values: Values, inputs: str | Box | Sequence[str | Box] = ()) -> Gradients:
        """Backpropagation: the gradient of the objective for every box between a trainable parameter and the objective.

        inputs : further boxes whose gradients are wanted, or their names. The gradient of an Input x says how the
        objective changes with the data. Raises GraphError for a box that is computed as one with the box above it.
        """
        if not isinstance(values, Values):
            raise errors.DTypeError(
                "bprop goes back from the values of a forward pass: values = graph.fprop(theta, x=X, y=Y), and then "
                "graph.bprop(values)"
            )
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
        more = list(more)
        self.need_gradients(plan, more)
        return {plan.slot_of[self.boxes[self.name_of(k)]] for k in (*self.trainable, *more)}

    def need_gradients(self, plan: Plan, boxes: Iterable[str | Box]) -> None:
        """Raise GraphError for a box that is computed as one with the box above it."""
        bypassed = self.bypassed(plan)
        for name in map(self.name_of, boxes):
            if plan.slot_of.get(self.boxes[name], -1) in bypassed:
                raise errors.GraphError(
                    f"{name!r} has no gradient here: for stability, it is computed as one with the box above it "
                    "(see graph.rewrites); make the graph with stable=False to have this gradient"
                )

    def bypassed(self, plan: Plan) -> set[int | None]:
        """The slots of boxes that are computed as one with the box above: their gradient is incomplete."""
        return {plan.slot_of.get(box) for box in self.bypassed_boxes}

    def predict(
        self, params: Mapping[str, Any], data: Any = None, /, *, dtype: Any = None, **inputs: Any
    ) -> Any:  # fmt: skip
        """The outputs for a batch, outside training: one array for one output, else {name: array}.

        Only the inputs that the outputs need are required (x, not y). Where they need one, data may be its array.

        Raises GraphError for a graph without outputs, and the errors of `fprop`.
        """
        theta = validation.read_params(params, self.parameters)
        arrays = self.predictor.read(self.named(data, inputs, predicts=True))
        dtype = validation.precision(dtype, theta, arrays)
        return self.predictor.outputs(self.predictor.start(theta, dtype), arrays)

    @cached_property
    def predictor(self) -> Predictor:
        """The parts of `predict` that depend neither on theta nor on data."""
        if not self.outputs:
            raise errors.GraphError("this graph has no outputs to predict: make it with Graph(..., outputs={'f': f})")
        plan = self.plan(self.outputs.values(), training=False)
        return Predictor(self, plan, self.limits, lambda dtype: _room_above("functions").many_rows(self, dtype))

    def replace(self, old: str | Box | Mapping[Any, Any], new: Any = None) -> Graph:
        """A new graph with other boxes in the place of some: `graph.replace("h1", box)`, or `{name: box, ...}`.

        This graph stays as it is. The boxes below are shared, so that theta of this graph fits the parameters that both
        have. Boxes above are made anew and keep their names. The new box may be made of the old one, as in
        `graph.replace(h1, bp.dropout(h1, 0.5))`; a new box without a name takes over the name of one that is gone.

        Raises UnknownNameError for a box that is not in the graph, ShapeError where the new box does not fit, and
        GraphError for two boxes of one name.

        >>> graph = bp.mlp([4, 8, 2], activation="tanh")
        >>> graph.replace("h1", bp.relu(graph.boxes["a1"])).boxes["h1"]
        <Relu 'h1' (N, 8)>
        """
        return Graph(**replaced(self, read_places(self, old, new)))

    def functions(
        self,
        engine: Any = "auto",
        rule: Any = None,
        *,
        dtype: Any = "float32",
        batch_size: int | None = None,
        in_place: bool = False,
        check: bool = True,
    ) -> Functions:
        """The graph as plain functions on an engine: `loss`, `gradients`, `step`, `outputs`, for a loop of your own.

        They take theta, a batch and a seed, and remember nothing (see `bprop.engines.functions.Functions`):

            of = graph.functions("native", bp.Adam())
            theta, state = graph.init(), of.init(graph.init())
            theta, state, loss = of.step(theta, state, {"x": X[:32], "y": Y[:32]}, seed=0)

        Compiled once for each number of rows on "native" and "xla", plain on "numpy". A step gives the bits of
        `bp.train` on the same batch. On "xla" the functions pass through jax.jit, jax.grad, jax.jvp and jax.vmap.

        Parameters
        ----------
        engine, rule, dtype : as in `bp.train`. `step` needs the rule.
        batch_size : a batch with fewer rows is filled up with rows of weight 0, so that nothing is compiled for the
            last batch of an epoch. None: batches have any number of rows.
        in_place : `step` may overwrite the theta and the state that the step before it returned, which saves copies.
        check : look at every number of a batch: finite, labels in range. False saves a few microseconds; a wrong label
            then does harm.

        Raises SettingError, UnknownNameError, MissingPackageError, UnsupportedError.
        """
        return _room_above("functions").functions(self, engine, rule, dtype, in_place, check, batch_size)

    def backward(
        self,
        of: str | Box | None = None,
        inputs: str | Box | Sequence[str | Box] = (),
        *,
        training: bool = True,
    ) -> Graph:
        """The gradient as a graph: its boxes are those of forward propagation, and what the bprop of each box does.

        Its leaves are those of this graph. Its outputs are the gradients of the objective, "d objective / d W1", for
        every trainable parameter, in their order, then for `inputs`. It is a graph like any other: it can be drawn,
        checked, saved, run on every engine, exported, and differentiated again: a function of gradients has a
        gradient.

        Parameters
        ----------
        of : a box of one number, (), or of one number an example, (N,), of which the mean counts; or its name. Default:
            the objective.
        inputs : further boxes whose gradients are wanted, or their names.
        training : False: dropout is the identity, and batch normalisation uses its running averages.

        Raises GraphError, which names the box, for box code that cannot become boxes.

        >>> x, w = bp.Input("x"), bp.Parameter("w")
        >>> graph = bp.Graph(loss=bp.square(w * x - 1)).backward()
        >>> float(graph.predict({"w": 2.0}, x=[1.0]))
        2.0
        >>> list(graph.outputs)
        ['d objective / d w']
        """
        return _room_above("backward").backward(self, of, inputs, training)

    @answering({}, "graph.draw", places="the batch is one argument, graph.draw(theta, (X, y)), or keywords, x=X, y=Y")
    def draw(
        self,
        params: Mapping[str, Any] | None = None,
        batch: Any = None,
        *,
        collapse: bool | str = "auto",
        fold: bool | str = "auto",
        direction: str = "up",
        width: float | None = None,
        seed: int = 0,
        **inputs: Any,
    ) -> Drawing:
        """The graph as a picture: `graph.draw().save("net.svg")`. Notebooks show it.

        params, with a batch or inputs : `graph.draw(fit.params, x=X, y=Y)` shows in every box how its value and its
            gradient are distributed in a pass of training, dropout included.
        collapse : draw each layer as one box. fold : draw equal layers that follow each other as one box, "× 50".
        direction : "up", or "right" for a drawing from left to right. width : the pixels of the page, to keep to.
            `bprop.draw.draw` says more of all four.
        seed : the seed of the noise of that pass.

        Raises SettingError for one of params and batch without the other, and what fprop raises.
        """
        settings = {"fold": fold, "direction": direction, "width": width}
        return picture(self, params, batch, inputs, collapse, seed, settings)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return self.draw()._repr_mimebundle_()

    def __str__(self) -> str:
        return show(self)


def _room_above(name: str) -> Any:
    """A room that works with graphs, imported when a graph is asked for what it does."""
    return import_module(f"bprop.{name}")
