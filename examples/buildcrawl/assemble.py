"""Put pages into files: order, members, digests, truth."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from buildcrawl import machine, malformed, signed, wear
from buildcrawl.disclosures import RECIPES
from buildcrawl.human import Manifest, pages, read_texts
from buildcrawl.page import Page
from buildcrawl.sites import SITES, capture_date, response_headers
from buildcrawl.warc import member, members, warcinfo

FIRST = "sample-00000.warc.gz"
SECOND = "sample-00001.warc.gz"
WRITTEN = "2026-11-01T00:00:00Z"
# Broken members stand this many pages apart.
SPACING = 18


@dataclass(frozen=True)
class Built:
    """A finished file.

    Attributes:
        name: Its name.
        octets: Its bytes.
        pages: The pages it holds or was to hold, in order.
    """

    name: str
    octets: bytes
    pages: Sequence[Page]

    def summary(self) -> dict[str, object]:
        """Give what the manifest records: digests of file and pages, size, count."""
        content = hashlib.sha256()
        for page in self.pages:
            content.update(
                f"{page.kind} {page.captured} {page.url} {len(page.plain)}\n".encode() + page.plain
            )
        return {
            "sha256": hashlib.sha256(self.octets).hexdigest(),
            "content_sha256": content.hexdigest(),
            "size": len(self.octets),
            "n_pages": len(self.pages),
        }


def by_date(found: Sequence[Page]) -> list[Page]:
    """Sort pages as a crawler met them."""
    return sorted(found, key=lambda page: (page.captured, page.url))


def build_first(manifest: Manifest, cache: Path) -> Built:
    """Build the file of human pages.

    Args:
        manifest: The pins.
        cache: Directory of source archives; what is missing is fetched.

    Returns:
        The file.
    """
    found = wear.wear(pages(manifest, read_texts(manifest, cache)))
    parts = [member(warcinfo(FIRST, WRITTEN))]
    for position, page in enumerate(found):
        parts += members(page, position)
    return Built(FIRST, b"".join(parts), found)


def undisclosed_copies(found: Sequence[Page]) -> list[Page]:
    """Copy two pages to an address where their disclosing response field got lost."""
    made = []
    for page in [page for page in found if page.truth.kinds == ("http-ai-disclosure",)][:2]:
        path = "/reposts/" + page.url.rstrip("/").rpartition("/")[2]
        site = SITES["textbox.example"]
        note = "copy of a page that discloses in a header; the copy has no header"
        truth = replace(page.truth, kinds=(), reason="copy-of-disclosed", duplicate_of=page.url, note=note)
        headers = response_headers(site, path, "text/html; charset=utf-8")
        made.append(Page(f"https://{site.host}{path}", capture_date(site, path), page.body, headers, truth))
    return made


def signing_plan(generated: Path) -> list[signed.Planned]:
    """Plan the signed pages from the cached texts."""
    _, second, _ = machine.share(machine.read_generations(generated), signed.N_GENERATED)
    return signed.plan(second, machine.read_excerpts(generated))


def build_second(generated: Path) -> Built:
    """Build the file of all other pages from checked-in pieces alone.

    Args:
        generated: Directory of the pieces.

    Returns:
        The file; it ends inside its last member.
    """
    generations, excerpts = machine.read_generations(generated), machine.read_excerpts(generated)
    first, _, rest = machine.share(generations, signed.N_GENERATED)
    said = [machine.disclosed(each, recipe) for each, recipe in zip(first, RECIPES, strict=True)]
    good = by_date(
        [
            *said,
            *undisclosed_copies(said),
            *machine.plain_pages(rest),
            *machine.authored(generated),
            *signed.pages(signing_plan(generated), generated / "signed.jsonl"),
        ]
    )
    broken = malformed.broken_pages(excerpts[signed.N_HUMAN :])
    parts, order = [member(warcinfo(SECOND, WRITTEN))], []
    waiting = list(broken[:-1])
    for position, page in enumerate(good):
        parts += members(page, position)
        order.append(page)
        if position % SPACING == SPACING - 1 and waiting:
            parts.append(waiting[0].octets)
            order.append(waiting.pop(0).page)
            if position // SPACING == 2:
                parts.append(malformed.GARBAGE)
    parts += [*(each.octets for each in waiting), broken[-1].octets]
    order += [*(each.page for each in waiting), broken[-1].page]
    return Built(SECOND, b"".join(parts), order)


def truth_lines(built: Sequence[Built]) -> str:
    """Give `truth.jsonl`: one line a page, in file order."""
    return "".join(page.truth_line(each.name) + "\n" for each in built for page in each.pages)


__all__ = ["FIRST", "SECOND", "Built", "build_first", "build_second", "signing_plan", "truth_lines"]
