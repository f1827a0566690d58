"""Random tables in random dialects: the careful reader, polars and the reader of pieces give back what was written."""

import csv
import io
from contextlib import ExitStack

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bprop.sources.formats import Csv, blocks, layout, parts
from bprop.sources.opening import open_rows

anew = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
NUMBERS = {
    ".": st.decimals(-999, 999, places=2).map(str),
    ",": st.decimals(-999, 999, places=2).map(lambda n: str(n).replace(".", ",")),
}
LETTERS = st.characters(codec="cp1252", categories=("Lu", "Ll", "Nd"))
TEXT = st.builds(
    lambda first, rest: f"k{first}{rest}q", st.text(LETTERS, max_size=3),
    st.sampled_from(["", " and", ", or", "; so", '"quoted"', "\n below", "| x", "'s", " 5\" pipe"]),
)  # fmt: skip
NAME = st.text(st.sampled_from("abcxyzÄé _"), min_size=1, max_size=6).map(lambda name: f"N{name}".strip())


@st.composite
def dialects(draw):
    """(names, rows, bytes of the file, whether it has an index)."""
    mark = draw(st.sampled_from([",", ";", "\t", "|"]))
    point = draw(st.sampled_from([".", ","]))
    kinds = draw(st.lists(st.sampled_from(["number", "text"]), min_size=1, max_size=4))
    kinds = ["number", *kinds]
    names = draw(st.lists(NAME, min_size=len(kinds), max_size=len(kinds), unique=True))
    cell = {"number": NUMBERS[point], "text": TEXT}
    rows = draw(st.lists(st.tuples(*(cell[kind] for kind in kinds)), min_size=5, max_size=25))
    index = draw(st.booleans())
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]))
    file = io.StringIO()
    writer = csv.writer(file, delimiter=mark, quoting=quoting, lineterminator=draw(st.sampled_from(["\n", "\r\n"])))
    written = [["", *names], *([k, *row] for k, row in enumerate(rows))] if index else [names, *rows]
    writer.writerows(written)
    text = draw(st.sampled_from(["", "\n", "sep=" + mark + "\n", "# a comment\n"])) + file.getvalue()
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le"]))
    return names, rows, text.encode(encoding)


@anew
@given(dialects(), st.sampled_from([17, 100, 5000]))
def test_what_was_written_in_any_dialect_comes_back_by_every_reader(tmp_path, dialect, block):
    pytest.importorskip("polars", reason="one of the readers is polars")
    names, rows, content = dialect
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    wanted = {layout.tidy(name): list(cells) for name, cells in zip(names, zip(*rows, strict=True), strict=True)}
    whole = open_rows(str(path))
    assert {name: column.tolist() for name, column in whole.columns.items()} == wanted
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(parts, "can_use_polars", lambda: False)
        careful = open_rows(str(path))
    assert {name: column.tolist() for name, column in careful.columns.items()} == wanted
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK", block)
        pieces = [piece.columns(None, piece.names) for piece in Csv().scan(path)]
        places = [Csv().place(path, row) for row in range(len(rows))]
    assert {name: [cell for piece in pieces for cell in piece[name].tolist()] for name in pieces[0]} == wanted
    assert places == [whole.where(row) for row in range(len(rows))] == [careful.where(row) for row in range(len(rows))]
