"""Requests that are refused: a status, and a sentence that says where the fault is and what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from bprop.errors import BpropError

BODY = "body"
"""The name of the content of a request, in errors: "body, row 3, column 'age'"."""
LONGEST = 2000
"""Letters of a sentence; of a longer one, the beginning and the end are sent."""
NOTHING: Mapping[str, str] = MappingProxyType({})
_CURE = "; send such a value, or null (in CSV an empty cell) where it is missing"
_ASKED = re.compile(r"--(interval|threshold|spread|id)\b(?: (\d[\d.]*))?")
_OPTION = re.compile(r"(?<![\w'\"])--[a-z][a-z-]*")
_MOST = re.compile(r"; (mend|correct) (the file|this cell).*", re.DOTALL)


class RefusedError(BpropError, ValueError):
    """A request that is not answered. status : of HTTP. headers : further ones of the answer."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] = NOTHING):
        super().__init__(detail)
        self.status, self.headers = int(status), dict(headers)


def problem(status: int, detail: str) -> dict[str, Any]:
    """The content of an answer that refuses, as RFC 9457 has it."""
    if len(detail) > LONGEST:  # a name or a cell of the request is in it
        detail = f"{detail[: LONGEST // 2]} ... {detail[-LONGEST // 2 :]}"
    return {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}


def without_options(text: str) -> str:
    """The message of an error for a request: an option of the command line becomes one of the address, or is left out
    with the advice that it belongs to."""
    text = _ASKED.sub(lambda match: f"?{match[1]}" + (f"={match[2]}" if match[2] else ""), _MOST.sub(_CURE, text))
    first, *others = text.split("; ")
    if option := _OPTION.search(first):
        before = first[: option.start()]
        first = before[: max(before.rfind(": "), before.rfind(", "))] if ", " in before or ": " in before else before
    return "; ".join([first, *(one for one in others if not _OPTION.search(one))])
