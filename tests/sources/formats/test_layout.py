"""How text files are written: what is found out, what is said, and that all readers see the same table."""

import codecs
import io
import zipfile
from pathlib import Path

import pytest

from bprop import errors
from bprop.sources.formats import Csv, Source, Tsv, blocks, parts
from bprop.sources.opening import need_format, open_rows
from bprop.sources.read_options import INFERRED, ReadOptions

N = 30
ROWS = [(f"{k * 37 % 17}.5", ["red", "green", "blue"][k % 3], f"{k % 2}") for k in range(N)]
WANTED = {"size": [r[0] for r in ROWS], "colour": [r[1] for r in ROWS], "y": [r[2] for r in ROWS]}


def lines(*header, mark=",", rows=ROWS, end="\n", tail=""):
    return end.join([*header, *(mark.join(row) + tail for row in rows), ""])


def numbered(rows=ROWS):
    return [(str(k), *row) for k, row in enumerate(rows)]


def cells(frame):
    return {name: column.tolist() for name, column in frame.columns.items()}


@pytest.fixture
def readers(tmp_path, monkeypatch):
    """readers(content, options): (cells, said) with polars, with Python alone, and in pieces of `block` bytes: all the
    same."""

    def everywhere(content, options=INFERRED, name="t.csv", block=50):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        whole = open_rows(str(path), options=options)
        with monkeypatch.context() as patch:
            patch.setattr(parts, "can_use_polars", lambda: False)
            careful = open_rows(str(path), options=options)
        with monkeypatch.context() as patch:
            patch.setattr(blocks, "BLOCK", block)
            kind = Tsv() if name.endswith(".tsv") else Csv()
            kind.options = options
            pieces = list(kind.scan(path))
            taken = {n: [c for p in pieces for c in p.columns(None, [n])[n].tolist()] for n in pieces[0].names}
            places = [kind.place(path, row) for row in (0, len(whole) - 1)]
        assert cells(whole) == cells(careful) == taken
        assert whole.remarks == careful.remarks == pieces[0].remarks
        assert whole.read == careful.read == pieces[0].read
        assert (
            places == [whole.where(0), whole.where(len(whole) - 1)] == [careful.where(0), careful.where(len(whole) - 1)]
        )
        return cells(whole), " ".join(whole.remarks)

    return everywhere


NAMES = "size,colour,y"
PLAIN = {
    "plain": lines(NAMES),
    "windows": lines(NAMES, end="\r\n"),
    "blanks behind commas": lines("size, colour, y", mark=", "),
    "blanks before quotes": lines('"size", "colour", "y"', rows=[[f'"{c}"' for c in row] for row in ROWS], mark=", "),
    "blank lines": "\n\n" + lines(NAMES) + "\n\n",
    "UTF-8 with its mark": b"\xef\xbb\xbf" + lines(NAMES).encode(),
    "Ctrl-Z": lines(NAMES) + "\x1a",
    "Ctrl-Z and an end of line": lines(NAMES) + "\x1a\r\n",
    "blanks around names": lines(" size ,colour\u00a0,\ty"),
    "no last end of line": lines(NAMES)[:-1],
}


@pytest.mark.parametrize("content", PLAIN.values(), ids=PLAIN)
def test_what_goes_without_saying(readers, content):
    assert readers(content) == (WANTED, "")


SAID = {
    "semicolons": (lines("size;colour;y", mark=";"), "its delimiter is ';'"),
    "tabs": (lines("size\tcolour\ty", mark="\t"), "its delimiter is tabs"),
    "bars": (lines("size|colour|y", mark="|"), "its delimiter is '|'"),
    "colons": (lines("size:colour:y", mark=":"), "its delimiter is ':'"),
    "blanks": (lines("size colour y", mark=" "), "its delimiter is blanks"),
    "runs of blanks": (lines("  size   colour  y", mark="    "), "its delimiter is blanks"),
    "sep": (lines("sep=;", "size;colour;y", mark=";"), "line 1 names the delimiter; its delimiter is ';'"),
    "sep in quotes": (lines('"sep=;"', "size;colour;y", mark=";", end="\r\n"), "line 1 names the delimiter"),
    "sep of a tab": (lines("sep=\t", "size\tcolour\ty", mark="\t"), "line 1 names the delimiter"),
    "old Mac": (lines(NAMES, end="\r"), "its lines end in \\r alone"),
    "UTF-16": (lines(NAMES).encode("utf-16"), "its encoding is UTF-16-LE"),
    "UTF-16 BE": (codecs.BOM_UTF16_BE + lines(NAMES).encode("utf-16-be"), "its encoding is UTF-16-BE"),
    "UTF-16 without mark": (lines(NAMES).encode("utf-16-le"), "every second byte is zero"),
    "UTF-16 of tabs": (lines("size\tcolour\ty", mark="\t", end="\r\n").encode("utf-16"), "its delimiter is tabs"),
    "UTF-32": (lines(NAMES).encode("utf-32"), "its encoding is UTF-32-LE"),
    "a comment": (lines("# exported by foo, version 2", NAMES), "line 1 is a comment (#)"),
    "comments": (lines("% a", "% b, c", "", NAMES), "lines 1 to 3 are comments (%)"),
    "slashes": (lines("// made on 2024-01-02", NAMES), "line 1 is a comment (//)"),
    "names in a comment": (lines("# size,colour,y"), "line 1 is a comment (#)"),
    "names behind a mark": (lines("# about it", "#size,colour,y"), "lines 1 to 2 are comments (#)"),
    "the index of pandas": (lines("," + NAMES, rows=numbered()), "row numbers are left out: column 1"),
    "the index read again": (lines("Unnamed: 0," + NAMES, rows=numbered()), "column 'Unnamed: 0'"),
    "two of them": (
        lines("Unnamed: 0.1,Unnamed: 0," + NAMES, rows=numbered(numbered())), "'Unnamed: 0.1', 'Unnamed: 0'"
    ),
    "the index shuffled": (lines("," + NAMES, rows=[(str(k * 7 % 31), *r) for k, r in enumerate(ROWS)]), "row numbers"),
    "trailing delimiters": (lines(NAMES + ",", tail=","), "column 4 has neither a name nor a cell"),
    "more of them": (lines(NAMES + ",,", tail=",,"), "columns 4, 5 have neither a name nor a cell"),
    "a delimiter behind rows alone": (lines(NAMES, tail=","), "column 4 has neither"),
    "a delimiter behind the header alone": (lines(NAMES + ","), "the header ends with a delimiter"),
    "a spacer": (lines("size,,colour,y", rows=[(r[0], "", *r[1:]) for r in ROWS]), "column 2 has neither"),
    "row names of R": (
        lines('"size","colour","y"', rows=[(f'"{k + 1}"', *r) for k, r in enumerate(ROWS)]), "the name of the row"
    ),
    "row names of R, blanks": (
        lines('"size" "colour" "y"', rows=[(f'"row {k}"', *r) for k, r in enumerate(ROWS)], mark=" "),
        "the name of the row",
    ),
    "row numbers of R": (lines(NAMES, rows=[(str(k + 1), *r) for k, r in enumerate(ROWS)]), "the name of the row"),
    "a rule": (lines(NAMES, "----,------,-"), "line 2 is a rule"),
    "mysql": (
        lines("+---+", "| size | colour | y |", "+---+", rows=[("", *r, "") for r in ROWS], mark="|"),
        "line 1 is a rule",
    ),
    "psql": (lines(" size | colour | y ", "------+--------+---", mark=" | "), "line 2 is a rule"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "says"), SAID.values(), ids=SAID)
def test_what_is_read_and_said(readers, content, says):
    found, said = readers(content)
    assert found == WANTED
    assert said.startswith("/") and says in said


def test_letters_beyond_ascii_in_every_encoding(readers):
    rows = [(r[0], ["größe", "猫", "€"][k % 3], r[2]) for k, r in enumerate(ROWS)]
    text = lines("größe,b,y", rows=rows)
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32"):
        assert list(readers(text.encode(encoding))[0].values()) == [list(c) for c in zip(*rows, strict=True)], encoding


ENCODED = [
    ("cp1252", "München"), ("latin-1", "Malmö"), ("mac_roman", "Zürich"), ("cp1250", "Łódź"), ("shift_jis", "東京さん"),
    ("cp1251", "Москва"), ("gb18030", "北京"), ("cp850", "Köln"),
]  # fmt: skip


@pytest.mark.parametrize(("encoding", "city"), ENCODED)
def test_an_encoding_is_named_or_guessed_in_the_error(readers, encoding, city):
    content = lines("a,city,y", rows=[(r[0], city, r[2]) for r in ROWS]).encode(encoding)
    found, said = readers(content, ReadOptions(encoding=encoding))
    assert found["city"] == [city] * N and said == ""
    with pytest.raises(errors.DataError) as caught:
        readers(content)
    assert "t.csv, line 2: not a text file in UTF-8" in str(caught.value)
    guess = "cp1252" if encoding == "latin-1" else encoding
    assert f"with the cell {city!r}: --encoding {guess}" in str(caught.value)


@pytest.mark.parametrize("kind", ["whole", "pieces"])
def test_a_byte_that_is_not_utf8_far_behind_is_named_by_its_line(tmp_path, kind):
    path = tmp_path / "t.csv"
    path.write_bytes(b"a,city,y\n" + b"1,Bern,2\n" * 60_000 + "1,Köln,2\n".encode("cp1252") + b"1,Bern,2\n" * 9)
    with pytest.raises(
        errors.DataError, match=r"t.csv, line 60002: not a text file in UTF-8 .*'Köln': --encoding cp1252"
    ):
        open_rows(str(path)) if kind == "whole" else list(Csv().scan(path))


@pytest.mark.parametrize("name", ["cp125", "uft8", "latn9", "utf 9", "base64", "x\0y"])
def test_an_encoding_that_does_not_exist_is_refused(readers, name):
    with pytest.raises(errors.SettingError, match="there is no such encoding of text; did you mean "):
        readers(lines(NAMES), ReadOptions(encoding=name))


def test_the_wrong_encoding_is_refused(readers):
    for encoding in ("ascii", "utf-16", "shift_jis"):
        with pytest.raises(errors.BpropError, match=r"t\.csv"):
            readers(
                lines(NAMES, rows=[*ROWS, ("1", "größe\x81", "0")]).encode("cp1252", "ignore"),
                ReadOptions(encoding=encoding),
            )


def test_zeros_are_refused_with_their_line(readers):
    with pytest.raises(errors.DataError, match=r"t\.csv, line 4: a NUL byte"):
        readers(lines(NAMES, "1,2,3", "3,4,5", "1,\0,3"))


DELIMITERS = {
    "commas in names": ("x;temp, C;y", [("3", "1,5", "0"), ("4", "2,5", "1")], ";"),
    "commas in names and cells": ("a, m;b, s", [("1,5", "2,5"), ("3,5", "4,5")], ";"),
    "a name in quotes": ('"a; in m",b,y', [("1", "2", "0"), ("3", "4", "1")], ","),
    "bars": ("x|temp, C|y", [("1.5", "2", "0"), ("2.5", "3", "1")], "|"),
    "lists": ("id,kinds,y", [("1", "a;b;c", "0"), ("2", "b", "1"), ("3", "c;a", "0")], ","),
    "lists of bars": ("id,kinds", [("1.5", "a|b|c"), ("2.5", "b|c"), ("3.5", "c|d")], ","),
    "decimal commas": ("a;b", [("1,5", "2,5"), ("3,5", "4,5")], ";"),
    "tabs and commas": ("a, m\tb", [("1,5", "2"), ("3,5", "4")], "\t"),
    "times": ("a,t", [("1", "12:30"), ("2", "13:45")], ","),
    "texts with blanks": ("a,full name", [("1", "Anna Lee"), ("2", "Bo Day")], ","),
}


@pytest.mark.parametrize(("header", "rows", "mark"), DELIMITERS.values(), ids=DELIMITERS)
def test_the_delimiter_is_that_which_divides_the_rows_evenly(readers, header, rows, mark):
    found, _ = readers("\n".join([header, *map(mark.join, rows * 3), ""]))
    assert [tuple(row) for row in zip(*found.values(), strict=True)] == rows * 3


@pytest.mark.parametrize(
    "rows",
    [["price", "1,5", "2,5", "3"], ["text", "hello, world", "foo", "bar, baz, q"], ["time", "12:30", "13:45"],
     ["full name", "Anna Lee", "Bo Day"], ["price", "1 000", "2 000"], ["city", "Bern, CH", "Rome, IT"],
     ["a", "1", "2"]],
)  # fmt: skip
def test_one_column_is_one_column(readers, rows):
    assert readers("\n".join([*rows, ""])) == ({rows[0]: rows[1:]}, "")


def test_a_tab_among_runs_of_blanks_is_one_of_them(readers):
    rows = [f'{k}.5   {k}  1.0  7\t"a name {k}"' for k in range(5)]
    found, said = readers("\n".join([*rows, ""]), ReadOptions(header=False))
    assert list(found) == ["x1", "x2", "x3", "x4", "x5"] and found["x5"][1] == "a name 1" and "blanks" in said


def test_a_missing_number_in_a_run_of_blanks_is_a_cell_of_it(readers):
    rows = [(f"{k}.5", "?" if k % 4 == 0 else f"{130 + k}.0", "3504.", f'"car {k}"') for k in range(9)]
    found, _ = readers("".join(f"{'   '.join(row[:3])}\t{row[3]}\n" for row in rows))
    assert list(found) == ["x1", "x2", "x3", "x4"]
    assert found["x4"][3] == "car 3"


def test_one_line_of_numbers_between_blanks_is_a_row(readers):
    found, _ = readers(" 0.1  33.0  -2\n", ReadOptions(header=False))
    assert list(found) == ["x1", "x2", "x3"]


def test_one_column_with_row_names_of_r_is_that_column(readers):
    found, said = readers('"size"\n"1" 0.5\n"2" -1.5\n')
    assert found == {"size": ["0.5", "-1.5"]}
    assert "the name of the row" in said


def test_a_no_break_blank_in_numbers_speaks_for_windows(readers):
    with pytest.raises(errors.DataError, match="--encoding cp1252"):
        readers("a;b\n1\xa0000,5;x\n2\xa0000,5;y\n".encode("cp1252"))


@pytest.mark.parametrize("word", [";", "semicolon"])
def test_a_delimiter_is_obeyed(readers, word):
    assert readers("a,b;c\n1,2;3\n", ReadOptions(delimiter=word))[0] == {"a,b": ["1,2"], "c": ["3"]}
    for name, mark in (("tab", "\t"), ("\\t", "\t"), ("comma", ","), ("pipe", "|"), ("space", " "), ("~", "~")):
        assert readers(f"a{mark}b\n1{mark}2\n", ReadOptions(delimiter=name))[0] == {"a": ["1"], "b": ["2"]}


@pytest.mark.parametrize("word", ["", "ab", '"', "\n", "é"])
def test_a_delimiter_that_can_be_none_is_refused(readers, word):
    with pytest.raises(errors.SettingError, match="--delimiter"):
        readers(lines(NAMES), ReadOptions(delimiter=word) if word else ReadOptions(delimiter="ab"))


def test_tsv_with_commas_is_read(readers):
    assert readers(lines(NAMES), name="t.tsv") == (WANTED, readers(lines(NAMES), name="t.tsv")[1])
    assert "its delimiter is ','" in readers(lines(NAMES), name="t.tsv")[1]
    assert readers("a,b\tc\n1,5\t2\n", name="t.tsv") == ({"a,b": ["1,5"], "c": ["2"]}, "")


HEADERLESS = {
    "numbers": ["5.1,3.5,1.4", "4.9,3.0,1.3", "4.7,3.2,1.5"],
    "numbers and a class": ["5.1,3.5,setosa", "4.9,3.0,setosa", "4.7,3.2,virginica"],
    "whole numbers": ["6,148,72", "1,85,66", "8,183,64"],
    "a missing mark": ["?,3.5,a", "4.9,3.0,b", "4.7,3.2,a"],
    "dates": ["2024-01-01,1.5", "2024-01-02,2.5", "2024-01-03,3.5"],
    "letters": ["p,x,s,n", "e,x,s,y", "p,x,f,n", "e,b,s,n", "p,x,s,n"],
    "a name": ["1,0,3,Anna Lee,22", "2,1,1,Bo Day,38", "3,1,3,Cy Fox,26"],
    "repeated cells": ["0,0,1,0", "1,0,0,0", "0,1,1,1"],
    "years below": ["1990,5.2", "1991,5.3", "1992,5.4"],
    "one column": ["1.5", "2.5", "3.5"],
}


@pytest.mark.parametrize("rows", HEADERLESS.values(), ids=HEADERLESS)
def test_a_table_without_header_is_seen(readers, rows):
    found, said = readers("\n".join([*rows, ""]))
    assert list(found) == [f"x{k + 1}" for k in range(len(rows[0].split(",")))]
    assert [list(row) for row in zip(*found.values(), strict=True)] == [row.split(",") for row in rows]
    assert "it has no header" in said and "--header" in said
    names = readers("\n".join([*rows, ""]), ReadOptions(header=True))[0]
    assert len(next(iter(names.values()))) == len(rows) - 1


HEADED = {
    "texts": ["name,city", "Anna,Bern", "Bo,Rome", "Cy,Bern", "Di,Rome", "Ed,Bern"],
    "years": ["country,1990,1991,1992", "CH,5,6,7", "IT,6,7,8", "FR,7,8,9"],
    "a year": ["country,2020", "CH,5.5", "IT,6.5", "FR,7.5"],
    "years alone": ["1990,1995,2000", "5,6,7", "6,7,8", "7,8,9"],
    "numbers in order": ["0,1,2,3", "5.5,6.5,7.5,9", "6,7,8,3", "7,8,9,1"],
    "wave lengths": ["name,400.5,401.0,401.5", "a,0.1,0.2,0.15", "b,0.2,0.3,0.1"],
    "doses": ["name,5,10", "a,0.1,0.25", "b,0.2,0.35", "c,0.3,0.15"],
    "text above numbers": ["a,b", "1,x", "2,y"],
    "text above dates": ["day,b", "2024-01-01,x", "2024-01-02,y"],
    "dates as names": ["name,2024-01-01,2024-01-02", "a,1,2", "b,2,3"],
    "one row": ["a,b", "x,y"],
}


@pytest.mark.parametrize("rows", HEADED.values(), ids=HEADED)
def test_a_header_is_seen(readers, rows):
    found, _ = readers("\n".join([*rows, ""]))
    assert list(found) == rows[0].split(",")
    bare, _ = readers("\n".join([*rows, ""]), ReadOptions(header=False))
    assert [list(row) for row in zip(*bare.values(), strict=True)] == [row.split(",") for row in rows]


def test_names_that_look_like_cells_are_told(readers):
    assert "of which '1990', '1991', '1992' look like cells (--no-header)" in readers("\n".join(HEADED["years"]))[1]


def test_a_model_of_a_table_without_header_takes_both(readers):
    later = INFERRED.over(ReadOptions(header=False))
    wanted = {"x1": ["1", "2"], "x2": ["u", "v"]}
    assert readers("1,u\n2,v\n", later)[0] == wanted
    assert readers("x1,x2\n1,u\n2,v\n", later) == (wanted, "")
    found, said = readers("size,colour\n1,u\n2,v\n", later)
    assert found == wanted and "the header in line 1 is not used" in said
    assert readers("u,v\n", later)[0] == {"x1": ["u"], "x2": ["v"]}
    assert readers("1,2\n", later)[0] == {"x1": ["1"], "x2": ["2"]}


NAMED = [
    ("a,a,y", ["a", "a.1", "y"]), ("a,a,a.1", ["a", "a.2", "a.1"]), ("a,a,a", ["a", "a.1", "a.2"]),
    ("a, a,y", ["a", "a.1", "y"]), ("a,a\u00a0,y", ["a", "a.1", "y"]), ("é,e\u0301,y", ["é", "é.1", "y"]),
    ("a,,y", ["a", "column 2", "y"]), (",b,y", ["column 1", "b", "y"]), ("a,b,", ["a", "b", "column 3"]),
    ("column 2,,y", ["column 2", "column 2.1", "y"]), ("Unnamed: 0,b,y", ["Unnamed: 0", "b", "y"]),
    ("a,b,Unnamed: 2", ["a", "b", "Unnamed: 2"]), ("a.1,a,a", ["a.1", "a", "a.2"]),
    (",,y", ["column 1", "column 2", "y"]),
]  # fmt: skip


@pytest.mark.parametrize(("header", "names"), NAMED)
def test_every_column_gets_a_name_of_its_own(readers, header, names):
    found, said = readers(f"{header}\nu,2.5,v\nw,3.5,v\nw,4.5,u\n")
    assert list(found) == names
    assert all(name in said for name in set(names) - set(header.split(",")) if name != "é")
    assert list(found.values()) == [["u", "w", "w"], ["2.5", "3.5", "4.5"], ["v", "v", "u"]]


def test_a_column_without_name_is_judged_by_all_rows(readers):
    """Its only cell, or the only cell that is no row number, is far behind the first rows."""
    rows = [(*row, "") for row in ROWS] * 900
    rows[-2] = (*rows[-2][:3], "a remark")
    found, said = readers(lines(NAMES + ",", rows=rows), block=20_000)
    assert found["column 4"][-3:] == ["", "a remark", ""] and "'column 4'" in said
    rows = [(str(k), *row) for k, row in enumerate(ROWS * 900)]
    rows[-2] = ("total", *rows[-2][1:])
    assert readers(lines("," + NAMES, rows=rows), block=20_000)[0]["column 1"][-2:] == ["total", str(len(rows) - 1)]


def test_numbers_that_come_again_are_row_numbers_only_where_they_count(readers):
    assert list(readers("Unnamed: 0,b\n1,2.5\n1,3.5\n2,4.5\n")[0]) == ["Unnamed: 0", "b"]
    twice = [(str(k % 15), *row) for k, row in enumerate(ROWS)]  # two tables, one below the other
    assert readers(lines("," + NAMES, rows=twice))[0] == WANTED


def test_comments_and_skipped_rows_are_left_out_everywhere(readers):
    content = lines("# about", NAMES, "# units", *[",".join(r) for r in ROWS[:3]], "#,#,#", rows=ROWS[3:])
    assert readers(content, ReadOptions(comment="#")) == (WANTED, "")
    assert readers(lines("About this table", "", NAMES), ReadOptions(skip_rows=1))[0] == WANTED
    quoted = lines(NAMES, "// x", rows=[(r[0], f'"{r[1]}"', r[2]) for r in ROWS])
    assert readers(quoted, ReadOptions(comment="//"))[0] == WANTED
    within = readers('a,b\n1,"x\n# y"\n2,z\n# 3,z\n', ReadOptions(comment="#"))[0]
    assert within == {"a": ["1", "2"], "b": ["x\n# y", "z"]}


TOLD = {
    "a title": (lines("Sales of 2024", NAMES), ["line 1", "'Sales of 2024' stands alone", "--skip-rows 1"]),
    "a title, padded": (lines("Sales of 2024,,", ",,", NAMES), ["looks like a title", "--skip-rows 2"]),
    "two titles": (lines("Sales", "by shop", "", NAMES), ["line 1", "--skip-rows 3"]),
    "units": (
        lines("size,weight", "cm,kg", rows=[(r[0], r[2]) for r in ROWS]),
        ["line 2", "'cm, kg'", "--skip-rows 1"],
    ),
    "rows that are longer": (lines(NAMES, "1,2,3,4"), ["line 2: 4 cells, but the header has 3 columns"]),
    "decimal commas": (
        lines(NAMES, rows=[("1", "5", *r[1:]) for r in ROWS]),
        ["4 cells", "29 other rows", "a decimal comma?"],
    ),
    "an unquoted comma": (lines(NAMES, "1.5,red, or so,1"), ["line 2: 4 cells", "belongs in quotes"]),
    "rows that are shorter": (lines(NAMES) + "1,2\n", [f"line {N + 2}: 2 cells", "cells are missing"]),
    "a late comment": (lines(NAMES) + "# made by foo\n", ['it looks like a comment: --comment "#"']),
    "a footer of psql": (lines(NAMES) + "(30 rows)\n", [f"line {N + 2}", "the foot of the table", '--comment "(30"']),
    "a footer of SQL Server": (lines(NAMES) + "\n(30 rows affected)\n", [f"line {N + 3}", "the foot of the table"]),
    "a footer below blanks": (
        lines("id   a   b", rows=[(str(k), f"{k}.5", f"-{k}.5") for k in range(N)], mark="   ")
        + "\n(30 rows affected)\n",
        [f"line {N + 3}", "the foot of the table", '--comment "(30"'],
    ),
    "a padded footer": (lines(NAMES) + "30 rows,,\n", [f"line {N + 2}", "the foot of the table"]),
    "a total": (lines(NAMES) + "Total,,\n", [f"line {N + 2}", "'Total' looks like the foot", "--comment Total"]),
    "a total in German": (
        lines("a;b;c;d", rows=[(*r, "7") for r in ROWS], mark=";") + "Summe;;;12\n",
        ["--comment Summe"],
    ),
    "backslashes": (lines(NAMES) + '1,"say \\"hi\\"",2\n', [f"line {N + 2}", "write it twice"]),
    "several lines above": (
        lines('"Source",', "", '"Date",', "", NAMES),
        ["line 1: 2 cells", "in line 5: --skip-rows 4"],
    ),
    "a rule below": (lines("a|b|c", mark="|") + "---+---+---\n", ["the foot of the table", '--comment "---+---+---"']),
    "single quotes": (lines(NAMES) + "1,'x, y',2\n", ["single quotes are letters"]),
    "names in single quotes": (
        lines("'a','b'", rows=[(f"'{k}.5'", "'x'") for k in range(N)]),
        ["line 1: cells such as 'a'", "write double quotes"],
    ),
    "numbers in single quotes": (
        lines("a,b", rows=[(f"'{k}.5'", "x") for k in range(N)]),
        ["line 1: cells such as '0.5'", "write double quotes"],
    ),
    "units behind an empty cell": (
        lines("t,size,weight", ",cm,kg", rows=[(f"2024-01-{k + 1:02}", r[0], r[2]) for k, r in enumerate(ROWS)]),
        ["line 2", "--comment ,cm,kg if"],
    ),
    "the header again": (lines(NAMES) + lines(NAMES), [f"line {N + 2}: the header once more"]),
    "the header again with a mark": (lines(NAMES) + "\ufeff" + lines(NAMES), [f"line {N + 2}: the header once more"]),
    "a web page": ("<!DOCTYPE html>\n<html><body>a, b</body></html>\n", ["a web page"]),
    "XML": ('<?xml version="1.0"?>\n<a>1,2</a>\n', ["XML"]),
    "Git LFS": ("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", ["git lfs pull"]),
    "ARFF": ("@relation x\n@attribute a numeric\n@data\n1\n2\n", ["ARFF"]),
    "nothing left": (lines(NAMES) + "", ["--skip-rows 99 leaves no line"]),
    "only comments": ("# a\n# b\n", ["t.csv"]),
}


@pytest.mark.parametrize(("content", "says"), TOLD.values(), ids=TOLD)
@pytest.mark.parametrize("kind", ["whole", "pieces"])
def test_what_is_no_row_is_told_with_its_line_and_the_way_on(tmp_path, content, says, kind):
    path = tmp_path / "t.csv"
    path.write_text(content)
    options = ReadOptions(skip_rows=99) if "99" in says[0] else INFERRED
    one = Csv()
    one.options = options
    with pytest.raises(errors.DataError) as caught:
        open_rows(str(path), options=options) if kind == "whole" else list(one.scan(path))
    assert all(part in str(caught.value) for part in ["t.csv", *says]), str(caught.value)


def test_a_document_of_json_is_no_text_table_but_json(tmp_path):
    """By its content, whatever its name is."""
    path = tmp_path / "t.csv"
    path.write_text('[{"a": 1, "b": 2},\n{"a": 3, "b": 4}]\n')
    with pytest.raises(errors.DataError, match=r"t\.csv: this is JSON"):
        list(Csv().scan(path))
    assert open_rows(str(path)).columns["b"].tolist() == [2, 4]


@pytest.mark.parametrize("name", ["t.txt", "t.data", "t", "t.all-data"])
@pytest.mark.parametrize("mark", [",", ";", "\t", "|", "   "])
def test_a_table_of_any_name_is_read_by_its_layout(tmp_path, name, mark):
    path = tmp_path / name
    path.write_text(lines(mark.join(NAMES.split(",")), rows=ROWS, mark=mark))
    assert cells(open_rows(str(path))) == WANTED
    assert [piece.names for piece in need_format(path).scan(path)] == [NAMES.split(",")]


def test_a_table_in_an_archive_is_read_in_pieces_by_its_layout(tmp_path):
    """Its layout is decided once, though it is no file of its own."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("in.csv", lines(NAMES.replace(",", ";"), rows=ROWS, mark=";"))
        archive.writestr("other.csv", "a,b\n1,2\n")
    path = tmp_path / "a.zip" / "in.csv"
    pieces = list(need_format(path).scan(path))
    assert [piece.names for piece in pieces] == [NAMES.split(",")] and "its delimiter is ';'" in pieces[0].remarks[0]
    assert cells(open_rows(str(path))) == WANTED


def test_the_advice_on_footers_and_titles_helps(readers):
    assert readers(lines(NAMES) + "Total,,\n", ReadOptions(comment="Total"))[0] == WANTED
    assert readers(lines(NAMES) + "(30 rows)\n", ReadOptions(comment="(30"))[0] == WANTED
    assert readers(lines("Sales", "by shop", "", NAMES), ReadOptions(skip_rows=3))[0] == WANTED


def test_a_quote_within_a_cell_is_a_letter(readers):
    assert readers('a,b\n5" pipe,1\n6" pipe,2\n7",3\n')[0] == {"a": ['5" pipe', '6" pipe', '7"'], "b": ["1", "2", "3"]}


def test_standard_input_is_read_by_the_same_layout(monkeypatch):
    monkeypatch.setattr("bprop.sources.opening.standard_input", lambda: io.BytesIO(lines(NAMES).encode("utf-16")))
    frame = open_rows("-")
    assert cells(frame) == WANTED and "UTF-16" in frame.remarks[0]


def test_a_source_without_a_file_is_read(readers):
    content = lines("," + NAMES, rows=numbered()).encode()
    frame = Csv().read(Source(Path("x.csv"), content, lambda: content))
    assert cells(frame) == WANTED and frame.where(2) == "x.csv, line 4"
