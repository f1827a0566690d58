"""How far the reading of data has come, for whoever listens."""

from bprop.sources.limits import content_of, read_all
from bprop.sources.opening import open_rows
from bprop.sources.preparation import Preparation
from bprop.sources.progress import each, heard, report


def test_nobody_hears_what_nobody_listens_to():
    report("reading", "a.csv", 0.5, 10)
    heard_of = []
    with heard(lambda *words: heard_of.append(words)):
        report("reading", "a.csv", 0.5, 10)
    report("reading", "a.csv", 1.0, 20)
    assert heard_of == [("reading", "a.csv", 0.5, 10)]


def test_the_share_of_a_file_and_of_its_columns(tmp_path, monkeypatch):
    from bprop.sources.answer import Answer

    monkeypatch.setattr("bprop.sources.limits.CHUNK", 100)
    path = tmp_path / "t.csv"
    path.write_text("a,b,y\n" + "".join(f"{k % 9},{k % 4},{k % 2}\n" for k in range(100)))
    words = []
    with heard(lambda *said: words.append(said)):
        frame = open_rows(str(path))
        preparation = Preparation.fit(frame, Answer.of(frame, ("y",)))
        preparation.inputs(frame)
    shares = [share for work, name, share, _ in words if work == "reading" and name == str(path)]
    assert len(shares) == 7 and shares == sorted(shares) and shares[-1] == 1.0
    assert [said[2] for said in words if said[0] == "learning the columns of"] == [0.0, 0.5]
    assert [said[2] for said in words if said[0] == "encoding"] == [0.0, 0.5]


def test_of_a_packed_file_and_a_pipe_only_the_bytes_are_known(tmp_path):
    import gzip
    import io

    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(b"a" * 1000))
    words = []
    with heard(lambda *said: words.append(said)):
        content_of(tmp_path / "t.csv.gz")
        read_all(io.BytesIO(b"b" * 10), "stdin")
    assert words == [("reading", str(tmp_path / "t.csv.gz"), None, 1000), ("reading", "stdin", None, 10)]


def test_each_gives_the_things_as_they_are():
    assert list(each("encoding", "t", "abc")) == ["a", "b", "c"]
