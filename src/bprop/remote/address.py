"""Addresses, and their secrets: passwords, and everything after the "?" of a web address, which may be a signature.

A secret stays in this module. All others know an address without it (`shown`): so it is in no message, file or report.
What opens a connection asks for the whole address (`whole`).
"""

from __future__ import annotations

import re
from urllib.parse import unquote

SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")  # two letters at least: C:// is a drive
DATABASES = (
    "sqlite", "postgresql", "postgres", "mysql", "mariadb", "mssql", "oracle", "redshift", "clickhouse", "snowflake",
    "bigquery", "trino", "duckdb",
)  # fmt: skip
"""Schemes of databases."""
WEB = ("http", "https")
HARMLESS = ("sslmode", "sslrootcert", "connect_timeout", "application_name", "charset")
"""Settings of a database's address that are no secret."""
SHORTEST = 4  # letters of a secret that is taken out of other texts
LOST = re.compile(r"\?\.\.\.[0-9]*$")
_whole: dict[str, str] = {}
_secrets: dict[str, str] = {}


def scheme_of(text: str) -> str | None:
    """The scheme of an address in small letters, "s3"; None of a path."""
    match = SCHEME.match(text)
    return match[1].lower() if match else None


def is_address(text: object) -> bool:
    """Whether a word is an address, s3://bucket/rows.csv, rather than a path on this machine."""
    return isinstance(text, str) and scheme_of(text) not in (None, "file")


def is_database(text: object) -> bool:
    """Whether a word is the address of a database."""
    return isinstance(text, str) and scheme_of(text) in DATABASES


def shown(text: str) -> str:
    """An address without its secrets. This process remembers them: see `whole`. Other words stay as they are.

    >>> shown("postgresql://ann:pass@host/shop?sslmode=require&password=pass")
    'postgresql://ann@host/shop?sslmode=require'
    >>> shown("https://host/rows.csv?signature=1f3870be")
    'https://host/rows.csv?...'
    """
    scheme = scheme_of(text)
    if scheme is None or text in _whole or lost_query(text):
        return text
    database, blank, query = text.partition(" ")
    if blank and scheme in DATABASES:
        return f"{shown(database)} {query}"
    rest = text[len(scheme) + 3 :]
    body, mark, query = rest.partition("?")
    authority, slash, path = body.partition("/")
    if scheme in DATABASES and "@" in path:  # a password with a slash in it
        authority, slash, path = _around_last_at(body)
    user, at, host = authority.rpartition("@")
    name, _, password = user.partition(":")
    _remember_secret(password)
    short = f"{scheme}://{name}{at if name else ''}{host}{slash}{path}"
    if mark and scheme in DATABASES:
        harmless = [part for part in query.split("&") if part.partition("=")[0].lower() in HARMLESS]
        for part in query.split("&"):
            if part not in harmless:
                _remember_secret(part.partition("=")[2])
        short += mark + "&".join(harmless) if harmless else ""
    elif mark and scheme in WEB:
        _remember_secret(query)
        return _numbered(f"{short}?...", text)
    elif mark:
        short += mark + query
    if short != text:
        _whole[short] = text
    return short


def _around_last_at(body: str) -> tuple[str, str, str]:
    user, _, rest = body.rpartition("@")
    host, slash, path = rest.partition("/")
    return f"{user}@{host}", slash, path


def _numbered(short: str, text: str) -> str:
    """The short form; another one if this process knows another address by it."""
    number, name = 2, short
    while _whole.get(name, text) != text:
        name, number = f"{short}{number}", number + 1
    _whole[name] = text
    return name


def _remember_secret(secret: str) -> None:
    for one in {secret, unquote(secret)}:
        if len(one) >= SHORTEST:
            _secrets[one] = "***"


def whole(address: str) -> str:
    """The address with its secrets, as far as this process knows them."""
    return _whole.get(address, address)


def lost_query(address: str) -> bool:
    """Whether the part after the "?" of an address was known to another process only."""
    return address not in _whole and LOST.search(address) is not None


def scrubbed(text: object) -> str:
    """The text of another program without the secrets of addresses."""
    words = str(text)
    for short, address in _whole.items():
        words = words.replace(address, short)
    for secret in sorted(_secrets, key=len, reverse=True):
        words = words.replace(secret, _secrets[secret])
    return re.sub(r"(://[^\s/@:]*):[^\s@/]+@", r"\1:***@", words)
