"""Formats by media type."""

import pytest

from bprop.serving.media import ARROW, CSV, JSON, sent, wanted
from bprop.serving.refused import RefusedError


@pytest.mark.parametrize(
    ("content_type", "kind", "encoding"),
    [
        (JSON, JSON, None), ("Application/JSON; charset=UTF-8", JSON, None), (CSV, CSV, None),
        ('text/csv; charset="latin-1"; header=present', CSV, "iso8859-1"), (ARROW, ARROW, None),
    ],
)  # fmt: skip
def test_the_format_of_a_request(content_type, kind, encoding):
    assert sent(content_type) == (kind, encoding)


@pytest.mark.parametrize("content_type", [None, "", "json", "text/plain", "application/x-www-form-urlencoded"])
def test_another_format_is_refused_with_those_that_are_read(content_type):
    with pytest.raises(RefusedError, match="application/json, text/csv") as error:
        sent(content_type)
    assert error.value.status == 415


@pytest.mark.parametrize("charset", ["rot13", "base64", "zlib", "undefined", "a%00b", "klingon"])
def test_an_encoding_that_is_none_of_text_is_refused(charset):
    with pytest.raises(RefusedError, match="there is no such encoding") as caught:
        sent(f"text/csv; charset={charset}")
    assert caught.value.status == 415


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, CSV), ("", CSV), ("*/*", CSV), ("application/*", JSON), (f"{ARROW}, {JSON};q=0.5", ARROW),
        ("text/csv;q=0, */*;q=0.1", JSON), ("text/html, application/json;q=0.2", JSON), ("*/*, text/csv;q=0.5", JSON),
    ],
)  # fmt: skip
def test_the_format_of_an_answer(accept, kind):
    assert wanted(accept, CSV) == kind


@pytest.mark.parametrize("accept", ["text/html", "*/*;q=0", "application/json;q=no", ";;,,"])
def test_an_answer_in_no_format_of_ours_is_refused(accept):
    with pytest.raises(RefusedError, match="answers are application/json") as error:
        wanted(accept, JSON)
    assert error.value.status == 406
