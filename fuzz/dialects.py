"""Text tables in many dialects: polars' road, Python's road and the road of pieces must give the same table.

A mutation changes how a table is written: the mark between cells, the encoding, ends of lines, quotes, an index, lines
above or below.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bprop import errors
from bprop.sources.formats import Csv, Tsv, blocks, parts
from bprop.sources.opening import open_rows

MARKS = b",;\t| :"
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "mac_roman", "shift_jis")
ABOVE = (b"sep=;\n", b'"sep=,"\n', b"# made by foo\n", b"% a, b\n", b"// x\n", b"Title\n", b"\n\n", b"#", b",,\n")
BELOW = (b"Total,,\n", b"(3 rows)\n", b"\x1a", b"\n\n", b"#end\n", b"30 rows,,\n", b",,\n")
PIECES = (
    b'"',
    b'""',
    b",",
    b";",
    b"\t",
    b"\r",
    b"\n",
    b"\r\n",
    b" ",
    b"\xa0",
    "\u00a0é".encode(),
    b"1,5",
    b'5" x',
    b"#",
    b'\\"',
    b"0",
)
SEEDS = (
    b"a;b;y\n1,5;2,5;ja\n2,5;3,5;nein\n3,5;4,5;ja\n",
    b",a,b\n0,1.5,x\n1,2.5,y\n2,3.5,z\n",
    b'"a" "b"\n"1" 1.5 "x y"\n"2" 2.5 "z"\n',
    b"5.1,3.5,x\n4.9,3.0,x\n4.7,3.2,y\n",
    b"# about\na,b,\n1,2,\n3,4,\n",
    b"a|b\n---+---\n1|2\n3|4\n",
    b"x\ty\r1\t2\r3\t4\r",
    b"one column\n1,5\n2,5\n",
    b'a,"b\nc",a\n1,"2\n3",4\n5,6,7\n',
    "größe;名前\n1;ä\n2;ö\n".encode(),
)


def mutate(data: bytes, most: int, seed: int, plain: Callable[[bytes, int], bytes]) -> bytes:
    """A change of the dialect of a CSV or TSV (the first two bytes stay); one time in three libFuzzer's own."""
    rng = random.Random(seed)
    if len(data) < 3 or rng.random() < 0.33:
        return plain(data, most)
    text = data[2:]
    for _ in range(rng.randint(1, 3)):
        text = _changed(text, rng)
    return (data[:2] + text)[:most]


def _changed(text: bytes, rng: random.Random) -> bytes:
    lines = text.split(b"\n")
    how = rng.randrange(9)
    if how == 0:
        old, new = (bytes([rng.choice(MARKS)]) for _ in range(2))
        return text.replace(old, new)
    if how == 1:
        return text.decode("utf-8", "replace").encode(rng.choice(ENCODINGS), "replace")
    if how == 2:
        return text.replace(b"\n", rng.choice((b"\r\n", b"\r", b"\n\n", b" \n")))
    if how == 3:
        return rng.choice(ABOVE) + text
    if how == 4:
        return text + rng.choice(BELOW)
    if how == 5:
        mark = bytes([rng.choice(MARKS)])
        return b"\n".join((b"" if k == 0 else b"%d" % k) + mark + line for k, line in enumerate(lines))
    if how == 6:
        mark = bytes([rng.choice(MARKS)])
        return b"\n".join(mark.join(b'"' + cell.strip(b'"') + b'"' for cell in line.split(mark)) for line in lines)
    if how == 7:
        return b"\n".join([*lines[:1], *rng.choices(lines, k=rng.randint(1, 40))]) + b"\n"
    at = rng.randrange(len(text) + 1)
    return text[:at] + rng.choice(PIECES) + text[at + rng.randrange(2) :]


def compare(path: Path) -> None:
    """Read the file on every road. Raises AssertionError where they differ."""
    fast, careful = _whole(path), _careful(path)
    assert (fast is None) == (careful is None), "one road refuses what the other reads"
    if fast is None:
        return
    assert fast == careful, "the roads read other tables"
    streamed = _pieces(path)
    assert streamed is None or streamed == fast, "pieces are another table than the whole"


def _whole(path: Path) -> tuple[Any, ...] | None:
    try:
        frame = open_rows(str(path))
    except errors.BpropError as error:
        str(error)
        return None
    return {name: _shown(column) for name, column in frame.columns.items()}, frame.remarks, frame.read


def _shown(column: Any) -> list[str]:
    """The cells of a column as text, so that NaN is like NaN."""
    return list(map(repr, column.tolist()))


def _careful(path: Path) -> tuple[Any, ...] | None:
    usual = parts.can_use_polars
    parts.can_use_polars = lambda: False
    try:
        return _whole(path)
    finally:
        parts.can_use_polars = usual


def _pieces(path: Path) -> tuple[Any, ...] | None:
    usual, blocks.BLOCK = blocks.BLOCK, 256
    kind = Tsv() if path.suffix == ".tsv" else Csv()
    try:
        pieces = list(kind.scan(path))
    except errors.BpropError as error:
        str(error)
        return None
    finally:
        blocks.BLOCK = usual
    taken = [piece.columns(None, piece.names) for piece in pieces]
    cells = {name: [cell for columns in taken for cell in _shown(columns[name])] for name in taken[0]}
    return cells, pieces[0].remarks, pieces[0].read
