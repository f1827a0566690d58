"""What the precision of a run does not hold is refused by name, with the remedy."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors, schedules
from bprop.data import DataSet
from bprop.engines import Job
from bprop.engines.precision import need_representable


@pytest.fixture(params=["numpy", "native", "xla"])
def train(request):
    """train(factor=, penalty=, x=, w=, **settings): a short training of x w."""
    pytest.importorskip({"native": "llvmlite", "xla": "jax"}.get(request.param, "numpy"))

    def run(factor=1.0, penalty=1.0, x=(1.0, 2.0), w=1.0, **settings):
        box = bp.Parameter("w", ())
        graph = bp.Graph(loss=bp.Input("x") * (box * bp.Constant(factor, name="factor")), penalty=penalty * bp.l2(box))
        settings = {"batch_size": 1, "epochs": 1, "rule": bp.SGD(0.01), **settings}
        return bp.train(graph, {"x": np.array(x)}, params={"w": w}, engine=request.param, progress=False, **settings)

    return run


REFUSED = {
    "weights: 1e-50 at row 1 becomes 0 in float32": {"weights": [1.0, 1e-50]},
    "validation_weights: 1e-50 at row 1 becomes 0": {
        "validation": {"x": np.ones(2)},
        "validation_weights": [1.0, 1e-50],
    },
    "SGD: learning_rate=1e-50 becomes 0 in float32": {"rule": bp.SGD(1e-50)},
    "SGD: learning_rate=1e\\+39 becomes infinite": {"rule": bp.SGD(1e39)},
    "Adam: learning_rate.rate=1e-50 becomes 0": {"rule": bp.Adam(schedules.cosine(1e-50, 3))},
    "Adam: epsilon=1e-60 becomes 0": {"rule": bp.Adam(epsilon=1e-60)},
    "parameter 'w': 1e\\+39 becomes infinite": {"w": 1e39},
    "parameter 'w': 1e-50 becomes 0": {"w": 1e-50},
    "parameter 'w': 1e-39 becomes 0": {"w": 1e-39},
    "constant 'factor': 1e\\+39 becomes infinite": {"factor": 1e39},
    "constant 'constant_1': 1e-60 becomes 0": {"penalty": 1e-60},
}


@pytest.mark.parametrize("message", REFUSED)
def test_what_float32_does_not_hold_is_refused_by_name(train, message):
    with pytest.raises((errors.DataError, errors.SettingError), match=message) as caught:
        train(**REFUSED[message])
    assert 'use dtype="float64", or scale it' in str(caught.value)


@pytest.mark.parametrize("message", [message for message in REFUSED if "+39" not in message])
def test_in_float64_it_is_held(train, message):
    assert np.isfinite(train(dtype="float64", **REFUSED[message]).params["w"])


def test_what_is_0_and_what_is_small_are_taken(train):
    fit = train(weights=[0.0, 1e-30], rule=bp.SGD(0.0), x=(1e-50, 1e38), penalty=0.0, w=1e-37)
    assert fit.params["w"] == np.float32(1e-37)


def test_estimators_refuse_it_too():
    pytest.importorskip("sklearn")
    X, y = np.ones((4, 2), "float32"), [0, 1, 0, 1]
    with pytest.raises(errors.DataError, match="weights: 1e-50 at row 0 becomes 0 in float32"):
        bp.MLPClassifier((3,), max_iter=1).fit(X, y, sample_weight=[1e-50, 1.0, 1.0, 1.0])


@pytest.mark.parametrize(
    ("row", "data"),
    [(1, {"x": (1.0, 1e39)}), (0, {"validation": {"x": np.array([-1e39])}})],
    ids=["training", "validation"],
)
def test_inputs_that_become_infinite_are_refused_with_their_row(train, row, data):
    with pytest.raises(errors.DataError, match=rf"input 'x'.* row {row}.*float32.*dtype='float64'"):
        train(**data)


def counted(rows, batch_size, validation=None):
    """A job of so many rows that take no memory."""
    sets = [None if n is None else DataSet({"x": np.broadcast_to(np.float32(1), (n,))}) for n in (rows, validation)]
    w = bp.Parameter("w", ())
    graph = bp.Graph(loss=bp.Input("x") * w)
    return Job(graph, bp.SGD(), sets[0], batch_size, np.dtype("float32"), 0, sets[1])


@pytest.mark.parametrize(
    ("rows", "batch_size", "validation", "said"),
    [
        (2**31, 32, None, "the training set has 2,147,483,648 rows, but engines count up to 2,147,418,112"),
        (10, 5, 2**31, "the validation set has 2,147,483,648 rows"),
        (2**31 - 2**16, 2**31 - 2**16 - 1, None, "2 batches of 2,147,418,111 rows are more than the 2,147,483,647"),
    ],
)
def test_more_rows_than_engines_count_are_refused(rows, batch_size, validation, said):
    with pytest.raises((errors.DataError, errors.SettingError), match=said):
        need_representable(counted(rows, batch_size, validation), {"w": np.float32(1)})


def test_a_few_rows_are_counted():
    need_representable(counted(10, 5, 10), {"w": np.ones((), np.float32)})
