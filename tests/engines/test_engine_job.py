"""What a job says of its batches, its noise and its weights."""

import numpy as np
import pytest

import bprop as bp
from bprop.data import DataSet
from bprop.engines import Job, choose
from bprop.noise import key_of

GRAPH = bp.Graph(loss=bp.square(bp.Input("x") * bp.Parameter("w", ())))


def job(rows=7, batch_size=3, dtype="float32", seed=5, weights=None, **more):
    data = DataSet({"x": np.ones(rows)}, weights)
    return Job(GRAPH, bp.SGD(0.1), data, batch_size, np.dtype(dtype), seed, **more)


@pytest.mark.parametrize(("rows", "batch_size", "steps"), [(7, 3, 3), (6, 3, 2), (1, 3, 1), (7, 7, 1), (7, 1, 7)])
def test_an_epoch_has_a_step_for_every_batch_also_for_one_that_is_not_full(rows, batch_size, steps):
    assert job(rows, batch_size).steps_per_epoch == steps


@pytest.mark.parametrize("seed", [0, 5, 2**63])
def test_the_key_of_the_noise_follows_from_the_seed(seed):
    key = job(seed=seed).seed_key
    assert key.dtype == np.uint32
    assert key.tolist() == [key_of(seed)]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_context_of_a_batch_has_its_weights_the_update_and_the_precision(dtype):
    context = job(dtype=dtype).context(np.array([1.0, 0.0, 2.5]), 9)
    assert context.weights.tolist() == [1.0, 0.0, 2.5]
    assert context.weights.dtype == context.dtype == np.dtype(dtype)
    seed, update = context.key
    assert (seed.tolist(), update.tolist(), update.dtype) == ([key_of(5)], [9], np.uint32)


def test_the_precision_is_as_the_user_names_it():
    assert job(dtype="float64").precision == "float64"
    assert job(narrow="bfloat16").precision == "bfloat16"


def test_a_set_is_known_by_its_name():
    held = DataSet({"x": np.zeros(2)})
    made = job(validation=held)
    assert made.set_of("data") is made.data
    assert made.set_of("validation") is held


def test_a_batch_has_rows_and_weights_in_the_precision_of_the_run():
    made = job(rows=4, weights=np.array([1.0, 2.0, 3.0, 4.0]), mean_weight=2.5)
    arrays, context = made.batch(made.data, np.array([3, 1]), 6)
    assert (arrays["x"].tolist(), arrays["x"].dtype) == ([1.0, 1.0], np.float32)
    assert context.weights.tolist() == [4.0, 2.0]
    assert context.divisor == np.float32(5.0)
    assert context.key[1].tolist() == [6]
    whole, context = made.batch(DataSet({"x": np.arange(3.0)}), slice(None), 0)
    assert whole["x"].tolist() == [0.0, 1.0, 2.0]
    assert context.weights.tolist() == [1.0, 1.0, 1.0]


MLP = bp.mlp([4, 6, 3])


@pytest.mark.parametrize("rule", [bp.SGD(0.1), bp.SGD(0.1, momentum=0.9, nesterov=True), bp.Adam(0.01), bp.AdamW()])
def test_the_state_of_a_rule_is_put_together_again_from_its_arrays(rule):
    data = DataSet({"x": np.ones((30, 4)), "y": np.arange(30) % 3})
    made = Job(MLP, rule, data, 10, np.dtype("float32"), 0)
    run = choose("numpy").start(made, MLP.init(0))
    run.set_order(np.arange(30))
    run.steps(0, 3, 0)
    again, expected = made.rule_state(run.params(), run.rule_arrays()), run.state[1]
    assert {k: set(v) for k, v in again.items()} == {k: set(v) for k, v in expected.items()}
    for what, arrays in expected.items():
        for name, array in arrays.items():
            assert again[what][name].tobytes() == array.tobytes()
    assert all((array == 0).all() for arrays in made.rule_state(run.params()).values() for array in arrays.values())


def mixing_job(rows, batch_size):
    """A job whose objective has a box that mixes the rows of a batch, in training and outside."""
    x = bp.Input("x")
    graph = bp.Graph(loss=bp.square(x * bp.Parameter("w", ()) - bp.mean(x)))
    return Job(graph, bp.SGD(0.1), DataSet({"x": np.ones(rows)}), batch_size, np.dtype("float64"), 0)


@pytest.mark.parametrize(
    ("rows", "batch_size", "plain", "mixed"),
    [(7, 3, (3, 3, 0), (3, 2, 1)), (6, 3, (3, 2, 0), (3, 2, 0)), (2, 5, (5, 1, 0), (2, 1, 0))],
)
def test_batches_are_filled_up_unless_boxes_mix_their_rows(rows, batch_size, plain, mixed):
    assert job(rows, batch_size).batches == plain
    assert mixing_job(rows, batch_size).batches == mixed


def test_a_set_whose_rows_are_mixed_is_evaluated_as_one_batch():
    data = DataSet({"x": np.ones(9)})
    assert job().together(data) is None
    assert mixing_job(7, 3).together(data) == 9
    far = type("Far", (), {"in_memory": False})()
    assert job().together(far) is None
    with pytest.raises(bp.errors.SettingError, match=r"^the box 'mean_1' mixes the rows of a batch, so that a set is"):
        mixing_job(7, 3).together(far)


def test_factors_of_rates_name_parameters_that_are_trained():
    data = DataSet({"x": np.ones(3)})
    Job(GRAPH, bp.SGD(0.1, rate_factors={"w": 2.0}), data, 1, np.dtype("float64"), 0)
    with pytest.raises(bp.errors.UnknownNameError, match=r"rate_factors.*'v'"):
        Job(GRAPH, bp.SGD(0.1, rate_factors={"v": 2.0}), data, 1, np.dtype("float64"), 0)
