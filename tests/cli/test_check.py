"""`bprop check`."""

import pytest

from bprop.boxes.activations import Tanh

NETWORK = "--hidden 4 --activation tanh"


def test_a_fresh_network_on_real_rows(run):
    shown = run(f"check pets.csv {NETWORK} --l1 1e-3 --l2 1e-3").stdout
    assert shown.startswith("gradient check, in ")
    assert shown.endswith("all gradients agree\n")
    for name in ("W1", "b1", "W2", "b2", "x"):
        assert f"\n{name} " in shown
    assert "(10, 3)" in shown


@pytest.mark.parametrize(
    "options",
    ["--activation sigmoid", "--normalise batch", "--normalise layer", "--dropout 0.5 --hidden 40", "--loss hinge",
     "--hidden 5,6", "--scale none"],
)  # fmt: skip
def test_kinds_of_networks(run, options):
    assert "all gradients agree" in run(f"check pets.csv {NETWORK} {options}").stdout


@pytest.mark.parametrize("engine", ["numpy", "native", "xla"])
def test_an_engine_is_compared_on_request(run, engine):
    pytest.importorskip({"numpy": "numpy", "native": "llvmlite", "xla": "jax"}[engine])
    shown = run(f"check pets.csv {NETWORK} --engine {engine}").stdout
    assert f"\nW1 ({engine}) " in shown
    assert f"gradients of the training step of engine {engine}, in float64" in shown
    assert shown.endswith("all gradients agree\n")


def test_an_engine_that_there_is_not_is_refused(run):
    failed = run(f"check pets.csv {NETWORK} --engine abacus", code=1)
    assert "no engine is called 'abacus'" in failed.stderr
    assert failed.stdout == ""


def test_numbers_and_images(run):
    assert "all gradients agree" in run(f"check house.csv --target price {NETWORK}").stdout
    assert "all gradients agree" in run(f"check dots.npz {NETWORK}").stdout
    assert "all gradients agree" in run(f"check calls.csv --task counts {NETWORK}").stdout


def test_a_saved_model(run, model):
    shown = run("check pets.bprop pets.csv").stdout
    assert "(3, 8)" in shown
    assert "all gradients agree" in shown


def test_the_number_of_rows(run):
    assert "(5, 3)" in run(f"check pets.csv {NETWORK} --rows 5").stdout


def test_how_many_elements_are_compared(run):
    assert "all 12 elements" in run(f"check pets.csv {NETWORK}").stdout
    assert "all 12 elements" not in run(f"check pets.csv {NETWORK} --elements 5").stdout
    assert "all 300 elements" in run("check pets.csv --hidden 100 --activation tanh --elements 0").stdout


def test_the_seed_is_of_the_weights(run):
    first, again, other = (run(f"check pets.csv {NETWORK} --seed {seed}").stdout for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_a_wrong_box_is_named_and_gives_exit_code_3(run, monkeypatch):
    monkeypatch.setattr(Tanh, "bprop", lambda box, grad, value, a: grad * value)
    shown = run(f"check pets.csv {NETWORK}", code=3).stdout
    assert "THE GRADIENTS DO NOT AGREE" in shown
    assert "WRONG the box 'h1' (Tanh)" in shown


def test_the_exit_code_of_a_process(start):
    process = start(f"check pets.csv {NETWORK}")
    out, error = process.communicate()
    assert (process.returncode, error) == (0, "")
    assert "all gradients agree" in out


def test_what_cannot_be_checked(refused, model, folder):
    refused("check pets.bprop", "name the data to take rows from")
    refused("check pets.csv house.csv", "not a model file")
    refused("check pets.bprop house.csv", "are missing")
    refused(f"check pets.csv {NETWORK} --rows 61", "--rows 61", "60 examples")
    refused("check pets.csv --hidden ten", "--hidden 'ten'")
    refused("check pets.csv --seed -1", "seed", "-1")
    refused("check absent.csv", "no such file")
    refused("check absent.bprop pets.csv", "no such file")
    (folder / "bad.bprop").write_bytes(b"\0" * 50)
    refused("check bad.bprop pets.csv", "bad.bprop")
