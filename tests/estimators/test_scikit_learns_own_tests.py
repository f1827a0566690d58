"""scikit-learn's tests of its MLPClassifier and MLPRegressor, run on ours: the file inside the installed package."""

import os
import subprocess
import sys
from importlib.util import find_spec

import pytest

pytest.importorskip("sklearn")

EXCLUDED = {
    "test_gradient": "calls the private _loss_grad_lbfgs with arrays of activations and deltas that only theirs has; "
    "check_gradients does the same for ours, see test_base.py",
}

PLUGIN = """
import bprop
import sklearn.neural_network as theirs

theirs.MLPClassifier, theirs.MLPRegressor = bprop.MLPClassifier, bprop.MLPRegressor
"""


def test_scikit_learns_own_tests_pass_with_our_classes(tmp_path):
    assert find_spec("sklearn.neural_network.tests.test_mlp") is not None
    (tmp_path / "ours_in_place_of_theirs.py").write_text(PLUGIN, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")  # theirs and ours ask for other settings
    command = [
        sys.executable, "-m", "pytest", "-q", "-p", "ours_in_place_of_theirs", "-p", "no:cacheprovider",
        "-c", str(tmp_path / "pytest.ini"), "--pyargs", "sklearn.neural_network.tests.test_mlp",
        "-k", " and ".join(f"not {name}" for name in EXCLUDED),
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path, timeout=600)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert f"{len(EXCLUDED)} deselected" in done.stdout
