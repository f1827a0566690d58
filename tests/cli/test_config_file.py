"""The settings of a run, read from a file. What the whole command does with them: test_config.py."""

import pytest

from bprop import errors

pytestmark = pytest.mark.usefixtures("typer")


def read(path, content):
    import typer

    from bprop.cli.app import app
    from bprop.cli.config_file import read_config

    path.write_text(content)
    return read_config(typer.main.get_command(app).commands["train"], path)


def test_values_come_as_the_command_line_would_have_them(tmp_path):
    content = 'data = "a.csv"\nhidden = [20, 10]\ntest = 0.25\nlr = 1\nkind = "a=date"\n'
    content += 'set = ["x=1", "y=2"]\nlive_wait = false\n'
    assert read(tmp_path / "run.toml", content) == {
        "data": "a.csv", "hidden": "20,10", "test": "0.25", "lr": 1, "kind": ["a=date"], "settings": ["x=1", "y=2"],
        "live_wait": False,
    }  # fmt: skip


def test_a_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "run.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(errors.SettingError, match="not a TOML file"):
        import typer

        from bprop.cli.app import app
        from bprop.cli.config_file import read_config

        read_config(typer.main.get_command(app).commands["train"], tmp_path / "run.toml")
