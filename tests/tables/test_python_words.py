"""Messages for callers from Python name parameters, not options of the command line."""

import pandas as pd
import pytest

import bprop as bp
from bprop import errors
from bprop.tables.python_words import in_python, python_words, words_of_options


@pytest.mark.parametrize(
    ("option", "parameter"),
    [
        ("a header seems to be in line 2: --skip-rows 1", "a header seems to be in line 2: skip_rows=1"),
        ("--skip-rows 2 takes them; else", "skip_rows=2 takes them; else"),
        ("with --bad-cells missing, or, if", "with bad_cells='missing', or, if"),
        ("--task regression)", "task='regression')"),
        ("write --kind 'a b=numeric:1234,5' if it is", "write kinds={'a b': 'numeric:1234,5'} if it is"),
        ("--kind zip=categorical.", "kinds={'zip': 'categorical'}."),
        ("--kind c=odd: there is no such kind", "kinds={'c': 'odd'}: there is no such kind"),
        ("with --kind COLUMN=KIND", "with kinds={'COLUMN': 'KIND'}"),
        ("--kind and --weights are for tables", "kinds and weights are for tables"),
        ("add --missing -999 if that stands", "add missing='-999' if that stands"),
        ("with --missing 2,5; a column", "with missing='2,5'; a column"),
        ("(add --missing 1.5).", "(add missing='1.5')."),
        ("--missing 'n a'; or", "missing='n a'; or"),
        ('leave it out with --comment "(60"', "leave it out with comment='(60'"),
        ("leave them out with --comment and how they begin", "leave them out with comment and how they begin"),
        ("out with --comment; or --delimiter", "out with comment; or delimiter"),
        ("name its encoding with --encoding NAME", "name its encoding with encoding='NAME'"),
        ("(--no-header), (--header)", "(header=False), (header=True)"),
        ("name another column with --target", "name another column with target"),
        ("--split-by day: a date", "by day: a date"),
        ("--no-stream and --stream", "--no-stream and --stream"),
        ("a -- b, ---- and --target-x", "a -- b, ---- and --target-x"),
    ],
)
def test_an_option_becomes_a_parameter(option, parameter):
    assert python_words(option) == parameter
    assert python_words(parameter) == parameter


def test_an_error_keeps_its_class_and_what_it_holds():
    @in_python
    def fails():
        raise errors.UnknownNameError("--kind c=odd: there is no such kind")

    with pytest.raises(errors.UnknownNameError) as caught:
        fails()
    assert str(caught.value) == "kinds={'c': 'odd'}: there is no such kind"

    @in_python
    def odd():
        raise errors.DataError

    with pytest.raises(errors.DataError):
        odd()


def test_errors_of_tables_name_parameters(tmp_path):
    pytest.importorskip("sklearn")
    frame = pd.DataFrame({"a": [1.5, 2.5, 3.5] * 9, "b": [*["1.5", "2.5"] * 13, "bad"], "y": ["u", "v", "w"] * 9})
    with pytest.raises(errors.DataError, match="bad_cells='missing'") as caught:
        bp.table(frame, "y")
    assert "--" not in str(caught.value)
    with pytest.raises(errors.UnknownNameError, match=r"kinds=\{'a': 'odd'\}"):
        bp.table(frame.drop(columns="b"), "y", kinds={"a": "odd"})
    fit = bp.table(frame.drop(columns="b"), "y").fit(epochs=1, hidden=2, engine="numpy", progress=False)
    with pytest.raises(errors.DataError, match="bad_cells") as caught:
        fit.predict({"a": ["x"]})
    assert "--" not in str(caught.value)
    (tmp_path / "t.csv").write_text("Report\n" + frame.to_csv(index=False))
    with pytest.raises(errors.DataError, match="skip_rows=1"):
        bp.table(tmp_path / "t.csv")
    with pytest.raises(errors.DataError, match="bad_cells"):
        bp.TableClassifier(max_iter=1).fit(frame.drop(columns="y"), frame["y"])


def test_a_command_that_calls_what_people_call_keeps_its_options(tmp_path):
    (tmp_path / "ids.csv").write_text("name,y\n" + "".join(f"n{i},{i % 2}\n" for i in range(40)))
    with words_of_options(), pytest.raises(errors.DataError, match="with --kind COLUMN=KIND"):
        bp.table(tmp_path / "ids.csv")
    with pytest.raises(errors.DataError, match="with kinds="):
        bp.table(tmp_path / "ids.csv")


def test_remarks_of_tables_name_parameters(tmp_path):
    (tmp_path / "t.csv").write_text("".join(f"{k},{k % 7},{'ab'[k % 2]}\n" for k in range(30)))
    table = bp.table(tmp_path / "t.csv")
    assert "(header=True)" in table.remarks[0]
    assert not any("--" in remark for remark in table.remarks)
