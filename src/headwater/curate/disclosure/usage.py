"""What a document says of its use by machines: AIPREF, TDMRep, `noai`. Facts about use, not origin."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from headwater.curate.disclosure.claim import Claim, Kind, Says, Scope, Status, asserted, malformed
from headwater.curate.disclosure.http import dictionary
from headwater.curate.disclosure.meta import Meta
from headwater.errors import FormatError

# The categories that cover the training of models, in the current vocabulary draft and its forerunners;
# `search` and `ai-use` are about other uses and are not read.
TRAINING: Final = ("train-ai", "train-genai", "tdm", "bots")
_ANSWERS: Final = {"y": Says.USE_ALLOWED, "n": Says.USE_RESERVED}
_TDM: Final = {"0": Says.USE_ALLOWED, "1": Says.USE_RESERVED}
# One of these stands, in lower case, in every page with a meta that is read here.
NEEDLES: Final = (b"tdm-reservation", b"noai", b"noimageai")
_DIRECTIVE: Final = re.compile(r"[a-z0-9_-]{1,40}")


def aipref(joined: Mapping[str, str]) -> Iterator[Claim]:
    """Read the `Content-Usage` header for preferences about training.

    Args:
        joined: Fields by lower-case name.

    Yields:
        A claim for each training category with an explicit `y` or `n`; other values are, as the
        draft has it, no preference. One `malformed` claim when the field does not parse.

    Source: draft-ietf-aipref-attach section 4, draft-ietf-aipref-vocab section 6.
    """
    value = joined.get("content-usage")
    if value is None:
        return
    try:
        preferences = dictionary(value)
    except FormatError:
        yield malformed(Kind.USAGE_AIPREF, "Content-Usage", value)
        return
    for category in TRAINING:
        says = _ANSWERS.get(str(preferences.get(category, ("", {}))[0]))
        if says is not None:
            yield asserted(Kind.USAGE_AIPREF, says, f"Content-Usage: {category}", value)


def tdmrep(joined: Mapping[str, str], metas: Iterable[Meta]) -> Iterator[Claim]:
    """Read the TDM reservation from the header or, when there is none, from the meta.

    Args:
        joined: Fields by lower-case name.
        metas: The page's meta elements.

    Yields:
        At most one claim, with the policy's address if one is given.

    Source: TDM Reservation Protocol, W3C community group report, sections 6 and 7; the header comes
        first (section 4, processing priority).
    """
    found = joined.get("tdm-reservation")
    policy, where = joined.get("tdm-policy", ""), "tdm-reservation header"
    if found is None:
        named = {meta.name: meta.content for meta in metas if meta.name.startswith("tdm-")}
        found, policy, where = (
            named.get("tdm-reservation"),
            named.get("tdm-policy", ""),
            "meta tdm-reservation",
        )
    if found is None:
        return
    says = _TDM.get(found.strip())
    if says is None:
        yield malformed(Kind.USAGE_TDMREP, where, found)
    else:
        yield asserted(Kind.USAGE_TDMREP, says, where, f"{found.strip()} {policy}".strip())


def robots(joined: Mapping[str, str], metas: Iterable[Meta]) -> Iterator[Claim]:
    """Read `noai` and `noimageai` from `X-Robots-Tag` and `meta name=robots`.

    Args:
        joined: Fields by lower-case name.
        metas: The page's meta elements.

    Yields:
        A claim for each place that has them: scope `document` for `noai`, `element` for
        `noimageai` alone, which speaks of images.

    Source: the directives DeviantArt introduced on 2022-11-11; there is no standard.
    """
    places = [("X-Robots-Tag", joined.get("x-robots-tag", ""))]
    places += [("meta robots", meta.content) for meta in metas if meta.name == "robots"]
    for where, value in places:
        if "ai" not in value.lower():
            continue
        directives = set(_DIRECTIVE.findall(value[:8192].lower()))
        if directives & {"noai", "noimageai"}:
            scope = Scope.DOCUMENT if "noai" in directives else Scope.ELEMENT
            yield Claim(Kind.USAGE_ROBOTS, Says.USE_RESERVED, scope, Status.ASSERTED, where, value)
