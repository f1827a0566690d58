"""Every kind of column in ONNX: the features that the runtime makes are those of `Kind.encode`."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bprop as bp
from bprop import errors
from bprop.onnx import IR
from bprop.onnx.encoders import any_case, cell_type, encoded, pattern_of
from bprop.onnx.export import Export
from bprop.onnx.tensor import Tensor
from bprop.sources.columns import Boolean, Categorical, Date, Duration, Ignored, Kind, Numeric, Time
from bprop.sources.frame import Frame
from bprop.sources.words import MISSING, WORDS

onnx = pytest.importorskip("onnx", reason="exporting needs the package onnx")
ort = pytest.importorskip("onnxruntime", reason="the runtime is the judge here")


def frame_of(cells, dtype=object):
    column = np.empty(len(cells), dtype=dtype)
    column[:] = cells
    return Frame("t", {"c": column}, lambda row: f"row {row}")


def by_onnx(kind, cells, marks=()):
    """What the encoder of a kind gives for a column, by the runtime."""
    net = bp.Model(bp.Graph(outputs={"f": bp.tanh(bp.Input("x"))}), {})
    export = Export(onnx, net)
    export.marks = tuple(marks)
    found = encoded(export, kind, Tensor("c"))
    codes = isinstance(kind, Categorical) and kind.width
    given = [onnx.numpy_helper.from_array(array, name) for name, array in export.initializers.items()]
    graph = onnx.helper.make_graph(
        export.nodes, "g", [export.declared("c", cell_type(kind, export), ["N"])],
        [export.declared(found, np.int64 if codes else np.float32, ["N"] if codes else ["N", "F"])], given,
    )  # fmt: skip
    sets = [onnx.helper.make_opsetid("", export.opset), onnx.helper.make_opsetid("ai.onnx.ml", 2)]
    made = onnx.helper.make_model(graph, ir_version=IR[export.opset], opset_imports=sets)
    onnx.checker.check_model(made, full_check=True)
    session = ort.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"c": np.asarray(cells)})[0]


@pytest.mark.parametrize("indicator", [False, True])
def test_numbers(indicator):
    kind = Numeric("c", 2.5, indicator)
    cells = np.array([1, np.nan, -0.0, 1e-45, 3.4e38, -7.25], "float32")
    expected = kind.encode(frame_of(cells.astype(float), float)).astype("float32")
    np.testing.assert_array_equal(by_onnx(kind, cells), expected)


@pytest.mark.parametrize("kind", [Time("c", True), Time("c", False), Duration("c", 3600.0, True)], ids=str)
def test_times_and_durations_are_seconds(kind):
    cells = np.array([0, 1, 43_200, 86_399, np.nan], "float32")
    expected = kind.encode(frame_of(cells.astype(float), float)).astype("float32")
    np.testing.assert_allclose(by_onnx(kind, cells), expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("indicator", [False, True])
def test_yes_and_no(indicator):
    kind = Boolean("c", indicator)
    cells = ["yes", "No", "TRUE", "f", "1", "0", "", "?", "Y", "nan", "N/A"]
    expected = kind.encode(frame_of(cells)).astype("float32")
    np.testing.assert_array_equal(by_onnx(kind, np.array(cells, object)), expected)
    padded = [f" {cell}\u3000\n" for cell in cells]
    np.testing.assert_array_equal(by_onnx(kind, np.array(padded, object)), expected)


@pytest.mark.parametrize("cell", ["perhaps", "1.5", "y e s", "tru", "yess", "-1", "2"])
def test_what_is_neither_yes_nor_no_is_refused_as_a_table_with_it_is(cell, capfd):
    with pytest.raises(errors.DataError, match="not true or false"):
        Boolean("c", False).encode(frame_of(["yes", cell]))
    with pytest.raises(Exception, match="column c: a cell is neither yes nor no"):
        by_onnx(Boolean("c", False), np.array(["yes", cell], object))


KNOWN = ("1", "01", "Rouge", "rouge", "née", "a b", '"', "NAN!")
CELLS = st.sampled_from(
    [
        *KNOWN,
        *MISSING,
        "",
        "Null",
        "NaN",
        "None",
        "never seen",
        "ROUGE",
        "x" * 300,
        "日本",
        " 1",
        "Rouge  ",
        "\t née\u00a0",
        "\u2028a b\r\n",
        "a  b",
        "  ",
    ]
)


@pytest.mark.parametrize("width", [0, 3])
@given(cells=st.lists(CELLS, min_size=1, max_size=30), codes=st.sets(st.integers(0, 9), min_size=1))
@settings(max_examples=15, deadline=None)
def test_categories(width, cells, codes):
    kind = Categorical("c", KNOWN, tuple(sorted(codes)), width)
    expected = kind.encode(frame_of([cell.strip() for cell in cells]))
    cells = [cell.strip() for cell in cells] if width else cells
    found = by_onnx(kind, np.array(cells, object))
    assert found.dtype == (np.int64 if width else np.float32)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("width", [0, 3])
def test_whole_numbers_as_categories_are_written_with_and_without_point_zero(width):
    kind = Categorical("c", ("01", "3011.0", "7", "7.0", "8001"), (2, 3, 4, 5, 6), width)
    cells = ["8001", "8001.0", "3011", "3011.0", "7", "7.0", "01", "1", "01.0", "8001.00"]
    expected = kind.encode(frame_of(cells))
    assert np.array_equal(expected[0], expected[1]) and not np.array_equal(expected[4], expected[5])
    np.testing.assert_array_equal(by_onnx(kind, np.array(cells, object)), expected)


def dates_agree(kind, days):
    expected = kind.encode(frame_of(days, "datetime64[s]"))
    found = by_onnx(kind, np.array(days, "datetime64[s]").astype(np.int64))
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=3e-7, atol=3e-6)


@pytest.mark.parametrize("hours", [False, True])
@pytest.mark.parametrize("indicator", [False, True])
@given(seconds=st.lists(st.integers(-62_167_219_200, 253_402_300_799), min_size=1, max_size=50))
@settings(max_examples=20, deadline=None)
def test_dates_of_all_years_with_four_digits(hours, indicator, seconds):
    kind = Date("c", "2019-03-01", 12.5, hours, indicator)
    dates_agree(kind, [*(np.datetime64(s, "s") for s in seconds), np.datetime64("NaT", "s")])


def test_the_first_and_last_days_of_years_and_the_days_about_leap_days():
    years = [0, 1, 3, 4, 100, 399, 400, 1600, 1700, 1899, 1900, 1969, 1970, 2000, 2023, 2024, 2099, 2100, 9999]
    days = [
        np.datetime64(f"{year:04}-{day}", "s")
        for year in years
        for day in ("01-01", "02-28", "03-01", "12-31", "12-30")
    ]
    days += [np.datetime64(f"{year:04}-02-29", "s") for year in (0, 4, 400, 1600, 2000, 2024)]
    dates_agree(Date("c", "1969-12-31", 0.0, True, False), days)


@pytest.mark.parametrize("cell", [" 1", "Rouge ", "\u3000", "a b\n"])
def test_blanks_around_cells_that_are_embedded_are_refused(cell, capfd):
    with pytest.raises(Exception, match="column c: a cell has blanks around it"):
        by_onnx(Categorical("c", KNOWN, tuple(range(10)), 3), np.array(["1", cell], object))


@pytest.mark.parametrize("word", [".*", "a|b", "(", "\\d", "[x]", "^", "$", "a\nb", "x{2}", "+49", "\x00"])
def test_signs_of_regular_expressions_are_letters_like_others(word):
    kind = Categorical("c", (word,), (0, 2), 0)
    cells = [word, f" {word} ", "aa", "ab", "5", "x", "xx", ""]
    np.testing.assert_array_equal(
        by_onnx(kind, np.array(cells, object)), kind.encode(frame_of([cell.strip() for cell in cells]))
    )
    assert pattern_of([]) == ""


def test_words_are_taken_as_they_are_written_unless_any_case_is_asked_for():
    assert "(?:NaN)" in pattern_of(["NaN"])
    assert "(?:[nN][aA])" in pattern_of(["NA"], any_case=True)


def test_every_way_to_write_a_word():
    assert sorted(any_case("n/a")) == ["N/A", "N/a", "n/A", "n/a"]
    assert list(any_case("")) == [""]
    assert all(written.lower() == word for word in WORDS for written in any_case(word))


def test_a_kind_that_is_not_known_is_refused_by_name():
    class Colour(Kind):
        kind = "colour"

    for kind in (Colour("paint"), Ignored("paint", "id")):
        with pytest.raises(errors.UnsupportedError, match=r"the column 'paint' is .*--no-encoders"):
            encoded(Export(onnx, bp.Model(bp.Graph(outputs={"f": bp.tanh(bp.Input("x"))}), {})), kind, Tensor("paint"))


def test_marks_of_missing_cells_are_missing_cells():
    numbers = by_onnx(Numeric("c", 2.5, True), np.array([-9, 1, np.nan, 99, 98], "float32"), ("-9", "99", "inf"))
    np.testing.assert_array_equal(numbers, [[2.5, 1], [1, 0], [2.5, 1], [2.5, 1], [98, 0]])
    cells = np.array(["yes", "-9", "no", " ? ", ""], object)
    truth = by_onnx(Boolean("c", True), cells, ("-9", "?"))
    np.testing.assert_array_equal(truth, [[1, 0], [0.5, 1], [0, 0], [0.5, 1], [0.5, 1]])
    cells = np.array(["1", "-9", "", "never seen", "Rouge", "?"], object)
    for width in (0, 3):
        kind = Categorical("c", KNOWN, tuple(range(10)), width)
        found = by_onnx(kind, cells, ("-9", "?", "Rouge"))  # a category that is known is itself
        plain = by_onnx(kind, np.array(["1", "", "", "never seen", "Rouge", ""], object))
        np.testing.assert_array_equal(found, plain)
        assert (found[1] != found[3]).any()
