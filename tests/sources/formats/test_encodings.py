"""Text in any encoding as UTF-8, whatever is read at once."""

import io
from pathlib import Path

import pytest

from bprop.errors import DataError
from bprop.sources.formats.encodings import Utf8, encoding_of, in_utf8
from bprop.sources.opening import open_rows

PATH = Path("t.csv")
TEXT = "größe,猫\r\n1,2\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-32-be", "cp1252", "shift_jis"])
@pytest.mark.parametrize("count", [1, 3, 1000])
def test_parts_of_a_text_are_the_whole(encoding, count):
    content = TEXT.encode(encoding, "ignore")
    text = Utf8(PATH, io.BytesIO(content), encoding, 0, False)
    parts = b"".join(iter(lambda: text.read(count), b""))
    assert parts == in_utf8(PATH, content, encoding, 0, False) == content.decode(encoding).encode()


def test_marks_and_zeros_say_the_encoding():
    for encoding in ("utf-8-sig", "utf-16", "utf-32"):
        name, mark = encoding_of(TEXT.encode(encoding))
        assert TEXT.encode(encoding)[mark:].decode(name) == TEXT
    assert encoding_of("ab,cd\n".encode("utf-16-be")) == ("utf-16-be", 0)
    assert encoding_of(b"a\0b,c\nd") == ("utf-8", 0)


def test_a_text_that_ends_within_a_letter_is_refused():
    text = Utf8(PATH, io.BytesIO(b"a\0\n\0b"), "utf-16-le", 0, False)
    with pytest.raises(DataError, match=r"t\.csv, line 2: not text in utf-16-le"):
        list(iter(lambda: text.read(2), b""))


@pytest.mark.parametrize("encoding", ["cp1252", "cp850"])
def test_a_file_of_two_encodings_is_told(tmp_path, encoding):
    path = tmp_path / "t.csv"
    path.write_bytes("a,y\nKöln,1\n".encode() + "München,2\n".encode(encoding) + "Köln,1\n".encode())
    with pytest.raises(
        DataError, match=rf"line 3: .* the file mixes encodings, .* looks like {encoding}, .* 'München'"
    ):
        open_rows(str(path))
    path.write_bytes(b"a,y\nKoeln,1\n" + "München,2\n".encode(encoding))
    with pytest.raises(DataError, match=rf"line 3: .*; it looks like {encoding}, with .*: --encoding {encoding}"):
        open_rows(str(path))
