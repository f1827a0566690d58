"""Tables in zip archives."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from bprop import errors
from bprop.sources.archives import archive_of, is_archive
from bprop.sources.opening import can_stream, is_table, open_rows
from bprop.sources.stream import stream

TABLE = "a,b\n" + "".join(f"{k}.5,{'xy'[k % 2]}\n" for k in range(40))


@pytest.fixture
def archive(tmp_path, monkeypatch):
    """archive(**members): t.zip with these members."""
    monkeypatch.chdir(tmp_path)

    def archive(members, name="t.zip"):
        with zipfile.ZipFile(name, "w", zipfile.ZIP_DEFLATED) as file:
            for member, content in members.items():
                file.writestr(member, content)

    return archive


@pytest.mark.parametrize("member", ["data.csv", "deep/in/data.csv", "data", "data.txt"])
def test_the_only_table_is_read(archive, member):
    archive({member: TABLE, "__MACOSX/._data.csv": "x", "deep/.DS_Store": "x"})
    assert len(open_rows("t.zip")) == 40
    assert is_table("t.zip")
    assert can_stream("t.zip")
    assert len(stream("t.zip", "b", validation=0, test=0).train) == 40


def test_the_only_table_beside_notes_is_read(archive):
    archive({"README.txt": "read me\nthen this", "licence.md": "free", "data.csv": TABLE})
    assert len(open_rows("t.zip")) == 40


def test_one_of_several_is_named(archive):
    archive({"train.csv": TABLE, "d/test.csv": "a,b\n1,x\n2,y\n"})
    with pytest.raises(
        errors.DataError, match=r"t.zip: holds 2 tables: train.csv, d/test.csv; name one, such as t.zip/t"
    ):
        open_rows("t.zip")
    frame = open_rows("t.zip/d/test.csv")
    assert (len(frame), frame.name, frame.where(0)) == (2, "test", "t.zip/d/test.csv, line 2")
    assert len(stream("t.zip/train.csv", "b", validation=0, test=0).train) == 40
    with pytest.raises(
        errors.DataError, match=r"t.zip/trin.csv: no file of this name is in the archive; there are: tr"
    ):
        open_rows("t.zip/trin.csv")


def test_an_archive_without_tables(archive):
    archive({})
    with pytest.raises(errors.DataError, match=r"t.zip: there is no file in this archive"):
        open_rows("t.zip")
    archive({"a.md": "x", "b.md": "y"})
    with pytest.raises(errors.DataError, match=r"t.zip: holds 2 files: a.md, b.md"):
        open_rows("t.zip")


def test_a_member_without_a_name_is_left_out(archive):
    archive({"x": "1", "data.csv": TABLE})
    content = Path("t.zip").read_bytes()
    place = content.rindex(
        b"PK\x01\x02", 0, content.rindex(b"PK\x01\x02")
    )  # the entry of x: its name gets the length 0
    entry = content[place : place + 28] + b"\0\0\1\0" + content[place + 32 :]
    Path("t.zip").write_bytes(content[:place] + entry)
    assert len(open_rows("t.zip")) == 40


def test_an_encrypted_member_is_told(archive):
    archive({"data.csv": TABLE})
    content = bytearray(Path("t.zip").read_bytes())
    content[6] |= 1  # the flag of a password, at both places
    content[content.index(b"PK\x01\x02") + 8] |= 1
    Path("t.zip").write_bytes(content)
    with pytest.raises(errors.DataError, match=r"t.zip: data.csv is encrypted: unpack it with its password first"):
        open_rows("t.zip")


def test_workbooks_and_arrays_are_no_archives(archive):
    arrays = io.BytesIO()
    np.savez(arrays, x=np.ones((2, 2)))
    assert not is_archive(arrays)
    archive({"[Content_Types].xml": "", "xl/workbook.xml": ""})
    with open("t.zip", "rb") as file:
        assert not is_archive(file)
        assert file.tell() == 0


def test_a_folder_called_zip_is_a_folder(tmp_path):
    (tmp_path / "d.zip").mkdir()
    (tmp_path / "d.zip" / "t.csv").write_text(TABLE)
    assert archive_of(tmp_path / "d.zip" / "t.csv") == (tmp_path / "d.zip" / "t.csv", None)
    assert len(open_rows(str(tmp_path / "d.zip" / "t.csv"))) == 40
