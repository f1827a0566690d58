"""The pages of the site that are made of the package itself: every public name, and every command."""

import inspect
import os
import subprocess
import sys

from rendering import escape, render, signature

import bprop as bp
from bprop import boxes as catalogue
from bprop import errors
from bprop.cli.command import NAMES as COMMANDS

GROUPS = {
    "training": (
        "Training",
        ["train", "Fit", "train_many", "Callback", "Live", "History", "Record", "Model", "save", "load"],
    ),
    "graphs": (
        "Graphs and networks",
        [
            "Graph", "Input", "Parameter", "Constant", "Box", "mlp", "tabular", "layers", "ensemble", "Values",
            "Gradients", "toys",
        ],
    ),
    "rules": ("Update rules and schedules", ["Rule", "SGD", "Adam", "AdamW", "schedules", "init"]),
    "checking": (
        "Checking and seeing",
        ["check_gradients", "check_box", "Stepper", "play", "report", "compare", "advice"],
    ),
    "tables": ("Tables", ["table", "Table", "TableFit", "TableModel", "stream", "tune", "Tuned", "between"]),
    "estimators": (
        "Estimators of scikit-learn",
        ["MLPClassifier", "MLPRegressor", "GraphClassifier", "GraphRegressor", "TableClassifier", "TableRegressor"],
    ),
}  # fmt: skip
OTHERS = "Other names"


def reference():
    """{path: Markdown} of all public names: by theme, then boxes, errors, and whatever has no theme yet."""
    boxes = set(catalogue.__all__)
    themed = {name for _, names in GROUPS.values() for name in names}
    rest = [name for name in bp.__all__ if name not in boxes | themed and name not in ("boxes", "errors")]
    groups = {**GROUPS, "others": (OTHERS, rest)}
    pages = {
        f"reference/{path}.md": _page(title, [n for n in names if hasattr(bp, n)])
        for path, (title, names) in groups.items()
    }
    upper = sorted((name for name in boxes if name[0].isupper()), key=str.lower)
    pages["reference/boxes.md"] = _page(
        "Boxes", upper, "Every box also has a function in lower case: `bp.tanh(a)` makes a `bp.Tanh`."
    )
    classes = [e for e in vars(errors).values() if inspect.isclass(e) and issubclass(e, BaseException)]
    pages["reference/errors.md"] = "# Errors\n\n" + "\n\n".join(_entry(f"bp.errors.{e.__name__}", e) for e in classes)
    return pages


def _page(title, names, before=""):
    entries = [_entry(f"bp.{name}", getattr(bp, name)) for name in names]
    return "\n\n".join([f"# {title}", *([before] if before else []), *entries])


def _entry(name, thing):
    parts = [f"## {name.removeprefix('bp.')}"]
    if callable(thing):
        parts.append(f"```python\n{signature(name, thing)}\n```")
    parts.append(render(inspect.getdoc(thing) or ""))
    if inspect.isclass(thing) and not issubclass(thing, BaseException) and issubclass(thing, bp.Box) is False:
        parts += [_member(name, key, one) for key, one in vars(thing).items() if not key.startswith("_")]
    elif inspect.ismodule(thing):
        parts += [_entry(f"{name}.{key}", one) for key, one in _module(thing)]
    return "\n\n".join(part for part in parts if part)


def _module(module):
    names = getattr(module, "__all__", [key for key in vars(module) if not key.startswith("_")])
    return [(key, getattr(module, key)) for key in names if callable(getattr(module, key))]


def _member(name, key, one):
    thing = getattr(one, "__func__", one)
    text = inspect.getdoc(thing) if callable(thing) or isinstance(thing, property) else None
    if not text:
        return ""
    shown = f"{key}" if isinstance(thing, property) else signature(key, thing)
    return f"### {name.rpartition('.')[2]}.{key}\n\n```python\n{shown}\n```\n\n{render(text)}"


def commands():
    """{path: Markdown} of the help of every command, as a terminal of 100 columns shows it."""
    pages = {}
    for name in ["", *COMMANDS]:
        text = _help([name] if name else [])
        title = f"bprop {name}".strip()
        pages[f"commands/{name or 'index'}.md"] = f"# {escape(title)}\n\n```text\n{text}\n```\n"
    return pages


def _help(words):
    env = {**os.environ, "COLUMNS": "100", "TERM": "dumb", "NO_COLOR": "1"}
    run = subprocess.run(
        [sys.executable, "-m", "bprop", *words, "--help"], env=env, capture_output=True, text=True, check=True
    )
    return "\n".join(line.rstrip() for line in run.stdout.strip("\n").splitlines())
