"""Ensembles of models of tables, on every road that reads the output f."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.tables.model import TableModel
from bprop.tables.outputs import f_of, spread_of


def fits(rows, target, count=3, **more):
    table = bp.table(rows, target=target, **more)
    return [table.fit(hidden=4, epochs=2, seed=1, engine="numpy", progress=False) for _ in range(count)]


@pytest.fixture(params=["pet", "weight", "old"])
def both(request, rows):
    """(members with different parameters, their ensemble). An input has the name of the spread."""
    rows["spread"] = rows.pop("legs")
    models = fits(rows, request.param)
    for k, model in enumerate(models):
        rng = np.random.default_rng(k)
        model.params = {n: a + rng.normal(0, 0.3, a.shape).astype(a.dtype) for n, a in model.params.items()}
    return models, bp.ensemble(models)


def numbers(model, rows):
    return np.asarray(model.predict(rows) if model.classes is None else model.predict_proba(rows))


def test_an_ensemble_of_tables_takes_tables_and_answers_in_their_terms(both, rows):
    models, together = both
    assert type(together) is TableModel
    each = np.stack([numbers(model, rows) for model in models])
    np.testing.assert_allclose(numbers(together, rows), each.mean(axis=0), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(together.spread(rows), each.std(axis=0), rtol=2e-3, atol=1e-5)
    if together.classes is not None:
        np.testing.assert_array_equal(together.predict(rows), together.classes[each.mean(axis=0).argmax(axis=1)])


def test_it_is_saved_loaded_and_judged_as_any_model_of_a_table(both, rows, tmp_path):
    models, together = both
    together.save(tmp_path / "pets.bprop")
    again = bp.load(tmp_path / "pets.bprop")
    np.testing.assert_array_equal(again.predict(rows), together.predict(rows))
    np.testing.assert_array_equal(again.spread(rows), together.spread(rows))
    assert again.scores(rows) == together.scores(rows)
    assert again.scores(rows).keys() == models[0].scores(rows).keys()


def test_f_and_spread_are_arrays_for_the_arrays_of_the_network(both, rows):
    models, together = both
    arrays = together.preparation.inputs(bp.table(rows, target=together.preparation.target).frame)
    assert f_of(together, arrays).shape == f_of(models[0], arrays).shape == spread_of(together, arrays).shape
    np.testing.assert_array_equal(f_of(together, arrays), together.predict(**arrays)["f"])


def test_a_single_network_has_no_spread(rows):
    model = fits(rows, "pet", 1)[0]
    with pytest.raises(errors.UnsupportedError, match="single network"):
        model.spread(rows)
    together = bp.ensemble([model, model], spread=False)
    with pytest.raises(errors.UnsupportedError, match="spread=False"):
        together.spread(rows)
    np.testing.assert_array_equal(together.predict(rows), model.predict(rows))


def test_onnx_names_the_spread_of_each_answer(both, rows):
    pytest.importorskip("onnx")
    runtime = pytest.importorskip("onnxruntime")
    _, together = both
    session = runtime.InferenceSession(together.to_onnx().SerializeToString(), providers=["CPUExecutionProvider"])
    cells = {}
    for one in session.get_inputs():
        column = rows[one.name]
        text = one.type == "tensor(string)"
        cells[one.name] = (
            np.array(["" if cell is None else str(cell) for cell in column], object)
            if text else np.array(column, "float32" if one.type == "tensor(float)" else "float64")
        )  # fmt: skip
    found = dict(zip([one.name for one in session.get_outputs()], session.run(None, cells), strict=True))
    name = "spread_" if together.classes is not None else "spread(weight)"  # a column is called spread
    assert list(found)[-1] == name
    np.testing.assert_allclose(found[name], together.spread(rows), rtol=2e-3, atol=1e-5)
    if together.classes is None:
        np.testing.assert_allclose(found["weight"], together.predict(rows), rtol=1e-4)
