"""Tables: bytes of a file, from reading to the arrays that a network takes.

The first byte of an input chooses the kind of file, the second what is asked of it, the rest is the file.
"""

from __future__ import annotations

import gzip
import io
import lzma
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from bprop import errors
from bprop.cli.opening import prepare
from bprop.sources.answer import Answer
from bprop.sources.frame import Frame
from bprop.sources.opening import open_rows
from bprop.sources.preparation import Preparation
from bprop.sources.targets import find_targets
from fuzz import dialects, guard

FOLDER = Path(tempfile.mkdtemp(prefix="bprop-fuzz-"))
SUFFIXES = (
    ".csv",
    ".csv",
    ".csv",
    ".csv",
    ".csv",
    ".tsv",
    ".jsonl",
    ".csv.gz",
    ".parquet",
    ".arrow",
    ".npz",
    "-idx3-ubyte",
    ".json",
    ".arrows",
    ".xlsx",
    ".ods",
    ".csv.zip",
    ".csv.zst",
    ".csv.xz",
    ".txt",
)
TASKS = (None, None, "classification", "regression", "counts", "multilabel")
KINDS = ((), (), ("a=categorical",), ("a=date",), ("a=numeric",), ("a=boolean",), ("a=ignored",))

CSV = (
    b"a,b,c,d,e\n1,red,yes,2024-01-31,0.5\n2.5,,no,2024-02-29 10:20:30,1e3\n?,blue,NA,2024/12/01,-7\n,red,yes,,8\n",
    b'a;"b;c";y\n1;"x ""y""\nz";1\n2; "q";0\n',
    b"\xef\xbb\xbfid\ta\r\n1\tnan\r\n2\tinf\r\n3\t1_000\r\n",
    b"a,y\n" + b"".join(b"%d,%d\n" % (k, k % 2) for k in range(25)),
    b"a,y\n" + b"".join(b"t%d,%d.5\n" % (k % 20, k) for k in range(40)),
    b"a\n\n1\n\x002\r3",
    b"a,a\n1,2\n",
    b"a,b\n1\n2,3,4\n",
)

DOCUMENTS = (
    b'[{"a": 1, "b": "x", "c": {"d": 0.5}}, {"a": null, "b": "NA"}]',
    b'{"a": {"0": 1, "1": 2}, "b": {"0": "x", "1": null}}',
    b'{"columns": ["a", "b"], "index": [0, 1], "data": [[1, "x"], [2, "y"]]}',
    b'{"data": {"a": [1, 2], "b": ["x", [1]]}}',
)
_MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = b"http://schemas.openxmlformats.org/package/2006/relationships"
_LINK = b'<Relationships xmlns="%s"><Relationship Id="r" Type="%s/%s" Target="%s"/></Relationships>'
SHEET = {
    "_rels/.rels": _LINK % (_PACKAGE, _OFFICE, b"officeDocument", b"xl/workbook.xml"),
    "xl/_rels/workbook.xml.rels": _LINK % (_PACKAGE, _OFFICE, b"worksheet", b"worksheets/s.xml"),
    "xl/workbook.xml": b'<workbook xmlns="%s" xmlns:r="%s"><sheets><sheet name="S" sheetId="1" r:id="r"/></sheets>'
    b"</workbook>" % (_MAIN, _OFFICE),
    "xl/worksheets/s.xml": b'<worksheet xmlns="%s"><sheetData><row r="1"><c r="A1" t="str"><v>a</v></c>'
    b'<c r="B1" t="str"><v>b</v></c></row><row r="2"><c r="A2"><v>1</v></c><c r="B2" t="str"><v>x</v></c></row>'
    b'<row r="3"><c r="A3" t="e"><v>#N/A</v></c><c r="B3" t="b"><v>1</v></c></row></sheetData></worksheet>' % _MAIN,
}


def seeds() -> list[bytes]:
    """Tables that are read, and tables that are not; one as Parquet, Arrow and JSON lines where polars is there."""
    found = [bytes([0, task]) + text for text in CSV for task in range(3)]
    found += [bytes([0, 0]) + text for text in dialects.SEEDS]
    found += [bytes([7, 0]) + gzip.compress(CSV[0]), bytes([5, 0]) + CSV[2]]
    archive = io.BytesIO()
    np.savez(archive, x=np.ones((4, 2)), y=np.arange(4))
    found += [bytes([12, 0]) + document for document in DOCUMENTS]
    found += [
        bytes([16, 0]) + _zipped({"t.csv": CSV[0]}),
        bytes([18, 0]) + lzma.compress(CSV[0]),
        bytes([19, 0]) + CSV[1],
    ]
    found += [bytes([14, 0]) + _zipped(SHEET)]
    found += [bytes([10, 0]) + archive.getvalue(), bytes([11, 0, 0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 5, 6])]
    return found + _by_polars()


def _zipped(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


mutate = dialects.mutate


def _by_polars() -> list[bytes]:
    try:
        import polars as pl
    except ImportError:
        return []
    frame = pl.read_csv(CSV[0])
    written = []
    for choice, write in ((6, "write_ndjson"), (8, "write_parquet"), (9, "write_ipc"), (13, "write_ipc_stream")):
        file = io.BytesIO()
        getattr(frame, write)(file)
        written.append(bytes([choice, 0]) + file.getvalue())
    return written


def one(data: bytes) -> None:
    """Read the file, text on every road, learn how to encode it, encode it; only a BpropError may come of it."""
    if len(data) < 2:
        return
    path = FOLDER / f"table{SUFFIXES[data[0] % len(SUFFIXES)]}"
    path.write_bytes(data[2:])
    with guard.inside(FOLDER), np.errstate(all="ignore"):
        try:
            if path.suffix in (".csv", ".tsv"):
                dialects.compare(path)
            _encode(path, TASKS[data[1] % len(TASKS)], KINDS[data[1] // 8 % len(KINDS)])
        except errors.BpropError as error:
            str(error)
        finally:
            path.unlink()


def rows_of(path: Path) -> Frame:
    """The rows of a file with their targets, as the command line reads them; it also prints how."""
    frame = open_rows(str(path))
    return frame if frame.block is not None else replace(frame, target=find_targets(frame, None))


def _encode(path: Path, task: str | None, kinds: tuple[str, ...]) -> None:
    rows = rows_of(path)
    coding = prepare(rows, Answer.of(rows, rows.target, task), kinds)
    arrays = coding.arrays(rows)
    for name, array in arrays.items():
        assert len(array) == len(rows), name
        assert np.isfinite(array).all(), f"{name} holds what is no finite number"
    again = Preparation.from_notes(coding.to_notes()).arrays(rows)
    assert all(np.array_equal(arrays[name], again[name]) for name in arrays)
