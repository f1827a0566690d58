"""A figure that notebooks show by themselves."""

import pytest

import bprop as bp


@pytest.fixture
def figure():
    pytest.importorskip("matplotlib")
    history = [bp.Record(e, 10 * e, loss=1 / e, penalty=0.0, objective=1 / e) for e in (1, 2, 3)]
    return bp.Model(bp.mlp([2, 2]), bp.mlp([2, 2]).init(0), history).plot()


def test_it_is_a_picture_of_twice_the_pixels_that_it_takes(figure):
    data, size = figure._repr_png_()
    assert data.startswith(b"\x89PNG") and size == {"width": 420, "height": 300}
    width = int.from_bytes(data[16:20], "big")
    assert width == 840


def test_it_is_a_figure_that_can_be_saved(figure, tmp_path):
    from matplotlib.figure import Figure

    assert isinstance(figure, Figure) and "savefig" in repr(figure)
    figure.savefig(tmp_path / "curves.pdf")
    assert (tmp_path / "curves.pdf").read_bytes().startswith(b"%PDF")
