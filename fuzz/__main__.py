"""`python -m fuzz TARGET [options of libFuzzer]`, and `python -m fuzz graphs [options]`, `kills`, `launched`."""

import importlib
import importlib.util
import os
import pkgutil
import re
import sys
from pathlib import Path

from fuzz import guard

TARGETS = ("model", "checkpoints", "table", "stream", "arguments")
DEFAULTS = {"-timeout": 20, "-rss_limit_mb": 3072, "-max_len": 20_000}


def modules() -> list[str]:
    """All of the package but what needs JAX or scikit-learn, which takes nobody's bytes."""
    found = [
        module.name
        for module in pkgutil.walk_packages(
            importlib.util.find_spec("bprop").submodule_search_locations, "bprop.", onerror=None
        )
    ]
    return [name for name in found if not re.search(r"xla|estimators|native|__main__", name)]


def main() -> None:
    if sys.argv[1:2] == ["graphs"]:  # random graphs, not random bytes: nothing of libFuzzer
        from fuzz.graphs.cli import main as graphs

        graphs(sys.argv[2:])
        return
    if sys.argv[1:2] == ["interrupts"]:
        from fuzz.interrupts import main as interrupts

        interrupts(sys.argv[2:])
        return
    if sys.argv[1:2] == ["kills"]:  # processes that are killed
        from fuzz.kills import main as kills

        kills(sys.argv[2:])
        return
    if sys.argv[1:2] == ["launched"]:  # processes of `bprop launch` that are killed
        from fuzz.launched import main as launched

        launched(sys.argv[2:])
        return
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        raise SystemExit(
            f"usage: python -m fuzz {{{','.join(TARGETS)}}} [-max_total_time=600 and other options]\n"
            "       python -m fuzz graphs [--seconds 600 and other options: --help]\n"
            "       python -m fuzz interrupts [--count 1000 and other options: --help]\n"
            "       python -m fuzz kills [--count 500 and other options: --help]\n"
            "       python -m fuzz launched [--count 50 and other options: --help]"
        )
    name, given = sys.argv[1], sys.argv[2:]
    import atheris

    with atheris.instrument_imports(include=["bprop"]):
        for module in sorted(modules()):  # else what is imported when it is needed would not be followed
            importlib.import_module(module)
        target = importlib.import_module(f"fuzz.{name}")
    found = Path(__file__).parent / "found" / name
    corpus = found / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds()):
        (corpus / f"seed-{number}").write_bytes(seed)
    options = [f"{key}={value}" for key, value in DEFAULTS.items() if not any(g.startswith(key) for g in given)]
    guard.watch()
    mutator = getattr(target, "mutate", None)
    more = {} if mutator is None else {"custom_mutator": lambda *args: mutator(*args, plain=atheris.Mutate)}
    argv = [name, *options, f"-artifact_prefix={found}{os.sep}", *given]
    if not any(not option.startswith("-") for option in given):
        argv.append(str(corpus))
    atheris.Setup(argv, target.one, **more)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
