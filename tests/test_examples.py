"""The examples run, and show what their texts claim."""

import json
import os
import re
import subprocess
import sys
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"


def strictness():
    """Warnings are errors, but not beside a matplotlib before 3.10.8: it uses names that pyparsing 3.3 warns about."""
    with suppress(PackageNotFoundError):
        if tuple(map(int, re.findall(r"\d+", version("matplotlib"))[:3])) < (3, 10, 8):
            return "default"
    return "error"


def run(name, *arguments):
    done = subprocess.run(
        [sys.executable, "-W", strictness(), str(EXAMPLES / name), *arguments],
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


def test_an_autoencoder_that_learned_from_noise_restores_missing_pixels_better(tmp_path):
    pytest.importorskip("sklearn")
    pytest.importorskip("matplotlib")
    said = run("denoising_autoencoder.py", str(tmp_path / "filters.png"))
    clean, noisy = (float(e) for e in re.findall(r"error of restored pixels ([\d.]+)", said))
    untouched = float(re.search(r"left as they are: ([\d.]+)", said)[1])
    assert noisy < 0.9 * clean < untouched
    assert len(said.splitlines()) == 2 + 8
    assert (tmp_path / "filters.png").read_bytes().startswith(b"\x89PNG")


def test_a_convolutional_network_verifies_its_gradients_and_reads_digits():
    pytest.importorskip("sklearn")
    said = run("convolutional.py", "3")
    assert "all gradients agree" in said
    assert float(re.search(r"test accuracy ([\d.]+)%", said)[1]) > 90


def test_a_language_model_predicts_words_and_puts_words_of_one_kind_together():
    said = run("language_model.py")
    with_context, without = map(float, re.findall(r"([\d.]+)(?:,|$)", said.splitlines()[0]))
    assert with_context < without / 3
    near = dict(re.findall(r"^(\w+) +is near (.+)$", said, re.MULTILINE))
    assert set(near["cat"].split(", ")) < {"dog", "horse", "cow", "sheep", "mouse"}
    assert set(near["doctor"].split(", ")) < {"girl", "boy", "teacher", "farmer", "child"}


def test_a_boltzmann_machine_learns_to_prefer_digits():
    pytest.importorskip("sklearn")
    said = run("boltzmann_machine.py")
    assert "all gradients agree" in said
    errors = [float(e) for e in re.findall(r"error of reconstruction ([\d.]+)", said)]
    preferences = [float(e) for e in re.findall(r"noise\) (-?[\d.]+)", said)]
    assert len(errors) == 3
    assert errors == sorted(errors, reverse=True)
    assert preferences == sorted(preferences, reverse=True)


def test_a_recurrent_network_learns_characters_and_writes_on():
    said = run("character_rnn.py", "12").splitlines()
    losses = [float(re.search(r"([\d.]+) nats", line)[1]) for line in said[:3]]
    assert losses[0] > 2 > 1 > losses[-1]
    assert said[-1].startswith("the zen of p")
    assert len(said[-1]) >= 12 + 60


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("*.py")))
def test_an_example_is_short(name):
    assert len((EXAMPLES / name).read_text(encoding="utf-8").splitlines()) <= 70


def test_the_notebook_of_the_course_is_stored_with_its_outputs_and_without_traces_of_a_machine():
    text = (EXAMPLES / "course.ipynb").read_text(encoding="utf-8")
    cells = json.loads(text)["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell["outputs"]]
    assert not [output for output in outputs if output["output_type"] == "error" or output.get("name") == "stderr"]
    shown = {kind for output in outputs for kind in output.get("data", {})}
    assert shown == {"text/html", "text/plain", "image/png", "image/svg+xml"}
    assert len(text) < 500_000 and "execution" not in {key for cell in code for key in cell["metadata"]}
    assert not re.search(r"/home/|/root/|/Users/|/work/|site-packages", text)


def test_the_notebook_of_the_course_runs_in_a_fresh_kernel():
    for package in ("nbclient", "ipykernel", "sklearn", "matplotlib"):
        pytest.importorskip(package)
    assert re.match(r"course.ipynb: \d+ cells, 19 outputs", run("run_notebook.py"))
