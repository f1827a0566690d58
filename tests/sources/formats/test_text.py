"""Text with a header line: the fast reader and the careful one."""

import gzip
import zlib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bprop import errors
from bprop.sources.formats import text

PATH = Path("data.csv")


@given(st.text(st.sampled_from('ab1 ,"\n\r;\t\ufeff'), max_size=30))
@example('a,b\n"x"z,1\n')
@example('a\n""\n1\n')
def test_both_readers_say_the_same_of_any_text(written):
    pytest.importorskip("polars", reason="the fast reader is polars")
    content = written.encode()
    try:
        careful = text.careful(PATH, content, ",")
    except errors.DataError:
        careful = None
    fast = text.fast(content, ",")
    if fast is not None:
        assert careful is not None
        assert fast[0] == careful[0]
        assert [c.tolist() for c in text.as_text(fast[1])] == [c.tolist() for c in careful[1]]


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_what_is_packed_in_secret_is_not_unpacked(tmp_path, pack):
    content = pack(b"a,b\n" + b"1,2\n" * 100)
    assert text.fast(content, ",") is None
    with pytest.raises(errors.DataError, match="not a text file in UTF-8"):
        text.careful(tmp_path / "t.csv", content, ",")


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
    assert text.fast(content, ",") is None


def test_names_of_a_header_that_may_be_wrong():
    assert text.names_of(b'a, b ,"c\n', ",") == ["a", "b", "c"]
    assert text.names_of(b"\xff;x;x", ";") == ["\ufffd", "x", "x"]
    assert text.names_of(b"", ",") == []
