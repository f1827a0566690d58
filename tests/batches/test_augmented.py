"""A function that changes each batch before an update."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.batches.augmented import changed, read_augment, shown


def noisy(batch, rng):
    return {**batch, "x": batch["x"] + 0.1 * rng.normal(size=batch["x"].shape)}


def same_batch(batch, rng):
    return batch


def test_a_function_of_a_batch_and_a_generator_is_taken():
    assert read_augment(None) is None
    assert read_augment(noisy) is noisy
    for wrong in (lambda batch: batch, lambda: None, lambda a, b, c: a):
        with pytest.raises(errors.SettingError, match=r"def augment\(batch, rng\), that returns a batch; yours takes"):
            read_augment(wrong)
    with pytest.raises(errors.SettingError, match=r"augment is a function of a batch and a generator.*; not 3"):
        read_augment(3)


def test_its_random_numbers_follow_from_seed_epoch_and_step(graph, table):
    def at(*where):
        return changed(noisy, graph, table, *where)["x"]

    np.testing.assert_array_equal(at(1, 2, 3), at(1, 2, 3))
    assert len({at(*where)[0, 0] for where in ((1, 2, 3), (2, 2, 3), (1, 3, 3), (1, 2, 4))}) == 4


@pytest.mark.parametrize(
    ("augment", "error", "message"),
    [
        (lambda b, rng: None, errors.DataError, "the function must return the batch, a dict, but it returned NoneType"),
        (lambda b, rng: {"x": b["x"]}, errors.UnknownNameError, "missing inputs: 'y'"),
        (lambda b, rng: {n: a[:3] for n, a in b.items()}, errors.ShapeError, "made 3 rows of 53"),
        (lambda b, rng: {**b, "x": b["x"] * np.inf}, errors.DataError, "input 'x': "),
        (lambda b, rng: {**b, "x": b["x"][:, :2]}, errors.ShapeError, r"needs shape \(N, 4\), got \(53, 2\)"),
        (lambda b, rng: {**b, "y": b["y"] + 2}, errors.DataError, r"is outside 0\.\.1"),
    ],
)
def test_what_it_returns_is_checked(graph, table, augment, error, message):
    with pytest.raises(error, match=rf"^augment, epoch 3, batch 5: .*{message}"):
        changed(augment, graph, table, 0, 2, 5)


def test_a_function_is_known_by_its_name_its_code_and_its_numbers():
    def scaled(by):
        return lambda batch, rng: {**batch, "x": by * batch["x"]}

    assert shown(scaled(2.0)) == shown(scaled(2.0)) != shown(scaled(3.0))
    assert shown(noisy).startswith("noisy (")


@pytest.mark.parametrize(("engine", "normalise"), [("numpy", None), ("native", "batch"), ("xla", None)])
def test_a_function_that_changes_nothing_changes_no_bit(table, same, settings, engine, normalise):
    graph = bp.mlp([4, 5, 2], normalise=normalise, dropout=0.1)
    of = {**settings, "engine": engine, "validation": 0.2, "weights": np.linspace(0.5, 2, 53)}
    assert same(bp.train(graph, table, augment=same_batch, **of), bp.train(graph, table, **of))


@pytest.mark.usefixtures("compilers")
def test_the_engines_see_the_same_changes(graph, table, settings):
    of = {**settings, "dtype": "float64", "augment": noisy}
    fits = [bp.train(graph, table, engine=engine, **of) for engine in ("numpy", "native", "xla")]
    plain = bp.train(graph, table, engine="numpy", **{**of, "augment": None})
    for name, array in fits[0].params.items():
        np.testing.assert_allclose(fits[1].params[name], array, rtol=1e-9, atol=1e-11)
        np.testing.assert_allclose(fits[2].params[name], array, rtol=1e-9, atol=1e-11)
    assert not np.allclose(fits[0].params["W1"], plain.params["W1"])


def test_a_batch_may_be_changed_in_place(graph, table, settings):
    def in_place(batch, rng):
        batch["x"] *= 2
        return batch

    before = table["x"].copy()
    fit = bp.train(graph, table, augment=in_place, engine="numpy", **settings)
    np.testing.assert_array_equal(table["x"], before)
    assert fit.settings["augment"].endswith("in_place")


def test_validation_rows_stay_as_they_are(graph, table, settings):
    seen = []

    def counting(batch, rng):
        seen.append(len(batch["x"]))
        return {**batch, "x": batch["x"] * 0}

    fit = bp.train(graph, table, augment=counting, validation=table, engine="numpy", **settings)
    assert sum(seen) == 2 * 53
    measured = bp.Model(graph, fit.params).evaluate(table)["loss"]
    assert fit.history[-1].validation["loss"] == pytest.approx(measured, rel=1e-6)


def test_a_run_is_resumed_exactly_with_the_same_function_and_refused_with_another(
    graph, table, same, settings, tmp_path
):
    of, place = {**settings, "engine": "numpy"}, tmp_path / "c.checkpoint"
    whole = bp.train(graph, table, augment=noisy, **{**of, "epochs": 4})
    bp.train(graph, table, augment=noisy, checkpoint=place, **of)
    rest = {**of, "epochs": 4, "resume": place}
    assert same(bp.train(graph, table, augment=noisy, **rest), whole)
    for other in (None, same_batch):
        with pytest.raises(errors.ModelFileError, match=r"augment was 'noisy \("):
            bp.train(graph, table, augment=other, **rest)


def test_networks_that_share_their_batches_take_none(graph, table, settings):
    with pytest.raises(errors.SettingError, match="augment is for one network"):
        bp.train_many(graph, table, seeds=[0, 1], augment=noisy, **{**settings, "engine": "numpy"})
