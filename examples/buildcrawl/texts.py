"""Human texts out of pinned archives: one title and one piece of HTML each, whatever they were written in."""

from __future__ import annotations

import html
import json
import re
import tarfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

PART_CHARACTERS = 9000


@dataclass(frozen=True)
class Text:
    """One text.

    Attributes:
        title: Its title.
        body: HTML of what stands below the title.
        direction: `ltr` or `rtl`.
        plain: The words alone where the original was plain text; empty otherwise.
    """

    title: str
    body: str
    direction: str = "ltr"
    plain: str = ""


def read_files(archive: Path, wanted: Collection[str]) -> dict[str, str]:
    """Read files of one archive in a single pass, without unpacking it.

    Args:
        archive: A compressed tar.
        wanted: Paths below its top directory.

    Returns:
        Their texts with LF line ends; UTF-8, or Latin-1 for the few old files which are not.

    Raises:
        LookupError: A file is missing.
    """
    found: dict[str, str] = {}
    with tarfile.open(archive) as tar:
        for entry in tar:
            path = entry.name.partition("/")[2]
            stream = tar.extractfile(entry) if path in wanted else None
            if stream is not None:
                octets = stream.read()
                try:
                    text = octets.decode()
                except UnicodeDecodeError:
                    text = octets.decode("latin-1")
                found[path] = text.replace("\r\n", "\n")
    missing = set(wanted) - set(found)
    if missing:
        raise LookupError(f"{archive.name} has no {sorted(missing)[0]}")
    return found


def split_parts(text: str) -> list[str]:
    """Cut a long plain text at empty lines into parts of about 9,000 characters."""
    parts: list[str] = []
    current: list[str] = []
    size = 0
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        if size > PART_CHARACTERS:
            parts.append("\n\n".join(current))
            current, size = [], 0
        current.append(paragraph.strip("\n"))
        size += len(paragraph)
    return [*parts, "\n\n".join(current)] if size > PART_CHARACTERS // 3 or not parts else parts


def read_literature(text: str, part: int, title: str) -> Text:
    """Take one part of a play or a poem, its editor's preface left out.

    Args:
        text: The whole file.
        part: Which part, from 0.
        title: Title of the work.

    Returns:
        The part, with its plain text.
    """
    body = re.split(r"\*END[*\s]*THE SMALL PRINT.*\n", text)[-1]
    plain = split_parts(body)[part]
    stanzas = (html.escape(stanza, quote=False).replace("\n", "<br>\n") for stanza in plain.split("\n\n"))
    return Text(title, "\n".join(f"<p>{stanza}</p>" for stanza in stanzas), plain=plain)


def read_rst(text: str, path: str) -> Text:
    """Render a reStructuredText document."""
    from buildcrawl import rst  # docutils is needed for this file alone

    title, body = rst.to_html(text)
    if not title:
        heading = re.search(r"^(\S.*)\n[=~\-#*^]{3,}$", text, flags=re.M)
        title = (
            heading[1]
            if heading
            else PurePosixPath(path).stem.replace("_", " ").replace("-", " ").capitalize()
        )
    return Text(re.sub(r"[`*]|:\w+:", "", title), body)


def read_markdown(text: str, path: str) -> Text:
    """Render Markdown; includes are left out, admonitions become quotations."""
    from markdown_it import MarkdownIt

    lines: list[str] = []
    for line in text.split("\n"):
        marked = re.match(r'^(?:!!!|\?\?\?|===) ?(\w*)\s*"?([^"]*)"?$', line)
        if "{!" in line or "<img" in line:
            continue
        if marked:
            lines += ["", f"> **{marked[2] or marked[1].capitalize()}**", ">"]
        elif line.startswith("    ") and lines and lines[-1].startswith(">"):
            lines.append("> " + line[4:])
        elif not line and lines and lines[-1].startswith("> "):
            lines.append(">")
        else:
            lines.append(line)
    source = "\n".join(lines)
    heading = re.search(r"^# (.+?)(?: *\{#.*\})?$", source, flags=re.M)
    title = heading[1].strip() if heading else PurePosixPath(path).stem.capitalize()
    if heading:
        source = source[: heading.start()] + source[heading.end() :]
    return Text(re.sub(r"[`*]", "", title), MarkdownIt("commonmark").enable("table").render(source).strip())


def read_declaration(text: str, part: int) -> Text:
    """Take one of three parts of a translation of the Declaration of Human Rights."""
    found: dict[str, Any] = json.loads(text)
    pieces = [
        (piece.get("title", ""), piece) for piece in (found.get("preamble"), *found["article"]) if piece
    ]
    cut = (0, 9, 20, len(pieces))
    chosen = pieces[cut[part] : cut[part + 1]]
    out = []
    for head, piece in chosen:
        lines = (f"<p>{html.escape(line, quote=False)}</p>" for line in _lines(piece))
        out += [f"<h2>{html.escape(head)}</h2>", *lines]
    title = found["title"] if part == 0 else f"{found['title']} – {chosen[0][0]}"
    return Text(title, "\n".join(out), found.get("dir") or "ltr")


def _lines(found: Any) -> Iterator[str]:
    """Yield the lines of a paragraph, or of the numbered lists nested in its place."""
    if isinstance(found, str):
        yield from filter(None, (line.strip() for line in found.split("\n")))
    elif isinstance(found, dict):
        for name in ("para", "orderedlist", "listitem"):
            yield from _lines(found.get(name, ""))
    else:
        for each in found:
            yield from _lines(each)
