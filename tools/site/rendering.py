"""A docstring as Markdown. The docstrings of bprop are plain text: paragraphs, lists of names, examples for doctest."""

import inspect
import re

NAMED = re.compile(r"^(\*{0,2}[A-Za-z_][\w, *.\"|()/]{0,60}?) : (.*)", re.DOTALL)


def render(docstring):
    """Markdown: a heading where one is underlined, a list of names, code for examples, and paragraphs."""
    return "\n\n".join(_block(block) for block in re.split(r"\n\s*\n", inspect.cleandoc(docstring)) if block.strip())


def _block(block):
    lines = block.splitlines()
    if lines[0].lstrip().startswith(">>>"):
        return "```pycon\n" + inspect.cleandoc(block) + "\n```"
    if len(lines) > 1 and set(lines[1].strip()) == {"-"}:
        rest = "\n".join(lines[2:])
        return f"**{escape(lines[0].strip())}**" + ("\n\n" + _block(rest) if rest else "")
    if all(line.startswith("    ") for line in lines):
        return block
    items = _items(lines)
    if items:
        return "\n".join(items)
    return escape(" ".join(line.strip() for line in lines))


def _items(lines):
    """The lines `name : text` with what follows each, as a list; [] if the block is none."""
    entries, plain = [], []
    for line in lines:
        named = NAMED.match(line)
        if named:
            entries.append([named[1], named[2]])
        elif entries and line.startswith("    "):
            entries[-1][1] += " " + line.strip()
        elif not entries:
            plain.append(line.strip())
        else:
            return []
    before = [escape(" ".join(plain)), ""] if plain and entries else []
    return before + [f"- `{name}`: {escape(text)}" for name, text in entries]


def escape(text):
    """Text whose signs have no meaning in Markdown, but for the code between backquotes."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(part if part.startswith("`") else re.sub(r"([*_<>\[\]|#~\\])", r"\\\1", part) for part in parts)


def signature(name, thing):
    """How it is called, a parameter a line if that does not fit in one."""
    try:
        shown = inspect.signature(thing)
    except (TypeError, ValueError):
        return name
    bare = [p.replace(annotation=inspect.Parameter.empty) for p in shown.parameters.values()]
    line = f"{name}{shown.replace(parameters=bare, return_annotation=inspect.Signature.empty)}"
    line = re.sub(r"<(?:class|function) '?([\w.]+)'?[^>]*>", r"\1", line)
    if len(line) <= 88:
        return line
    inside = line[len(name) + 1 : -1]
    parts = re.split(r", (?![^(\[]*[)\]])", inside)
    return f"{name}(\n" + "".join(f"    {part},\n" for part in parts) + ")"
