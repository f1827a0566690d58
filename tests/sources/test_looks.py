"""What text looks like whose cells are all different."""

import hashlib
import uuid

import pytest

from bprop.sources.looks import look_of, measures_in, shortened

N = range(40)
LOOKS = {
    "uuids": ([str(uuid.UUID(int=k * 7919)) for k in N], "id"),
    "hashes": ([hashlib.md5(str(k).encode()).hexdigest() for k in N], "id"),
    "addresses": ([f"a{k}@b.org" for k in N], "id"),
    "links": ([f"https://b.org/{k}" for k in N], "id"),
    "codes": ([f"AB-{k:04}" for k in N], "id"),
    "persons": ([f"person {k}" for k in N], "id"),
    "sentences": ([f"Red shoe, size {k}, {'very ' * (k % 7)}good" for k in N], "free text, 40 different"),
    "names": (
        [f"{'ABCDEFG'[k % 7]}a{'xyz'[k % 3] * (k % 5)}, Mr. {chr(97 + k % 26)}" for k in N],
        "free text, 40 different",
    ),
    "JSON": ([f'{{"a": {k}}}' for k in N], "JSON, 40 different"),
    "coordinates": ([f"POINT({k} {k / 3})" for k in N], "coordinates, 40 different"),
    "pairs": ([f"{k}.5, {k}.25" for k in N], "pairs of numbers, 40 different"),
    "lists": ([f"a{k}|b|c{k}" for k in N], "lists, 40 different"),
    "units": ([f"{k} {['kg', 'lb', 'oz'][k % 3]}" for k in N], "numbers in several forms or units, 40 different"),
    "ranges": ([f"{k} - {k + 5}" for k in N], "ranges, 40 different"),
    "percent among shares": (
        [f"{k}.5%" if k % 3 else f"0.{k}" for k in N],
        "numbers in several forms or units, 40 different",
    ),
    "degrees": ([f"{k}°{k % 60}'{k % 7}\"N" for k in N], "coordinates, 40 different"),
    "degrees with a fraction": ([f"{k}.25° W" if k % 2 else f"{k}.5E" for k in N], "coordinates, 40 different"),
    "dates of JavaScript": ([f"/Date({k}000)/" for k in N], "dates of JavaScript, 40 different"),
    "sizes": ([f"{k}x{k + 2} cm" for k in N], "sizes, 40 different"),
    "fractions": ([f"{k} 3/8" for k in N], "fractions, 40 different"),
    "fractions of one letter": ([f"{k}½" for k in N], "fractions, 40 different"),
    "halves here and there": ([f"{k}{'½' * (k % 2)}" for k in N], "codes, 40 different"),
    "laps": ([f"{k}:{k % 60:02}.5" for k in N], "times in minutes and seconds, 40 different"),
    "letters before degrees": ([f"N{k}.2500" for k in N], "coordinates, 40 different"),
    "signs": ([f"§{k}" for k in N], "codes, 40 different"),
    "seats": ([f"{k}{'ENS'[k % 3]}" for k in N], "id"),
    "bounds": ([f"<{k}" for k in N], "bounds, 40 different"),
}


@pytest.mark.parametrize("case", LOOKS)
def test_what_text_looks_like(case):
    cells, look = LOOKS[case]
    assert look_of("a", cells) == look or look_of("a", cells).startswith(
        f'{look}, such as "{shortened(cells[0])}": not used'
    )


def test_text_that_is_called_id_is_one():
    assert look_of("order_id", LOOKS["sentences"][0]) == "id"


def test_a_long_cell_is_shortened_to_a_line():
    assert shortened("a\nb") == "a b"
    assert shortened("x" * 100) == "x" * 37 + "..."


def test_names_that_hold_numbers_or_lists():
    assert measures_in(LOOKS["ranges"][0]) == "ranges"
    assert measures_in(LOOKS["codes"][0]) == measures_in(LOOKS["signs"][0]) == measures_in(LOOKS["names"][0]) == ""
