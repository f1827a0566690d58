"""Text with a header line: the fast reader and the careful one."""

import gzip
import zlib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bprop import errors
from bprop.sources.formats import text
from bprop.sources.formats.encodings import in_utf8
from bprop.sources.formats.layout import Layout, layout_of
from bprop.sources.formats.rows import read_rows
from bprop.sources.read_options import INFERRED

PATH = Path("data.csv")


def body_of(content):
    """(layout, rows as bytes) of a file."""
    layout = layout_of(PATH, content, True, INFERRED)
    return layout, in_utf8(PATH, content, layout.encoding, layout.mark, layout.old_mac)[layout.body :]


@given(st.text(st.sampled_from('ab1 ,"\n\r;\t\ufeff'), max_size=30))
@example('a,b\n"x"z,1\n')
@example('a,b\n"x\n",1\n2,3\n')
@example('a\n""\n1\n')
@example("a,b\n1,2\n3,4,")
@example("a,b\n\ufeff1,2\n3,4\n")
@example('a,b\n1,"say \\"hi\\""\n')
def test_both_readers_say_the_same_of_any_text(written):
    pytest.importorskip("polars", reason="the fast reader is polars")
    try:
        layout, body = body_of(written.encode())
    except errors.DataError:
        return
    quick = text.fast(body, layout)
    try:
        careful = read_rows(PATH, body, layout, layout.lines)[0]
    except errors.DataError:
        careful = None
    if quick is not None:
        assert careful is not None
        assert [text.as_text(c).tolist() for c in quick.iter_columns()] == [list(c) for c in zip(*careful, strict=True)]


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_what_is_packed_in_secret_is_not_unpacked(tmp_path, pack):
    content = pack(b"a,b\n" + b"1,2\n" * 100)
    layout = Layout(names=("a", "b"))
    assert text.fast(content, layout) is None
    with pytest.raises(errors.DataError, match="not a text file in UTF-8"):
        layout_of(tmp_path / "t.csv", content, True, INFERRED)


@pytest.mark.parametrize(
    "content",
    [
        b",".join(b"c%d" % k for k in range(100_001)) + b"\n1,2\n",
        b"a" * 9_000_000 + b",b\n1,2\n",
        b",".join(b"c%d" % k for k in range(90_000)) + b"\n" + b"1\n" * 200_000,
    ],
)
def test_polars_is_not_asked_for_a_table_that_would_end_the_process(content, monkeypatch):
    polars = pytest.importorskip("polars")
    monkeypatch.setattr(polars, "read_csv", lambda *given, **more: pytest.fail("polars was asked"))
    assert text.fast(content, Layout(names=("a", "b"))) is None
