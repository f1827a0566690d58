"""The formula of every box of the catalogue: well-formed, without leaks, and equal to what fprop and bprop compute."""

import math
import re
from xml.etree import ElementTree

import numpy as np
import pytest

import bprop as bp
from bprop.errors import BpropError
from bprop.formulas import Arrays, formula_of, numbers_of, recording
from bprop.formulas.recording import bprop_terms, fprop_term

FUNCTIONS = {
    "exp": math.exp, "log": math.log, "sqrt": math.sqrt, "abs": abs, "max": max, "min": min, "sin": math.sin,
    "cos": math.cos, "tanh": math.tanh, "sign": np.sign, "sigmoid": lambda a: 1 / (1 + math.exp(-a)),
}  # fmt: skip


def made(cls, example):
    """A box of a class with an example's hyper-parameters, and its arrays: children are inputs where they can be."""
    hyper = example[-1] if isinstance(example[-1], dict) else {}
    arrays = [np.asarray(array) for array in example if not isinstance(array, dict)]
    first = [number for number, array in enumerate(arrays) if array.ndim]
    for inputs in (first, first[:1], first[1:2], []):
        children = [
            bp.Input(f"c{i}", array.shape[1:], {"f": "float", "i": "int", "b": "bool"}[array.dtype.kind])
            if i in inputs
            else bp.Parameter(f"c{i}", array.shape)
            for i, array in enumerate(arrays)
        ]
        if len({len(arrays[i]) for i in inputs}) > 1:
            continue
        try:
            return cls(*children, name="h", **hyper), arrays
        except BpropError:
            continue
    raise AssertionError(f"no box of {cls.__name__} for {[array.shape for array in arrays]}")


def passes():
    """(box, Arrays) of every example of every box, with a gradient."""
    for cls in bp.catalogue():
        rng = np.random.default_rng(0)
        for number, example in enumerate(cls.examples(rng)):
            yield pytest.param(cls, example, id=f"{cls.__name__}-{number}")


def arrays_of(box, arrays):
    rng = np.random.default_rng(1)
    extras = [np.ones(len(arrays[0])) if need == "weights" else box.noise(rng.random, *arrays) for need in box.needs]
    value = np.asarray(box.fprop(*arrays, *extras))
    return Arrays(arrays, extras, value, rng.normal(size=value.shape))


every_example = pytest.mark.parametrize(("cls", "example"), list(passes()))


@every_example
def test_the_formula_of_a_box_gives_what_its_code_computes(cls, example):
    box, arrays = made(cls, example)
    given = arrays_of(box, arrays)
    term = fprop_term(box, {}, given)
    np.testing.assert_allclose(term.value, given.value, rtol=1e-9, atol=1e-12)
    wanted = [True] * len(arrays)
    sent = box.bprop(given.grad, given.value, *given.children, *given.extras)
    sent = sent if isinstance(sent, tuple) else (sent,)
    for term, array in zip(bprop_terms(box, {}, given, wanted, "L"), sent, strict=True):
        assert (term is None) == (array is None)
        if term is not None:
            np.testing.assert_allclose(term.value, array, rtol=1e-9, atol=1e-12)
            assert term.shape == array.shape


@every_example
def test_the_plain_mathematics_of_a_box_is_what_its_formula_is_made_of(cls, example, monkeypatch):
    box, arrays = made(cls, example)
    given, results, real = arrays_of(box, arrays), [], recording.by_formula

    def noted(method, terms):
        results.append((method.__name__, real(method, terms)))
        return results[-1][1]

    monkeypatch.setattr(recording, "by_formula", noted)
    fprop_term(box, {}, given)
    bprop_terms(box, {}, given, [True] * len(arrays), "L")
    # a method that raises is passed over without a word, for a user's class may mean something else by its name
    assert [name for name, result in results if result is None] == []


@every_example
def test_the_formula_with_names_is_mathematics(cls, example):
    box, _ = made(cls, example)
    for phase in ("fprop", "bprop"):
        formula = formula_of(box, {}, phase)
        ElementTree.fromstring(formula.mathml)
        for leak in ("array", "object at", "<lambda", "Term", "None", "unwritable", "bprop of", cls.__name__ + "("):
            assert leak not in formula.text and leak not in formula.mathml, formula.text
        assert len(formula.text.splitlines()[0]) < 160, formula.text


@every_example
def test_the_numbers_of_a_formula_are_those_of_the_pass(cls, example):
    box, arrays = made(cls, example)
    given = arrays_of(box, arrays)
    for phase in ("fprop", "bprop"):
        formula = numbers_of(box, {}, given, phase)
        assert "an array of" not in formula.text
        table = ElementTree.fromstring(formula.mathml)[0]
        texts, lines = formula.text.splitlines(), []
        for line in table:
            if len(line[0]):
                lines.append([])
            lines[-1].append(line)
        assert len(lines) == len(texts)
        for line, text in zip(lines, texts, strict=True):
            need_right(line, text)


def need_right(line, text):
    """Compare the result of a line with its right side, of the text and of the MathML."""
    parts = text.removeprefix("where ").split(" = ")
    if len(parts) < 3 or "..." in text:
        return
    if "[" in parts[1]:
        computed, result = (eval(as_matrices(part)) for part in parts[1:])
        np.testing.assert_allclose(computed.ravel(), result.ravel(), rtol=1e-2, atol=5e-3, err_msg=text)
        return
    result = float(parts[-1])
    where = dict(FUNCTIONS)
    for right in (parts[1], mathml_as_python(line)):
        computed = eval(right.replace("^", "**"), where)
        scale = max(abs(float(one)) for one in re.findall(r"\d+\.?\d*(?:e[-+]?\d+)?", parts[1]) or ["1"])
        assert computed == pytest.approx(result, rel=5e-3, abs=2e-3 * max(scale, 1)), (text, right)


def as_matrices(text):
    """The text as an expression of matrices; a list is a row."""
    rows = re.sub(r"\[[^\[\]]*\]", lambda match: match[0].replace(", ", " "), text)
    matrices = re.sub(r"\[\[(.*?)\]\]", lambda match: "[" + match[1].replace("], [", "; ") + "]", rows)
    return re.sub(r"\[(.*?)\]", r"matrix_of('\1')", matrices).replace("^T", ".T")


def matrix_of(text):
    """The matrix "1 2; 3 4"."""
    return np.array([[float(one) for one in row.split()] for row in text.split(";")])


def mathml_as_python(line):
    """The right side of a line, which may have several rows, without its result, as an expression of Python."""
    right = " ".join(
        as_python(row[1][0]) + as_python(row[2][0]) if len(row[1]) else as_python(row[2][0]) for row in line
    )
    return right.removeprefix("=").rpartition("=")[0]


def as_python(node):
    children = list(node)
    if node.tag == "mfrac":
        return f"(({as_python(children[0])})/({as_python(children[1])}))"
    if node.tag == "msqrt":
        return f"sqrt({''.join(map(as_python, children))})"
    if node.tag == "msup":
        if children[0].tag == "mi" and children[0].text == "e":
            return f"exp({as_python(children[1])})"
        return f"(({as_python(children[0])})**({as_python(children[1])}))"
    if node.tag == "mrow":
        if children and children[0].text == "|":
            return f"abs({''.join(map(as_python, children[1:-1]))})"
        return "".join(map(as_python, children))
    if node.tag == "mspace":
        return "*"
    signs = {"−": "-", "·": "*", "⊙": "*", "⁡": "", "∞": "inf"}
    return signs.get(node.text, node.text)
