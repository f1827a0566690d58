"""From names of data to rows and their encoding."""

import numpy as np
import pytest

from bprop import errors
from bprop.sources import Table
from bprop.sources.encoding import Encoding
from bprop.sources.frame import Frame
from bprop.sources.preparation import Preparation

pytestmark = pytest.mark.usefixtures("typer", "folder")


@pytest.fixture
def opening(typer):
    from bprop.cli import opening

    return opening


def test_a_table_is_a_frame_with_its_target_and_arrays_are_a_table(opening):
    frame = opening.open_data("pets.csv")
    assert isinstance(frame, Frame)
    assert frame.target == ("kind",)
    assert opening.open_data("house.csv", "price,area").target == ("price", "area")
    assert isinstance(opening.open_data("dots.npz"), Table)


def test_a_folder_does_not_hide_built_in_data(opening, folder):
    pytest.importorskip("sklearn", reason="the built-in data comes with scikit-learn")
    (folder / "iris").mkdir()
    assert len(opening.open_data("iris")) == 150


def test_their_encodings(opening):
    frame, table = opening.open_data("pets.csv"), opening.open_data("dots.npz")
    assert isinstance(opening.coding_of(frame, opening.answer_of(frame, None)), Preparation)
    assert isinstance(opening.coding_of(table, opening.answer_of(table, None)), Encoding)
    found = opening.coding_of(frame, opening.answer_of(frame, None), ["age=ignored"], "weight")
    assert found.columns == ("size",)


def test_kinds_and_weights_are_for_tables(opening):
    table = opening.open_data("dots.npz")
    for settings in ({"kinds": ["x1=numeric"]}, {"weights": "x1"}):
        with pytest.raises(errors.SettingError, match="--kind and --weights are for tables"):
            opening.coding_of(table, opening.answer_of(table, None), **settings)


def test_a_column_name_may_hold_an_equals_sign(opening, folder):
    (folder / "odd.csv").write_text("a=b,y\n1,p\n2,q\n")
    frame = opening.open_data("odd.csv")
    found = opening.coding_of(frame, opening.answer_of(frame, None), ["a=b=categorical"])
    assert found.kinds[0].kind == "categorical"


def test_further_data_is_of_the_same_kind(opening):
    frame, table = opening.open_data("pets.csv"), opening.open_data("dots.npz")
    assert opening.open_beside(frame, "house.csv").target == ("kind",)
    assert len(opening.open_beside(table, "dots.npz")) == 60
    with pytest.raises(errors.DataError, match=r"dots.npz: is no table as pets is"):
        opening.open_beside(frame, "dots.npz")


def test_data_for_a_model_has_its_columns(opening, model):
    frame, coding = opening.open_for(model, "pets.csv")
    assert isinstance(coding, Preparation)
    assert coding.columns == ("size", "weight", "age")
    assert set(coding.y(frame)) == {0, 1, 2}
    np.testing.assert_array_equal(coding.inputs(frame)["x"].shape, (60, 3))


def test_data_for_a_model_of_arrays(opening, run):
    import bprop as bp

    run("train dots.npz --engine numpy --hidden 4 --epochs 1 --out dots.bprop")
    table, coding = opening.open_for(bp.load("dots.bprop"), "dots-images-idx3-ubyte")
    assert isinstance(coding, Encoding)
    assert len(table) == 60
