"""Hooks of MkDocs: pages made of the package, pages from the root of the repository, links out of the site."""

import posixpath
import re
import sys
from pathlib import Path

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File

sys.path.insert(0, str(Path(__file__).parent))
import pages

ROOT = Path(__file__).parents[2]
FROM_THE_ROOT = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "fuzz/README.md": "fuzzing.md",
    "mutation/README.md": "planted_defects.md",
    "benchmarks/README.md": "benchmarks.md",
    "benchmarks/tables/README.md": "benchmarks_tables.md",
    "benchmarks/results/README.md": "benchmarks_results.md",
    "benchmarks/tables/time.svg": "benchmarks_tables_time.svg",
}
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^()\s]+)\)")


def on_files(files, config):
    """Adds the pages that no file of docs/ holds."""
    made = {**pages.reference(), **pages.commands()}
    made |= {
        there: (ROOT / here).read_bytes() if there.endswith(".svg") else (ROOT / here).read_text(encoding="utf-8")
        for here, there in FROM_THE_ROOT.items()
        if (ROOT / here).exists()
    }
    for path, content in made.items():
        files.append(File.generated(config, path, content=content))
    return files


def on_page_markdown(markdown, page, config, files):
    """A link to a file of the repository becomes a link to its page here, or else its plain text."""
    home = next((here for here, there in FROM_THE_ROOT.items() if there == page.file.src_uri), None)
    folder = (
        posixpath.dirname(home) if home is not None else posixpath.join("docs", posixpath.dirname(page.file.src_uri))
    )

    def replaced(match):
        picture, text, target = match.groups()
        if ":" in target or target.startswith("#"):
            return match[0]
        path, _, anchor = target.partition("#")
        path = posixpath.normpath(posixpath.join(folder, path))
        there = FROM_THE_ROOT.get(path) or (path.removeprefix("docs/") if path.startswith("docs/") else None)
        if there is None or files.get_file_from_path(there) is None:
            if picture:
                raise PluginError(f"{page.file.src_uri}: the picture {target} is no file of the site")
            return text
        target = posixpath.relpath(there, posixpath.dirname(page.file.src_uri) or ".")
        return f"{picture}[{text}]({target}{'#' + anchor if anchor else ''})"

    fenced = re.split(r"(^ *```.*?^ *```$)", markdown, flags=re.DOTALL | re.MULTILINE)
    return "".join(part if i % 2 else LINK.sub(replaced, part) for i, part in enumerate(fenced))


def on_page_content(html, page, config, files):
    """A corner of a table that names nothing is no heading."""
    return re.sub(r"<th((?: [^>]*)?)></th>", r"<td\1></td>", html)


def on_post_page(output, page, config):
    """The script that lets the search work from files comes from the site itself, and the search has a name."""
    return _local(output, posixpath.dirname(page.file.dest_uri))


def on_post_template(output_content, template_name, config):
    """The same of the page that says that there is no such page."""
    return _local(output_content, "")


def _local(output, folder):
    there = posixpath.relpath("vendor/iframe-worker.js", folder or ".")
    output = output.replace('role="dialog">', 'role="dialog" aria-label="Search">')
    return re.sub(r'src="https://[^"]*/iframe-worker/shim"', f'src="{there}"', output)
