"""A data set in files: trained on as one in memory is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bprop as bp
from bprop import errors
from bprop.data import DataSet
from bprop.mapped import Spool
from bprop.mapped.order import Pages
from bprop.training.checkpoints.resume import checksum_of


def mapped(rows, window=2000, weights=None, dtype="float32", seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 4)).astype(np.float32)
    spool = Spool(window=window, dtype=dtype)
    for part in np.array_split(np.arange(rows), 7):
        if len(part):
            w = None if weights is None else weights[part]
            spool.append({"x": x[part], "y": (x[part].sum(axis=1) > 0).astype(np.int64)}, w)
    found = spool.finish()
    assert found is not None
    return found


def in_memory(data):
    """The same examples, in the same order of every epoch, in memory."""

    class Same(DataSet):
        def order(self, seed, epoch, shuffle=True):
            return data.order(seed, epoch, shuffle)

    arrays = {name: np.array(array) for name, array in data.arrays.items()}
    return Same(arrays, None if data.weights is None else np.array(data.weights))


def network():
    return bp.mlp([4, 8, 2], activation="tanh", dropout=0.2)


def engine(name):
    pytest.importorskip({"native": "llvmlite", "xla": "jax"}.get(name, "numpy"))
    return name


@pytest.mark.parametrize("name", ["numpy", "native", "xla"])
@pytest.mark.parametrize("weighed", [False, True])
def test_training_gives_the_bits_of_the_same_examples_in_memory(name, weighed):
    weights = np.random.default_rng(3).uniform(0.5, 2, 1003) if weighed else None
    data, watched = mapped(1003, weights=weights), mapped(333, seed=1)
    settings = {"engine": engine(name), "epochs": 3, "batch_size": 16, "progress": False, "rule": bp.SGD(0.1)}
    one = bp.train(network(), data, validation=watched, **settings)
    two = bp.train(network(), in_memory(data), validation=in_memory(watched), **settings)
    for parameter, array in one.params.items():
        np.testing.assert_array_equal(array, two.params[parameter])
    assert [r.loss for r in one.history] == [r.loss for r in two.history]
    for a, b in zip(one.history, two.history, strict=True):
        # how an evaluation is cut may round otherwise
        assert a.validation["loss"] == pytest.approx(b.validation["loss"], rel=1e-5)


def test_native_and_numpy_agree():
    data = mapped(700)
    settings = {"epochs": 2, "batch_size": 10, "progress": False, "dtype": "float64"}
    one = bp.train(network(), data, engine=engine("native"), **settings)
    two = bp.train(network(), data, engine="numpy", **settings)
    for parameter, array in one.params.items():
        np.testing.assert_allclose(array, two.params[parameter], rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", ["numpy", "native"])
def test_a_run_that_is_resumed_gives_the_same_bits(name, tmp_path):
    settings = {"engine": engine(name), "batch_size": 16, "progress": False, "rule": bp.SGD(0.1, momentum=0.5)}
    whole = bp.train(network(), mapped(1003), epochs=4, **settings)
    bp.train(network(), mapped(1003), epochs=2, checkpoint=tmp_path / "c", **settings)
    again = bp.train(network(), mapped(1003), epochs=4, resume=tmp_path / "c", **settings)
    for parameter, array in whole.params.items():
        np.testing.assert_array_equal(array, again.params[parameter])


def test_a_run_is_not_resumed_with_other_windows(tmp_path):
    settings = {"engine": "numpy", "batch_size": 16, "progress": False, "epochs": 1}
    bp.train(network(), mapped(500), checkpoint=tmp_path / "c", **settings)
    with pytest.raises(errors.ModelFileError, match="arrangement of the data"):
        bp.train(network(), mapped(500, window=9000), resume=tmp_path / "c", **settings)


@given(st.integers(1, 5000), st.integers(1, 60_000))
def test_the_cuts_are_all_rows_in_whole_blocks(rows, window):
    data = mapped(rows, window)
    cuts = list(data.cuts())
    np.testing.assert_array_equal(np.concatenate([np.arange(rows)[cut] for cut in cuts]), np.arange(rows))
    assert all(cut.start % 1024 == 0 for cut in cuts)


def test_what_it_evaluates_and_its_checksum_are_those_of_the_same_rows_in_memory():
    data = mapped(3000)
    fit = bp.train(network(), data, epochs=1, engine="numpy", progress=False)
    arrays = {name: np.array(array) for name, array in data.arrays.items()}
    assert fit.evaluate(data)["loss"] == pytest.approx(fit.evaluate(arrays)["loss"], rel=1e-6)
    assert checksum_of(data) == checksum_of(DataSet(arrays))


def test_it_is_not_held_in_memory():
    data = mapped(100)
    assert not data.in_memory
    assert DataSet({"x": np.zeros(3)}).in_memory
    assert data.arrangement == [data.pages.page, data.pages.window]
    assert isinstance(data.pages, Pages)


def test_a_share_cannot_be_held_out_of_it_later():
    with pytest.raises(errors.SettingError, match=r"bp.stream\(..., validation=0.1\)"):
        bp.train(network(), mapped(100), validation=0.1, progress=False)


def test_its_weights_are_its_own():
    with pytest.raises(errors.SettingError, match="has weights of its own"):
        bp.train(network(), mapped(100), weights=np.ones(100), progress=False)


def test_labels_out_of_range_are_refused():
    spool = Spool()
    spool.append({"x": np.zeros((3, 4)), "y": np.array([0, 1, 2])})
    with pytest.raises(errors.DataError, match=r"outside 0\.\.1"):
        bp.train(network(), spool.finish(), progress=False)


def test_metrics_of_ones_own_are_of_the_validation_set_where_the_training_set_is_larger_than_memory():
    data, watched = mapped(100), mapped(50, seed=1)
    settings = {"engine": "numpy", "epochs": 1, "progress": False, "metrics": ["f1"]}
    (one,) = bp.train(network(), data, validation=watched, **settings).history
    (two,) = bp.train(network(), in_memory(data), validation=in_memory(watched), **settings).history
    assert one.validation["f1"] == two.validation["f1"]
    assert "f1" not in one.metrics and "f1" in two.metrics
    with pytest.raises(errors.SettingError, match="metrics of a training set larger than memory need a validation set"):
        bp.train(network(), data, **settings)
