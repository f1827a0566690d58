"""Remarks on how the cells of a table were taken, and tables of numbers from end to end."""

from __future__ import annotations

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.sources.answer import Answer
from bprop.sources.columns import Boolean, Categorical, Ignored, Numeric
from bprop.sources.opening import open_rows
from bprop.sources.preparation import Preparation
from bprop.sources.read_options import ReadOptions
from bprop.sources.remarks import BadCells, remarks, unknown_categories, unused_marks

N = 60


def table(folder, header, *columns, mark=",", name="t.csv", **options):
    """The frame of a file whose columns are these cells."""
    lines = [mark.join(header.split()), *(mark.join(row) for row in zip(*columns, strict=True))]
    (folder / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return open_rows(str(folder / name), options=ReadOptions(**options))


def prepared(frame):
    return Preparation.fit(frame, Answer.of(frame, (list(frame.columns)[-1],)))


Y = [("ja", "nein")[k % 2] for k in range(N)]
X = [f"{k * 37 % 101 / 4}" for k in range(N)]


def quoted(cells):
    return [f'"{cell}"' for cell in cells]


FORMATTED = {
    "decimal comma": (lambda v: f"{v:.2f}".replace(".", ","), ";"),
    "thousands": (lambda v: f'"{v:,.0f}"', ","),
    "dollars": (lambda v: f'"${v:,.2f}"', ","),
    "euros": (lambda v: f"{v:,.2f} €".translate(str.maketrans(",.", ".,")), ";"),
    "percent": (lambda v: f"{v / 100:.2f}%", ","),
    "kilograms": (lambda v: f"{v:.1f} kg", ","),
    "Swiss": (lambda v: f"{v:,.2f}".replace(",", "'"), ","),
    "French": (lambda v: f"{v:,.2f}".replace(",", "\u202f").replace(".", ","), ";"),
    "accounting": (lambda v: f'"({v:,.0f})"' if int(v) % 2 else f'"{v:,.0f}"', ","),
}


@pytest.mark.parametrize("case", FORMATTED)
@pytest.mark.parametrize("part", [range(N), range(3)])
def test_a_column_in_a_local_format_is_numbers_in_training_and_in_a_few_rows_of_later(tmp_path, case, part):
    write, mark = FORMATTED[case]
    values = [500 + 7919.25 * k for k in range(N)]
    preparation = prepared(table(tmp_path, "a y", [write(v) for v in values], Y, mark=mark))
    kind = preparation.kinds[0]
    assert isinstance(kind, Numeric)
    again = Preparation.from_notes(preparation.to_notes())
    later = table(tmp_path, "a", [write(values[k]) for k in part], mark=mark) if mark == "," else None
    later = table(tmp_path, "a b", [write(values[k]) for k in part], ["1"] * len(part), mark=mark)
    expected = [kind.form.read(write(values[k]).strip('"')) for k in part]
    assert again.kinds[0].encode(later)[:, 0].tolist() == expected
    assert abs(expected[1]) == pytest.approx(values[1] / (100 if case == "percent" else 1), abs=1)


def test_a_target_in_dollars_is_read_in_its_format_later_too(tmp_path):
    prices = quoted(f"${1000 + 317 * k:,.2f}" for k in range(N))
    frame = table(tmp_path, "a price", X, prices)
    preparation = prepared(frame)
    assert preparation.task == "regression"
    assert any("'price': its numbers are written as $1,234.5" in line for line in remarks(preparation, frame))
    again = Preparation.from_notes(preparation.to_notes())
    assert again.y(table(tmp_path, "a price", ["1"], ['"$2,000.50"'])).tolist() == [2000.5]
    damaged = preparation.to_notes()
    damaged["table"]["written"] = ["x"]
    with pytest.raises(errors.DataError, match="'written'"):
        Preparation.from_notes(damaged)


def test_zips_are_categories_and_classes_with_leading_zeros_keep_them(tmp_path):
    zips = [f"0{1000 + k % 7}" for k in range(N)]
    frame = table(tmp_path, "zip y", zips, [("01", "1")[k % 2] for k in range(N)])
    preparation = prepared(frame)
    assert isinstance(preparation.kinds[0], Categorical)
    assert preparation.classes == ("01", "1")
    assert preparation.y(table(tmp_path, "zip y", ["1"], ["1"])).tolist() == [1]
    assert any("codes with leading zeros, such as 01000" in line for line in remarks(preparation, frame))


def test_marks_among_numbers_are_missing_and_among_text_they_are_categories(tmp_path):
    numbers = ["-" if k % 5 == 0 else X[k] for k in range(N)]
    names = [("-", "red", "blue")[k % 3] for k in range(N)]
    frame = table(tmp_path, "a c y", numbers, names, Y)
    preparation = prepared(frame)
    number, text = preparation.kinds[:2]
    assert isinstance(number, Numeric) and number.indicator
    assert isinstance(text, Categorical) and text.categories == ("-", "blue", "red")
    lines = remarks(preparation, frame)
    assert "column 'a': 12 cells '-' are taken for missing" in lines
    assert any("'c': 20 cells are '-', which is a category here: add --missing '-'" in line for line in lines)
    assert preparation.inputs(table(tmp_path, "a c", ["-"], ["-"]))["x"][0].tolist() == [number.fill, 1, 1, 0, 0]


def test_numbers_behind_an_apostrophe_are_remarked_upon_but_no_codes_with_zeros(tmp_path):
    marked = [f"'{k % 9}.5" for k in range(N)]
    some = [f"’{k % 9}" if k % 5 else "'n/a" for k in range(N)]
    codes = [f"'0{k % 9}" for k in range(N)]
    few = [f"'{k % 9}" if k % 3 == 0 else "ab"[k % 2] for k in range(N)]
    frame = table(tmp_path, "a b c d y", marked, some, codes, few, Y)
    lines = [line for line in remarks(prepared(frame), frame) if "apostrophe" in line]
    assert [line.split(":")[0] for line in lines] == ["column 'a'", "column 'b'"]
    assert "60 of 60 cells are numbers behind an apostrophe" in lines[0]
    assert '"\'0.5"' in lines[0]
    assert "48 of 60 cells" in lines[1]


def test_sentinels_categories_alike_and_several_units_are_hinted_at(tmp_path):
    sentinel = ["-999" if k % 6 == 0 else X[k] for k in range(N)]
    colours = [("Red", "RED", "blue")[k % 3] for k in range(N)]
    weights = [("12 kg", "3 lb", "5 kg", "7 lb")[k % 4] for k in range(N)]
    frame = table(tmp_path, "a c w y", sentinel, colours, weights, Y)
    lines = remarks(prepared(frame), frame)
    assert any("10 cells are -999, far from the others (0.5 to 24.25): add --missing -999" in line for line in lines), (
        lines
    )
    assert any("'RED' and 'Red' differ by case" in line for line in lines)
    assert any("60 of 60 cells look like numbers" in line for line in lines)
    quiet = table(tmp_path, "a c w y", X, ["red"] * (N - 1) + ["blue"], X[::-1], Y)
    assert remarks(prepared(quiet), quiet) == []


def test_a_number_that_is_read_by_a_guess_is_said_with_the_way_to_choose(tmp_path):
    frame = table(tmp_path, "a y", quoted(f"{k},{100 + k}" for k in range(1, N + 1)), Y)
    preparation = prepared(frame)
    assert preparation.kinds[0].written == "1,234.5"
    assert any(
        "'a': 1,101 is taken for 1101" in line and "a=numeric:1234,5" in line for line in remarks(preparation, frame)
    )
    chosen = Preparation.fit(frame, preparation.answer, {"a": "numeric:1234,5"})
    assert chosen.kinds[0].encode(frame)[0].tolist() == [1.101]
    assert remarks(chosen, frame) == []


def test_a_guess_on_the_target_is_said_and_its_kind_settles_it(tmp_path):
    prices = [f"{k}.{100 + 13 * k % 800}" for k in range(1, N + 1)]
    frame = table(tmp_path, "a price", [str(k * 37 % 101) for k in range(N)], prices, mark=";")
    preparation = prepared(frame)
    assert any("--kind price=numeric:1.234,5" in line for line in remarks(preparation, frame))
    answer = Answer.of(frame, ("price",), kinds={"price": "numeric:1.234,5"})
    assert (answer.written, answer.y(frame)[0]) == (("1.234,5",), 1113)
    assert remarks(Preparation.fit(frame, answer), frame) == ["column 'price': its numbers are written as 1.234,5"]


def test_many_categories_that_hold_numbers_are_told(tmp_path):
    pairs = [f"{100 + k % 20}/{60 + k % 20}" for k in range(N)]
    frame = table(tmp_path, "a b y", X, pairs, Y)
    (line,) = remarks(prepared(frame), frame)
    assert line.startswith("column 'b': its 20 categories look like pairs of numbers, such as '100/60'")
    few = table(tmp_path, "a b y", X, [f"{k % 5}-{k % 5 + 3}" for k in range(N)], Y)
    assert remarks(prepared(few), few) == []


def test_a_column_of_which_nothing_is_learned_is_told(tmp_path):
    frame = table(tmp_path, "a b y", X, [f"word {k * k}" for k in range(N)], Y)
    preparation = Preparation.fit(frame, Answer.of(frame, ("y",)), {"b": "categorical"})
    assert any("'b': no cell comes twice" in line for line in remarks(preparation, frame))


def test_the_other_columns_settle_a_doubtful_one(tmp_path):
    sizes = [f"1,{100 + 13 * k % 800}" for k in range(N)]
    frame = table(tmp_path, "size income y", sizes, [f"{1000 + k},5" for k in range(N)], Y, mark=";")
    preparation = prepared(frame)
    assert preparation.kinds[0].encode(frame)[1].tolist() == [1.113]
    assert remarks(preparation, frame) == []


def test_bad_cells_are_refused_with_three_ways_on_or_missing_and_counted(tmp_path):
    cells = ["oops" if k in (7, 9) else X[k] for k in range(N)]
    refused = table(tmp_path, "a y", cells, Y)
    with pytest.raises(
        errors.DataError,
        match=r"line 9, column 'a': 'oops' .* 2 of 60 rows .*mend .*--bad-cells missing.*--missing oops",
    ):
        prepared(refused)
    frame = table(tmp_path, "a y", cells, Y, bad_cells="missing")
    preparation = prepared(frame)
    assert preparation.kinds[0].encode(frame)[7].tolist() == [preparation.kinds[0].fill, 1]
    (line,) = BadCells().add(preparation.kinds, frame).lines
    assert line.startswith("column 'a': 2 bad cells are taken for missing; the first is 'oops' (") and line.endswith(
        "line 9)"
    )
    assert BadCells().add(preparation.kinds, table(tmp_path, "a y", X, Y)).lines == []
    assert prepared(table(tmp_path, "a y", cells, Y, missing=("oops",))).kinds[0].indicator


@pytest.mark.parametrize("cell", ["<0.01", "inf", "12,5", "1.2.3"])
def test_what_is_no_number_of_the_format_is_never_read_silently(tmp_path, cell):
    frame = table(tmp_path, "a y", [f'"{cell}"', *X[1:]], Y)
    with pytest.raises(errors.DataError, match="line 2, column 'a'"):
        prepared(frame)


def test_a_mark_is_told_where_no_cell_has_it_and_a_number_marks_all_its_spellings(tmp_path):
    frame = table(tmp_path, "a y", ["-999.0", *X[1:]], Y, missing=("-999", "zzz"))
    assert unused_marks(frame, ("zzz",)) == [f"--missing zzz: no cell of {frame.label} is 'zzz'"]
    assert prepared(frame).kinds[0].indicator


@pytest.mark.parametrize(
    "words",
    [("TRUE", "False", "yes", "no"), ("1", "0", "yes", "NO"), ("ja", "nein", "Ja", "NEIN"), ("oui", "non", "", "oui"),
    ("да", "нет", "да", ""),
     ("是", "否", "是", "否"), ("True", "1.0", "0.0", "false"), ("on", "off", "ON", "")],
)  # fmt: skip
def test_booleans_in_mixed_spelling(tmp_path, words):
    frame = table(tmp_path, "f x y", [words[k % 4] for k in range(N)], X, Y)
    assert isinstance(prepared(frame).kinds[0], Boolean)


def test_yes_no_and_a_third_word_stay_categories(tmp_path):
    frame = table(tmp_path, "f x y", [("yes", "no", "unknown")[k % 3] for k in range(N)], X, Y)
    assert isinstance(prepared(frame).kinds[0], Categorical)


def test_letters_composed_in_either_way_are_one_category(tmp_path):
    frame = table(tmp_path, "c x y", [("caf\u00e9", "cafe\u0301", "bar")[k % 3] for k in range(N)], X, Y)
    kind = prepared(frame).kinds[0]
    assert kind.categories == ("bar", "caf\u00e9")
    assert kind.encode(frame)[:2].tolist() == [[0, 1], [0, 1]]


def test_free_text_is_shown_and_is_no_id(tmp_path):
    frame = table(
        tmp_path, "text x y", [f"a {chr(97 + k % 26)} {'shoe ' * (k % 5)}of size {k}" for k in range(N)], X, Y
    )
    preparation = prepared(frame)
    assert isinstance(preparation.kinds[0], Ignored)
    assert 'free text, 60 different, such as "a a of size 0": not used' in str(preparation.kinds[0])
    assert preparation.ids == ()


def test_a_stream_reads_the_format_of_its_sample_and_counts_bad_cells(tmp_path):
    pytest.importorskip("polars")
    values = [500 + 7919.25 * k for k in range(N)]
    cells = [f"{v:,.2f} €".translate(str.maketrans(",.", ".,")) for v in values]
    table(tmp_path, "a y", ["oops", *cells[1:]], Y, mark=";")
    with pytest.raises(errors.DataError, match="line 2, column 'a': 'oops' is not"):
        bp.stream(str(tmp_path / "t.csv"), "y")
    parts = bp.stream(str(tmp_path / "t.csv"), "y", options=ReadOptions(bad_cells="missing"), validation=0, test=0)
    assert parts.preparation.kinds[0].written == "1.234,5 €"
    (line,) = parts.bad_cells
    assert "1 bad cell is taken for missing; the first is 'oops'" in line
    x = parts.train.arrays["x"][:, 0] if hasattr(parts.train, "arrays") else None
    assert np.isfinite(np.asarray(x)).all()


def test_categories_that_the_model_does_not_know_are_counted_with_the_one_that_is_like_them(tmp_path):
    ages = [("20-29", "30-39", "40-49")[k % 3] for k in range(N)]
    preparation = prepared(table(tmp_path, "age x y", ages, X, Y))
    assert unknown_categories(preparation, table(tmp_path, "age x y", ages, X, Y)) == []
    other = [age.replace("-", "–") if k < 40 else age for k, age in enumerate(ages)]
    (line,) = unknown_categories(preparation, new := table(tmp_path, "age x y", other, X, Y))
    assert line.startswith("column 'age': 40 of 60 cells are of no category that the model knows, such as '20–29' (")
    assert line.endswith("), where training had '20-29'") and "line 2" in line
    assert unknown_categories(preparation, new, 0.5) == [line] and unknown_categories(preparation, new, 0.7) == []
    assert unknown_categories(preparation, table(tmp_path, "age x y", [""] * N, X, Y)) == []  # missing, not unknown
