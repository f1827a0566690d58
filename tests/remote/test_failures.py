"""What other packages raise, in words."""

import pytest

from bprop.errors import DataError, UnreadableError
from bprop.remote.failures import failures_said, need_missing, reason


class NoCredentialsError(Exception):
    """Of the same name as botocore's."""


class HttpError(Exception):
    """With a status, as gcsfs and aiohttp raise it."""

    def __init__(self, status):
        super().__init__("details")
        self.status = status


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (NoCredentialsError("Unable to locate credentials"), "no credentials were found: set AWS_ACCESS_KEY_ID"),
        (PermissionError("Access Denied"), "access is denied (Access Denied)"),
        (OSError("An error occurred (ExpiredToken): The provided token has expired."), "the credentials have expired"),
        (OSError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate has expired"), "the certificate of the server is not"),
        (OSError(22, "Bad Request"), "the server refuses the request (400): the credentials may have expired"),
        (FileNotFoundError("The specified bucket does not exist"), "there is no such bucket"),
        (FileNotFoundError("b/k"), "there is no such file"),
        (IsADirectoryError("b"), "it is a folder"),
        (TimeoutError(), "the server does not answer in time"),
        (ConnectionResetError("reset by peer"), "the server cannot be reached (reset by peer)"),
        (HttpError(503), "the server answers 503: Service Unavailable"),
        (HttpError(403), "access is denied (403)"),
        (ValueError("one\ntwo"), "one"),
    ],
)
def test_an_error_in_words(error, says):
    assert reason(error, "s3://b/k").startswith(says)


def test_the_cause_decides():
    try:
        try:
            raise HttpError(403)
        except HttpError as error:
            raise FileNotFoundError("x") from error
    except FileNotFoundError as error:
        assert reason(error, "https://h/x") == "access is denied (403)"
        with pytest.raises(FileNotFoundError):
            need_missing(error, "https://h/x")
    need_missing(FileNotFoundError("x"), "https://h/x")


def test_it_becomes_an_error_of_ours():
    refused = pytest.raises(UnreadableError, match=r"^cannot read s3://b/k: access is denied")
    with refused, failures_said("read", "s3://b/k", UnreadableError):
        raise PermissionError("Forbidden")
    with pytest.raises(DataError, match="as it was"), failures_said("read", "s3://b/k", UnreadableError):
        raise DataError("as it was")
    with pytest.raises(KeyboardInterrupt), failures_said("read", "s3://b/k", UnreadableError):
        raise KeyboardInterrupt
