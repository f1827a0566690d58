"""Numbers and dates that would be taken for classes are refused, with cells of them and the way on."""

import numpy as np
import pytest

from bprop import errors
from bprop.sources.no_classes import need_no_measures

DATES = [f"2023-05-{k:02}" for k in range(1, 20)]
MONEY = [f"{'$€'[k % 2]}{k}0.50" for k in range(1, 20)]


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (MONEY, "t.csv, column 'y': 19 different targets look like numbers, such as '€10.50' and '\\$20.50'"),
        ([f"{k}.5{'KM'[k % 2]}" for k in range(1, 20)], "no one format fits them: write all in one format"),
        (DATES, "19 different targets look like dates, such as '2023-05-01' and '2023-05-02'"),
        ([f"{k}/5/2023" for k in range(1, 20)], "look like dates"),
        ([*DATES, "soon"], "look like dates"),
    ],
)
def test_numbers_and_dates_are_no_classes(values, says):
    with pytest.raises(errors.DataError, match=f"{says}.*--task classification"):
        need_no_measures("t.csv, column 'y'", values, np.ones(len(values), int))


@pytest.mark.parametrize(
    "values",
    [MONEY[:10], DATES[:10], [f"class {k}" for k in range(30)], [f"R{k}" for k in range(30)],
     [f"{k:05}" for k in range(30)], [f"{k}{'AB'[k % 2]}" for k in range(30)], list(range(30)),
     [*DATES, *(f"red {k}" for k in range(19))]],
)  # fmt: skip
def test_few_of_them_and_words_may_be_classes(values):
    need_no_measures("t.csv, column 'y'", values, np.ones(len(values), int))
