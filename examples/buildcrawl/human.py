"""The first file: documentation, literature and translations people wrote, with what a crawl does to them."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from buildcrawl.fetch import Source, fetch
from buildcrawl.marks import HUMAN_MARKS, Mark
from buildcrawl.page import Page, Truth
from buildcrawl.sites import SITES, Look, capture_date, render, response_headers
from buildcrawl.texts import Text, read_declaration, read_files, read_literature, read_markdown, read_rst

N_NEIGHBOURS = 9
# Every so many documents of English documentation one carries a mark.
MARK_STEP = 9


@dataclass(frozen=True)
class Document:
    """One line of the manifest.

    Attributes:
        source: Name of the archive.
        path: File in it.
        site: Host.
        url: Path on the host.
        language: Base language subtag.
        part: Which part of the file.
        tag: BCP 47 tag; empty when it is the language.
        title: Title; empty when the text brings its own.
    """

    source: str
    path: str
    site: str
    url: str
    language: str
    part: int = 0
    tag: str = ""
    title: str = ""


@dataclass(frozen=True)
class Manifest:
    """The pins: archives and documents.

    Attributes:
        sources: Archives by name.
        documents: Documents in order.
        files: What the last build wrote, by file name.
    """

    sources: Mapping[str, Source]
    documents: Sequence[Document]
    files: Mapping[str, Mapping[str, Any]]


def read_manifest(path: Path) -> Manifest:
    """Read `manifest.json`."""
    found = json.loads(path.read_text(encoding="utf-8"))
    sources = {row["name"]: Source(**{**row, "notice": tuple(row["notice"])}) for row in found["sources"]}
    return Manifest(sources, [Document(**row) for row in found["documents"]], found["files"])


def read_text(document: Document, raw: str) -> Text:
    """Read a document's text from the file that holds it."""
    if document.source == "udhr":
        return read_declaration(raw, document.part)
    if document.source == "shakespeare":
        return read_literature(raw, document.part, document.title)
    if document.source == "fastapi":
        return read_markdown(raw, document.path)
    return read_rst(raw, document.path)


def read_texts(manifest: Manifest, cache: Path) -> list[Text]:
    """Read the texts of all documents, fetching archives that are not in the cache."""
    files: dict[tuple[str, str], str] = {}
    for name, source in manifest.sources.items():
        wanted = {document.path for document in manifest.documents if document.source == name}
        for path, text in read_files(fetch(source, cache), wanted).items():
            files[name, path] = text
    return [read_text(document, files[document.source, document.path]) for document in manifest.documents]


def neighbours(manifest: Manifest, texts: Sequence[Text], position: int) -> list[tuple[str, str]]:
    """Give the pages that stand next to a document on its site and in its language."""
    document = manifest.documents[position]
    near = [
        (texts[index].title, other.url)
        for index, other in enumerate(manifest.documents)
        if other.site == document.site
        and other.language == document.language
        and abs(index - position) <= N_NEIGHBOURS // 2
    ]
    return [each for each in near if each[1] != document.url]


def credit(source: Source) -> str:
    """Give the footer line that names where a page's words come from."""
    return f"Text: {source.name} {source.version} ({source.licence}). Headwater sample page."


def make_page(manifest: Manifest, document: Document, text: Text, *, look: Look, mark: Mark | None) -> Page:
    """Make the page of one document, UTF-8, no content coding.

    Args:
        manifest: The pins.
        document: Which document.
        text: Its text.
        look: What the page says besides.
        mark: What it says of machines, if anything.

    Returns:
        The page, expected to be admitted.
    """
    site, source = SITES[document.site], manifest.sources[document.source]
    mark = mark or Mark("")
    where = f"{source.label}:{document.path}" + (
        f"#{document.part}" if document.part or document.title else ""
    )
    truth = Truth(
        "human", document.language, where, source.licence, kinds=mark.kinds, expected="admit", note=mark.note
    )
    if document.url.endswith(".txt"):
        body, media_type = text.plain, "text/plain; charset=utf-8"
    else:
        marked = replace(look, head=mark.head + look.head, attributes=mark.attributes)
        body = render(site, document.url, replace(text, body=mark.lead + text.body), marked)
        media_type = "text/html; charset=utf-8"
    headers = response_headers(site, document.url, media_type) + mark.headers
    captured = capture_date(site, document.url)
    return Page(f"https://{site.host}{document.url}", captured, body.encode(), headers, truth)


def pages(manifest: Manifest, texts: Sequence[Text]) -> list[Page]:
    """Make the pages of all documents in the manifest's order.

    Args:
        manifest: The pins.
        texts: The documents' texts.

    Returns:
        One page a document; some English documentation carries a mark of `HUMAN_MARKS`.
    """
    made: list[Page] = []
    n_english = 0
    for position, (document, text) in enumerate(zip(manifest.documents, texts, strict=True)):
        mark = None
        if document.language == "en" and document.source not in {"shakespeare", "udhr"}:
            index, rest = divmod(n_english, MARK_STEP)
            mark = HUMAN_MARKS[index] if rest == 4 and index < len(HUMAN_MARKS) else None
            n_english += 1
        look = Look(
            document.tag or document.language,
            credit(manifest.sources[document.source]),
            neighbours=neighbours(manifest, texts, position),
        )
        made.append(make_page(manifest, document, text, look=look, mark=mark))
    return made


def plain_title(page: Page) -> str:
    """Give a page's title, for notes."""
    head = page.plain.decode("utf-8", "replace").partition("<title>")[2]
    return html.unescape(head.partition("</title>")[0])
