"""The mutation script plants what it says, in a copy, and judges by whether a test fails."""

import ast
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))  # the script is no part of the package

from mutation import areas, judge, reached, report  # noqa: E402
from mutation.equivalent import REVIEWED, read  # noqa: E402
from mutation.mutants import mutants_of  # noqa: E402


def changes(tmp_path, source):
    """{what stands in place of the source}, for every mutant."""
    path = tmp_path / "m.py"
    path.write_text(source)
    return {mutant.changed for mutant in mutants_of(path, "m")}


def within(tmp_path, before, *, function="f"):
    """What may stand in place of an expression that a function returns, without the function's own mutants."""
    head = f"def {function}(a, b):\n    return "
    plain = {f"{head}{before}\n", f"{head.removesuffix('return ')}return None\n"}
    return {text.removeprefix(head).strip() for text in changes(tmp_path, f"{head}{before}\n") - plain}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a + b", {"(a - b)"}),
        ("a * b", {"(a / b)"}),
        ("a @ b", {"(b @ a)"}),
        ("-a", {"a"}),
        ("a < b", {"(a <= b)"}),
        ("a is b", {"(a is not b)"}),
        ("a < b < a", {"(a <= b < a)", "(a < b <= a)"}),
        ("a and b", {"(a or b)"}),
        ("not a", {"a"}),
        ("a if b else a[b]", {"(a[b] if b else a)"}),
        ("a[3]", {"a[4]"}),
        ("a[1e30]", set()),  # and one more is the same number
        ("a(True)", {"a(False)"}),
        ("a(a, b)", {"a(b, a)"}),
        ("namespace(a, b)", set()),  # the order of such arguments is nothing
        ("a.broadcast_shapes(a, b)", set()),
        ("a(b=b)", {"a()"}),
        ("a(b=b, strict=True)", {"a(strict=True)"}),
        ("min(a)", {"max(a)"}),
        ("a.sum()", {"a.mean()"}),
        ("a.sum(axis=(a, b))", {"a.mean(axis=(a, b))", "a.sum()", "a.sum(axis=(a,))", "a.sum(axis=(b,))"}),
        ("'text'", set()),
        ("f'{a + b}'", set()),
    ],
)
def test_an_expression_is_changed_into_its_likes(tmp_path, before, after):
    assert within(tmp_path, before) == after


def test_gradients_are_negated_one_by_one(tmp_path):
    assert within(tmp_path, "a", function="bprop") == {"-a"}
    assert within(tmp_path, "(a, b)", function="bprop") == {"(-a, b)", "(a, -b)"}
    assert within(tmp_path, "(a, b)") == set()


def test_statements_are_dropped_and_conditions_flipped(tmp_path):
    source = "def f(a):\n    if a:\n        a.b = a\n        a(a)\n        raise E\n    a += a\n"
    dropped = {
        source.replace("if a:", "if (not a):"),
        source.replace("a.b = a\n", "pass\n"),
        source.replace("a(a)\n", "pass\n"),
        source.replace("raise E\n", "pass\n"),
        source.replace("a += a\n", "pass\n"),
        source.replace("a += a\n", "a -= a\n"),
    }
    assert dropped == changes(tmp_path, source)


def test_a_function_returns_none_instead_of_what_it_returns_but_not_instead_of_false(tmp_path):
    assert "def f(a):\n    return None\n" in changes(tmp_path, "def f(a):\n    return a\n")
    assert changes(tmp_path, "def f(a):\n    return False\n") == {"def f(a):\n    return True\n"}
    assert changes(tmp_path, "def f(a):\n    return None\n") == set()
    assert "def f(a):\n    return None\n" in changes(tmp_path, "def f(a):\n    return 0\n")


def test_texts_for_people_annotations_decorators_and_examples_are_left_alone(tmp_path):
    source = (
        '"""Doc 1."""\n'
        "@made(with_=True)\n"
        "class C:\n"
        "    x: 'int | 3'\n"
        "    def __repr__(self):\n        return 1\n"
        "    def examples(cls):\n        yield 1\n"
    )
    assert changes(tmp_path, source) == set()


def test_letters_of_several_bytes_do_not_shift_the_place(tmp_path):
    assert changes(tmp_path, "θ = 'é' + a\n") == {"θ = ('é' - a)\n"}


@pytest.mark.parametrize("area", areas.AREAS)
def test_mutants_are_programs_that_differ_from_the_code_in_one_place(area):
    planted = judge.planted(ROOT, [area])
    assert len(planted) > 100
    for mutant, _ in judge.sample(planted, 40, seed=0):
        assert ast.dump(ast.parse(mutant.changed)) != ast.dump(ast.parse(mutant.text))
        assert mutant.text[mutant.start : mutant.stop] == mutant.before
        assert mutant.diff().strip()


def test_every_area_has_tests_and_most_modules_their_own():
    for area in areas.AREAS:
        for test in areas.tests_around(area):
            assert (ROOT / test).exists(), test
        modules = [areas.module_of(path, ROOT) for path in areas.files_of(area, ROOT)]
        assert sum(bool(areas.own_tests(module, ROOT)) for module in modules) > 0.6 * len(modules)


def test_a_sample_stays_the_same_as_the_code_changes_elsewhere(tmp_path):
    path = tmp_path / "m.py"

    def drawn(before=""):
        path.write_text(before + "".join(f"def f{k}(a):\n    return a + {k}\n" for k in range(30)))
        return {mutant.key for mutant, _ in judge.sample([(m, "") for m in mutants_of(path, "m")], 20, seed=1)}

    assert len(drawn()) == 20
    assert len(drawn() & drawn("def g(a):\n    return a - 1\n")) >= 17  # but for those of the new lines


def test_every_mutant_reviewed_is_still_there_and_says_why():
    keys = {mutant.key for mutant, _ in judge.planted(ROOT, list(areas.AREAS))}
    assert set(REVIEWED) <= keys
    assert all(len(reason.split()) >= 4 for reason in REVIEWED.values())


def test_the_list_of_those_reviewed_is_read_as_it_is_written():
    text = "a.b C.d: it does the same\n    - x < 1\n    + x <= 1\n\nmodule: at: the top\n    - N = 1\n    + N = 2\n"
    assert read(text) == {
        ("a.b", "C.d", "x < 1", "x <= 1"): "it does the same",
        ("module", "", "N = 1", "N = 2"): "at: the top",
    }
    with pytest.raises(ValueError, match="not a mutant with a reason"):
        read("a.b C.d\n    - x\n    + y\n")


def verdict(outcome, module="m"):
    mutant = judge.planted(ROOT, ["rules.sgd"])[0][0]
    object.__setattr__(mutant, "module", module)
    return judge.Verdict(mutant, "rules", outcome, "", 1.0)


def test_the_share_is_of_those_that_can_be_caught():
    outcomes = [judge.CAUGHT, judge.CAUGHT, judge.LATE, judge.SURVIVED, judge.EQUIVALENT]
    assert report.share([verdict(outcome) for outcome in outcomes]) == 0.75
    assert report.share([verdict(judge.EQUIVALENT)]) == 1.0
    last = report.table([verdict(outcome) for outcome in outcomes]).splitlines()[-1]
    assert last.split() == ["all", "5", "3", "1", "1", "1", "75.0%"]


PROJECT = {
    "pyproject.toml": "[tool.pytest.ini_options]\naddopts = '--import-mode=importlib'\n",
    "src/bprop/__init__.py": "",
    "src/bprop/rules/__init__.py": "",
    "src/bprop/rules/one.py": "def twice(a):\n    return a + a\n\n\ndef unseen(a):\n    while a:\n        break\n",
    "tests/rules/test_one.py": (
        "from bprop.rules import one\n\n\ndef test_twice():\n    assert one.twice(2) == 4\n    one.unseen(1)\n"
    ),
    "tests/engines/test_agreement.py": "def test_nothing():\n    pass\n",
}


def run(project, *options):
    code = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1])\n"
        "import mutation.__main__ as m, mutation.trial as t\n"
        "t.HEAVY, m.ROOT = ('pytest',), Path(sys.argv[2]); sys.exit(m.main(sys.argv[3:]))"
    )
    command = [sys.executable, "-c", code, str(ROOT), str(project), "rules", "--limit", "3", *options]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # every mutant would import them all
    return subprocess.run(command, capture_output=True, text=True, cwd=project, env=environment)


@pytest.fixture
def project(tmp_path):
    for name, text in PROJECT.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_a_project_is_judged_and_left_as_it_was_and_its_survivors_can_be_tried_again(project):
    result = run(project)
    outcomes = {tuple(line.split()[:3]) for line in result.stdout.splitlines() if "rules.one:" in line}
    assert {
        ("caught", "rules.one:2", "twice:"),  # a - a
        ("timeout", "rules.one:7", "unseen:"),  # without the break it never ends
        ("survived", "rules.one:6", "unseen:"),  # while not a
    } == outcomes
    assert "-    while a:\n    +    while (not a):" in result.stdout
    assert result.returncode == 1
    files = {str(path.relative_to(project)): path.read_text() for path in project.rglob("*") if path.is_file()}
    assert files == PROJECT
    (project / "first.txt").write_text(result.stdout)
    again = run(project, "--again", str(project / "first.txt"), "--list").stdout
    assert again.startswith("1 of 1 mutants\nrules.one:6 unseen: flip a condition")
    assert "twice" not in again


def test_tests_that_fail_without_a_defect_judge_nothing(project):
    (project / "tests/rules/test_one.py").write_text("def test_wrong():\n    assert False\n")
    result = run(project)
    assert result.returncode == 1
    assert "without any defect, pytest tests/rules/test_one.py fails" in result.stderr


@pytest.mark.parametrize(
    ("how", "stages"),
    [
        ({}, ["own", "named", "around"]),
        ({"narrow": True}, ["own", "named"]),
        ({"own": True}, ["own"]),
        ({"own": True, "narrow": True}, ["own"]),
    ],
)
def test_a_mutant_is_tried_on_its_own_tests_first_and_as_far_around_as_asked(how, stages):
    mutant = next(m for m, _ in judge.planted(ROOT, ["rules.sgd"]) if m.scope)
    own, around = areas.own_tests("rules.sgd", ROOT), areas.tests_around("rules")
    named = [*around, "-k", mutant.scope.partition(".")[0]]
    expected = {"own": own, "named": named, "around": around}
    assert judge.Judge(ROOT, None, **how).stages(mutant, "rules") == [expected[stage] for stage in stages]


def test_a_module_without_tests_of_its_own_is_tried_on_those_that_bear_its_names(tmp_path):
    mutant = mutants_of_text(tmp_path, "class C:\n    def f(self, a):\n        return a + 1\n")
    around = areas.tests_around("rules")
    assert judge.Judge(ROOT, None, own=True).stages(mutant, "rules") == [[*around, "-k", "C"]]


def mutants_of_text(tmp_path, source):
    path = tmp_path / "m.py"
    path.write_text(source)
    return mutants_of(path, "nowhere.m")[0]


def test_after_its_own_tests_a_mutant_is_tried_on_those_that_run_its_line_wherever_they_are(project):
    coverage = pytest.importorskip("coverage")
    one = project / "src/bprop/rules/one.py"
    one.write_text(
        "def twice(a):\n    return a + a\n\n\ndef half(a):\n    return a / 2\n\n\ndef third(a):\n    return a / 3\n"
    )
    (project / "tests/rules/test_one.py").write_text(
        "from bprop.rules import one\n\n\ndef test_twice():\n    assert one.twice(3) == 6\n"
    )
    (project / "tests/far").mkdir()
    (project / "tests/far/test_far.py").write_text(
        "from bprop.rules import one\n\n\ndef test_half():\n    assert one.half(2) == 1\n"
    )
    data = coverage.CoverageData(str(project / ".coverage"))
    data.set_context("tests/far/test_far.py::test_half|run")
    data.add_lines({str(one): [6]})
    data.set_context("tests/far/test_far.py::test_gone|run")
    data.add_lines({str(one): [10]})
    data.write()
    lines = run(project, "--reached", str(project / ".coverage")).stdout.splitlines()
    by = {line.split()[1]: line.split()[0] for line in lines if "rules.one:" in line}
    assert by == {"rules.one:2": "caught", "rules.one:6": "caught", "rules.one:10": "survived"}
    assert {line.split()[-1] for line in lines if "half:" in line} == {"tests/far/test_far.py::test_half"}


def test_all_tests_that_run_a_line_are_tried_in_the_end(monkeypatch):
    monkeypatch.setattr(reached, "MOST", 2)
    mutant = next(m for m, _ in judge.planted(ROOT, ["rules.sgd"]) if m.scope)
    own, around = areas.own_tests("rules.sgd", ROOT), areas.tests_around("rules")
    near, far = f"{own[0]}::test_near", [f"tests/far/test_far.py::test_{number}" for number in range(5)]

    class Lines:
        def tests(self, mutant):
            return [near, *far]

    stages = judge.Judge(ROOT, None, reached=Lines()).stages(mutant, "rules")
    assert stages == [[near], own, [far[0], far[3]], around, [far[1], far[2], far[4]]]


@pytest.mark.parametrize(("slow", "outcome"), [(False, judge.LATE), (True, judge.SURVIVED)])
def test_tests_that_are_slow_without_a_defect_have_more_time(slow, outcome):
    """One run of 2,000 s is a catch where the tests take 1 s by themselves, and none where they take 1,900."""
    mutant = judge.planted(ROOT, ["rules.sgd"])[0][0]

    class Copy:
        folder = Path("nowhere")

        @contextmanager
        def changed(self, path, text):
            yield

        def run(self, tests, limit, output):
            return judge.TIMEOUT if limit < 2000 else judge.PASSED

    class Measured(judge.Judge):
        def passes(self, tests):
            self.times.setdefault(tuple(tests), 1900.0 if slow else 1.0)
            return True

    verdict = Measured(ROOT, Copy(), limit=60.0, own=True).try_(mutant, "rules")
    assert verdict.outcome == outcome
