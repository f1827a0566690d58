"""What people call the measures."""

from bprop.measures.judge import EVERY
from bprop.measures.labels import label


def test_every_measure_has_a_name_without_underscores():
    assert not any("_" in label(name) for name in EVERY)


def test_a_column_stays_as_it_is():
    assert label("rmse[net_price]") == "RMSE[net_price]"
