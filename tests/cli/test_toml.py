"""Settings as lines of TOML: Python's own reader gives them back."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("typer", reason="the command line needs typer")

values = st.recursive(
    st.text() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=8,
)


@given(st.dictionaries(st.text(min_size=1), values, max_size=5))
def test_what_is_written_is_read_as_the_same(settings):
    from bprop.cli.toml import lines

    assert tomllib.loads(lines(settings)) == settings


def test_a_path_is_text_and_a_name_that_is_no_text_is_refused():
    from bprop.cli.toml import line

    assert line("data", Path("a b.csv")) == 'data = "a b.csv"'
    with pytest.raises(UnicodeEncodeError):
        line("data", "a\udcff.csv")
    with pytest.raises(TypeError, match="no form in TOML"):
        line("data", None)


def test_the_line_of_a_key():
    from bprop.cli.toml import line_number

    content = 'data = "x"\n# lr = 1\n"lr" = 2\n  seed=3\n'
    assert [line_number(content, key) for key in ("data", "lr", "seed", "dat")] == [1, 3, 4, None]
