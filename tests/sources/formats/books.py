"""Workbooks as programs write them, made by hand: no package that writes them is needed."""

import datetime
import io
import struct
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

OLD = Path(__file__).parent / "data" / "pets.xls"
"""A workbook of Excel 97: size, day, share and kind of three pets."""


class Error(str):
    """A cell with an error: "#DIV/0!"."""


class Formula(float):
    """A formula, whose value was saved with it."""


def letters(column):
    return chr(65 + column) if column < 26 else letters(column // 26 - 1) + letters(column % 26)


def zipped(members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def _root(target):
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{office}" Target="{target}"/></Relationships>'
    )


def xlsx(sheets, start=(0, 0), merged=()):
    """An .xlsx file. sheets : {name: rows of str, numbers, bool, dates, Error, Formula or None}."""
    names = "".join(f'<sheet name={quoteattr(name)} sheetId="{k}" r:id="rId{k}"/>' for k, name in enumerate(sheets, 1))
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    links = "".join(
        f'<Relationship Id="rId{k}" Type="{office}/worksheet" Target="worksheets/sheet{k}.xml"/>'
        for k in range(1, len(sheets) + 1)
    )
    links += f'<Relationship Id="rId99" Type="{office}/styles" Target="styles.xml"/>'
    members = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": _root("xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{names}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}">{links}</Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{main}"><cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="14"/>'
        '<xf numFmtId="22"/><xf numFmtId="10"/></cellXfs></styleSheet>',
    }
    areas = "".join(f'<mergeCell ref="{area}"/>' for area in merged)
    for k, rows in enumerate(sheets.values(), 1):
        lines = "".join(
            f'<row r="{start[0] + r + 1}">'
            + "".join(_xml(cell, f"{letters(start[1] + c)}{start[0] + r + 1}") for c, cell in enumerate(row))
            + "</row>"
            for r, row in enumerate(rows)
        )
        both = f"<mergeCells>{areas}</mergeCells>" if merged else ""
        members[f"xl/worksheets/sheet{k}.xml"] = (
            f'<worksheet xmlns="{main}"><sheetData>{lines}</sheetData>{both}</worksheet>'
        )
    return zipped(members)


def _xml(cell, place):
    if cell is None:
        return f'<c r="{place}" s="1"/>'
    if isinstance(cell, bool):
        return f'<c r="{place}" t="b"><v>{int(cell)}</v></c>'
    if isinstance(cell, Error):
        return f'<c r="{place}" t="e"><f>1/0</f><v>{cell}</v></c>'
    if isinstance(cell, str):
        return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'
    if isinstance(cell, datetime.date):
        whole = isinstance(cell, datetime.datetime)
        days = (cell if whole else datetime.datetime(*cell.timetuple()[:3])) - datetime.datetime(1899, 12, 30)
        return f'<c r="{place}" s="{1 + whole}"><v>{days / datetime.timedelta(days=1)!r}</v></c>'
    formula = "<f>A1*2</f>" if isinstance(cell, Formula) else ""
    return f'<c r="{place}" s="0">{formula}<v>{float(cell)!r}</v></c>'


def ods(sheets):
    """An .ods file of text and numbers."""
    spaces = {"office": "office", "table": "table", "text": "text", "calcext": "calcext"}
    declared = " ".join(f'xmlns:{k}="urn:oasis:names:tc:opendocument:xmlns:{v}:1.0"' for k, v in spaces.items())
    tables = "".join(
        f"<table:table table:name={quoteattr(name)}>"
        + "".join(f"<table:table-row>{''.join(map(_open_xml, row))}</table:table-row>" for row in rows)
        + "</table:table>"
        for name, rows in sheets.items()
    )
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": "<manifest/>",
            "content.xml": f"<office:document-content {declared}><office:body><office:spreadsheet>{tables}"
            "</office:spreadsheet></office:body></office:document-content>",
        }
    )


def _open_xml(cell):
    if cell is None:
        return "<table:table-cell/>"
    if isinstance(cell, str):
        return f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'
    return f'<table:table-cell office:value-type="float" office:value="{cell}"/>'


def xlsb(rows):
    """An .xlsb file of text and numbers: records of (kind, length, content)."""
    width = max(map(len, rows))
    sheet = _record(148, struct.pack("<4I", 0, len(rows) - 1, 0, width - 1)) + _record(145)
    for r, row in enumerate(rows):
        sheet += _record(0, struct.pack("<2I", r, 0) + bytes(9))
        for c, cell in enumerate(row):
            at = struct.pack("<2I", c, 0)
            if cell is not None:
                text = isinstance(cell, str)
                sheet += _record(6, at + _wide(cell)) if text else _record(5, at + struct.pack("<d", cell))
    sheet += _record(146)
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": _root("xl/workbook.bin"),
            "xl/workbook.bin": _record(143)
            + _record(156, struct.pack("<2I", 0, 1) + _wide("rId1") + _wide("Pets"))
            + _record(144)
            + _record(157)
            + _record(132),
            "xl/_rels/workbook.bin.rels": f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
            f'relationships"><Relationship Id="rId1" Type="{office}/worksheet" Target="worksheets/sheet1.bin"/>'
            "</Relationships>",
            "xl/worksheets/sheet1.bin": sheet,
        }
    )


def _wide(text):
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _record(kind, content=b""):
    head = bytes([kind & 127 | 128, kind >> 7]) if kind > 127 else bytes([kind])
    size = len(content)
    return head + (bytes([size]) if size < 128 else bytes([size & 127 | 128, size >> 7])) + content
