"""The files that a page may ask for."""

from bprop.playing.serving.front import read_folder


def test_files_of_known_types_are_read_with_their_folders(tmp_path):
    (tmp_path / "vendor").mkdir()
    (tmp_path / "index.html").write_text("<title>é</title>", encoding="utf-8")
    (tmp_path / "vendor" / "plot.js").write_text("1")
    (tmp_path / "build.py").write_text("not for pages")
    pages = read_folder(tmp_path)
    assert sorted(pages) == ["index.html", "vendor/plot.js"]
    assert pages["index.html"] == ("text/html; charset=utf-8", "<title>é</title>".encode())
    assert pages["vendor/plot.js"].kind == "text/javascript; charset=utf-8"
    assert read_folder(tmp_path / "none") == {}
