"""The memory that data may take."""

import pytest

from bprop import errors, memory

resource = pytest.importorskip("resource", reason="only Unix has limits of a process")


def test_the_variable_says_it(monkeypatch):
    monkeypatch.setenv("BPROP_DATA_MEMORY", "2M")
    assert memory.configured() == memory.data_memory() == 2**21
    monkeypatch.setenv("BPROP_DATA_MEMORY", "lots")
    with pytest.raises(errors.SettingError, match="a size such as 500M or 8G, not 'lots'"):
        memory.data_memory()


def test_without_the_variable_it_is_a_share_of_the_free_memory(monkeypatch):
    monkeypatch.delenv("BPROP_DATA_MEMORY", raising=False)
    monkeypatch.setattr(memory, "free", lambda: 1000)
    assert memory.configured() is None
    assert memory.data_memory() == 500


@pytest.mark.parametrize("which", ["RLIMIT_DATA", "RLIMIT_AS"])
def test_a_limit_of_the_process_counts(monkeypatch, which):
    limits = {getattr(resource, which): (12345, 99999)}
    none = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    monkeypatch.setattr(resource, "getrlimit", lambda asked: limits.get(asked, none))
    assert memory.free() == 12345
