"""The notebook that runs the code, if there is one."""

import sys
from types import SimpleNamespace

from bprop.notebook import display_here
from bprop.notebook.place import Jupyter


def test_there_is_none_in_a_program():
    assert display_here() is None


def test_ipython_in_a_terminal_is_no_notebook(monkeypatch):
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: SimpleNamespace()))
    assert display_here() is None
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: None))
    assert display_here() is None


def test_a_kernel_shows_one_output_and_changes_it(monkeypatch):
    calls = []
    monkeypatch.setattr(Jupyter, "latest", (None, None, 0))

    def display(bundle, raw, display_id):
        calls.append(("display", bundle, raw, display_id))
        return SimpleNamespace(update=lambda bundle, raw: calls.append(("update", bundle, raw)))

    shell = SimpleNamespace(kernel=object(), execution_count=7)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setitem(sys.modules, "IPython.display", SimpleNamespace(display=display))
    show = display_here()
    for k in range(3):
        show(f"<b>{k}</b>", str(k))
    assert [call[0] for call in calls] == ["display", "update", "update"]
    assert calls[-1][1] == {"text/html": "<b>2</b>", "text/plain": "2"}
    again = display_here()  # a second training in the same cell takes the place of the first
    again("<b>3</b>", "3")
    assert again.number == 2 and calls[-1][0] == "update"
    shell.execution_count = 8
    other = display_here()
    other("<b>4</b>", "4")
    assert other.number == 1 and calls[-1][0] == "display"


def test_marimo_gets_its_own_output(monkeypatch):
    shown = []
    marimo = SimpleNamespace(
        running_in_notebook=lambda: True, Html=lambda html: ("html", html),
        output=SimpleNamespace(replace=shown.append),
    )  # fmt: skip
    monkeypatch.setitem(sys.modules, "marimo", marimo)
    display_here()("<b>1</b>", "1")
    assert shown == [("html", "<b>1</b>")]
    marimo.running_in_notebook = lambda: False
    assert display_here() is None
