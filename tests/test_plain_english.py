"""The source says what it means: no name, docstring or comment uses the words that CONTRIBUTING's style forbids."""

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

import bprop

ROOT = Path(bprop.__file__).parent

NAMES = {"found", "given", "told", "seen", "kept", "made", "said", "looked", "asked"}
"""A result is named after what it is: grads, rows, spec."""
WORDS = re.compile(r"\b(found|given|told|said|looked at|what (is|are|was|were))\b", re.IGNORECASE)
RIDDLE = re.compile(r"(What|Whether what) ")
"""A docstring begins with the thing that it describes."""
IN_DOCUMENTS = re.compile(r"\b(given|told|said|looked at)\b", re.IGNORECASE)
PROJECT = Path(__file__).parents[1]
DOCUMENTS = sorted(
    page
    for part in (".", "docs", "docs/learn", "benchmarks", "fuzz", "mutation")
    for page in PROJECT.glob(f"{part}/*.md")
)


def faults(source: str) -> list[str]:
    """A line for each name, docstring and comment that is not plain."""
    tree = ast.parse(source)
    lines = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in NAMES:
            lines.append(f"line {node.lineno}: a variable named {node.id}")
        if isinstance(node, ast.arg) and node.arg in NAMES:
            lines.append(f"line {node.lineno}: an argument named {node.arg}")
        documented = isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module)
        if documented and RIDDLE.match(ast.get_docstring(node) or ""):
            lines.append(f"line {getattr(node, 'lineno', 1)}: a docstring that begins with What")
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            lines += [f"line {node.lineno}: {match[0]!r} in a docstring" for match in WORDS.finditer(node.value.value)]
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            lines += [f"line {token.start[0]}: {match[0]!r} in a comment" for match in WORDS.finditer(token.string)]
    return lines


def test_the_words_of_the_code_are_plain():
    wrong = [
        f"{path}, {line}" for path in sorted(ROOT.rglob("*.py")) for line in faults(path.read_text(encoding="utf-8"))
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("page", DOCUMENTS, ids=lambda page: str(page.relative_to(PROJECT)))
def test_the_words_of_a_document_are_plain(page):
    lines = page.read_text(encoding="utf-8").splitlines()
    assert [f"line {i}: {line}" for i, line in enumerate(lines, 1) if IN_DOCUMENTS.search(line)] == []


@pytest.mark.parametrize(
    "source",
    [
        "found = 1",
        "for given in (): pass",
        "def f(told): pass",
        "def f():\n    '''What a run needs.'''",
        "'''Whether what a run needs exists.'''",
        "def f():\n    '''The rows, which were found.'''",
        "x = 1\n'''What is used.'''",
        "x = 1  # what is used",
    ],
)
def test_a_riddle_is_noticed(source):
    assert len(faults(source)) >= 1


def test_plain_words_and_the_texts_of_messages_are_let_through():
    assert not faults(
        "def f(rows):\n    '''The rows of a batch.'''\n    raise ValueError('no file was found')  # no rows"
    )
