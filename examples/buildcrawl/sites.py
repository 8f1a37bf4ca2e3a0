"""The sites of the sample: reserved host names, how their pages look and what their servers say."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import Template

from buildcrawl.page import Headers, dice
from buildcrawl.texts import Text
from buildcrawl.warc import http_date

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Site:
    """One host.

    Attributes:
        host: Name under a top-level domain reserved by RFC 2606.
        name: What it calls itself.
        template: Page template, a file of `templates/`.
        server: `Server` response field.
        generator: Content of `<meta name="generator">`; empty for none.
        since: First day of capture.
        until: Last day of capture.
    """

    host: str
    name: str
    template: str
    server: str
    generator: str
    since: str
    until: str


_TABLE = (
    # People's words.
    Site(
        "docs.brassframe.example", "Brassframe documentation", "docs", "nginx", "", "2022-11-02", "2024-08-30"
    ),
    Site(
        "manual.rowmapper.example",
        "Rowmapper Manual",
        "docs",
        "Apache/2.4.54 (Debian)",
        "",
        "2022-11-14",
        "2023-12-20",
    ),
    Site(
        "plainmark.example",
        "Plainmark",
        "bare",
        "Apache/2.4.54 (Unix)",
        "Docutils 0.19: https://docutils.sourceforge.io/",
        "2022-07-06",
        "2023-03-01",
    ),
    Site(
        "handbook.doctree.example",
        "Doctree Handbook",
        "docs",
        "nginx/1.22.1",
        "Sphinx 5.3.0",
        "2022-10-17",
        "2023-09-12",
    ),
    Site("algebra.symbolbench.example", "Symbolbench", "docs", "GitHub.com", "", "2022-08-31", "2023-06-30"),
    Site(
        "ops.grainmaster.example",
        "Grainmaster Project",
        "news",
        "AmazonS3",
        "Hugo 0.107.0",
        "2022-10-05",
        "2024-02-28",
    ),
    Site(
        "learn.quickroute.example",
        "Quickroute",
        "docs",
        "Netlify",
        "mkdocs-1.4.2, mkdocs-material-8.5.11",
        "2022-11-28",
        "2024-05-31",
    ),
    Site(
        "theatre.openshelf.example",
        "The Open Shelf",
        "library",
        "Apache/2.2.22 (Debian)",
        "",
        "2019-01-12",
        "2021-10-30",
    ),
    Site(
        "poems.openshelf.example",
        "The Open Shelf: Poems",
        "library",
        "Apache/2.2.22 (Debian)",
        "",
        "2019-02-01",
        "2020-06-30",
    ),
    Site(
        "rights.commonhouse.example",
        "Common House",
        "blog",
        "nginx",
        "WordPress 6.0.3",
        "2020-03-02",
        "2022-11-20",
    ),
    Site(
        "rights.oldtown.example",
        "Old Town Library",
        "bare",
        "Microsoft-IIS/6.0",
        "",
        "2019-04-01",
        "2019-12-20",
    ),
    Site(
        "mirror.docs-archive.example",
        "Docs Archive",
        "docs",
        "lighttpd/1.4.59",
        "",
        "2025-01-10",
        "2025-06-30",
    ),
    Site(
        "essays.slowriver.example",
        "Slow River Essays",
        "blog",
        "nginx",
        "WordPress 6.4.2",
        "2023-09-01",
        "2026-04-30",
    ),
    Site(
        "photo.slowriver.example",
        "Slow River Photo",
        "news",
        "nginx",
        "Hugo 0.121.1",
        "2024-02-01",
        "2026-05-30",
    ),
    # The machine's.
    Site("quickfacts.example", "QuickFacts", "news", "cloudflare", "", "2023-04-01", "2026-08-30"),
    Site("dailybrief.example", "The Daily Brief", "news", "nginx/1.24.0", "", "2024-09-01", "2026-10-10"),
    Site(
        "homeandgarden-notes.example",
        "Home & Garden Notes",
        "blog",
        "LiteSpeed",
        "WordPress 6.5.2",
        "2023-05-01",
        "2026-06-30",
    ),
    Site(
        "wanderlines.example",
        "Wanderlines",
        "blog",
        "openresty",
        "WordPress 6.3.1",
        "2023-03-15",
        "2025-12-01",
    ),
    Site("evenpace.example", "Evenpace", "bare", "Caddy", "", "2024-01-10", "2026-09-20"),
    Site(
        "springboard-studio.example", "Springboard Studio", "news", "Vercel", "", "2025-01-15", "2026-10-20"
    ),
    Site("signedpress.example", "Signed Press", "news", "nginx/1.27.2", "", "2026-01-15", "2026-10-30"),
    Site("textbox.example", "Textbox", "bare", "Caddy", "", "2025-06-01", "2026-10-30"),
)
SITES = {site.host: site for site in _TABLE}


def capture_date(site: Site, path: str) -> str:
    """Give the moment of a page's capture, between the site's first and last day."""
    since, until = (datetime.fromisoformat(day).replace(tzinfo=UTC) for day in (site.since, site.until))
    seconds = int((until - since).total_seconds())
    moment = since + timedelta(seconds=dice(site.host + path).randrange(seconds))
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def response_headers(site: Site, path: str, content_type: str) -> Headers:
    """Give the fields the site's server sends with a page.

    Args:
        site: The host.
        path: Path of the page.
        content_type: Media type with or without a charset.

    Returns:
        Fields in order, without those that frame the body.
    """
    captured = capture_date(site, path)
    roll = dice("headers " + site.host + path)
    fields = [("Date", http_date(captured)), ("Server", site.server), ("Content-Type", content_type)]
    changed = datetime.fromisoformat(captured) - timedelta(days=1 + roll.randrange(400))
    if roll.random() < 0.7:
        fields.append(("Last-Modified", http_date(changed.isoformat())))
    if roll.random() < 0.5:
        fields.append(("ETag", f'"{roll.getrandbits(48):x}-{roll.getrandbits(20):x}"'))
    if roll.random() < 0.6:
        fields.append(("Cache-Control", roll.choice(["max-age=600", "public, max-age=3600", "no-cache"])))
    if site.server == "cloudflare":
        fields += [
            ("CF-Cache-Status", roll.choice(["HIT", "MISS", "DYNAMIC"])),
            ("CF-RAY", f"{roll.getrandbits(64):016x}-FRA"),
        ]
    if roll.random() < 0.4:
        fields.append(("Vary", "Accept-Encoding"))
    fields.append(("Connection", "close"))
    return tuple(fields)


@dataclass(frozen=True)
class Look:
    """What a page says besides its text.

    Attributes:
        language: BCP 47 tag for `<html lang>`.
        credit: Footer line that names source and licence.
        head: Further elements for `<head>`.
        attributes: Attributes for the element that holds the text, with a leading space.
        charset: Encoding named in the page; empty to name none.
        neighbours: Titles and paths of other pages of the site.
    """

    language: str
    credit: str
    head: str = ""
    attributes: str = ""
    charset: str = "utf-8"
    neighbours: Sequence[tuple[str, str]] = ()


def render(site: Site, path: str, text: Text, look: Look) -> str:
    """Dress a text as a page of a site.

    Args:
        site: The host.
        path: Path of the page, with a leading slash.
        text: What the page is about.
        look: What it says besides.

    Returns:
        The whole HTML document.
    """
    head = look.head
    if site.generator and 'name="generator"' not in head:
        head = f'<meta name="generator" content="{html.escape(site.generator)}">\n{head}'
    links = "\n".join(
        f'<li><a href="{html.escape(to)}">{html.escape(title)}</a></li>' for title, to in look.neighbours
    )
    page = Template((TEMPLATES / f"{site.template}.html").read_text(encoding="utf-8")).substitute(
        lang=look.language,
        dir=text.direction,
        charset=look.charset,
        title=html.escape(text.title),
        site=html.escape(site.name),
        url=f"https://{site.host}{path}",
        head=head,
        attributes=look.attributes,
        body=text.body,
        links=links or '<li><a href="/">Home</a></li>',
        date=capture_date(site, path)[:10],
        credit=html.escape(look.credit),
    )
    return (
        page
        if look.charset
        else re.sub(r'<meta (?:charset=""|http-equiv="Content-Type"[^>]*)[^>]*>\n?', "", page)
    )
