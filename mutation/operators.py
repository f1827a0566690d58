"""The defects: for a node of the syntax tree, what may stand in its place."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from copy import deepcopy

Operator = Callable[[ast.AST], Iterator[tuple[str, ast.AST]]]
"""From a node to (the kind of defect, the node that takes its place); the node itself stays as it is."""

OPERATIONS = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv, ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift, ast.RShift: ast.LShift,
}  # fmt: skip
COMPARISONS = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
PAIRS = (
    ("min", "max"), ("minimum", "maximum"), ("any", "all"), ("floor", "ceil"), ("argmin", "argmax"), ("sum", "mean"),
    ("zeros", "ones"), ("zeros_like", "ones_like"), ("startswith", "endswith"), ("add", "sub"), ("fadd", "fsub"),
    ("fmul", "fdiv"), ("exp", "expm1"), ("log", "log1p"), ("logical_and", "logical_or"),
)  # fmt: skip
SYMMETRIC = (
    "min", "max", "minimum", "maximum", "array_equal", "mul", "fmul", "fadd", "and_", "or_", "xor", "namespace",
    "broadcast_shapes", "settings_of", "same_place", "Equal", "Add", "Mul", "And", "Or", "Max", "Min",
)  # fmt: skip
"""Functions for which the order of the arguments is nothing."""
ASSURANCES = ("strict",)
"""Keywords that only assure what holds anyway."""
NAMES = {name: other for one, two in PAIRS for name, other in ((one, two), (two, one))}


def operation(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """a + b -> a - b, a * b -> a / b, a @ b -> b @ a, ..."""
    if isinstance(node, ast.BinOp):
        if isinstance(node.op, ast.MatMult):
            yield "swap the factors", ast.BinOp(node.right, node.op, node.left)
        elif type(node.op) in OPERATIONS:
            yield "another operation", ast.BinOp(node.left, OPERATIONS[type(node.op)](), node.right)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield "drop a minus", node.operand


def comparison(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """a < b -> a <= b, a == b -> a != b, ... in each place of a chain."""
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            changed = deepcopy(node)
            changed.ops[place] = COMPARISONS[type(operator)]()
            yield "another comparison", changed


def condition(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """if a -> if not a; a and b -> a or b; not a -> a."""
    if isinstance(node, ast.BoolOp):
        yield "and for or", ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "drop a not", node.operand
    if isinstance(node, ast.IfExp) and not isinstance(node.test, ast.Compare):
        yield "flip a condition", ast.IfExp(node.test, node.orelse, node.body)


def constant(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """n -> n + 1; True -> False."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, bool):
            yield "the other truth", ast.Constant(not node.value)
        elif isinstance(node.value, int | float) and node.value + 1 != node.value:
            yield "a constant plus one", ast.Constant(node.value + 1)


def call(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """f(a, b, k=c) -> f(b, a, k=c), f(a, b)."""
    if not isinstance(node, ast.Call):
        return
    for place, keyword in enumerate(node.keywords):
        if keyword.arg is not None and keyword.arg not in ASSURANCES:
            yield (
                "drop a keyword",
                ast.Call(node.func, node.args, [k for i, k in enumerate(node.keywords) if i != place]),
            )
    fixed = any(isinstance(argument, ast.Starred) for argument in node.args)
    fixed |= getattr(node.func, "id", getattr(node.func, "attr", "")) in SYMMETRIC
    for place in range(0 if fixed else len(node.args) - 1):
        swapped = list(node.args)
        swapped[place : place + 2] = reversed(swapped[place : place + 2])
        yield "swap two arguments", ast.Call(node.func, swapped, node.keywords)


def name(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """min -> max, any -> all, floor -> ceil, ... as a function or a method that is called."""
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name) and node.func.id in NAMES:
            yield "a like function", ast.Call(ast.Name(NAMES[node.func.id], ast.Load()), node.args, node.keywords)
        if isinstance(node.func, ast.Attribute) and node.func.attr in NAMES:
            function = ast.Attribute(node.func.value, NAMES[node.func.attr], ast.Load())
            yield "a like function", ast.Call(function, node.args, node.keywords)


def axes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """(a, b) -> (a,) for axis=(a, b) and the like."""
    if isinstance(node, ast.keyword) and isinstance(node.value, ast.Tuple) and len(node.value.elts) > 1:
        for place in range(len(node.value.elts)):
            rest = [element for i, element in enumerate(node.value.elts) if i != place]
            yield "remove an axis", ast.keyword(node.arg, ast.Tuple(rest, ast.Load()))


def gradient(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """return g -> return -g, in each place of a tuple. Only for functions called fprop and bprop."""
    if isinstance(node, ast.Return) and node.value is not None:
        if not isinstance(node.value, ast.Tuple):
            yield "negate", ast.Return(ast.UnaryOp(ast.USub(), node.value))
            return
        for place, element in enumerate(node.value.elts):
            changed = deepcopy(node.value)
            changed.elts[place] = ast.UnaryOp(ast.USub(), element)
            yield "negate", ast.Return(changed)


def statement(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Drop a statement; flip the condition of an if or a while; return None."""
    if isinstance(node, ast.AugAssign) and type(node.op) in OPERATIONS:
        yield "another operation", ast.AugAssign(node.target, OPERATIONS[type(node.op)](), node.value)
    dropped = isinstance(node, ast.AugAssign | ast.Raise | ast.Continue | ast.Break | ast.Delete)
    dropped |= isinstance(node, ast.Expr) and isinstance(node.value, ast.Call | ast.Yield | ast.YieldFrom)
    dropped |= isinstance(node, ast.Assign) and any(isinstance(t, ast.Attribute | ast.Subscript) for t in node.targets)
    if dropped:
        yield "drop a statement", ast.Pass()
    if isinstance(node, ast.Return) and not (node.value is None or _is_nothing(node.value)):
        yield "return None", ast.Return(ast.Constant(None))


def _is_nothing(node: ast.AST) -> bool:
    """None, or False: who asks a question takes None for it, too."""
    return isinstance(node, ast.Constant) and (node.value is None or node.value is False)


EXPRESSIONS: tuple[Operator, ...] = (operation, comparison, condition, constant, call, name, axes)
STATEMENTS: tuple[Operator, ...] = (statement,)
