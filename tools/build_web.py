"""Builds what the page of `bprop play` brings along from others: python tools/build_web.py

Needs Node and npm, here and nowhere else: what this writes is committed. Packages are taken in the exact versions of
web_packages.json, and only if their archives have the SHA-256 that stands there. After a change of versions,
`--lock` writes the new sums.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).parent
LOCK = HERE / "web_packages.json"
ROOT = HERE.parent
WEB = ROOT / "src" / "bprop" / "playing" / "web"
LICENCES = ("LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE", "license")
BUNDLER = "@esbuild/linux-x64"  # elsewhere: the package of that system, with its sum
BANNER = "/* Built by tools/build_web.py. The licences stand beside this file. */"


def fetch(packages: dict[str, dict[str, str]], place: Path, check: bool) -> None:
    """The packages, unpacked in place/node_modules, each archive compared with its sum (or the sums written down)."""
    for name, package in packages.items():
        wanted = f"{name}@{package['version']}"
        packed = subprocess.run(
            ["npm", "pack", wanted, "--silent", "--pack-destination", str(place)],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        archive = place / packed.stdout.split()[-1]
        digest = hashlib.sha256(archive.read_bytes()).hexdigest()
        if check and digest != package["sha256"]:
            raise SystemExit(f"{wanted}: the archive has SHA-256 {digest}, and {LOCK.name} says {package['sha256']}")
        package["sha256"] = digest
        with tarfile.open(archive) as tar:
            tar.extractall(place / "unpacked", filter="data")
        target = place / "node_modules" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(place / "unpacked" / "package", target)
        archive.unlink()


def licences(names: list[str], modules: Path) -> str:
    """The licence texts of packages, one after the other."""
    texts = []
    for name in names:
        version = json.loads((modules / name / "package.json").read_text())["version"]
        paths = [modules / name / licence for licence in LICENCES if (modules / name / licence).exists()]
        if not paths:
            raise SystemExit(f"{name} brings no licence text")
        texts.append(f"{name} {version}\n\n{paths[0].read_text(encoding='utf-8').strip()}\n")
    return ("\n" + "-" * 78 + "\n\n").join(texts)


def esbuild(place: Path, entry: Path, output: Path, *options: str) -> None:
    """One minified ES module of an entry and all that it imports."""
    command = [str(place / "node_modules" / BUNDLER / "bin" / "esbuild"), str(entry), "--bundle"]
    command += [
        "--format=esm",
        "--minify",
        "--target=es2022",
        "--legal-comments=none",
        "--charset=utf8",
        "--log-level=warning",
    ]
    if not any(option.startswith("--banner") for option in options) and output.suffix == ".js":
        command.append(f"--banner:js={BANNER}")
    subprocess.run([*command, f"--outfile={output}", *options], check=True, cwd=place)


def bundle(place: Path, name: str, content: dict) -> None:
    """vendor/NAME.js from the line(s) of `content`, and vendor/NAME.LICENSE.txt."""
    vendor = ROOT / content["folder"]
    vendor.mkdir(parents=True, exist_ok=True)
    if "copy" in content:
        shutil.copyfile(place / "node_modules" / content["copy"], vendor / name)
    else:
        entry = place / f"{name}.entry.js"
        entry.write_text("\n".join(content["entry"]) + "\n")
        esbuild(place, entry, vendor / name)
    text = licences(content["packages"], place / "node_modules")
    (vendor / f"{name.rsplit('.', 1)[0]}.LICENSE.txt").write_text(text, encoding="utf-8")
    print(f"{name}: {(vendor / name).stat().st_size:,} bytes")


def sources(web: Path = WEB) -> str:
    """The SHA-256 of all that widget.js is made of. A test compares it with the one that widget.js names."""
    names = sorted([*web.glob("*.js"), *web.glob("js/*.js"), *web.glob("css/*.css"), *web.glob("vendor/*.js")])
    texts = [
        f"{path.relative_to(web).as_posix()}\n".encode() + path.read_bytes()
        for path in names
        if path.name != "widget.js"
    ]
    return hashlib.sha256(b"\0".join(texts)).hexdigest()


def widget(place: Path) -> None:
    """widget.js: the front end in one file, for notebooks."""
    style = place / "play.css"
    esbuild(place, WEB / "css" / "play.css", style)
    text = json.dumps(style.read_text(encoding="utf-8").split("*/\n", 1)[-1].strip())
    banner = (
        f"/* Built by tools/build_web.py from js/widget_source.js. The licences are in vendor/. Sources: {sources()} */"
    )
    esbuild(
        place, WEB / "js" / "widget_source.js", WEB / "widget.js", f"--define:STYLE={text}", f"--banner:js={banner}"
    )
    print(f"widget.js: {(WEB / 'widget.js').stat().st_size:,} bytes")


def main() -> None:
    """Fetch, compare, bundle, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--lock", action="store_true", help="write the SHA-256 of the archives instead of comparing")
    chosen = parser.parse_args()
    lock = json.loads(LOCK.read_text())
    with TemporaryDirectory() as folder:
        place = Path(folder)
        fetch(lock["packages"], place, check=not chosen.lock)
        for name, content in lock["bundles"].items():
            bundle(place, name, content)
        widget(place)
    if chosen.lock:
        LOCK.write_text(json.dumps(lock, indent=2) + "\n")


if __name__ == "__main__":
    main()
