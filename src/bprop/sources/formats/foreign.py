"""Files of other programs, known by how they begin, and a line of Python that makes a table of each."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from bprop.errors import DataError
from bprop.remote.path import RemotePath


class Foreign(NamedTuple):
    """what : the file is. begins : a pattern of its first bytes. convert : how to make a table of it. text : whether
    such a file may be text; text is none of the others, however it begins."""

    what: str
    begins: bytes
    convert: str
    text: bool = False


def _pandas(read: str) -> str:
    return f"python -c \"import pandas as pd; pd.{read}.to_parquet('t.parquet')\""


_HTML = rb"(?i)(\xef\xbb\xbf)?\s*(<!doctype html|<html|<head|<meta|<table|<body|<style|<!--.{0,200}-->\s*<html)"
FOREIGN = (
    Foreign("a web page (HTML)", _HTML, _pandas("read_html('{0}')[0]"), True),
    Foreign(
        "an Excel 2003 workbook in XML",
        rb"(?s)(\xef\xbb\xbf)?\s*<\?xml.{0,2000}urn:schemas-microsoft-com:office:spreadsheet",
        "open it in a spreadsheet, and save it as .xlsx", True,
    ),
    Foreign("an XML file", rb"(\xef\xbb\xbf)?\s*<\?xml", _pandas("read_xml('{0}')"), True),
    Foreign("a Feather file of version 1", rb"FEA1", _pandas("read_feather('{0}')")),
    Foreign("an ORC file", rb"ORC", _pandas("read_orc('{0}')")),
    Foreign("an Avro file", rb"Obj\x01",
            "python -c \"import polars as pl; pl.read_avro('{0}').write_parquet('t.parquet')\""),
    Foreign("an HDF5 file", rb"\x89HDF\r\n\x1a\n", _pandas("read_hdf('{0}')")),
    Foreign("a SAS file (sas7bdat)", rb"\x00{12}\xc2\xea\x81\x60", _pandas("read_sas('{0}', format='sas7bdat')")),
    Foreign("a SAS transport file (xport)", rb"HEADER RECORD\*{7}LIB",
            _pandas("read_sas('{0}', format='xport')"), True),
    Foreign("a Stata file", rb"<stata_dta>", _pandas("read_stata('{0}')"), True),
    Foreign("a Stata file", rb"[\x69-\x73][\x01\x02]\x01\x00", _pandas("read_stata('{0}')")),
    Foreign("an SPSS file", rb"\$FL[23]", _pandas("read_spss('{0}')")),
    Foreign(
        "an SQLite database", rb"SQLite format 3\0",
        "name it as sqlite:///{0}, and add --query \"select * from ...\"",
    ),
    Foreign("a pickle of Python", rb"\x80[\x02-\x05](\x95|c|\}|\]|K|X|cpandas)", _pandas("read_pickle('{0}')")),
    Foreign(
        "a file of R", rb"RD[AX][23]\n|[XAB]\n\x00\x00\x00[\x02\x03]",
        "Rscript -e \"write.csv(readRDS('{0}'), 't.csv', row.names = FALSE)\" (of .RData: load it first)",
    ),
    Foreign("a MATLAB file", rb"MATLAB 5\.0", "python -c \"import numpy as np, scipy.io; m = scipy.io.loadmat('{0}'); "
            "np.savez('t.npz', x=m['x'], y=m['y'].ravel())\""),
    Foreign("one array of NumPy (.npy)", rb"\x93NUMPY", "python -c \"import numpy as np; a = np.load('{0}'); "
            "np.savez('t.npz', x=a[:, :-1], y=a[:, -1])\""),
    Foreign("a DuckDB database", rb".{8}DUCK.\x00{7}",
            "python -c \"import duckdb; duckdb.connect('{0}').sql('FROM ...')"
            ".write_parquet('t.parquet')\""),
    Foreign("a safetensors file or a model, and no table", rb".{4}\x00{4}\{\"", "give a table"),
    Foreign("a PDF", rb"%PDF-", "copy its table into a spreadsheet, and save that as .xlsx or .csv", True),
    Foreign("a picture", rb"\x89PNG|\xff\xd8\xff|GIF8[79]a|RIFF.{4}WEBP|II\*\x00|MM\x00\*", "give a table"),
    Foreign("a 7z archive", rb"7z\xbc\xaf\x27\x1c", "unpack it: 7z x {0}"),
    Foreign("a RAR archive", rb"Rar!\x1a\x07", "unpack it: unrar x {0}"),
    Foreign("a tar archive", rb"(?s).{257}ustar", "unpack it: tar xf {0}"),
    Foreign("a shortcut to a file in Git's large file storage", rb"version https://git-lfs",
            "fetch it: git lfs pull", True),
    Foreign("a dump of SQL commands", rb"(?i)(-- MySQL dump|-- PostgreSQL database dump|PRAGMA foreign_keys)",
            "load it into a database, and export the table as CSV", True),
    Foreign("an ARFF file", rb"(?i)(%[^\n]*\n|\s)*@relation", "python -c \"import pandas as pd, scipy.io.arff as a; "
            "pd.DataFrame(a.loadarff('{0}')[0]).to_parquet('t.parquet')\"", True),
)  # fmt: skip
PATTERNS = [(re.compile(foreign.begins, re.DOTALL), foreign) for foreign in FOREIGN]


def need_no_foreign(path: Path, first: bytes, text: bool) -> None:
    """Raise DataError, with the way on, for a file that begins as one of another program. text : whether it is text."""
    for pattern, foreign in PATTERNS:
        if (foreign.text or not text) and pattern.match(first):
            if foreign.begins == _HTML and isinstance(path, RemotePath):
                raise DataError(f"{path}: the server sends {foreign.what} here, and no table: does it want a password?")
            raise DataError(
                f"{path}: this is {foreign.what}, which is not read here: {foreign.convert.replace('{0}', path.name)}"
            )
