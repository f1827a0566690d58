"""LLVM instructions for scalars and vectors alike, on top of llvmlite's builder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from llvmlite import ir

Value = Any  # an ir.Value: llvmlite has no types
Type = Any  # an ir.Type
I1: Type = ir.IntType(1)
I8: Type = ir.IntType(8)
I32: Type = ir.IntType(32)
I64: Type = ir.IntType(64)
POINTER: Type = ir.PointerType()
VOID: Type = ir.VoidType()
FLOATS: dict[str, Type] = {"float32": ir.FloatType(), "float64": ir.DoubleType(), "float16": ir.HalfType()}
SUFFIX: dict[Type, str] = {ir.FloatType(): "f32", ir.DoubleType(): "f64", ir.HalfType(): "f16"}
Int = Any  # a Python int, or an i64 of the program


def type_of(dtype: np.dtype) -> Type:
    """The type of one value of a traced array in a register."""
    if dtype.kind == "f":
        return FLOATS[dtype.name]
    return I1 if dtype.kind == "b" else ir.IntType(8 * dtype.itemsize)


def stored_type(dtype: np.dtype) -> Type:
    """The type of one value in memory: a bool takes a byte."""
    return I8 if dtype.kind == "b" else type_of(dtype)


class Emitter:
    """A builder inside one function, with `lanes` values to a vector."""

    module: Any
    b: Any
    lanes: int

    def __init__(self, module: ir.Module, builder: ir.IRBuilder, lanes: int):
        self.module, self.b, self.lanes = module, builder, lanes

    # --- types and constants ---

    def vector(self, type_: Type) -> Type:
        return ir.VectorType(type_, self.lanes)

    def is_vector(self, value: Value) -> bool:
        return isinstance(value.type, ir.VectorType)

    def like(self, value: Value, number: Any) -> Value:
        """A constant of the type of `value`."""
        return constant(value.type, number)

    def iota(self, type_: Type) -> Value:
        """0, 1, 2, ... by lane."""
        return ir.Constant(self.vector(type_), list(range(self.lanes)))

    def splat(self, value: Value) -> Value:
        """A vector that holds a scalar in every lane."""
        if self.is_vector(value):
            return value
        if isinstance(value, ir.Constant):
            return constant(self.vector(value.type), value.constant)
        vector = self.vector(value.type)
        first = self.b.insert_element(ir.Constant(vector, ir.Undefined), value, I32(0))
        zeros = ir.Constant(ir.VectorType(I32, self.lanes), [0] * self.lanes)
        return self.b.shuffle_vector(first, ir.Constant(vector, ir.Undefined), zeros)

    def alike(self, *values: Value) -> list[Value]:
        """The values, all as vectors if one of them is a vector."""
        return [self.splat(v) for v in values] if any(map(self.is_vector, values)) else list(values)

    # --- arithmetic of indices, done at once where it can be ---

    def integer(self, value: Int) -> Value:
        return I64(value) if isinstance(value, int) else value

    def add(self, a: Int, c: Int) -> Int:
        if isinstance(a, int) and isinstance(c, int):
            return a + c
        if isinstance(a, int) and a == 0:
            return c
        return a if isinstance(c, int) and c == 0 else self.b.add(self.integer(a), self.integer(c))

    def mul(self, a: Int, c: Int) -> Int:
        if isinstance(a, int) and isinstance(c, int):
            return a * c
        for one, other in ((a, c), (c, a)):
            if isinstance(one, int) and one in (0, 1):
                return other if one else 0
        return self.b.mul(self.integer(a), self.integer(c))

    def minimum(self, a: Int, c: Int) -> Int:
        if isinstance(a, int) and isinstance(c, int):
            return min(a, c)
        a, c = self.integer(a), self.integer(c)
        return self.b.select(self.b.icmp_signed("<", a, c), a, c)

    # --- memory ---

    def address(self, pointer: Value, offset: Int, type_: Type) -> Value:
        """The address of element `offset`."""
        return self.b.gep(pointer, [self.integer(offset)], inbounds=True, source_etype=type_)

    def load(self, pointer: Value, offset: Int, type_: Type, vector: bool = False) -> Value:
        """The element at `offset`, or a vector of elements from there on."""
        wide = self.vector(type_) if vector else type_
        return self.b.load(self.address(pointer, offset, type_), typ=wide, align=_item_bytes(type_))

    def store(self, value: Value, pointer: Value, offset: Int) -> None:
        inner = value.type.element if self.is_vector(value) else value.type
        self.b.store(value, self.address(pointer, offset, inner), align=_item_bytes(inner))

    def scratch(self, type_: Type, count: int) -> Value:
        """Memory that belongs to the function."""
        with self.b.goto_entry_block():
            return self.b.alloca(type_, I64(count))

    def load_vector(self, type_: Type, pointer: Value, index: Int) -> Value:
        """Vector number `index` of an array of vectors."""
        return self.b.load(self.b.gep(pointer, [self.integer(index)], source_etype=type_), typ=type_)

    def store_vector(self, value: Value, pointer: Value, index: Int) -> None:
        self.b.store(value, self.b.gep(pointer, [self.integer(index)], source_etype=value.type))

    # --- calls ---

    def call(self, name: str, args: Sequence[Value], result: Type | None = None) -> Value:
        """A call of an intrinsic, or of a function of the C library, by its whole name."""
        type_ = ir.FunctionType(args[0].type if result is None else result, [a.type for a in args])
        function = self.module.globals.get(name)
        if function is None:
            function = ir.Function(self.module, type_, name=name)
        return self.b.call(function, args)

    def call_at(self, address: Value, kind: Type, args: Sequence[Value]) -> Value:
        """A call of the function at an address, an i64. `kind`: the type of the function."""
        return self.b.call(_Function(self.b.inttoptr(address, POINTER), kind), args)

    def intrinsic(self, name: str, *args: Value, result: Type | None = None) -> Value:
        """A call of the intrinsic llvm.NAME for the type of its first argument."""
        return self.call(f"llvm.{name}.{type_name(args[0].type)}", args, result)

    def lane_by_lane(self, function: Callable[..., Value], *args: Value) -> Value:
        """Apply a function of scalars to every lane."""
        if not self.is_vector(args[0]):
            return function(*args)
        vector = None
        for lane in range(self.lanes):
            value = function(*(self.b.extract_element(a, I32(lane)) for a in args))
            vector = ir.Constant(self.vector(value.type), ir.Undefined) if vector is None else vector
            vector = self.b.insert_element(vector, value, I32(lane))
        return vector

    def outlined(self, name: str, body: Callable[[Emitter, Value], Value], value: Value) -> Value:
        """body(emitter, value), in a function of the module that is written once for the type of the value."""
        whole_name = f"{name}.{type_name(value.type)}"
        function = self.module.globals.get(whole_name)
        if function is None:
            function = ir.Function(self.module, ir.FunctionType(value.type, [value.type]), whole_name)
            function.linkage = "internal"
            inside = Emitter(self.module, ir.IRBuilder(function.append_basic_block("entry")), self.lanes)
            inside.b.ret(body(inside, *function.args))
        return self.b.call(function, [value])

    # --- control ---

    def unless(self, rare: Value, usual: Value, other: Callable[[], Value]) -> Value:
        """`usual`, but other() where the truth value `rare` holds. Only then is its code run."""
        before = self.b.block
        with self.b.if_then(rare, likely=False):
            value = other()
            end = self.b.block
        result = self.b.phi(usual.type)
        result.add_incoming(usual, before)
        result.add_incoming(value, end)
        return result

    @contextmanager
    def loop(self, start: Int, stop: Int, step: int = 1) -> Iterator[Int]:
        """for i in range(start, stop, step). A single turn is emitted without a loop."""
        if isinstance(start, int) and isinstance(stop, int):
            if stop <= start:
                # nothing to do: the code written goes to a place that is never reached
                dead = self.b.append_basic_block("never")
                after = self.b.append_basic_block("after")
                self.b.branch(after)
                self.b.position_at_end(dead)
                yield start
                self.b.branch(after)
                self.b.position_at_end(after)
                return
            if stop - start <= step:
                yield start
                return
        b = self.b
        before, body, after = b.block, b.append_basic_block("body"), b.append_basic_block("after")
        first, last = self.integer(start), self.integer(stop)
        b.cbranch(b.icmp_signed("<", first, last), body, after)
        b.position_at_end(body)
        index = b.phi(I64)
        index.add_incoming(first, before)
        yield index
        following = b.add(index, I64(step))
        index.add_incoming(following, b.block)
        b.cbranch(b.icmp_signed("<", following, last), body, after)
        b.position_at_end(after)

    def repeat(self, start: Int, stop: Int, carry: Sequence[Value], body: Callable[..., Any]) -> list[Value]:
        """carry = body(i, carry) for i in range(start, stop), the carry in registers."""
        if isinstance(start, int) and isinstance(stop, int) and stop - start <= 4:
            for i in range(start, stop):
                carry = body(i, carry)
            return list(carry)
        b = self.b
        before, inside, after = b.block, b.append_basic_block("body"), b.append_basic_block("after")
        first, last = self.integer(start), self.integer(stop)
        b.cbranch(b.icmp_signed("<", first, last), inside, after)
        b.position_at_end(inside)
        index = b.phi(I64)
        phis = [b.phi(value.type) for value in carry]
        index.add_incoming(first, before)
        for phi, value in zip(phis, carry, strict=True):
            phi.add_incoming(value, before)
        results = body(index, phis)
        following = b.add(index, I64(1))
        index.add_incoming(following, b.block)
        for phi, value in zip(phis, results, strict=True):
            phi.add_incoming(value, b.block)
        inner_end = b.block
        b.cbranch(b.icmp_signed("<", following, last), inside, after)
        b.position_at_end(after)
        carried = []
        for value, result in zip(carry, results, strict=True):
            phi = b.phi(value.type)
            phi.add_incoming(value, before)
            phi.add_incoming(result, inner_end)
            carried.append(phi)
        return carried


class _Function:
    """A pointer of which the builder knows the type of the function that it points to."""

    def __init__(self, pointer: Value, kind: Type):
        self.pointer, self.function_type = pointer, kind

    def __getattr__(self, name: str) -> Any:
        return getattr(self.pointer, name)


def constant(type_: Type, number: Any) -> ir.Constant:
    """A number as a constant of a scalar or vector type."""
    if isinstance(type_, ir.VectorType):
        return ir.Constant(type_, [constant(type_.element, number)] * type_.count)
    if isinstance(type_, ir.FloatType):
        return ir.Constant(type_, float(np.float32(number)))
    if isinstance(type_, ir.DoubleType):
        return ir.Constant(type_, float(number))
    return ir.Constant(type_, int(number))


def type_name(type_: Type) -> str:
    """The name of a type in names of intrinsics: v16f32."""
    if isinstance(type_, ir.VectorType):
        return f"v{type_.count}{type_name(type_.element)}"
    return f"i{type_.width}" if isinstance(type_, ir.IntType) else SUFFIX[type_]


def _item_bytes(type_: Type) -> int:
    return {ir.FloatType(): 4, ir.DoubleType(): 8, ir.HalfType(): 2}.get(type_) or max(1, type_.width // 8)  # type: ignore[attr-defined]
