"""A model and its data in each other's place."""

import pytest

pytest.importorskip("typer", reason="the command line needs the extra 'cli'")

from bprop.cli.swapped import need_order
from bprop.errors import SettingError


@pytest.mark.parametrize("command", ["predict", "evaluate", "report"])
def test_data_before_the_model_is_refused_with_the_right_line(command, refused, model):
    refused(f"{command} pets.csv pets.bprop", f"type bprop {command} pets.bprop pets.csv")


def test_a_page_in_the_place_of_data_is_a_page_to_write(refused, model, folder):
    refused("report pets.bprop page.html", "to write a page, type --out page.html")
    assert not (folder / "page.html").exists()


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"model": "a.bprop", "data": None},
        {"model": "a.bprop", "data": "b.bprop"},
        {"model": "checkpoint", "data": "b.csv"},
        {"model": "a.bprop", "data": "table.html"},
        {"model": "a.bprop", "data": "https://example.org/table.html", "out": None},
        {"model": "a.bprop", "data": ["rows"]},
        {"data": "b.bprop"},
    ],
)
def test_all_else_is_left_to_the_command(values):
    need_order("predict", values)


def test_a_page_that_exists_is_data(tmp_path):
    page = tmp_path / "table.html"
    page.write_text("<table></table>")
    need_order("report", {"model": "a.bprop", "data": str(page), "out": None})
    with pytest.raises(SettingError, match="--out"):
        need_order("report", {"model": "a.bprop", "data": str(page.with_name("other.html")), "out": None})
