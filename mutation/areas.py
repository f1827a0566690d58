"""Which files are mutated, and which tests ought to catch a defect in each: its own first, then those around it."""

from __future__ import annotations

from pathlib import Path

AREAS: dict[str, tuple[str, ...]] = {
    "boxes": ("boxes", "box.py", "hyper.py", "operators.py", "registry.py", "lower_case.py", "leaves.py", "metrics.py"),
    "rules": ("rules",),
    "graph": ("graph", "structure"),
    "check": ("check",),
    "programs": (
        "engines/program.py",
        "engines/numpy.py",
        "engines/packing.py",
        "engines/layout.py",
        "engines/engine.py",
    ),
    "native": ("engines/trace", "engines/native"),
    "xla": ("engines/xla",),
    "training": ("training",),
    "onnx": ("onnx",),
    "files": ("disk", "files.py", "reading.py", "model.py", "data.py", "record.py", "noise.py", "shapes.py", "init.py"),
}
"""{area: files and folders below src/bprop}"""
AROUND: dict[str, tuple[str, ...]] = {
    "boxes": (
        "boxes", "test_box.py", "test_hyper.py", "test_operators.py", "test_registry.py", "test_lower_case.py",
        "test_leaves.py", "test_metrics.py", "engines/test_agreement.py",
        "check/test_graphs.py", "graph/test_mixing.py", "onnx/test_translate.py",
    ),
    "rules": ("rules", "engines/test_agreement.py"),
    "graph": ("graph", "structure", "test_model.py", "test_hostile.py", "boxes/test_every_box.py"),
    "check": ("check", "boxes/test_every_box.py"),
    "programs": (
        "engines/test_agreement.py", "engines/test_engine.py", "engines/test_program.py", "engines/test_numpy.py",
        "engines/test_layout.py", "engines/test_packing.py", "engines/test_batches.py",
        "training/test_trainer.py", "test_model.py",
    ),
    "native": (
        "engines/trace", "engines/native", "engines/test_agreement.py", "engines/test_batches.py",
        "boxes/test_every_box.py",
    ),
    "xla": ("engines/xla", "engines/test_agreement.py", "engines/test_batches.py"),
    "training": ("training",),
    "onnx": ("onnx",),
    "files": (
        "disk", "test_reading.py", "test_files.py", "test_model.py", "test_golden.py", "test_hostile.py",
        "test_data.py", "test_record.py",
        "test_noise.py", "test_shapes.py", "test_init.py", "draw/test_plot.py", "training/test_train.py",
        "training/checkpoints",
    ),
}  # fmt: skip
"""{area: files and folders below tests}"""


def files_of(area: str, root: Path) -> list[Path]:
    """The files of an area, in order; those that only import are left out."""
    package = root / "src" / "bprop"
    found: list[Path] = []
    for part in AREAS[area]:
        found += sorted((package / part).rglob("*.py")) if not part.endswith(".py") else [package / part]
    return found


def module_of(path: Path, root: Path) -> str:
    """ "boxes.loss" for src/bprop/boxes/loss.py."""
    return ".".join(path.relative_to(root / "src" / "bprop").with_suffix("").parts)


ELSEWHERE = {"training.__init__": "train"}
"""{module: what its test file is called after, where that is not the module}"""


def own_tests(module: str, root: Path) -> list[str]:
    """The test files that mirror a module: test_sgd.py, and test_sgd_*.py, for rules.sgd."""
    *rooms, last = module.split(".")
    stem = ELSEWHERE.get(module, last if last != "__init__" else f"{rooms[-1]}_init")
    folder = root.joinpath("tests", *rooms)
    found = [folder / f"test_{stem}.py", *sorted(folder.glob(f"test_{stem}_*.py"))]
    return [str(path.relative_to(root)) for path in found if path.is_file()]


def tests_around(area: str) -> list[str]:
    """The tests that come next; one that compares all defaults is cheap, and comes first."""
    return [f"tests/{part}" for part in ("test_public_api.py", *AROUND[area])]
