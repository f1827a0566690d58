"""`bp.report`: one file that holds all."""

from html.parser import HTMLParser

import numpy as np
import pytest

import bprop as bp
from bprop.reporting import Facts


class Elements(HTMLParser):
    """(tag, attributes) of all elements of a page."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


def test_a_report_holds_what_was_trained(tmp_path, classes, data_of):
    fit, data = classes
    bp.report(
        fit, tmp_path / "r.html", data, facts=Facts({"to test": 90}, {"to test": {"cat": 30}}, "bprop train pets")
    )
    html = (tmp_path / "r.html").read_text(encoding="utf-8")
    page = data_of(html)
    assert [record["epoch"] for record in page["records"]] == list(range(1, 9))
    assert page["records"][-1]["loss"] == pytest.approx(fit.history[-1].loss, rel=1e-4)
    assert page["run"]["status"] == "epochs"
    assert ["batch size", 32] in page["settings"]
    assert page["reproduce"][0][1] == "bprop train pets"
    assert page["data"]["facts"][-1] == ["examples to test", 90]
    assert page["data"]["classes"][0] == ["cat", 30]
    assert np.sum(page["outcome"]["confusion"]["counts"]) == 90
    names = {attributes.get("data-name") for _, attributes in Elements(html).found}
    assert {"x", "W1", "h1", "f"} <= names
    assert not list(tmp_path.glob(".*"))


def test_a_report_names_no_address_and_loads_nothing(tmp_path, classes):
    fit, data = classes
    fit.report(tmp_path / "r.html", data)
    found = Elements((tmp_path / "r.html").read_text(encoding="utf-8")).found
    links = [value for _, attributes in found for name, value in attributes.items() if name in ("src", "href")]
    assert set(links) <= {"#curves", "data:,"}
    (policy,) = [a["content"] for _, a in found if a.get("http-equiv") == "Content-Security-Policy"]
    assert "default-src 'none'" in policy and "connect-src 'none'" in policy and "unsafe" not in policy


def test_markup_in_names_is_text(tmp_path, classes):
    fit, data = classes
    fit.notes["source"] = "<i>pets</i>{{data}}"
    bp.report(fit, tmp_path / "r.html", data)
    html = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "<b id=planted>" not in html
    assert "<i>pets" not in html
    assert not [1 for _, attributes in Elements(html).found if attributes.get("id") == "planted"]


def test_without_examples_there_is_no_outcome(tmp_path, values, data_of):
    fit, _ = values
    fit.report(tmp_path / "r.html")
    assert data_of((tmp_path / "r.html").read_text(encoding="utf-8"))["outcome"] is None


def test_a_model_of_a_file_has_a_report(tmp_path, classes, data_of):
    fit, data = classes
    bp.save(tmp_path / "m.bprop", fit)
    bp.report(bp.load(tmp_path / "m.bprop"), tmp_path / "r.html", data)
    page = data_of((tmp_path / "r.html").read_text(encoding="utf-8"))
    assert page["run"]["status"] == "saved"
    assert len(page["records"]) == 8


def test_what_cannot_be_is_said(tmp_path, classes):
    fit, data = classes
    with pytest.raises(
        bp.errors.SettingError,
        match="needs a fit, a model or an estimator of bprop, not dict: parameters need their graph",
    ):
        bp.report({}, tmp_path / "r.html")
    with pytest.raises(bp.errors.ModelFileError, match="cannot write"):
        bp.report(fit, tmp_path / "absent" / "r.html")
    with pytest.raises(bp.errors.UnknownNameError):
        bp.report(fit, tmp_path / "r.html", {"x": data["x"]})
    assert not list(tmp_path.iterdir())
