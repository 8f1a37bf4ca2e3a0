"""What human pages say of machines: reservations of use, negative claims, media made by a model."""

from __future__ import annotations

import json
from dataclasses import dataclass

from buildcrawl.page import Headers

IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"


@dataclass(frozen=True)
class Mark:
    """Something a page says in its head, on its text or in its response.

    Attributes:
        note: What the mark is there to show.
        kinds: Disclosure kinds it makes; empty when it must not be taken for one.
        head: Elements for `<head>`.
        attributes: Attributes of the element that holds the text, with a leading space.
        headers: Further response fields.
        lead: HTML put before the text.
    """

    note: str
    kinds: tuple[str, ...] = ()
    head: str = ""
    attributes: str = ""
    headers: Headers = ()
    lead: str = ""


def json_ld(value: object) -> str:
    """Give a JSON-LD script."""
    return f'<script type="application/ld+json">{json.dumps(value, indent=1)}</script>\n'


def _article_with_image(source_type: str) -> str:
    image = {
        "@type": "ImageObject",
        "contentUrl": "https://photo.slowriver.example/header.jpg",
        "digitalSourceType": IPTC + source_type,
    }
    return json_ld(
        {
            "@context": "https://schema.org",
            "@type": "TechArticle",
            "author": "The documentation team",
            "image": image,
        }
    )


_FIGURE = (
    '<figure itemscope itemtype="https://schema.org/ImageObject"><img src="/header.jpg" alt="">'
    f'<meta itemprop="digitalSourceType" content="{IPTC}trainedAlgorithmicMedia">'
    "<figcaption>Header picture made with an image model.</figcaption></figure>\n"
)
_POLICY = "https://docs.brassframe.example/policies/tdm.json"

HUMAN_MARKS = (
    Mark("use reserved in a header", ("usage-aipref",), headers=(("Content-Usage", "train-ai=n"),)),
    Mark(
        "use reserved in a header, search allowed",
        ("usage-aipref",),
        headers=(("Content-Usage", "train-ai=n, search=y"),),
    ),
    Mark("use allowed in a header", ("usage-aipref",), headers=(("Content-Usage", "train-ai=y"),)),
    Mark(
        "TDM reserved in headers",
        ("usage-tdmrep",),
        headers=(("tdm-reservation", "1"), ("tdm-policy", _POLICY)),
    ),
    Mark(
        "TDM reserved in metas",
        ("usage-tdmrep",),
        head=f'<meta name="tdm-reservation" content="1">\n<meta name="tdm-policy" content="{_POLICY}">\n',
    ),
    Mark("TDM not reserved", ("usage-tdmrep",), headers=(("tdm-reservation", "0"),)),
    Mark(
        "noai in a meta",
        ("usage-robots",),
        head='<meta name="robots" content="index, follow, noai, noimageai">\n',
    ),
    Mark("noai in a header", ("usage-robots",), headers=(("X-Robots-Tag", "noai"),)),
    Mark("noai in a meta, alone", ("usage-robots",), head='<meta name="robots" content="noai">\n'),
    Mark("header says no AI", ("http-ai-disclosure",), headers=(("AI-Disclosure", "mode=none"),)),
    Mark(
        "header says no AI, with a date",
        ("http-ai-disclosure",),
        headers=(("AI-Disclosure", "mode=none, date=@1735689600"),),
    ),
    Mark("meta says no AI", ("meta-ai-disclosure",), head='<meta name="ai-disclosure" content="none">\n'),
    Mark(
        "meta says humans only",
        ("meta-ai-disclosure",),
        head='<meta name="ai-disclosure" content="human-only">\n',
    ),
    Mark("attribute says no AI", ("element-ai-disclosure",), attributes=' ai-disclosure="none"'),
    Mark(
        "meta says not generated", ("meta-ai-generated",), head='<meta name="ai-generated" content="false">\n'
    ),
    Mark(
        "IPTC digitalCapture in a meta",
        ("iptc-meta",),
        head=f'<meta name="digitalSourceType" content="{IPTC}digitalCapture">\n',
    ),
    Mark(
        "IPTC humanEdits of the article in JSON-LD",
        ("iptc-json-ld",),
        head=json_ld(
            {
                "@context": "https://schema.org",
                "@type": "TechArticle",
                "digitalSourceType": IPTC + "humanEdits",
            }
        ),
    ),
    Mark("image by a model, text by people (JSON-LD)", head=_article_with_image("trainedAlgorithmicMedia")),
    Mark("image by a model, text by people (microdata)", lead=_FIGURE),
    Mark(
        "image attribute discloses, text by people",
        lead='<p><img src="/header.jpg" alt="" ai-disclosure="ai-generated"></p>\n',
    ),
    Mark("photograph by a camera (JSON-LD)", head=_article_with_image("digitalCapture")),
    Mark(
        "the site links to a chat widget",
        head='<script src="https://widget.example/ai-chat.js" async></script>\n',
    ),
    Mark(
        "ordinary generator with an AI-sounding name",
        head='<meta name="generator" content="Aida Static 2.1">\n',
    ),
)
