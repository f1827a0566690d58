import pytest

from bprop.versions import too_old


@pytest.mark.parametrize("version", ["0.29", "0.29.0", "0.29.0rc1", "0.30.1", "1.0", "0.29.dev3+g12ab", "10.2.1"])
def test_the_oldest_and_newer_ones_serve(version):
    assert too_old(version, (0, 29)) == ""


@pytest.mark.parametrize(
    ("version", "oldest"), [("0.28.9", (0, 29)), ("0.9", (0, 10)), ("1.9.4", (1, 10)), ("2", (2, 0)), ("", (0, 1))]
)
def test_an_older_one_is_named_beside_the_oldest(version, oldest):
    assert too_old(version, oldest) == f"{oldest[0]}.{oldest[1]} or newer, and {version} is installed"
