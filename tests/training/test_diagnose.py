"""A loss that is not finite: the error names the box, the step and the rows, and holds what was well."""

from types import SimpleNamespace

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.training import diagnose


@pytest.fixture(params=["numpy", "xla"])
def engine(request):
    if request.param == "xla":
        pytest.importorskip("jax")
    return request.param


def fails(graph, data, **settings):
    settings = {"progress": False, "shuffle": False} | settings
    with pytest.raises(errors.NonFiniteError) as caught:
        bp.train(graph, data, **settings)
    fit = caught.value.fit
    assert all(np.isfinite(array).all() for array in fit.params.values())
    return str(caught.value), fit


def logarithm():
    """w log(x), which is NaN for a negative x and -infinity for 0."""
    x, w = bp.Input("x"), bp.Parameter("w", ())
    return bp.Graph(loss=bp.square(w * bp.log(x, name="logarithm")))


def data_with(value, row, count=40):
    X = np.linspace(1.0, 2.0, count)
    X[row] = value
    return {"x": X}


@pytest.mark.parametrize(("value", "what"), [(-1.0, "NaN"), (0.0, "infinity")])
def test_the_box_the_step_and_the_row_are_named(engine, value, what):
    said, fit = fails(logarithm(), data_with(value, 23), params={"w": 1.0}, batch_size=5, epochs=2, engine=engine)
    assert "training diverged at epoch 1, step 5 of 8 (update 5)" in said
    assert f"the box 'logarithm', log(x), was the first to give {what} for row 23 of the data" in said
    assert fit.updates == 4


def test_the_fit_is_that_of_the_steps_before(engine):
    data = data_with(-1.0, 23)
    _, fit = fails(logarithm(), data, params={"w": 1.0}, rule=bp.SGD(0.05), batch_size=5, epochs=1, engine=engine)
    whole = bp.train(
        logarithm(), {"x": data["x"][:20]}, params={"w": 1.0}, rule=bp.SGD(0.05), batch_size=5, epochs=1,
        shuffle=False, engine=engine, progress=False,
    )  # fmt: skip
    assert fit.params["w"] == whole.params["w"] != 1.0


def test_rows_are_counted_in_the_data_as_given(engine):
    """Shuffled, and with a share held out, the row is still that of the user's array."""
    said, _ = fails(
        logarithm(), data_with(-1.0, [7, 23, 31]), params={"w": 1.0}, batch_size=1, validation=0.2, shuffle=True,
        engine=engine, seed=1,
    )  # fmt: skip
    named = [row for row in (7, 23, 31) if f"for row {row} of the data" in said]
    assert len(named) == 1


def test_several_rows_are_named_and_many_are_counted(engine):
    said, fit = fails(logarithm(), data_with(-1.0, range(3, 13)), params={"w": 1.0}, batch_size=40, engine=engine)
    assert "for rows 3, 4, 5, 6, 7 and 5 more of the data" in said
    assert fit.updates == 0
    assert fit.params["w"] == 1.0


def test_a_later_epoch_is_named(engine):
    """theta falls by 1 an update, until the square root's argument is negative in the second epoch."""
    x, w = bp.Input("x"), bp.Parameter("w", ())
    graph = bp.Graph(loss=w * x + 0.0 * bp.sqrt(w * x, name="root"))
    said, fit = fails(
        graph, {"x": np.ones(4)}, params={"w": 6.5}, rule=bp.SGD(1.0), batch_size=1, epochs=5, engine=engine
    )
    assert "epoch 2, step 4 of 4 (update 8)" in said
    assert "the box 'root'" in said
    assert "NaN" in said
    assert fit.updates == 7
    assert fit.params["w"] == pytest.approx(-0.5)
    assert len(fit.history) == 1


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_an_exploding_learning_rate_is_found_and_advice_given(engine, dtype):
    x, y, w = bp.Input("x"), bp.Input("y"), bp.Parameter("w", ())
    graph = bp.Graph(loss=bp.squared_error(w * x, y))
    data = {"x": np.full(2000, 3.0), "y": np.zeros(2000)}
    said, fit = fails(graph, data, params={"w": 1.0}, rule=bp.SGD(10.0), batch_size=1, engine=engine, dtype=dtype)
    assert "try a smaller learning rate" in said
    assert "squared_error" in said
    assert "infinity" in said
    assert fit.updates > 3
    # one more update from where it stopped is indeed one too many
    with np.errstate(over="ignore"):
        assert not np.isfinite(np.square(np.asarray(fit.params["w"] * 3, dtype)))


def test_a_gradient_that_is_not_finite_names_its_box(engine):
    """sqrt is fine at 0, its derivative is infinite: the loss stays finite, theta does not."""
    x, w = bp.Input("x"), bp.Parameter("w", ())
    graph = bp.Graph(loss=bp.sqrt(bp.square(w * x, name="power"), name="root"))
    said, fit = fails(graph, data_with(0.0, 13), params={"w": 1.0}, batch_size=5, rule=bp.SGD(0.01), engine=engine)
    assert "step 3 of 8" in said
    assert "the gradient for 'power' (bprop of the box 'root') was the first to be" in said
    assert "for row 13 of the data" in said
    assert fit.updates == 2


def test_a_gradient_that_spoils_the_very_last_update_is_found(engine):
    x, w = bp.Input("x"), bp.Parameter("w", ())
    graph = bp.Graph(loss=bp.sqrt(bp.square(w * x), name="root"))
    said, fit = fails(
        graph, data_with(0.0, 39), params={"w": 1.0}, batch_size=5, epochs=1, rule=bp.SGD(0.01), engine=engine
    )
    assert "step 8 of 8" in said
    assert "'root'" in said
    assert fit.updates == 7


def test_an_update_that_leaves_the_finite_numbers_says_so(engine):
    x, w = bp.Input("x"), bp.Parameter("w", ())
    graph = bp.Graph(loss=w * x)
    said, fit = fails(
        graph, {"x": np.full(4, 1e30)}, params={"w": 0.0}, rule=bp.SGD(1e30), batch_size=4, epochs=1, engine=engine
    )
    assert "the update itself left the range of finite numbers" in said
    assert fit.params["w"] == 0.0


def test_dropouts_noise_is_that_of_the_step(engine):
    """Only where dropout keeps the unit is the argument of the logarithm negative."""
    x, w = bp.Input("x", (3,)), bp.Parameter("w", ())
    kept = bp.dropout(x, 0.5, name="kept")
    graph = bp.Graph(loss=w * bp.sum(bp.log(1.0 - kept, name="logarithm"), axis=1))
    said, fit = fails(graph, {"x": np.full((20, 3), 0.75)}, params={"w": 1.0}, batch_size=1, engine=engine)
    assert "the box 'logarithm'" in said
    values = graph.fprop(fit.params, x=np.full((20, 3), 0.75), training=False)
    assert np.isfinite(values["logarithm"]).all()


def test_the_records_of_the_epochs_before_are_kept(engine):
    x, w = bp.Input("x"), bp.Parameter("w", ())
    graph = bp.Graph(loss=w * x + 0.0 * bp.log(w * x))
    _, fit = fails(
        graph, {"x": np.ones(4)}, params={"w": 10.5}, rule=bp.SGD(1.0), batch_size=1, epochs=9, engine=engine
    )
    assert [record.epoch for record in fit.history] == [1, 2]
    assert fit.stopped == "diverged"


def test_the_error_is_a_floating_point_error():
    assert issubclass(errors.NonFiniteError, FloatingPointError)


@pytest.mark.parametrize(
    ("count", "said"),
    [(1, "0"), (5, "0, 1, 2, 3, 4"), (6, "0, 1, 2, 3, 4 and 1 more"), (9, "0, 1, 2, 3, 4 and 4 more")],
)
def test_five_rows_are_named_and_the_others_counted(count, said):
    assert diagnose._some(np.arange(count)) == said


def test_rows_are_named_where_a_value_has_rows():
    x, w = bp.Input("x", (2,)), bp.Parameter("w", (2,))
    graph = bp.Graph(loss=bp.sum(bp.tanh(x * w, name="h"), axis=1))
    bad = np.array([[1.0, np.nan], [1.0, 1.0], [np.inf, 1.0]])
    rows = np.array([7, 8, 9])
    assert diagnose._rows(bad, rows, graph, "h") == " for rows 7, 9 of the data, counted from 0"
    assert diagnose._rows(bad[:2], rows[:2], graph, "h") == " for row 7 of the data, counted from 0"
    assert diagnose._rows(np.array([np.nan, 1.0]), rows, graph, "w") == ""
    assert (diagnose._kind(bad), diagnose._kind(bad[1:])) == ("NaN", "infinity")


def test_a_step_is_well_only_if_all_parameters_are_finite():
    """The first step spoils v and leaves u as it is: no step of the stretch is well."""
    values = {"before": {"u": np.ones(2), "v": np.ones(2)}, "after": {"u": np.ones(2), "v": np.array([1.0, np.nan])}}

    class Run:
        state = None

        def steps(self, start, count, t):
            self.state = "after"

        def params(self):
            return values[self.state]

    at, bad = SimpleNamespace(step=0, updates=0), SimpleNamespace(before="before", step=1)
    run = Run()
    assert diagnose._good_steps(run, at, bad) == 0
    assert run.state == "before"
