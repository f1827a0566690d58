"""The pages that teach: all of their code runs in order, the solutions of the exercises too."""

import re
from pathlib import Path

import pytest

LEARN = Path(__file__).parents[1] / "docs" / "learn"
PAGES = sorted(path.name for path in LEARN.glob("[0-9]*.md"))


@pytest.mark.parametrize("page", PAGES)
def test_the_code_of_a_page_runs_and_prints_what_it_shows(page, capsys):
    text = (LEARN / page).read_text(encoding="utf-8")
    names = {"__name__": "learn"}
    for block, shown in re.findall(r"```python\n(.*?)```\n(?:\n```text\n(.*?)```)?", text, re.DOTALL):
        exec(compile(block, page, "exec"), names)
        printed = capsys.readouterr().out
        assert not shown or printed == shown


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_exercises_with_solutions_one_picture_and_the_way_on(page):
    text = (LEARN / page).read_text(encoding="utf-8")
    assert text.count("<details><summary>Solution</summary>") == text.count("</details>") == 3
    (picture,) = re.findall(r"!\[[^]]{30,}\]\(([^)]+)\)", text)
    assert (LEARN / picture).exists()
    assert re.search(r"^(Next: |That was the lecture)", text, re.MULTILINE)


def test_there_are_seven_pages_in_the_contents():
    contents = (LEARN / "index.md").read_text(encoding="utf-8")
    assert len(PAGES) == 7 and all(f"({page})" in contents for page in PAGES)
