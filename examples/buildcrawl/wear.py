"""What happens to pages on the way: old encodings, content codings, copies, revisits, errors, media."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import brotli

from buildcrawl.page import Headers, Page, Truth, dice
from buildcrawl.sites import SITES, capture_date, response_headers
from buildcrawl.warc import member

# Part of the declaration in (path of the document), Python codec, label in the header, label in the page.
CHARSETS = (
    ("/ru/declaration-3/", "windows-1251", "windows-1251", ""),
    ("/bg/declaration-3/", "windows-1251", "", ""),
    ("/uk/declaration-3/", "koi8-u", "", "koi8-u"),
    ("/ja/declaration-3/", "shift_jis", "Shift_JIS", ""),
    ("/ja/declaration-2/", "shift_jis", "", ""),
    ("/el-monoton/declaration-3/", "iso-8859-7", "iso-8859-7", ""),
    ("/pl/declaration-3/", "iso-8859-2", "ISO-8859-2", ""),
    ("/cs/declaration-3/", "windows-1250", "", ""),
    ("/de-1996/declaration-3/", "iso-8859-1", "iso-8859-1", ""),
    ("/fr/declaration-3/", "iso-8859-1", "", ""),
    ("/es/declaration-3/", "windows-1252", "utf-8", ""),
    ("/tr/declaration-3/", "iso-8859-9", "", "iso-8859-9"),
    ("/he/declaration-3/", "windows-1255", "windows-1255", ""),
    ("/ar/declaration-3/", "windows-1256", "windows-1256", ""),
    ("/zh-hans/declaration-2/", "gb18030", "gb2312", ""),
    ("/zh-hant/declaration-2/", "big5", "", "big5"),
    ("/ko/declaration-3/", "euc-kr", "euc-kr", ""),
    ("/sv/declaration-3/", "utf-8", "iso-8859-1", "utf-8"),
    ("/it/declaration-3/", "utf-8", "", ""),
)
OLD_HOST = "rights.oldtown.example"
MIRROR = "mirror.docs-archive.example"


def legacy(page: Page, codec: str, header: str, meta: str) -> Page:
    """Serve a page of translations from the old server, in an old encoding.

    Args:
        page: A UTF-8 page.
        codec: The encoding the body gets.
        header: What `Content-Type` names; empty for nothing.
        meta: What the page names; empty for nothing.

    Returns:
        The page at the old host; characters the encoding lacks become references.
    """
    path = "/" + page.url.split("/", 3)[3].strip("/") + ".htm"
    site = SITES[OLD_HOST]
    markup = page.body.decode()
    title = re.search(r"<title>(.*?) \|", markup)
    words = markup.partition('<div class="entry-content">')[2].partition("</div>")[0]
    declared = f'<meta http-equiv="Content-Type" content="text/html; charset={meta}">' if meta else ""
    language = re.search(r'<html lang="([^"]+)" dir="([^"]+)"', markup)
    opening = f'<html lang="{language[1]}" dir="{language[2]}">' if language else "<html>"
    credit = re.search(r"<footer[^>]*><p>(.*?)</p>", markup)
    out = (
        f"{opening}\n<head>{declared}<title>{title[1] if title else ''}</title></head>\n<body>\n"
        f"<h1>{title[1] if title else ''}</h1>\n{words.strip()}\n"
        f"<hr><address>{credit[1] if credit else ''}</address>\n</body></html>\n"
    )
    media_type = f"text/html; charset={header}" if header else "text/html"
    truth = replace(
        page.truth, charset=codec, note=f"header says {header or 'nothing'}, page says {meta or 'nothing'}"
    )
    body = out.encode(codec, "xmlcharrefreplace")
    return Page(
        f"http://{OLD_HOST}{path}",
        capture_date(site, path),
        body,
        response_headers(site, path, media_type),
        truth,
    )


def chunked(body: bytes, name: str) -> bytes:
    """Frame a body in chunks of uneven size (RFC 9112, section 7.1)."""
    roll, out, start = dice("chunks " + name), [], 0
    while start < len(body):
        size = 500 + roll.randrange(4000)
        piece = body[start : start + size]
        out.append(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        start += size
    return b"".join([*out, b"0\r\n\r\n"])


def code_gzip(page: Page) -> Page:
    """Send the page with `Content-Encoding: gzip`."""
    return replace(page, body=member(page.body), decoded=page.body).with_headers(("Content-Encoding", "gzip"))


def code_brotli(page: Page) -> Page:
    """Send the page with `Content-Encoding: br`."""
    packed = brotli.compress(page.body, quality=9)
    return replace(page, body=packed, decoded=page.body).with_headers(("Content-Encoding", "br"))


def code_deflate(page: Page) -> Page:
    """Send the page as `deflate`, which is zlib (RFC 9110, section 8.4.1.2)."""
    packed = zlib.compress(page.body, 9)
    return replace(page, body=packed, decoded=page.body).with_headers(("Content-Encoding", "deflate"))


def code_chunked(page: Page) -> Page:
    """Send the page in chunks."""
    framed = chunked(page.body, page.url)
    return replace(page, body=framed, decoded=page.plain).with_headers(("Transfer-Encoding", "chunked"))


def code_gzip_chunked(page: Page) -> Page:
    """Send the page compressed and in chunks."""
    return code_chunked(code_gzip(page))


CODINGS: tuple[tuple[Callable[[Page], Page], int], ...] = (
    (code_gzip, 14),
    (code_brotli, 8),
    (code_chunked, 10),
    (code_gzip_chunked, 5),
    (code_deflate, 2),
)


def apply_codings(pages: Sequence[Page]) -> list[Page]:
    """Code every seventh HTML page until the table is used up."""
    turns = [coding for coding, n_pages in CODINGS for _ in range(n_pages)]
    out, n_seen = [], 0
    for page in pages:
        if page.url.endswith((".html", "/")):
            n_seen += 1
            if n_seen % 7 == 3 and turns:
                out.append(turns.pop(0)(page))
                continue
        out.append(page)
    return out


def copies(pages: Sequence[Page]) -> list[Page]:
    """Copy some pages: exactly, to a second address, and nearly, with small edits.

    Args:
        pages: Pages of English documentation, plain.

    Returns:
        Twelve exact copies and twelve near ones, captured later than their originals.
    """
    made = []
    for index, page in enumerate(pages[10::14][:24]):
        site, path = SITES[MIRROR], "/" + page.url.partition("://")[2]
        body, note = page.body, "exact copy at a second address"
        if index % 2:
            body, note = edited(page.body), "near copy: a notice added, some words changed"
        truth = replace(page.truth, duplicate_of=page.url, group=page.url, expected=None, note=note)
        headers = response_headers(site, path, "text/html; charset=utf-8")
        made.append(Page(f"https://{MIRROR}{path}", capture_date(site, path), body, headers, truth))
    return made


def edited(body: bytes) -> bytes:
    """Change a page a little, as mirrors do."""
    text = body.decode()
    head, mark, rest = text.partition("</h1>")
    rest = rest.replace(" you can ", " one can ", 2).replace(" such as ", " like ", 1)
    return f"{head}{mark}\n<p>Archived copy of the page.</p>{rest}".encode()


def revisits(pages: Sequence[Page]) -> list[Page]:
    """Revisit some pages that had not changed; a revisit record has no body."""
    made = []
    for page in pages[25::120][:6]:
        later = f"{int(page.captured[:4]) + 1}{page.captured[4:]}".replace("-02-29", "-02-28")
        truth = replace(
            page.truth,
            duplicate_of=page.url,
            expected="skip",
            reason="record-type-revisit",
            kinds=(),
            note="revisit record",
        )
        made.append(replace(page, captured=later, kind="revisit", truth=truth))
    return made


@dataclass(frozen=True)
class Other:
    """A response with nothing to curate.

    Attributes:
        url: Where.
        status: HTTP status code and phrase.
        media_type: `Content-Type`.
        body: Body.
        expected: What should become of it.
        reason: Why.
    """

    url: str
    status: str
    media_type: str
    body: bytes
    expected: str
    reason: str

    def page(self) -> Page:
        """Make the page."""
        host, _, path = self.url.partition("/")
        site, path = SITES[host], "/" + path
        truth = Truth(
            "none",
            "und",
            "authored-for-sample",
            "CC0-1.0",
            charset="",
            expected=self.expected,
            reason=self.reason,
        )
        headers: Headers = response_headers(site, path, self.media_type)
        captured = capture_date(site, path)
        return Page(f"https://{host}{path}", captured, self.body, headers, truth, self.status)


_ERROR = b"<!doctype html><html><head><title>%s</title></head><body><h1>%s</h1><p>%s</p></body></html>"
MISSING = _ERROR % (b"404 Not Found", b"Not Found", b"The requested page was not found on this server.")
FAILED = _ERROR % (b"503 Service Unavailable", b"Service Unavailable", b"Try again later.")
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(300) + b"\xff\xd9"
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
HTML = "text/html; charset=utf-8"
OTHERS = (
    Other(
        "docs.brassframe.example/topics/gone.html", "404 Not Found", HTML, MISSING, "quarantine", "http-error"
    ),
    Other("rights.oldtown.example/old/index.htm", "404 Not Found", HTML, MISSING, "quarantine", "http-error"),
    Other(
        "ops.grainmaster.example/status", "503 Service Unavailable", HTML, FAILED, "quarantine", "http-error"
    ),
    Other(
        "docs.brassframe.example/_static/logo.png", "200 OK", "image/png", PNG, "skip", "media-type-not-text"
    ),
    Other("photo.slowriver.example/header.jpg", "200 OK", "image/jpeg", JPEG, "skip", "media-type-not-text"),
    Other(
        "manual.rowmapper.example/manual.pdf", "200 OK", "application/pdf", PDF, "skip", "media-type-not-text"
    ),
    Other("plainmark.example/empty.html", "200 OK", "text/html", b"", "quarantine", "no-text"),
    Other("theatre.openshelf.example/blank.txt", "200 OK", "text/plain", b"", "quarantine", "no-text"),
)


def move_to_old_host(pages: Sequence[Page]) -> list[Page]:
    """Serve the pages named in `CHARSETS` from the old server instead."""
    table = {path: row for path, *row in CHARSETS}
    out = []
    for page in pages:
        row = table.pop("/" + page.url.split("/", 3)[3], None) if "commonhouse" in page.url else None
        out.append(legacy(page, *row) if row else page)
    if table:
        raise LookupError(f"no page at {sorted(table)}")
    return out


def wear(pages: Sequence[Page]) -> list[Page]:
    """Turn clean pages into what a crawler met.

    Args:
        pages: Pages of the manifest in order.

    Returns:
        All records of the first file, by date and address.
    """
    english = [
        page
        for page in pages
        if page.truth.language == "en" and page.url.endswith(".html") and not page.truth.kinds
    ]
    extra = copies([page for page in english if "openshelf" not in page.url])
    repeated = {page.truth.duplicate_of for page in extra}
    moved = move_to_old_host(pages)
    still = [page for page in moved if page.url not in repeated]
    copied = [
        replace(page, truth=replace(page.truth, group=page.url, expected=None, note="copied elsewhere"))
        for page in moved
        if page.url in repeated
    ]
    every = [*copied, *apply_codings(still), *extra, *revisits(still), *(other.page() for other in OTHERS)]
    return sorted(every, key=lambda page: (page.captured, page.url))
