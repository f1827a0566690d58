"""How a text file is written: its encoding, delimiter, header and names, decided once, from its first lines.

The careful reader, the fast one and the reader of pieces use the same layout, so that they see the same table.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bprop.errors import DataError
from bprop.sources.formats import headers, one_column
from bprop.sources.formats.dialect import BLANKS, LOOK, NOTHING, at_tabs, delimiter_of, mark_of, shown, split
from bprop.sources.formats.encodings import MARKS, codec_of, encoding_of, need_no_zeros, not_utf8, without_end
from bprop.sources.formats.names import by_position, is_index, nameless, tidy
from bprop.sources.formats.preamble import Preamble, header_in, preamble_of
from bprop.sources.formats.quotes import fault
from bprop.sources.formats.shape import (
    first_column_is_index,
    need_double_quotes,
    need_no_title,
    need_one_header,
    without_footer,
)
from bprop.sources.limits import LONGEST_HEADER, need_few_columns, size, some
from bprop.sources.read_options import ReadOptions

SAMPLE = 2**18  # bytes by which it is decided
MOST_SAID = 5  # names in a sentence


@dataclass(frozen=True)
class Layout:
    """How a text file is written.

    encoding : Python's name. mark : bytes at its beginning that say so. old_mac : its lines end in \\r alone.
    delimiter : between cells; dialect.BLANKS, dialect.NOTHING. comment : how lines begin that are left out.
    header : whether a line holds the names. names : of all cells of a row, "" where there is none.
    body : bytes, as UTF-8, before the first row; lines : of the file before it.
    unsure : columns without a name, of which all rows have to be seen. index : those of them that hold row numbers in
        the first rows. dropped : columns that are left out.
    doubtful : whether a part of the file may look as if it had no header, as that with the names 1990, 1991 does.
    facts : parts of the sentence on it.
    """

    encoding: str = "utf-8"
    mark: int = 0
    old_mac: bool = False
    delimiter: str = ","
    comment: str | None = None
    header: bool = True
    names: tuple[str, ...] = ()
    body: int = 0
    lines: int = 0
    unsure: tuple[int, ...] = ()
    index: tuple[int, ...] = ()
    dropped: tuple[int, ...] = ()
    doubtful: bool = False
    facts: tuple[str, ...] = ()

    @property
    def reading(self) -> str:
        """The delimiter that the readers see."""
        return "\t" if self.delimiter == BLANKS else self.delimiter

    @property
    def marks(self) -> bytes:
        """The letters that may stand between two cells."""
        return b" \t" if self.delimiter == BLANKS else self.delimiter.encode()

    @property
    def columns(self) -> list[tuple[int, str]]:
        """(position, name) of the columns that are read."""
        return [(k, name) for k, name in enumerate(self.names) if k not in self.dropped]

    def kept(self, options: ReadOptions) -> ReadOptions:
        """The options, and what later files of the kind have to be read by."""
        header = options.header if self.header and not self.doubtful else self.header
        return replace(options, header=header, by_position=False)

    @property
    def header_name(self) -> str:
        """The name of that with which rows are compared."""
        return "the header" if self.header else "the first row"

    def remarks(self, path: object) -> tuple[str, ...]:
        """A sentence, where the layout is not the plain one."""
        return (f"{path} is read as follows: {'; '.join(self.facts)}",) if self.facts else ()

    def tidied(self, content: bytes) -> bytes:
        """Rows as the readers take them: with the same lines, and a tab for blanks between cells."""
        return at_tabs(content) if self.delimiter == BLANKS else content


def layout_of(path: Path, sample: bytes, whole: bool, options: ReadOptions, usual: str = ",") -> Layout:
    """From the first bytes of a file; `whole` if they are all of it. usual : the delimiter that goes without saying.

    Raises DataError, naming file and line, for text that is no table, with the option that helps.
    """
    if options.skip_rows or not options.trained_skip:
        return _layout_of(path, sample, whole, options, usual)
    return _as_in_training(path, sample, whole, options, usual)


def _as_in_training(path: Path, sample: bytes, whole: bool, options: ReadOptions, usual: str) -> Layout:
    """The layout for a model that skipped lines in training. They are skipped where the header is below them; of a
    table without a header always."""
    fault, plain = None, None
    if not options.by_position:
        try:
            plain = _layout_of(path, sample, whole, options, usual)
        except DataError as error:
            fault = error
    if plain is not None and not set(options.trained_columns).isdisjoint(plain.names):
        return plain
    try:
        layout = _layout_of(path, sample, whole, replace(options, skip_rows=options.trained_skip), usual)
    except DataError:
        if fault is None and plain is None:
            raise
        layout = None
    if layout is None or not (options.by_position or not set(options.trained_columns).isdisjoint(layout.names)):
        if plain is None:
            assert fault is not None
            raise fault
        return plain
    lines = f"its first {options.trained_skip:,} lines are" if options.trained_skip > 1 else "its first line is"
    return replace(layout, facts=(f"{lines} skipped, as in training", *layout.facts))


def _layout_of(path: Path, sample: bytes, whole: bool, options: ReadOptions, usual: str) -> Layout:
    layout, lines = _text_of(path, sample, whole, options)
    sizes = [_bytes([line]) for line in lines]  # of a comment, too, which is blank from here on
    if options.comment:
        lines = ["\n" if line.startswith(options.comment) else line for line in lines]
    before = preamble_of(path, lines, options)
    rest = lines[before.start :]
    if not "".join(rest).strip():
        raise DataError(f"{path}: needs a header line and at least one row, and has none")
    mark = (
        mark_of(options.delimiter)
        if options.delimiter
        else before.delimiter or delimiter_of(without_footer(rest), usual)
    )
    facts = (*layout.facts, *before.facts)
    if mark != usual and not (options.delimiter or mark == NOTHING):
        facts = (*facts, f"its delimiter is {shown(mark)}")
    layout = replace(layout, delimiter=mark, comment=options.comment or None, facts=facts)
    layout = _with_names(path, layout, lines, before, options)
    if len(layout.names) == 1 and (hint := one_column.hint_of(split(rest, mark))):
        layout = replace(layout, facts=(*layout.facts, hint))
    return replace(layout, body=sum(sizes[: layout.lines]))


def _text_of(path: Path, sample: bytes, whole: bool, options: ReadOptions) -> tuple[Layout, list[str]]:
    """(a layout that knows the encoding, the lines of the sample; the last, which may be cut off, is left out)."""
    encoding, mark = encoding_of(sample)
    facts: tuple[str, ...] = ()
    if options.encoding is not None:
        encoding = codec_of(options.encoding)
        mark = next((len(m) for m, name in MARKS if name == encoding and sample.startswith(m)), 0)
    elif encoding == "utf-8" and options.trained_encoding is not None and not _is_utf8(sample, whole):
        encoding = codec_of(options.trained_encoding)
        facts = (f"its encoding is {options.trained_encoding}, as in training",)
    elif encoding != "utf-8":
        facts = (f"its encoding is {encoding.upper()}" + ("" if mark else ", for every second byte is zero"),)
    text = _decoded(path, sample, mark, encoding, whole)
    old_mac = "\r" in text and "\n" not in text
    if old_mac:
        text, facts = text.replace("\r", "\n"), (*facts, "its lines end in \\r alone")
    if whole and "\x1a" in text[-3:]:
        text = without_end(text.encode()).decode()
    lines = list(io.StringIO(text, newline=""))
    return Layout(encoding, mark, old_mac, facts=facts), lines if whole or len(lines) < 2 else lines[:-1]


def _is_utf8(sample: bytes, whole: bool) -> bool:
    """Whether the first bytes of a file are UTF-8. The last letter may be cut off."""
    try:
        sample.decode("utf-8")
    except UnicodeDecodeError as error:
        return not whole and error.start > len(sample) - 4
    return True


def _decoded(path: Path, sample: bytes, mark: int, encoding: str, whole: bool) -> str:
    content = sample[mark:]
    try:
        text = content.decode(encoding)
        need_no_zeros(path, content if encoding == "utf-8" else text.encode("utf-8", "surrogatepass"), 0)
        return text
    except UnicodeDecodeError as error:
        if not whole and error.start > len(content) - 8:
            return content[: error.start].decode(encoding)
        if encoding == "utf-8":
            guessed = delimiter_of(list(io.StringIO(content.decode("latin-1"), newline=""))[:LOOK])
            raise not_utf8(path, content, 0, mark, guessed) from error
        line = content.decode(encoding, "replace")[: error.start].count("\n") + 1
        raise DataError(
            f"{path}, line {line}: not text in {encoding} ({error.reason} at byte {error.start}): name its encoding "
            "with --encoding NAME"
        ) from error


def _with_names(path: Path, layout: Layout, lines: list[str], before: Preamble, options: ReadOptions) -> Layout:
    """The layout with its names and the place of its first row."""
    first, used = _first_row(path, layout, lines[before.start :], before.start)
    end = before.start + used  # lines up to the end of the first row
    rows = split(lines[before.start :], layout.delimiter)
    names = None if before.comment is None else header_in(before.comment, rows, layout.delimiter)
    if names is not None:
        return _named(path, layout, names, rows, lines[: before.start])
    if _bytes(lines[before.start : end]) > LONGEST_HEADER:
        raise DataError(f"{path}: its first line is longer than {size(LONGEST_HEADER)}: this is no header of a table")
    need_few_columns(f"{path}, line {before.start + 1}", len(first))
    if end < len(lines) and headers.is_rule(lines[end]) and len(rows) > 1:
        layout = replace(layout, facts=(*layout.facts, f"line {end + 1} is a rule, and left out"))
        end, rows = end + 1, [first, *split(lines[end + 1 :], layout.delimiter)]
    if before.below:
        end, rows = end + before.below, [first, *split(lines[end + before.below :], layout.delimiter)]
    rows = rows or [first]
    if options.header is not False:
        need_no_title(path, rows, lines, before.start, layout.delimiter)
    need_double_quotes(path, rows, before.start + 1)
    if not _is_header(rows, options):
        return _headerless(layout, rows, lines[: before.start], options)
    if options.by_position or options.header is False:
        unused = f"the header in line {before.start + 1} is not used, for the model was trained on a table without one"
        if list(first) != by_position(len(first)):
            layout = replace(layout, facts=(*layout.facts, unused))
        return replace(_named(path, layout, by_position(len(first)), rows[1:], lines[:end]), header=False)
    need_one_header(path, rows, end, options.missing, lines[end] if end < len(lines) else "")
    if (odd := headers.data_like(first)) and options.header is None:
        which = f"{some(map(repr, odd), MOST_SAID)} look{'s' if len(odd) == 1 else ''} like cells"
        layout = replace(
            layout, doubtful=True, facts=(*layout.facts, f"the names are in line {end}, of which {which} (--no-header)")
        )
    return _named(path, layout, first, rows[1:], lines[:end])


def _first_row(path: Path, layout: Layout, lines: list[str], before: int) -> tuple[list[str], int]:
    """(the cells of the first row, the lines that it takes). Raises DataError for one that cannot be read."""
    tidied = list(io.StringIO(layout.tidied("".join(lines).encode()).decode(), newline=""))
    reader = csv.reader(tidied, delimiter=layout.reading, skipinitialspace=True, strict=True)
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if cells not in ([], [""]):
                return cells, reader.line_num
    except csv.Error as error:
        raise fault(path, before + reader.line_num, tidied[: reader.line_num], [], layout.reading, error) from error
    raise DataError(f"{path}: needs a header line and at least one row, and has none")


def _is_header(rows: list[list[str]], options: ReadOptions) -> bool:
    """Whether the first row holds names."""
    wide = [row for row in rows if len(row) == len(rows[0])]
    marked = [["" if cell in options.missing else cell for cell in row] for row in wide]
    if options.by_position or options.header is False:
        return rows[0] == by_position(len(rows[0])) or (options.by_position and headers.surely_header(marked))
    return bool(options.header) or len(rows) == 1 or headers.has_header(marked)


def _headerless(layout: Layout, rows: list[list[str]], above: Sequence[str], options: ReadOptions) -> Layout:
    width = len(rows[0])
    names = by_position(width)
    if options.header is None and not options.by_position:
        which = f"x1 to x{width}" if width > 1 else "x1"
        layout = replace(
            layout, facts=(*layout.facts, f"it has no header, so its columns are called {which} (--header)")
        )
    return replace(layout, header=False, names=tuple(names), lines=len(above))


def _named(
    path: Path, layout: Layout, cells: Sequence[str], rows: list[list[str]], above: Sequence[str]
) -> Layout:  # fmt: skip
    """A layout with the names of a header. above : the lines up to the header. rows : the first of those below."""
    names, facts = [tidy(cell) for cell in cells], list(layout.facts)
    dropped: tuple[int, ...] = ()
    wide = {len(row) for row in rows}
    if wide == {len(names) - 1} and len(names) > 2 and not names[-1]:
        facts.append("the header ends with a delimiter that the rows do not have")
        names.pop()
    elif wide == {len(names) + 1}:
        if all(not row[-1] for row in rows):
            names.append("")
        elif first_column_is_index(rows, above[-1] if above else "", layout.delimiter):
            names.insert(0, "")
            dropped = (0,)
            facts.append("the first cell of each row, which the header does not name, is the name of the row: left out")
    unsure = tuple(k for k in nameless(names) if k not in dropped)
    index = tuple(k for k in unsure if is_index(k, names, rows))
    return replace(
        layout, names=tuple(names), lines=len(above), unsure=unsure, index=index,
        dropped=dropped, facts=tuple(facts),
    )  # fmt: skip


def _bytes(lines: Sequence[str]) -> int:
    return sum(len(line.encode("utf-8", "surrogatepass")) for line in lines)


def sample_of(read: Callable[[int], bytes]) -> tuple[bytes, bool]:
    """(the first bytes of a file, whether they are all of it): more of them where the first lines are long."""
    sample, more = b"", True
    while more and (not sample or (len(sample) <= LONGEST_HEADER and sample.count(b"\n") + sample.count(b"\r") < 4)):
        part = read(SAMPLE)
        sample, more = sample + part, bool(part)
    if more and len(sample) < SAMPLE:
        part = read(1)
        sample, more = sample + part, bool(part)
    return sample, not more
