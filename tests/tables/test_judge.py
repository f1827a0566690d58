"""How a model does on rows with targets."""

import numpy as np

import bprop as bp
from bprop.tables.judge import judge


def test_the_judgement_of_classes_counts_right_and_wrong_ones(rows):
    fit = bp.table(rows).fit(hidden=4, epochs=3, engine="numpy", progress=False)
    frame = bp.table(rows).frame
    result = judge(fit, frame, fit.preparation, np.ones(60), 0, 0)
    counts = np.array(result["more"]["confusion"]["counts"])
    assert counts.sum() == 60
    assert result["scores"] == {**result["values"], **fit.evaluate(fit.preparation.arrays(frame))}
    assert result["values"]["accuracy"] == np.trace(counts) / 60
    assert np.mean(fit.predict(rows) == np.array(rows["pet"])) == np.trace(counts) / 60
