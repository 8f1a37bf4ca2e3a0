"""A page of the web: what it says, who wrote it, and how a crawl captures it."""

from __future__ import annotations

import gzip
import html
import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

_DISCLOSURE = "AI-Disclosure: mode=ai-originated"
_PAGE = (
    "<!doctype html><html lang=en><head><title>{title}</title></head>"
    "<body><main><article>{body}</article></main></body></html>"
)


@dataclass(frozen=True, slots=True)
class Page:
    """Hold a page and the truth about it, which no remedy is told.

    Attributes:
        url: Where it stands; says nothing of who wrote it.
        text: Paragraphs, with an empty line between two.
        born: Generation in which it joined the web.
        generated: Whether a model wrote it.
        marked: Whether that carries a watermark.
        disclosed: Whether the server says so.
    """

    url: str
    text: str
    born: int
    generated: bool = False
    marked: bool = False
    disclosed: bool = False


def capture(page: Page, *, year: int) -> bytes:
    """Give a page as one gzip member that holds one WARC response record.

    Args:
        page: The page.
        year: Of the capture.

    Returns:
        The bytes; equal pages give equal bytes.
    """
    paragraphs = "".join(f"<p>{html.escape(one)}</p>" for one in page.text.split("\n\n"))
    body = _PAGE.format(title=html.escape(page.text[:40]), body=paragraphs).encode("utf-8", "replace")
    fields = ["HTTP/1.1 200 OK", "Content-Type: text/html; charset=utf-8"]
    fields += [_DISCLOSURE] * page.disclosed
    block = "\r\n".join([*fields, f"Content-Length: {len(body)}"]).encode() + b"\r\n\r\n" + body
    head = (
        "WARC/1.1\r\nWARC-Type: response\r\n"
        f"WARC-Record-ID: <urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{page.url} {year}')}>\r\n"
        f"WARC-Date: {year}-06-01T00:00:00Z\r\nWARC-Target-URI: {page.url}\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + block + b"\r\n\r\n", 6, mtime=0)


def write(pages: Iterable[Page], path: Path) -> None:
    """Write pages with the truth about them as JSON lines."""
    lines = (json.dumps(asdict(page), ensure_ascii=False) for page in pages)
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")


def read(path: Path) -> Iterator[Page]:
    """Read what `write` wrote."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield Page(**json.loads(line))
