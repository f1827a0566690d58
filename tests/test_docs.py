"""The pictures of the documentation are those of the code."""

import importlib.util
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture(scope="module")
def make_pictures():
    found = importlib.util.spec_from_file_location("make_pictures", DOCS / "make_pictures.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.mark.parametrize("picture", ["draw_lecture", "draw_deep"])
def test_a_picture_is_up_to_date(make_pictures, tmp_path, picture):
    made = getattr(make_pictures, picture)(tmp_path)
    kept = DOCS / made.name
    assert kept.read_text(encoding="utf-8") == made.read_text(encoding="utf-8"), "run: python docs/make_pictures.py"


def test_values_are_drawn_of_a_network_that_learns_badly(make_pictures, tmp_path):
    pytest.importorskip("sklearn", reason="the digits come with scikit-learn")
    text = make_pictures.draw_values(tmp_path).read_text(encoding="utf-8")
    assert "of units dead" in text and "% saturated" in text


def test_every_picture_is_made_and_kept(make_pictures):
    pytest.importorskip("sklearn", reason="the digits come with scikit-learn")
    made = {name for name in vars(make_pictures) if name.startswith("draw_")}
    assert {picture.__name__ for picture in make_pictures.PICTURES} >= made
    assert {"graph.svg", "deep.svg", "values.svg"} <= {path.name for path in DOCS.iterdir()}
