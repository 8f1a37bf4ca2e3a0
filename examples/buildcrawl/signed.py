"""Pages with C2PA manifests: signed once and kept, because a manifest never comes out twice alike."""

from __future__ import annotations

import html
import importlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from buildcrawl.generate import Generation
from buildcrawl.machine import CREDIT, Excerpt, excerpt_text, generated_truth, slug, to_text
from buildcrawl.marks import Mark
from buildcrawl.page import Page, Truth
from buildcrawl.sites import SITES, Look, capture_date, render, response_headers
from buildcrawl.texts import Text

TRAINED = "trainedAlgorithmicMedia"


@dataclass(frozen=True)
class Signing:
    """A signed page to make.

    Attributes:
        how: `text`, `paste`, `markdown`, `hash-comment`, `script`, `link-data-uri` or `link`.
        expected: Decision that follows; None where none is promised.
        source_type: IPTC code in the manifest.
        damage: What is broken afterwards: empty, `signature` or `content`.
        human: Whether the words are a person's.
    """

    how: str
    expected: str | None
    source_type: str = TRAINED
    damage: str = ""
    human: bool = False

    @property
    def kind(self) -> str:
        """Give the disclosure kind."""
        if self.how in {"text", "paste"}:
            return "c2pa-text"
        return "c2pa-structured" if self.how in {"markdown", "hash-comment"} else "c2pa-html"

    @property
    def status(self) -> str | None:
        """Give what a verifier should find; None where the manifest is elsewhere."""
        if self.how == "link":
            return None
        return "invalid" if self.damage else "valid-untrusted"


SIGNINGS = (
    Signing("text", "exclude"),
    Signing("text", "exclude"),
    Signing("text", "exclude"),
    Signing("text", "quarantine", damage="signature"),
    Signing("text", "quarantine", damage="content"),
    Signing("text", "admit", source_type="humanEdits", human=True),
    Signing("paste", "quarantine"),
    Signing("paste", "quarantine"),
    Signing("markdown", "exclude"),
    Signing("markdown", "exclude"),
    Signing("markdown", "quarantine", damage="signature"),
    Signing("hash-comment", "exclude"),
    Signing("hash-comment", "quarantine", damage="content"),
    Signing("script", "exclude"),
    Signing("script", "exclude"),
    Signing("script", "quarantine", damage="signature"),
    Signing("script", "quarantine", damage="content"),
    Signing("script", "quarantine", source_type="compositeWithTrainedAlgorithmicMedia"),
    Signing("script", "admit", source_type="humanEdits", human=True),
    Signing("link-data-uri", "exclude"),
    Signing("link-data-uri", "exclude"),
    Signing("link", None),
    Signing("link", None),
)
N_GENERATED = sum(not signing.human for signing in SIGNINGS)
N_HUMAN = len(SIGNINGS) - N_GENERATED
MEDIA_TYPES = {"text": "text/plain", "markdown": "text/markdown", "hash-comment": "text/plain"}
SUFFIXES = {"text": ".txt", "markdown": ".md", "hash-comment": ".txt"}


@dataclass(frozen=True)
class Piece:
    """A page's bytes as they were signed.

    Attributes:
        url: Where the page stands; the signature does not cover it.
        media_type: Its media type.
        body: UTF-8 text, wrapper or block included.
    """

    url: str
    media_type: str
    body: str


Planned = tuple[Signing, Text, str, Truth]


def markdown(text: Text) -> str:
    """Set a text as Markdown."""
    return f"# {text.title}\n\n{text.plain}\n"


def sign(signing: Signing, text: Text, path: str) -> str:
    """Sign a text for real.

    Args:
        signing: How.
        text: What.
        path: Path of the page that will hold it.

    Returns:
        The body of the page.
    """
    signer: Any = importlib.import_module("c2pa_signer")
    site = SITES["signedpress.example"]

    def page(body: str) -> str:
        return render(site, path, Text(text.title, body), Look("en", CREDIT))

    makers: dict[str, Callable[[], str]] = {
        "text": lambda: signer.sign_text(f"{text.title}\n\n{text.plain}\n", source_type=signing.source_type),
        "paste": lambda: page(f"<pre>{html.escape(signer.sign_text(text.plain), quote=False)}</pre>"),
        "markdown": lambda: signer.sign_structured(
            markdown(text), comment=("<!--", "-->"), source_type=signing.source_type
        ),
        "hash-comment": lambda: signer.sign_structured(
            f"# {text.title}\n{text.plain}\n", comment=("#", ""), source_type=signing.source_type
        ),
        "script": lambda: signer.sign_html(page(text.body), how="script", source_type=signing.source_type),
        "link-data-uri": lambda: signer.sign_html(page(text.body), how="link-data-uri"),
        "link": lambda: signer.sign_html_external(page(text.body), f"{path.removesuffix('.html')}.c2pa")[0],
    }
    body = makers[signing.how]()
    return str(signer.tamper(body, what=signing.damage)) if signing.damage else body


def plan(generations: Sequence[Generation], excerpts: Sequence[Excerpt]) -> list[Planned]:
    """Pair each signing with its words.

    Args:
        generations: As many as `N_GENERATED`.
        excerpts: At least `N_HUMAN`.

    Returns:
        Signing, text, path and truth of each page, in the order of `SIGNINGS`.
    """
    machine, people = iter(generations), iter(excerpts)
    planned = []
    for signing in SIGNINGS:
        damage = f", {signing.damage} damaged" if signing.damage else ""
        note = f"{signing.how}, source type {signing.source_type}{damage}"
        if signing.human:
            excerpt = next(people)
            text = excerpt_text(excerpt)
            truth = Truth(
                "human",
                "en",
                excerpt.label,
                "public-domain",
                (signing.kind,),
                signing.status,
                expected=signing.expected,
                note=note,
            )
        else:
            generation = next(machine)
            text = to_text(generation)
            found = generated_truth(generation, Mark(note, (signing.kind,)), signing.expected)
            truth = Truth(**{**asdict(found), "c2pa": signing.status})
        path = f"/{signing.how}/{slug(text.title)}{SUFFIXES.get(signing.how, '.html')}"
        planned.append((signing, text, path, truth))
    return planned


def resign(planned: Sequence[Planned], cache: Path) -> None:
    """Sign all pages anew and write the cache."""
    with cache.open("w", encoding="utf-8") as out:
        for signing, text, path, _ in planned:
            media_type = MEDIA_TYPES.get(signing.how, "text/html")
            piece = Piece(f"https://signedpress.example{path}", media_type, sign(signing, text, path))
            out.write(json.dumps(asdict(piece), ensure_ascii=False) + "\n")


def pages(planned: Sequence[Planned], cache: Path) -> list[Page]:
    """Make the pages from the cached bytes.

    Raises:
        LookupError: The cache holds other pages than the plan; sign anew.
    """
    pieces = [Piece(**json.loads(line)) for line in cache.read_text(encoding="utf-8").split("\n") if line]
    site, made = SITES["signedpress.example"], []
    for (_, _, path, truth), piece in zip(planned, pieces, strict=True):
        if piece.url != f"https://signedpress.example{path}":
            raise LookupError(f"signed pages are stale at {piece.url}: run build_crawl.py --resign")
        headers = response_headers(site, path, f"{piece.media_type}; charset=utf-8")
        made.append(Page(piece.url, capture_date(site, path), piece.body.encode(), headers, truth))
    return made
