"""Messages of requests that are refused."""

import pytest

from bprop.serving.refused import RefusedError, problem, without_options


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("body, row 1: plain words; and more", "body, row 1: plain words; and more"),
        ("'a' is no number; mend the file, or take such cells for missing with --bad-cells missing; a column of names "
         "is trained with --kind a=categorical",
         "'a' is no number; send such a value, or null (in CSV an empty cell) where it is missing"),
        ("--threshold 0.3 chooses: leave it out", "?threshold=0.3 chooses: leave it out"),
        ("--interval: there is none", "?interval: there is none"),
        ("3 cells: mend the line, or leave it out with --comment", "3 cells: mend the line"),
        ("it takes 3 GB, and 1 GB is free: train with --stream, which is small", "it takes 3 GB, and 1 GB is free"),
        ("column 'a--b': '--c' is no number", "column 'a--b': '--c' is no number"),
    ],
)  # fmt: skip
def test_options_of_the_command_line_are_left_out(text, shown):
    assert without_options(text) == shown


def test_of_a_long_sentence_the_beginning_and_the_end_are_sent():
    detail = problem(422, f"column 'a': '{'x' * 10**6}' is no number: send one")["detail"]
    assert len(detail) < 2100
    assert detail.startswith("column 'a'") and detail.endswith("is no number: send one")


def test_a_problem_has_the_words_of_its_status():
    assert problem(429, "why") == {"type": "about:blank", "title": "Too Many Requests", "status": 429, "detail": "why"}
    error = RefusedError(429, "why", {"Retry-After": "1"})
    assert (error.status, str(error), error.headers) == (429, "why", {"Retry-After": "1"})
