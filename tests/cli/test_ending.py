"""However training ends, what was learned is saved."""

import numpy as np
import pytest

import bprop as bp


def test_divergence_names_box_and_step_and_keeps_the_last_good_weights(run):
    result = run("train pets.csv --engine numpy --hidden 4 --lr 1e30 --batch-size 4 --out x.bprop", code=1)
    assert result.stderr.splitlines()[-1].startswith("error: training diverged at epoch 1, step ")
    assert "the box" in result.stderr
    assert "Traceback" not in result.stderr
    assert all(np.isfinite(array).all() for array in bp.load("x.bprop").params.values())


def test_where_the_last_checkpoint_cannot_be_written_the_model_is_saved(run, folder, monkeypatch):
    from bprop.training.checkpoints import file

    real = file.write

    def full(path, model, *rest):
        if len(model.history) == 2:
            raise OSError(24, "Too many open files")
        real(path, model, *rest)

    settings = "--engine numpy --hidden 4 --epochs 2 --no-progress"
    with monkeypatch.context() as patch:
        patch.setattr(file, "write", full)
        said = run(f"train pets.csv {settings} --checkpoint run --every 1epochs --out one.bprop", code=1)
    assert "error: cannot write a checkpoint: too many open files" in said.stderr
    assert "saved one.bprop" in said.stdout
    run(f"train pets.csv {settings} --out whole.bprop")
    one, whole = bp.load("one.bprop"), bp.load("whole.bprop")
    assert {n: a.tobytes() for n, a in one.params.items()} == {n: a.tobytes() for n, a in whole.params.items()}


@pytest.mark.parametrize("failure", [MemoryError(), OSError(24, "Too many open files")], ids=["memory", "files"])
def test_where_the_machine_ends_training_what_was_learned_is_saved_elsewhere(run, folder, monkeypatch, failure):
    from bprop.training.trainer import Trainer

    real = Trainer._finish_epoch

    def short(self):
        if self.position.epoch == 3:
            raise failure
        real(self)

    (folder / "one.bprop").write_text("precious")
    monkeypatch.setattr(Trainer, "_finish_epoch", short)
    said = run("train pets.csv --engine numpy --hidden 4 --epochs 9 --no-progress --out one.bprop", code=1)
    assert said.stderr.lower().startswith(
        f"error: {getattr(failure, 'strerror', None) or 'there is not enough memory'}".lower()
    )
    assert (folder / "one.bprop").read_text() == "precious"
    assert len(bp.load("one-2.bprop").history) == 3


def test_a_name_that_another_run_has_taken_meanwhile_is_not_overwritten(run, folder, monkeypatch):
    from bprop.cli import choices as command

    real = command.fit_network

    def slow(*arguments, **settings):
        fit = real(*arguments, **settings)
        (folder / "pets.bprop").write_text("precious")  # another run of the same table was faster
        return fit

    monkeypatch.setattr(command, "fit_network", slow)
    settings = "--engine numpy --hidden 4 --epochs 1 --no-progress --checkpoint run --every 1epochs"
    said = run(f"train pets.csv {settings}").stdout
    assert (folder / "pets.bprop").read_text() == "precious"
    assert "saved pets-2.bprop" in said
    assert len(bp.load("pets-2.bprop").history) == 1
    assert "saved " in run("resume run").stdout  # it knows which is its own
    assert (folder / "pets.bprop").read_text() == "precious"


def test_which_weights_are_saved_is_said_after_early_stopping(run):
    said = run("train pets.csv --engine numpy --hidden 4 --epochs 30 --patience 2 --lr 1 --no-progress").stdout
    assert "best epoch on the validation set: " in said
    assert " (its weights are saved and tested)" in said
    fit = bp.load("pets.bprop")
    assert f"best epoch on the validation set: {fit.best_epoch} of {len(fit.history)} (its" in said
