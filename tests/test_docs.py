"""The documents: pictures are up to date, code runs, links lead to files."""

import importlib.util
import re
import shlex
import sqlite3
import warnings
from pathlib import Path

import numpy as np
import pytest

import bprop as bp

DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture(scope="module")
def make_pictures():
    found = importlib.util.spec_from_file_location("make_pictures", DOCS / "make_pictures.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.mark.parametrize("picture", ["draw_lecture", "draw_deep", "draw_backward"])
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


def test_how_it_works_runs_as_it_is_read():
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / "how_it_works.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) > 10
    names = {"__name__": "how_it_works"}
    for block in blocks:
        exec(compile(block, "how_it_works.md", "exec"), names)


def test_any_model_runs_as_it_is_read(tmp_path, monkeypatch, capsys):
    for package in ("pandas", "sklearn", "onnx", "onnxruntime", "skops"):
        pytest.importorskip(package)
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / "any_model.md").read_text(encoding="utf-8"), re.DOTALL)
    names = {"__name__": "any_model"}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Stochastic Optimizer")
        for block in blocks:
            exec(compile(block, "any_model.md", "exec"), names)
    assert names["same"].score(names["X"], names["Y"]) > 0.9
    assert (names["label"] == names["clf"].predict(names["X"])).all()
    assert names["search"].best_score_ > 0.9
    assert capsys.readouterr().out.count("True") >= 3


def test_the_page_of_boxes_prints_what_it_says(capsys):
    text = (DOCS / "boxes.md").read_text(encoding="utf-8")
    names, printed = {"__name__": "boxes"}, 0
    for block, result in re.findall(r"```python\n(.*?)```\s*(?:```text\n(.*?)```)?", text, re.DOTALL):
        exec(compile(block, "boxes.md", "exec"), names)
        assert capsys.readouterr().out == result
        printed += bool(result)
    assert printed == 4


def test_coming_from_other_libraries_runs_as_it_is_read():
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / "coming_from.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) > 5
    names = {"__name__": "coming_from"}
    for block in blocks:
        exec(compile(block, "coming_from.md", "exec"), names)
    assert names["grads"]["x"].shape == (90, 4)


def test_tables_in_python_runs_as_it_is_read(tmp_path, monkeypatch):
    for package in ("pandas", "sklearn"):
        pytest.importorskip(package)
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / "tables_in_python.md").read_text(encoding="utf-8"), re.DOTALL)
    names = {"__name__": "tables_in_python"}
    for block in blocks:
        exec(compile(block, "tables_in_python.md", "exec"), names)
    assert names["model"].scores(names["df"])["r2"] > 0.8
    assert names["regressor"].score(names["X"], names["y"]) > 0.9


def test_tuning_runs_as_it_is_read(tmp_path, monkeypatch):
    pytest.importorskip("optuna")
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / "tuning.md").read_text(encoding="utf-8"), re.DOTALL)
    names = {"__name__": "tuning"}
    for block in blocks:
        exec(compile(block, "tuning.md", "exec"), names)
    assert len(blocks) == 2 and (tmp_path / "tuning.html").exists() and len(names["tuned"].trials) == 4


def test_the_report_runs_as_it_is_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / "report.md").read_text(encoding="utf-8"), re.DOTALL)
    names = {"__name__": "report"}
    for block in blocks:
        exec(compile(block, "report.md", "exec"), names)
    assert len(blocks) > 1 and {path.name for path in tmp_path.glob("*.html")} == {"report.html", "runs.html"}


@pytest.mark.filterwarnings("ignore")  # MLflow's own
def test_watching_training_runs_as_it_is_read(tmp_path, monkeypatch):
    for package in ("pandas", "optuna", "sqlalchemy"):
        pytest.importorskip(package)
    mlflow = pytest.importorskip("mlflow")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_EXPERIMENT_ID", raising=False)  # where another test of this process has set one
    monkeypatch.setattr("mlflow.tracking.fluent._active_experiment_id", None, raising=False)
    before = mlflow.get_tracking_uri()
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / "watching_training.md").read_text(encoding="utf-8"), re.DOTALL)
    names = {"__name__": "watching_training"}
    try:
        for block in blocks:
            exec(compile(block, "watching_training.md", "exec"), names)
    finally:
        mlflow.set_tracking_uri(before)
    assert names["best"].kept_epoch is not None and names["last"].kept_epoch is None
    assert len(names["study"].trials) == 3 and (tmp_path / "runs.db").exists()


def renumbered(text):
    """The text, with arrays and values (%7) numbered by their first appearance: their own numbers do not matter."""
    numbers = {}
    return re.sub(r"%(\d+)", lambda found: f"%{numbers.setdefault(found[1], len(numbers))}", text)


def test_the_life_of_one_step_prints_what_the_page_shows(capsys):
    pytest.importorskip("llvmlite")
    page = (DOCS / "life_of_one_step.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```(?:\n\n```text\n(.*?)```)?", page, re.DOTALL)
    assert sum(bool(shown) for _, shown in blocks) > 7
    names = {"__name__": "life_of_one_step"}
    for block, shown in blocks:
        exec(compile(block, "life_of_one_step.md", "exec"), names)
        assert renumbered(capsys.readouterr().out) == renumbered(shown)


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.name)
def test_the_files_that_a_page_links_to_are_there(page):
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (DOCS / link).exists()] == []


def test_the_heart_is_under_500_lines():  # that say something: types of all members brought imports and breaks of lines
    heart = ("box.py", "boxes/regularisers.py", "structure/structure.py", "graph/passes.py")
    source = Path(bp.__file__).parent
    lines = [line for file in heart for line in (source / file).read_text(encoding="utf-8").splitlines()]
    assert len([line for line in lines if line.strip()]) < 500


def test_many_networks_runs_as_it_is_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / "many_networks.md").read_text(encoding="utf-8"), re.DOTALL)
    names = {"__name__": "many_networks"}
    for block in blocks:
        exec(compile(block, "many_networks.md", "exec"), names)
    errors = [np.mean((fit.predict(x=names["X"]) - names["y"]) ** 2) for fit in names["fits"]]
    assert np.mean((names["answers"]["f"] - names["y"]) ** 2) < np.mean(errors)
    assert names["fit"].history[-1].loss < names["fit"].history[0].loss / 2


def test_the_page_on_scale_shows_what_its_model_says(capsys):
    page = (DOCS / "scale.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    names = {}
    exec(compile(block, "scale.md", "exec"), names)
    for name, *rows in map(str.split, capsys.readouterr().out.splitlines()):
        assert f"| {name} | {' | '.join(f'{int(one):,}' for one in rows)} |" in page
    kind = dict(weights=397_510, arrays=4, **names["ethernet"])
    rows = names["fewest_rows"](**kind)
    alone, many = (names["step_ms"](rows * 1000 * (p > 1) + rows * (p == 1), processes=p, **kind) for p in (1, 1000))
    assert many == pytest.approx(2 * alone, rel=0.01)  # half of a step is communication


def test_the_page_on_backward_graphs_prints_what_it_shows(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = (DOCS / "backward.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```(?:\n\n```text\n(.*?)```)?", page, re.DOTALL)
    assert sum(bool(shown) for _, shown in blocks) == 2
    names = {"__name__": "backward"}
    for block, shown in blocks:
        exec(compile(block, "backward.md", "exec"), names)
        assert capsys.readouterr().out == shown
    assert len(names["fit"].history) == 2


def test_functions_runs_as_it_is_read(jax):
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / "functions.md").read_text(encoding="utf-8"), re.DOTALL)
    names = {"__name__": "functions"}
    for block in blocks:
        exec(compile(block, "functions.md", "exec"), names)
    assert len(blocks) == 4 and names["each"]["b2"].shape == (32, 3)


@pytest.mark.parametrize("page", ["seeing.md", "instead_of_scikit_learn.md"])
def test_a_page_on_digits_runs_as_it_is_read(page, tmp_path, monkeypatch):
    pytest.importorskip("sklearn")
    pytest.importorskip("matplotlib")
    monkeypatch.chdir(tmp_path)
    names = {"__name__": page}
    for block in re.findall(r"```python\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL):
        exec(compile(block, page, "exec"), names)
    if page == "seeing.md":
        assert {"net.svg", "values.svg", "curves.pdf"} <= {path.name for path in tmp_path.iterdir()}
    else:
        assert names["model"].score(names["X_test"], names["y_test"]) > 0.9


def test_the_first_page_runs_as_it_is_read():
    pytest.importorskip("polars")
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / "index.md").read_text(encoding="utf-8"), re.DOTALL)
    names = {"__name__": "index"}
    for block in blocks:
        exec(compile(block, "index.md", "exec"), names)
    assert len(blocks) == 3


@pytest.mark.parametrize("page", ["parameters.md", "batches.md", "play_protocol.md"])
def test_a_page_prints_what_it_shows(page, capsys):
    text = (DOCS / page).read_text(encoding="utf-8")
    namespace: dict = {}
    for code in re.findall(r"```python\n(.*?)```", text, flags=re.S):
        exec(code, namespace)
    assert capsys.readouterr().out == "".join(re.findall(r"```text\n(.*?)```", text, flags=re.S))


def test_the_page_of_playing_runs_as_it_is_read(capsys):
    for package in ("starlette", "uvicorn", "websockets"):
        pytest.importorskip(package)
    (block,) = re.findall(r"```python\n(.*?)```", (DOCS / "playing.md").read_text(encoding="utf-8"), re.DOTALL)
    names = {"__name__": "playing"}
    exec(compile(block, "playing.md", "exec"), names)
    assert capsys.readouterr().out.startswith("play: http://127.0.0.1:")
    assert names["page"].machine.snapshot()["parts"]["training"]["epoch"] == 1


def test_the_page_of_serving_names_the_options_and_statuses_that_there_are():
    typer = pytest.importorskip("typer")
    from bprop.cli.app import app
    from bprop.serving.describe import STATUSES
    from bprop.serving.limits import Limits

    text = (DOCS / "serving.md").read_text(encoding="utf-8")
    command = typer.main.get_command(app).commands["serve"]
    options = {option for one in command.params for option in (*one.opts, *one.secondary_opts)}
    assert set(re.findall(r"`(--[a-z-]+)", text)) <= options
    listed = {int(code) for row in re.findall(r"^\| (\d{3}(?:, \d{3})*) \|", text, re.M) for code in row.split(", ")}
    assert listed == {*STATUSES, 403, 405}
    assert f"`--most-bytes` | {Limits().body} |" in text and f"`--most-rows` | {Limits().rows} |" in text


def test_the_recipes_of_clusters_are_programs_and_that_of_optuna_runs(tmp_path, monkeypatch, capsys):
    text = (DOCS / "cluster.md").read_text(encoding="utf-8")
    recipes = dict(re.findall(r"<!-- recipe: (\w+) -->\n```python\n(.*?)```", text, re.DOTALL))
    assert set(recipes) == {"joblib", "dask", "ray", "many", "optuna", "tune"} and text.count("```python") == len(
        recipes
    )
    for name, recipe in recipes.items():
        compile(recipe, f"{name}.py", "exec")
        assert '\nif __name__ == "__main__":\n' in recipe
    for package in ("optuna", "sklearn", "sqlalchemy"):
        pytest.importorskip(package)
    monkeypatch.chdir(tmp_path)
    quick = recipes["optuna"].replace("epochs=10", "epochs=1, engine='numpy'")
    program = compile(quick, "optuna.py", "exec")
    for words, trials in ((["search.py", "search.journal"], 4), (["search.py", "search.journal"], 8)):
        monkeypatch.setattr("sys.argv", words)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # those of Optuna about its experimental parts
            exec(program, {"__name__": "__main__"})
        assert capsys.readouterr().out.startswith(f"{trials} {{")


@pytest.fixture
def homes(tmp_path, monkeypatch):
    """What the page on addresses reads: memory://homes/sales.csv, which stands for a bucket, and shop.db here."""
    fsspec = pytest.importorskip("fsspec")
    pytest.importorskip("polars", reason="rows of a database come by polars")
    monkeypatch.chdir(tmp_path)
    rows = [(k % 9 + 0.5, "xy"[k % 2], 20.0 * (k % 9) + k % 2) for k in range(80)]
    text = "size,city,price\n" + "".join(f"{size},{city},{price}\n" for size, city, price in rows)
    memory = fsspec.filesystem("memory")
    memory.store.clear()
    memory.pipe_file("/homes/sales.csv", text.encode())
    with sqlite3.connect("shop.db") as database:
        database.execute("create table homes (id integer primary key, size real, city text, price real)")
        database.executemany("insert into homes (size, city, price) values (?, ?, ?)", rows)
    database.close()
    yield memory
    memory.store.clear()


def test_where_data_is_runs_as_it_is_read(homes, capsys):
    pytest.importorskip("typer", reason="the command line needs typer")
    from typer.testing import CliRunner

    from bprop.cli.app import app

    page = (DOCS / "where_data_is.md").read_text(encoding="utf-8").replace("s3://", "memory://")
    commands = [line for block in re.findall(r"```bash\n(.*?)```", page, re.DOTALL) for line in block.splitlines()]
    assert len(commands) == 9
    for line in commands:
        more = ["--epochs", "2", "--hidden", "3", "--engine", "numpy"] if line.startswith("bprop train") else []
        result = CliRunner().invoke(app, [*shlex.split(line)[1:], *more])
        assert result.exit_code == 0, result.output
    names = {"bp": bp}
    for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        exec(compile(block, "where_data_is.md", "exec"), names)
    assert len(names["table"]) == 80
    assert capsys.readouterr().out.splitlines()[-1] == "(80,)"
    assert {"/homes/price.bprop", "/homes/predictions.parquet", "/homes/run/run.json"} <= set(homes.store)
