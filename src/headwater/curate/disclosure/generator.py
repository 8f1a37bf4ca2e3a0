"""Site builders that write whole sites with a model and sign them in `<meta name="generator">`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from headwater.curate.disclosure.claim import Claim, Kind, Says, Scope, Status
from headwater.curate.disclosure.meta import Meta

# Name, pattern of the generator's whole content, and where the pattern was seen. An AI builder wrote the
# site's code and mostly its words, but its owner may have written them: the claim is `ai-assisted`, about
# the site. Content systems with an assistant on the side (WordPress, Wix, Framer, Hugo) are not AI builders,
# and a name that an ordinary system shares is only taken in full: "Bolt" is a CMS, "Bolt.new" a builder.
BUILDERS: Final[tuple[tuple[str, re.Pattern[str], str], ...]] = tuple(
    (name, re.compile(pattern, re.IGNORECASE), seen)
    for name, pattern, seen in (
        ("Lovable", r"lovable(\.dev)?( v?[\d.]+)?", "generator meta of sites deployed from lovable.dev"),
        ("GPT Engineer", r"gpt[ -]?engineer(\.app)?", "the former name of Lovable"),
        ("v0", r"v0\.(dev|app)", "Next.js metadata that v0.dev and v0.app write into app/layout"),
        ("Hostinger Horizons", r"hostinger horizons.*", "index.html of the Horizons template"),
        ("Bolt.new", r"(stackblitz )?bolt\.new", "generator meta of sites exported from bolt.new"),
        ("10Web AI Builder", r"10web\s?(ai builder.*|\|\s?wvc.*)", "10Web's vibe-coding theme wvc"),
        ("Durable", r"durable(\.co)?( ai)?( website builder)?", "fingerprint lists of builder detectors"),
    )
)

# One of these stands, in lower case, in every page of one of them.
NEEDLES: Final = (b"lovable", b"gpt", b"v0.", b"horizons", b"bolt.new", b"10web", b"durable")


def ai_builder(listed: Iterable[Meta]) -> Iterator[Claim]:
    """Recognise a builder by the page's generator.

    Args:
        listed: The page's metas.

    Yields:
        A claim for each generator that is in the table.
    """
    for meta in listed:
        if meta.name != "generator" or len(meta.content) > 200:
            continue
        content = meta.content.strip()
        if any(pattern.fullmatch(content) for _, pattern, _ in BUILDERS):
            yield Claim(
                Kind.GENERATOR_AI_BUILDER,
                Says.AI_ASSISTED,
                Scope.SITE,
                Status.ASSERTED,
                "meta generator",
                content,
            )
