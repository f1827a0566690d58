"""Zip archives with a table in them: archive.zip, or archive.zip/inner.csv where there are several."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path
from typing import BinaryIO, cast

from bprop.errors import DataError

SUFFIX = ".zip"
TABLES = {".data", ".dat"}
"""The suffixes by which a member is taken for the table of an archive, rather than its licence or its notes: these, and
those of every format, which adds its own when it is defined."""
OFFICE = {"[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "content.xml", "META-INF/manifest.xml"}
"""Members of workbooks, which are archives too."""
MOST_LISTED = 20


def archive_of(path: Path) -> tuple[Path, str | None]:
    """(the file on the disk, the member that `path` names in it, or None): archive.zip/inner.csv."""
    for above in path.parents:
        if above.suffix.lower() == SUFFIX and above.is_file():
            return above, path.relative_to(above).as_posix()
    return path, None


def is_archive(file: BinaryIO) -> bool:
    """Whether a zip file holds tables, rather than being a workbook, or NumPy's arrays. It is left at its start."""
    try:
        names = set(zipfile.ZipFile(file).namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError):
        return False
    finally:
        file.seek(0)
    arrays = bool(names) and all(name.endswith(".npy") for name in names)
    return not arrays and not names & OFFICE


def members_of(file: BinaryIO) -> list[str]:
    """The files in an archive, without those that systems add. It is left at its start."""
    names = zipfile.ZipFile(file).namelist()
    file.seek(0)
    names = [name for name in names if name and not name.endswith("/")]
    return [name for name in names if not name.startswith("__MACOSX/") and not Path(name).name.startswith(".")]


def table_of(file: BinaryIO, path: Path) -> str:
    """The name of the only table in an archive. Raises DataError, which lists the members, where there are several."""
    names = members_of(file)
    tables = [name for name in names if is_table(name)]
    if len(names) == 1:
        return names[0]
    if len(tables) == 1:
        return tables[0]
    if not names:
        raise DataError(f"{path}: there is no file in this archive")
    listed = ", ".join((tables or names)[:MOST_LISTED])
    raise DataError(
        f"{path}: holds {len(tables or names):,} {'tables' if tables else 'files'}: {listed}; name one, such as "
        f"{path}/{(tables or names)[0]}"
    )


def is_table(name: str) -> bool:
    """Whether a member is taken for the table of an archive by its suffix, rather than for its licence or its notes."""
    known, suffix = tuple(TABLES), Path(name).suffix.lower()
    packed = suffix in (".gz", ".bz2", ".xz", ".zst") and Path(name).stem.lower().endswith(known)
    return packed or name.lower().endswith(known)


def member_of(file: BinaryIO, path: Path, name: str | None = None) -> BinaryIO:
    """A member of an archive, or its only table. Raises DataError where there is none of this name, or it is locked."""
    try:
        archive = zipfile.ZipFile(file)
        name = table_of(file, path) if name is None else name
        return cast(BinaryIO, archive.open(name))
    except KeyError:
        there = ", ".join(members_of(file)[:MOST_LISTED])
        raise DataError(f"{path}: no file of this name is in the archive; there are: {there}") from None
    except NotImplementedError as error:
        raise DataError(
            f"{path}: {name or 'a file'} is packed in a way that is not known ({error}): unpack it first"
        ) from error
    except RuntimeError as error:  # a password is needed
        raise DataError(f"{path}: {name} is encrypted: unpack it with its password first") from error
    except DataError:
        raise
    except (ValueError, struct.error) as error:  # of damaged bytes
        raise zipfile.BadZipFile(str(error)) from error
