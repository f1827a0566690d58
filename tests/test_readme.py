"""The README's Python is run, in order, as a reader would run it."""

import re
from pathlib import Path

import pytest

README = Path(__file__).parent.parent / "README.md"


def test_code_blocks_of_the_readme_run(tmp_path, monkeypatch):
    pytest.importorskip("sklearn")
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 3
    monkeypatch.chdir(tmp_path)
    names = {"__name__": "readme"}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), names)
    bp = names["bp"]
    assert names["fit"].history[-1].validation_accuracy > 0.9
    assert bp.load(tmp_path / "digits.bprop").graph.describe() == names["fit"].graph.describe()
    assert names["values"].objective > 0
    assert names["grads"][names["W1"]].shape == (64, 100)
    assert bp.check_box(names["Swish"]).ok


def test_the_two_commands_are_where_ci_reads_them():
    text = README.read_text(encoding="utf-8")
    for mark, command in (("train", "bprop train digits"), ("test", "pytest -n 2 --dist worksteal")):
        found = re.search(rf"<!-- ci:{mark} -->\n```bash\n(.*?)\n```", text, re.DOTALL)
        assert found is not None
        assert found[1].startswith("pip install ") and found[1].endswith(command)


def test_the_files_that_the_readme_links_to_are_there():
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", README.read_text(encoding="utf-8"))
    assert len(links) > 20 and [link for link in links if not (README.parent / link).exists()] == []
