"""The machine runs on NumPy alone, as in a browser."""

import subprocess
import sys

CODE = """
import sys
for name in ({blocked}):
    sys.modules[name] = None
from bprop.playing.machine import Machine
from bprop.playing.subjects.toys import toy
machine = Machine(toy("xor"))
machine.snapshot()
for command in ({{"do": "step", "updates": 25}}, {{"do": "run_pass"}}, {{"do": "check_boxes"}},
                {{"do": "check", "parameter": "W1", "index": [0, 0]}}):
    answer = machine.do(command)
    assert "message" not in answer["parts"], answer["parts"]["message"]
again = Machine(toy("moons")).do({{"do": "state", "share": machine.snapshot()["parts"]["share"]}})
assert "message" not in again["parts"], again["parts"]["message"]
print("done", *sorted(m for m in ("threading", "socket", "asyncio", "bprop.tables", "bprop.cli") if m in sys.modules))
"""
BLOCKED = (
    "jax", "llvmlite", "sklearn", "scipy", "pandas", "polars", "pyarrow", "rich", "typer", "onnx", "matplotlib",
    "starlette", "uvicorn", "textual", "anywidget", "optuna",
)  # fmt: skip


def test_a_toy_is_built_checked_trained_and_shared_with_numpy_alone():
    code = CODE.format(blocked=", ".join(map(repr, BLOCKED)))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    loaded = done.stdout.split()
    assert loaded[0] == "done" and not {"bprop.tables", "bprop.cli"} & set(loaded)
