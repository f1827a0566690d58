"""Errors of file systems elsewhere as one line: the fault, the address, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from bprop.errors import BpropError
from bprop.remote.address import scheme_of, scrubbed

MISSING = "there is no such file"
CERTIFICATE = ("CertificateError", "CERTIFICATE_VERIFY_FAILED")
EXPIRED = ("ExpiredToken", "TokenRefreshRequired", "RequestExpired", "expired")
NO_KEYS = ("NoCredentials", "Unable to locate credentials", "DefaultCredentialsError", "Anonymous caller")
CODES = {
    401: "the server wants a password or a token (401)",
    403: "access is denied (403)",
    404: MISSING,
    410: "the file is gone (410)",
    416: "the file changed while it was read (416)",
    429: "the server refuses so many requests (429): try again later",
}
UNREACHABLE = ("ConnectionError", "Connector", "Could not connect", "ConnectionReset", "gaierror")
KEYS = {"s3": "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY", "gs": "GOOGLE_APPLICATION_CREDENTIALS", "hf": "HF_TOKEN"}
PUBLIC = {
    "s3": "; for a public bucket FSSPEC_S3_ANON=true",
    "gs": "; for a public bucket FSSPEC_GS_TOKEN=anon",
}


@contextmanager
def failures_said(doing: str, address: str, error_class: type[BpropError]) -> Iterator[None]:
    """Turn what a file system raises into an `error_class`: "cannot read s3://b/rows.csv: access is denied"."""
    try:
        yield
    except (BpropError, KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "CancelledError":
            raise
        raise error_class(f"cannot {doing} {address}: {reason(error, address)}") from None


def need_missing(error: FileNotFoundError, address: str) -> None:
    """Raise the error again where a file is not missing, but cannot be reached: some file systems say the same of both.

    A missing bucket is an error, too: its name is wrong.
    """
    if not reason(error, address).startswith(MISSING):
        raise error


def reason(error: BaseException, address: str) -> str:
    """The fault that an error stands for, in words."""
    scheme = (scheme_of(address) or "").replace("s3a", "s3").replace("gcs", "gs")
    names = " ".join(f"{type(one).__name__} {one}" for one in _chain(error))
    if any(word in names for word in CERTIFICATE):
        return f"the certificate of the server is not accepted ({_words(_chain(error)[-1])})"
    if any(word in names for word in NO_KEYS):
        where = KEYS.get(scheme)
        return "no credentials were found" + (f": set {where}{PUBLIC.get(scheme, '')}" if where else "")
    if any(word in names for word in EXPIRED):
        return "the credentials have expired: renew them"
    if "TooManyRedirects" in names:
        return "the server redirects round and round"
    status = next((code for one in _chain(error) if isinstance(code := getattr(one, "status", None), int)), None)
    if status is not None and status >= 400:
        phrase = next((one.phrase for one in HTTPStatus if one == status), "an error")
        return CODES.get(status, f"the server answers {status}: {phrase}")
    if any(word in names for word in ("NoSuchBucket", "bucket does not exist", "not a bucket")):
        return "there is no such bucket"
    return _by_class(error, names)


def _by_class(error: BaseException, names: str) -> str:
    if any(word in names for word in UNREACHABLE):
        return f"the server cannot be reached ({_words(_chain(error)[-1])})"
    if isinstance(error, FileNotFoundError):
        return MISSING
    if isinstance(error, IsADirectoryError):
        return "it is a folder"
    if "Bad Request" in names:  # what S3 answers of an expired token where it sends no text
        return "the server refuses the request (400): the credentials may have expired, or are for another region"
    if isinstance(error, PermissionError):
        return f"access is denied ({_words(error)})"
    if isinstance(error, TimeoutError) or "Timeout" in names:
        return "the server does not answer in time"
    if "Payload" in names or "IncompleteRead" in names or "IncompleteBody" in names or "Disconnected" in names:
        return "the connection broke before all of it had come: try again"
    return _words(error)


def _chain(error: BaseException) -> list[BaseException]:
    chain: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in chain:
        chain.append(one)
        one = one.__cause__ or one.__context__
    return chain


def _words(error: object) -> str:
    """The first line of an error's text, without secrets."""
    text = scrubbed(getattr(error, "strerror", None) or error).strip() or type(error).__name__
    return text.splitlines()[0][:300].rstrip(".")
