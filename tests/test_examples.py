"""The examples run, and show what their texts claim."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"


def run(name, *arguments):
    done = subprocess.run(
        [sys.executable, "-W", "error", str(EXAMPLES / name), *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_course_session_verifies_its_gradients_and_learns():
    pytest.importorskip("sklearn")
    said = run("course.py", "3")
    assert len(re.findall(r"^verify gradients: .* ok$", said, re.MULTILINE)) == 8
    errors = [float(e) for e in re.findall(r"validation error ([\d.]+)%", said)]
    assert len(errors) == 3
    assert errors[-1] < 15


def test_the_course_session_reads_like_the_lecture_in_under_40_lines():
    lines = (EXAMPLES / "course.py").read_text(encoding="utf-8").splitlines()
    assert len(lines) < 40


def test_a_box_of_your_own_is_checked_and_trained():
    assert run("own_box.py").count("all gradients agree") == 2


def test_backpropagation_by_hand_shows_values_and_gradients():
    said = run("by_hand.py")
    assert "gradient of the objective with respect to W1" in said
    assert "objective = loss" in said


def test_a_gradient_that_is_wrong_by_the_number_of_outputs_is_found():
    pytest.importorskip("sklearn")
    said = run("multi_output_gradient.py")
    assert "the box 'wrong' (HalfSquaredError)" in said
    assert said.count("all gradients agree") == 1
    assert re.search(r"^bprop +\d+ iterations", said, re.MULTILINE)


def test_gradients_shrink_with_the_standard_initialisation_and_stay_with_the_normalised():
    pytest.importorskip("sklearn")
    said = run("glorot_bengio_2010.py")
    series = {
        name: [float(v) for v in re.search(rf"^ +{name} +(.*)$", said, re.MULTILINE)[1].split()]
        for name in ("standard", "normalised")
    }
    assert all(len(values) == 5 for values in series.values())
    assert series["standard"][0] < 0.02 * series["standard"][-1]  # (1/3)^4 = 0.012
    assert series["normalised"][0] > 0.6 * series["normalised"][-1]


def test_a_table_goes_from_a_frame_to_predictions_on_the_command_line():
    for package in ("sklearn", "pandas", "typer", "onnx"):
        pytest.importorskip(package)
    said = run("table.py")
    assert re.search(r"^shelf +numeric", said, re.MULTILINE)
    assert re.search(r"^bottle +ignored \(id\)", said, re.MULTILINE)
    assert "ONNX takes alcohol, malic_acid, color_intensity, proline, shelf, organic, bottled" in said
    assert said.count("class_0") >= 3
