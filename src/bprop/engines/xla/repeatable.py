"""A traced step in which every value that is compared has the same bits wherever XLA computes it.

XLA computes a cheap array once for each array that needs it, and LLVM then turns a b + c into a fused multiply-add
(rounded once) in some of these places and not in others. A comparison of two such copies is decided by the last bit:
`a == max(a)` may hold nowhere, and the gradient of the maximum is lost. So, in all that a comparison depends on, the
result of every product (and of every function that ends in one) passes through an operation that LLVM cannot look
into: its bits, xor a zero that is known only when the program runs. No sum can take such a product in. It costs one
whole-number operation an element, where something is compared, and nothing elsewhere. The same is done for what the
sums of losses depend on: a streamed set, whose programs are compiled for other sizes, gives the bits of the whole set.

A slice backwards (`a[::-1]`) becomes a gather: XLA's simplifier of reversals has aborted the process on some graphs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jax.extend.core import ClosedJaxpr, Literal

DECIDING = frozenset({"eq", "ne", "lt", "le", "gt", "ge", "sign", "floor", "ceil", "round"})
"""Operations whose result jumps with the last bit of their arguments."""
UNFUSED = frozenset({
    "abs", "add", "add_any", "broadcast_in_dim", "clamp", "concatenate", "copy", "copy_p", "dynamic_slice",
    "expand_dims", "gather", "iota", "max", "min", "neg", "pad", "reduce_max", "reduce_min", "reduce_sum", "reshape",
    "rev", "select_n", "slice", "split", "squeeze", "stop_gradient", "sub", "transpose",
})  # fmt: skip
"""Operations that do not end in a product, so that no sum can take their last step in."""
COMPUTED_ONCE = frozenset({"dot_general", "conv_general_dilated"})
"""Operations whose result XLA puts in memory: what they are made of is not computed twice."""
CALLS = {
    "jit": "jaxpr", "pjit": "jaxpr", "closed_call": "call_jaxpr", "core_call": "call_jaxpr",
    "custom_jvp_call": "call_jaxpr", "custom_vjp_call": "call_jaxpr", "remat2": "jaxpr", "checkpoint": "jaxpr",
}  # fmt: skip
"""Operations that call another traced function, and the parameter under which it is."""


@dataclass(frozen=True)
class Operation:
    """One primitive of JAX; arguments and results by number."""

    equation: Any
    arguments: tuple[int, ...]
    results: tuple[int, ...]

    @property
    def name(self) -> str:
        return self.equation.primitive.name


@dataclass
class Listing:
    """A traced function as one list of operations. Functions that it calls are written out in their places."""

    operations: list[Operation] = field(default_factory=list)
    constants: dict[int, Any] = field(default_factory=dict)
    floats: set[int] = field(default_factory=set)
    """The numbers of arrays of floats."""
    count: int = 0

    def number(self, like: Any) -> int:
        """A number for another array, of the type of a variable or a literal."""
        self.count += 1
        if jnp.issubdtype(like.aval.dtype, jnp.floating):
            self.floats.add(self.count)
        return self.count

    def constant(self, like: Any, value: Any) -> int:
        number = self.number(like)
        self.constants[number] = value
        return number

    def add(self, traced: ClosedJaxpr, arguments: Sequence[int]) -> list[int]:
        """Write out a function of the arrays with these numbers; the numbers of its results."""
        numbers = dict(zip(traced.jaxpr.invars, arguments, strict=True))
        for variable, value in zip(traced.jaxpr.constvars, traced.consts, strict=True):
            numbers[variable] = self.constant(variable, value)

        def read(atom: Any) -> int:
            return self.constant(atom, atom.val) if isinstance(atom, Literal) else numbers[atom]

        for equation in traced.jaxpr.eqns:
            values = tuple(map(read, equation.invars))
            inner = equation.params.get(CALLS.get(equation.primitive.name, ""))
            if isinstance(inner, ClosedJaxpr):
                results = tuple(self.add(inner, values))
            else:
                results = tuple(map(self.number, equation.outvars))
                self.operations.append(Operation(equation, values, results))
            numbers.update(zip(equation.outvars, results, strict=True))
        return [read(atom) for atom in traced.jaxpr.outvars]

    def guarded(self, summed: Iterable[int] = ()) -> set[int]:
        """The numbers of the results that no sum may take in: products on which a comparison or `summed` depends."""
        compared = set(summed)
        for operation in reversed(self.operations):
            deciding = operation.name in DECIDING and any(a in self.floats for a in operation.arguments)
            if deciding or (compared.intersection(operation.results) and operation.name not in COMPUTED_ONCE):
                compared.update(operation.arguments)
        ends_in_product = (o for o in self.operations if o.name not in UNFUSED | COMPUTED_ONCE)
        return {r for o in ends_in_product for r in o.results} & compared & self.floats


def repeatable(
    function: Callable[..., Any], zero: Any, summed: Callable[..., Any] = lambda result: ()
) -> Callable[..., Any]:
    """`function` with every compared value the same bits wherever it is computed.

    zero : a whole number, shape (), that is 0 when the program runs but that no compiler knows to be.
    summed : takes from the result the part that is to be the same bits in other programs too, for data sets of other
    sizes: the sums of losses and metrics.
    """

    def rewritten(*args: Any) -> Any:
        leaves, tree = jax.tree.flatten(args)
        traced, shape = jax.make_jaxpr(lambda *flat: function(*jax.tree.unflatten(tree, flat)), return_shape=True)(
            *leaves
        )
        listing = Listing()
        inputs = [listing.number(variable) for variable in traced.jaxpr.invars]
        outputs = listing.add(traced, inputs)
        values = {**listing.constants, **dict(zip(inputs, leaves, strict=True))}
        structure = jax.tree.structure(shape)
        guarded = listing.guarded(jax.tree.leaves(summed(jax.tree.unflatten(structure, outputs))))
        for operation in listing.operations:
            results = apply(operation.equation, [values[a] for a in operation.arguments])
            for number, result in zip(operation.results, results, strict=True):
                values[number] = opaque(result, zero) if number in guarded else result
        return jax.tree.unflatten(structure, [values[number] for number in outputs])

    return rewritten


def apply(equation: Any, arguments: Sequence[Any]) -> Sequence[Any]:
    """The results of one operation."""
    if equation.primitive.name == "rev":
        return [backwards(arguments[0], equation.params["dimensions"])]
    bound = equation.primitive.get_bind_params(equation.params)
    functions, params = bound if isinstance(bound, tuple) else ((), bound)  # until JAX 0.9, and since
    result = equation.primitive.bind(*functions, *arguments, **params)
    return result if equation.primitive.multiple_results else [result]


def backwards(array: Any, axes: Sequence[int]) -> Any:
    """The array with some of its axes from last to first."""
    for axis in axes:
        places = jnp.arange(array.shape[axis] - 1, -1, -1, dtype=jnp.int32)
        array = jnp.take(array, places, axis=axis, unique_indices=True, mode="clip")
    return array


def opaque(array: Any, zero: Any) -> Any:
    """The same array, by a way that no compiler looks through."""
    bits = jnp.dtype(f"uint{8 * array.dtype.itemsize}")
    return lax.bitcast_convert_type(lax.bitcast_convert_type(array, bits) ^ zero.astype(bits), array.dtype)
