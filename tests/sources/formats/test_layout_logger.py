"""Files of Campbell's data loggers (TOA5) have a line above the names, and two below that are no rows."""

from pathlib import Path

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.sources.formats.layout import layout_of
from bprop.sources.read_options import ReadOptions

ABOVE = '"TOA5","CR1000_tower","CR1000","12345","CR1000.Std.28","CPU:tower.CR1","5432","Table1"\n'
NAMES = '"TIMESTAMP","RECORD","BattV_Avg","AirTC_Avg","RH"\n'
BELOW = '"TS","RN","Volts","Deg C","%"\n"","","Avg","Avg","Smp"\n'
ROWS = "".join(
    f'"2024-05-{1 + k % 28:02d} 10:{k:02d}:00",{k},{12 + k / 70:.2f},{20 + (k % 7) / 3:.3f},{50 + k / 9:.1f}\n'
    for k in range(40)
)


@pytest.mark.parametrize("suffix", [".dat", ".csv", ".txt"])
@pytest.mark.parametrize("text", [ABOVE, ABOVE.replace('"', "")])
def test_its_rows_are_read(tmp_path, suffix, text):
    file = tmp_path / f"tower{suffix}"
    file.write_text(text + NAMES + BELOW + ROWS)
    table = bp.table(file, "RH")
    assert len(table) == 40
    assert table.kinds["TIMESTAMP"] == "date" and table.kinds["BattV_Avg"] == "numeric"
    np.testing.assert_allclose(table.frame.column("RH").numbers[0][:2], [50.0, 50.1])
    (remark,) = table.remarks
    assert "line 1 is that of a data logger (TOA5), and lines 3 and 4 have no rows: left out" in remark


def test_the_lines_are_counted_as_in_the_file(tmp_path):
    file = tmp_path / "tower.csv"
    file.write_text(ABOVE + NAMES + BELOW + ROWS.replace(",50.1\n", ",bad\n"))
    with pytest.raises(errors.DataError, match="line 6, column 'RH': 'bad'"):
        bp.table(file, "RH", task="regression")


def test_another_first_line_is_no_logger():
    layout = layout_of(Path("f.csv"), b"TOA,b\n1,2\n3,4\n5,6\n7,8\n", True, ReadOptions())
    assert (layout.names, layout.lines) == (("TOA", "b"), 1)
