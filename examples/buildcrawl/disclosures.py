"""The unsigned ways in which the sample's generated pages say what they are, one row a page."""

from __future__ import annotations

from dataclasses import dataclass

from buildcrawl.marks import IPTC, Mark, json_ld
from buildcrawl.page import Headers

TRAINED = IPTC + "trainedAlgorithmicMedia"
COMPOSITE = IPTC + "compositeWithTrainedAlgorithmicMedia"


@dataclass(frozen=True)
class Recipe:
    """A page to make: where, with what mark, and what should become of it.

    Attributes:
        host: Site.
        mark: What the page says.
        expected: Decision that follows; None where none is promised.
        part_only: Wrap only the last paragraphs in the mark's attributes.
        tail: HTML put after the text.
    """

    host: str
    mark: Mark
    expected: str | None
    part_only: bool = False
    tail: str = ""


def _header(host: str, note: str, value: str, expected: str | None) -> Recipe:
    return Recipe(host, Mark(note, ("http-ai-disclosure",), headers=(("AI-Disclosure", value),)), expected)


def _link(host: str, path: str) -> Recipe:
    headers: Headers = (("Link", f'<https://{host}/manifests/{path}.c2pa>; rel="c2pa-manifest"'),)
    return Recipe(host, Mark("manifest elsewhere, never fetched", ("http-link-c2pa",), headers=headers), None)


def _meta(  # noqa: PLR0917
    host: str, kind: str, name: str, content: str, expected: str | None
) -> Recipe:
    attribute = "property" if ":" in name else "name"
    head = f'<meta {attribute}="{name}" content="{content}">\n'
    return Recipe(host, Mark(f"meta {name}={content.rpartition('/')[2]}", (kind,), head=head), expected)


def _element(host: str, note: str, value: str, expected: str, *, part_only: bool = False) -> Recipe:
    mark = Mark(note, ("element-ai-disclosure",), attributes=f' ai-disclosure="{value}"')
    return Recipe(host, mark, expected, part_only=part_only)


def _json_ld(host: str, note: str, value: object, expected: str) -> Recipe:
    return Recipe(host, Mark(note, ("iptc-json-ld",), head=json_ld(value)), expected)


def _microdata(  # noqa: PLR0917
    host: str, note: str, item_type: str, value: str, expected: str
) -> Recipe:
    mark = Mark(
        note,
        ("iptc-microdata",),
        attributes=f' itemscope itemtype="https://schema.org/{item_type}"',
        lead=f'<meta itemprop="digitalSourceType" content="{value}">\n',
    )
    return Recipe(host, mark, expected)


def _builder(generator: str) -> Recipe:
    head = f'<meta name="generator" content="{generator}">\n'
    return Recipe(
        "springboard-studio.example",
        Mark(f"site built by {generator}", ("generator-ai-builder",), head=head),
        "quarantine",
    )


def _leftover(host: str, note: str, *, lead: str = "", tail: str = "") -> Recipe:
    return Recipe(host, Mark(note, ("chat-boilerplate",), lead=lead), "quarantine", tail=tail)


def _work(kind: str, value: str) -> dict[str, object]:
    return {"@context": "https://schema.org", "@type": kind, "digitalSourceType": value}


_GRAPH = {
    "@context": "https://schema.org",
    "@graph": [
        {"@type": "WebSite", "@id": "https://dailybrief.example/#site", "name": "The Daily Brief"},
        {
            "@type": "NewsArticle",
            "isPartOf": {"@id": "https://dailybrief.example/#site"},
            "digitalSourceType": "https://schema.org/TrainedAlgorithmicMediaDigitalSource",
        },
    ],
}

RECIPES = (
    _header("quickfacts.example", "machine-generated", "mode=machine-generated", "exclude"),
    _header(
        "quickfacts.example", "with model", 'mode=machine-generated, model="SmolLM2-135M-Instruct"', "exclude"
    ),
    _header(
        "dailybrief.example",
        "the draft's example, as parameters",
        'mode=ai-originated; model="smollm2"; reviewed-by="desk"; date=@1745286896',
        "exclude",
    ),
    _header(
        "dailybrief.example",
        "all keys",
        'mode=ai-originated, model="smollm2", provider="local", reviewed-by="desk", date=@1769904000',
        "exclude",
    ),
    _header("evenpace.example", "assisted", "mode=ai-modified", "quarantine"),
    _header("evenpace.example", "no dictionary", "yes, very much so!", None),
    _link("quickfacts.example", "0001"),
    _link("evenpace.example", "0002"),
    _meta("dailybrief.example", "meta-ai-disclosure", "ai-disclosure", "ai-generated", "exclude"),
    _meta("quickfacts.example", "meta-ai-disclosure", "ai-disclosure", "autonomous", "exclude"),
    _meta("homeandgarden-notes.example", "meta-ai-disclosure", "ai-disclosure", "ai-autonomous", "exclude"),
    _meta("wanderlines.example", "meta-ai-disclosure", "ai-disclosure", "ai-assisted", "quarantine"),
    _meta("evenpace.example", "meta-ai-disclosure", "ai-disclosure", "mixed", "quarantine"),
    _element("dailybrief.example", "the only article", "ai-generated", "exclude"),
    _element("evenpace.example", "the body", "ai-autonomous", "exclude"),
    _element("homeandgarden-notes.example", "a section", "ai-generated", "quarantine", part_only=True),
    _element("wanderlines.example", "a section", "autonomous", "quarantine", part_only=True),
    _element("quickfacts.example", "the only article, assisted", "ai-assisted", "quarantine"),
    _meta("homeandgarden-notes.example", "meta-ai-generated", "ai-generated", "true", "exclude"),
    _meta("wanderlines.example", "meta-ai-generated", "generated-by-ai", "yes", "exclude"),
    _meta("evenpace.example", "meta-ai-generated", "ai-content", "full", "exclude"),
    _meta("quickfacts.example", "meta-ai-generated", "ai-content-declaration", "partial", "quarantine"),
    _json_ld("dailybrief.example", "article", _work("NewsArticle", TRAINED), "exclude"),
    _json_ld("dailybrief.example", "graph, schema.org name", _GRAPH, "exclude"),
    _json_ld(
        "homeandgarden-notes.example",
        "blog post",
        _work("BlogPosting", "digsrctype:trainedAlgorithmicMedia"),
        "exclude",
    ),
    _json_ld("wanderlines.example", "composite", _work("BlogPosting", COMPOSITE), "quarantine"),
    _microdata("dailybrief.example", "article", "NewsArticle", TRAINED, "exclude"),
    _microdata("homeandgarden-notes.example", "blog post", "BlogPosting", TRAINED, "exclude"),
    _microdata("quickfacts.example", "composite", "Article", COMPOSITE, "quarantine"),
    _meta("quickfacts.example", "iptc-meta", "digitalSourceType", TRAINED, "exclude"),
    _meta("dailybrief.example", "iptc-meta", "Iptc4xmpExt:DigitalSourceType", TRAINED, "exclude"),
    _meta("wanderlines.example", "iptc-meta", "schema:digitalSourceType", COMPOSITE, "quarantine"),
    _builder("Lovable"),
    _builder("v0.dev"),
    _builder("Hostinger Horizons"),
    _builder("10Web AI Builder"),
    _leftover(
        "homeandgarden-notes.example",
        "disclaimer in the text",
        tail="<p>As an AI language model, I cannot visit your garden. Please ask a local expert.</p>\n",
    ),
    _leftover(
        "wanderlines.example",
        "opening to the user",
        lead="<p>Certainly! Here is a blog post for your website:</p>\n",
    ),
    _leftover("quickfacts.example", "interface label", tail="<p>Regenerate response</p>\n"),
    _leftover(
        "evenpace.example",
        "closing to the user",
        tail="<p>I hope this helps! Let me know if you would like me to make any changes.</p>\n",
    ),
    _leftover(
        "dailybrief.example",
        "knowledge cutoff",
        tail="<p>As of my last knowledge update in September 2021, I cannot access real-time data.</p>\n",
    ),
)
