"""The file system behind an address (fsspec), and what each kind of it can do."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any, NamedTuple

from bprop.errors import DataError, MissingPackageError, SettingError, UnknownNameError
from bprop.remote.address import DATABASES, WEB, lost_query, scheme_of, shown, whole

PACKAGES = {
    "s3": ("s3fs", "s3"), "s3a": ("s3fs", "s3"), "gs": ("gcsfs", "gs"), "gcs": ("gcsfs", "gs"),
    "hf": ("huggingface_hub", "hf"), "http": ("aiohttp", "cloud"), "https": ("aiohttp", "cloud"),
}  # fmt: skip
"""{scheme: (the package that it needs beside fsspec, the extra of bprop that has both)}"""
OBJECTS = ("s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "oss", "memory")
"""Schemes where a file appears whole, or not at all, however large it is."""
READ_ONLY = (*WEB, "hf", "github", "data", "zip", "tar", "git", "reference")
CONNECT, SILENT = 30, 60  # seconds until a web server must answer, and until it must send more


class Remote(NamedTuple):
    """A file system of fsspec, and the path of an address in it."""

    system: Any
    path: str


def remote_of(address: str) -> Remote:
    """The file system of an address and the path in it.

    Raises MissingPackageError with the command that installs it, UnknownNameError for an unknown scheme,
    SettingError for secrets where they do not belong, DataError for an address whose end was not kept.
    """
    address = shown(address)
    scheme = scheme_of(address) or ""
    need_packages(address)
    if lost_query(address):
        raise DataError(
            f"{address}: what followed the ? was not kept, as it may be a secret: give the whole address again"
        )
    text = whole(address)
    if "@" in text[len(scheme) + 3 :].partition("/")[0] and scheme in OBJECTS and scheme not in ("abfs", "abfss"):
        raise SettingError(
            f"{address}: an address of this kind holds no keys: set them as environment variables, such as "
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        )
    import fsspec

    return Remote(*fsspec.url_to_fs(text, **_settings(scheme)))


def need_packages(address: str) -> None:
    """Raise MissingPackageError or UnknownNameError where nothing here can open such an address."""
    scheme = scheme_of(address) or ""
    package, extra = PACKAGES.get(scheme, ("fsspec", "cloud"))
    for name in ("fsspec", package):
        if find_spec(name) is None:
            raise MissingPackageError(f"{address}: {scheme}:// needs {name}: pip install 'bprop[{extra}]'")
    import fsspec

    if scheme in DATABASES or scheme not in {*fsspec.registry, *fsspec.available_protocols()}:
        raise UnknownNameError(
            f"{address}: nothing is read from {scheme}:// here; there are s3://, gs://, https://, hf:// and the other "
            "file systems of fsspec, and the databases sqlite:///, postgresql:// and mysql://"
        )
    try:
        fsspec.get_filesystem_class(scheme)
    except ImportError as error:
        raise MissingPackageError(f"{address}: {scheme}:// needs more packages: {error}") from error


def _settings(scheme: str) -> dict[str, Any]:
    if scheme not in WEB:
        return {"use_listings_cache": False}
    import aiohttp

    limits = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT, sock_read=SILENT)
    return {
        "use_listings_cache": False,
        "client_kwargs": {"timeout": limits, "trust_env": True},
        "headers": {"Accept-Encoding": "identity"},
    }


def can_write(address: str) -> str | None:
    """The reason why nothing is written to an address of this kind; None if something may be."""
    scheme = scheme_of(address) or ""
    if scheme in DATABASES:
        return "predictions and models are files: a database holds none"
    if scheme in READ_ONLY:
        return f"{scheme}:// is only read here: write a file, and upload it"
    return None
