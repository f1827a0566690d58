"""Which kind a column is."""

import numpy as np
import pytest

from bprop import errors
from bprop.sources.columns.ignored import Ignored
from bprop.sources.columns.infer import fit_column, fit_columns, listed
from bprop.sources.frame import Frame


def frame(**columns):
    ready = {}
    for name, values in columns.items():
        column = values if isinstance(values, np.ndarray) else np.empty(len(values), object)
        if column is not values:
            column[:] = values
        ready[name] = column
    return Frame("t", ready, lambda row: f"t.csv, line {row + 2}", source="t.csv")


N = 40
CASES = {
    "numbers": ([str(k * 7 % 13) for k in range(N)], "numeric"),
    "numbers, some missing": (["", *(str(k * 7 % 13) for k in range(N))], "numeric"),
    "floats that never repeat": ([repr(k * 0.37) for k in range(N)], "numeric"),
    "a numpy column": (np.arange(N) * 7 % 13, "numeric"),
    "0 and 1": (["0", "1"] * 20, "numeric"),
    "yes and no": (["yes", "no"] * 20, "boolean"),
    "true, false, missing": (["true", "false", ""] * 20, "boolean"),
    "names": (["red", "green", "blue", "?"] * 10, "categorical"),
    "mostly names": (["red", "green", "7"] * 10, "categorical"),
    "one name, or missing": (["red", ""] * 10, "categorical"),
    "few rows, all different": (["a", "b", "c"], "categorical"),
    "dates": ([f"2024-01-{k % 28 + 1:02}" for k in range(N)], "date"),
    "a column of datetime64": (np.arange(N).astype("datetime64[D]"), "date"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_column_is_what_it_looks_like(case):
    values, kind = CASES[case]
    assert fit_column("a", frame(a=values)).kind == kind


IGNORED = {
    "constant": (["7"] * N, "constant"),
    "all missing": (["", "?"] * N, "all missing"),
    "constant numbers": (np.ones(N), "constant"),
    "row numbers": ([str(k) for k in range(N)], "id"),
    "row numbers with gaps": ([str(k + k // 3) for k in range(N)], "id"),
    "row numbers as numbers": (np.arange(N), "id"),
    "names of people": ([f"person {k}" for k in range(N)], "id"),
}


@pytest.mark.parametrize("case", IGNORED)
def test_ids_and_constants_are_ignored(case):
    values, why = IGNORED[case]
    assert fit_column("a", frame(a=values)) == Ignored("a", why)


def test_whole_numbers_that_never_repeat_are_ids_if_they_are_called_so():
    values = [str(k * 7919 % 100003) for k in range(N)]
    assert fit_column("customer_id", frame(customer_id=values)).kind == "ignored"
    assert fit_column("Customer-ID", frame(**{"Customer-ID": values})).kind == "ignored"
    assert fit_column("price", frame(price=values)).kind == "numeric"


def test_a_stray_cell_among_numbers_is_not_made_a_category():
    with pytest.raises(errors.DataError, match=r"t.csv, line 5, column 'a': 'x' is not a finite number.*a=categorical"):
        fit_column("a", frame(a=["1", "2", "3", "x"]))


def test_what_is_told_goes_before_what_it_looks_like():
    table = frame(a=[str(k % 5) for k in range(N)], b=[str(k) for k in range(N)], c=["x", "y"] * 20)
    kinds = fit_columns(("a", "b", "c"), table, {"a": "categorical", "b": "numeric", "c": "ignored"})
    assert [kind.kind for kind in kinds] == ["categorical", "numeric", "ignored"]
    assert listed(kinds).splitlines() == [
        "  numeric       1  b", "  categorical   1  a (5, one-hot)", "  ignored       1  c (as asked)",
    ]  # fmt: skip


def test_kinds_that_cannot_be_told():
    table = frame(a=["1", "2"])
    with pytest.raises(errors.SettingError, match="--kind b=numeric: no input column has this name; there are: a"):
        fit_columns(("a",), table, {"b": "numeric"})
    with pytest.raises(errors.UnknownNameError, match="--kind a=text: there is no such kind; there are: numeric, "):
        fit_columns(("a",), table, {"a": "text"})


def test_nothing_left_to_learn_from():
    with pytest.raises(errors.DataError, match=r"no column is left to learn from: a \(constant\)"):
        fit_columns(("a",), frame(a=["1", "1"]), {})


def test_dates_that_can_be_read_two_ways_are_left_out_with_a_note():
    days = [f"{1 + k % 12:02}/{1 + k % 11:02}/20{k:02}" for k in range(N)]
    kind = fit_column("day", frame(day=days))
    assert isinstance(kind, Ignored)
    assert str(kind) == (
        "day (dates such as 01/01/2000 may have the day or the month first: choose one with --kind day=date:dmy or "
        "--kind day=date:mdy)"
    )
    with pytest.raises(errors.DataError, match="may have the day or the month first"):
        fit_columns(("day",), frame(day=days), {"day": "date"})
    assert str(fit_columns(("day",), frame(day=days), {"day": "date:dmy"})[0]) == "day (day first)"
    assert fit_column("day", frame(day=[f"{1 + k % 28}.{1 + k % 12}.2024" for k in range(N)])).kind == "date"


@pytest.mark.parametrize(
    "cells",
    [np.full(N, 14.62) + 1.8e-15 * (np.arange(N) % 2), [["0.1", "0.10000000000000001"][k % 2] for k in range(N)],
     [["14.62", "14.620000000000001"][k % 2] for k in range(N)]],
)  # fmt: skip
def test_numbers_that_differ_by_their_rounding_are_constant(cells):
    assert fit_column("a", frame(a=cells)) == Ignored("a", "constant")


@pytest.mark.parametrize("start", [2**53, 2**60, 2**64 - 2 * N])
def test_ids_beyond_2_to_the_53_are_ids(start):
    numbers = [start + k for k in range(N)]
    for cells in (list(map(str, numbers)), np.array(numbers, np.uint64)):
        assert fit_column("order", frame(order=cells)) == Ignored("order", "id")
        assert fit_column("order", frame(order=cells[::-1])) == Ignored("order", "id")


def test_numbers_among_many_cells_of_other_kinds_are_names_and_a_few_mistakes_are_not():
    tickets = [f"A/{k % 5} {2000 + k % 9}" if k % 4 == 0 else str(3000 + k % 40) for k in range(200)]
    assert fit_column("ticket", frame(ticket=tickets)).kind == "categorical"
    marks = ["lost" if k % 4 == 0 else str(3000 + k % 40) for k in range(200)]
    with pytest.raises(errors.DataError, match="'lost' is not a finite number, and 50 of 200 rows"):
        fit_column("ticket", frame(ticket=marks))
    typed_wrong = [f"{k}x{k}" if k % 20 == 0 else str(3000 + k % 40) for k in range(200)]
    with pytest.raises(errors.DataError, match="'0x0' is not a finite number, and 10 of 200 rows"):
        fit_column("ticket", frame(ticket=typed_wrong))
