"""`import bprop as bp`: its public names, and the packages that it does not import."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import bprop as bp

FAMILIES = {
    "leaves and graph": "Input Parameter Constant Box Graph Values Gradients Model Record Fit",
    "activations": "linear sigmoid tanh relu leaky_relu elu gelu silu softplus softmax log_softmax",
    "elementwise": "exp log abs square sqrt clip",
    "reductions and structure": "sum mean max reshape transpose concat slice take",
    "layers": "dropout layer_norm batch_norm",
    "losses": "nll cross_entropy binary_cross_entropy squared_error absolute_error huber hinge poisson quantile",
    "regularisers": "l1 l2",
    "work": "mlp tabular train save load to_onnx check_gradients check_box namespace",
    "rules and modules": "SGD Adam AdamW Rule schedules init errors boxes",
}
CONTRACT = [name for names in FAMILIES.values() for name in names.split()]

OPTIONAL = ("jax", "sklearn", "typer", "rich", "polars", "safetensors", "optax", "pandas", "pydantic")


def in_fresh_python(code):
    """The output of `code` in a new interpreter, where warnings are errors."""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("name", CONTRACT)
def test_every_name_of_the_contract_is_there(name):
    assert getattr(bp, name) is not None


def test_the_contracts_schedules_and_initialisers():
    for name in ("constant", "decreasing", "step", "exponential", "cosine", "warm_up"):
        assert callable(getattr(bp.schedules, name)), name
    assert callable(bp.init.zeros)


def test_errors_are_one_family():
    found = {cls for cls in vars(bp.errors).values() if isinstance(cls, type)}
    assert len(found) > 5
    assert all(issubclass(cls, bp.errors.BpropError) for cls in found)


def test_importing_brings_no_optional_package():
    loaded = in_fresh_python(f"import sys, bprop; print([m for m in {OPTIONAL} if m in sys.modules])")
    assert loaded == "[]"


def test_importing_bprop_imports_only_the_parts_of_a_graph():
    loaded = in_fresh_python("import sys, bprop; print(*(m for m in sys.modules if m.startswith('bprop.')))").split()
    assert not {"bprop.training", "bprop.check", "bprop.model", "bprop.engines", "bprop.cli", "bprop.sources"} & {
        *loaded
    }


TRAIN = """
import numpy as np
import bprop as bp
x, y = np.eye(4, 3), np.array([0, 1, 0, 1])
graph = bp.mlp([3, 4, 2])
fit = bp.train(graph, {"x": x, "y": y}, epochs=2, batch_size=2, engine="numpy")
assert len(fit.history) == 2 and isinstance(fit, bp.Fit)
assert bp.check_box(bp.boxes.activations.Tanh).ok
assert bp.check_gradients(graph, fit.params, x=x, y=y).ok
assert callable(bp.train) and callable(bp.mlp) and callable(bp.check_box)
print("done")
"""


@pytest.mark.parametrize(
    "first",
    [
        "",
        "import bprop.training",
        "import bprop.perceptron",
        "import bprop.check",
        "import bprop.model",
        "import bprop.graph",
        "import bprop.rules, bprop.init, bprop.record",
        "import bprop.engines.numpy",
        "from bprop import train, mlp, check_box, Graph, init",
    ],
)
def test_lazy_names_work_whatever_is_imported_first(first):
    assert in_fresh_python(first + "\n" + TRAIN) == "done"


def test_a_lazy_name_is_the_same_object_each_time():
    from bprop.graph import Graph
    from bprop.training import train

    assert bp.train is train
    assert bp.Graph is Graph
    assert bp.train is bp.train


def test_dir_lists_lazy_names_before_they_are_used():
    listed = in_fresh_python("import bprop; print(*dir(bprop))").split()
    assert set(CONTRACT) <= set(listed)
    assert "__version__" in listed
    assert listed == sorted(listed)


def test_an_unknown_attribute_is_an_attribute_error():
    with pytest.raises(AttributeError, match="'bprop' has no attribute 'trian'"):
        _ = bp.trian
    with pytest.raises(ImportError, match="trian"):
        exec("from bprop import trian")
    assert not hasattr(bp, "Trainer")


def test_names_for_type_checkers_are_the_lazy_names():
    tree = ast.parse(Path(bp.__file__).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))  # if TYPE_CHECKING
    declared = {name.name for line in block.body if isinstance(line, ast.ImportFrom) for name in line.names}
    assert declared == set(bp._HOME), "src/bprop/__init__.py has the names twice: under TYPE_CHECKING and in _LATER"


ROOT = Path(__file__).parents[1]


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_all_files_name_the_projects_version():
    version = project()["version"]
    assert bp.__version__ == version
    assert re.findall(r"^version: (.+)$", (ROOT / "CITATION.cff").read_text(encoding="utf-8"), re.M) == [version]
    recipe = (ROOT / "conda" / "recipe.yaml").read_text(encoding="utf-8")
    assert re.findall(r'^  version: "(.+)"$', recipe, re.M) == [version]
    heading = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)
    assert heading is not None and heading[1] == version


def test_the_conda_recipe_has_the_bounds_of_the_project():
    lines = [
        *project()["dependencies"],
        *(one for extra in project()["optional-dependencies"].values() for one in extra),
    ]
    named = [re.match(r"([\w.-]+)(?:\[.*\])?(?:>=([\w.]+))?", line.lower()).groups() for line in lines]
    bounds = dict(reversed(named))  # `sql` needs a newer polars than `tables`, which comes first
    bounds |= {"python": project()["requires-python"].removeprefix(">="), "setuptools": "77"}
    bounds["matplotlib-base"] = bounds["matplotlib"]
    recipe = (ROOT / "conda" / "recipe.yaml").read_text(encoding="utf-8")
    required = re.findall(r"^    - ([\w.-]+) >=([\w.]+)$", recipe, re.M)
    assert {"numpy", "safetensors", "llvmlite", "jax", "polars"} <= dict(required).keys()
    assert [(name, bound) for name, bound in required if bounds[name] != bound] == []


def test_the_package_is_typed():
    assert (Path(bp.__file__).parent / "py.typed").is_file()


def test_python_dash_m_is_the_command_line():
    pytest.importorskip("typer", reason="the command line needs typer")
    done = subprocess.run([sys.executable, "-m", "bprop", "--help"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0
    assert "bprop train digits" in done.stdout


@pytest.mark.parametrize(
    ("name", "cure"),
    [("mse", "type bp.squared_error"), ("Dense", "bp.layers.dense"), ("nn", r"bp.mlp\(\[784"), ("Adagrad", "optax"),
     ("ReLU", r"type bp\.relu"), ("input", r"type bp\.Input"),
     ("squared_eror", "did you mean 'squared_error'"), ("fit", "bp.train")],
)  # fmt: skip
def test_a_name_of_another_library_says_what_to_type(name, cure):
    with pytest.raises(AttributeError, match=cure):
        getattr(bp, name)


def test_the_answers_name_what_there_is():
    from bprop.elsewhere.package import PACKAGE

    named = {one for words in PACKAGE.values() for one in re.findall(r"bp\.(\w+)", words)}
    assert len(named) > 15 and all(hasattr(bp, one) for one in named)
    both = {*PACKAGE} & {*dir(bp)}
    assert not both, f"bprop has {both} itself now: take it out of elsewhere/package.py"


def test_rules_that_only_optax_has_are_not_ours():
    from bprop.rules.rule import OPTAX

    both = {*OPTAX} & {name.lower() for name in dir(bp)}
    assert not both, f"bprop has {both} itself now: take it out of OPTAX in rules/rule.py"


def test_a_star_import_hides_nothing_of_python_and_brings_the_product():
    shown = in_fresh_python("""
import builtins
from bprop import *
shadows = [name for name in globals() if name in vars(builtins) and not name.startswith('_')]
print(shadows, linear is not None, Graph.__name__, tanh.__name__)
""")
    assert shown == "[] True Graph tanh"


def test_a_star_import_works_without_scikit_learn():
    code = "import sys; sys.modules['sklearn'] = None\nfrom bprop import *\n"
    assert in_fresh_python(code + "print('MLPClassifier' in globals(), Graph.__name__)") == "False Graph"


def test_dir_shows_the_product_and_nothing_else():
    listed = {name for name in dir(bp) if not name.startswith("_")}
    assert listed == {*bp.__all__, *bp.boxes.__all__, *bp._LATER["bprop.estimators"]}  # without scikit-learn, too
    assert not listed & {"import_module", "find_spec", "TYPE_CHECKING", "Any", "annotations"}


@pytest.mark.parametrize("name", sorted({*bp.__all__, *bp.boxes.__all__}))
def test_every_public_name_is_there(name):
    assert getattr(bp, name) is not None


def test_every_lazy_name_is_public():
    assert {*bp._HOME} <= {*bp.__all__, *bp._LATER["bprop.estimators"]}  # which `*` leaves out without scikit-learn


def test_every_file_beside_the_code_is_packaged():
    """An installed copy has lacked scripts of a page, which a checkout does not show."""
    project = Path(__file__).parents[1]
    patterns = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    root = project / "src" / "bprop"
    packaged = {path for pattern in patterns["package-data"]["bprop"] for path in root.glob(pattern)}
    beside = {path for path in root.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")}
    assert sorted(beside - packaged) == []
