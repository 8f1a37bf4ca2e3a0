"""What HTTP response headers disclose: `AI-Disclosure`, and `Link` to a C2PA manifest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from headwater.curate.disclosure.claim import Claim, Kind, Says, Scope, Status, asserted, malformed
from headwater.curate.disclosure.vocabulary import AI_DISCLOSURE, keyword
from headwater.errors import FormatError

MAX_FIELD_CHARS: Final = 8192

_LINK: Final = re.compile(r"<([^<>]{0,4096})>([^<]{0,4096})")
_REL: Final = re.compile(r";\s{0,9}rel\s{0,9}=\s{0,9}(?:\"([^\"]*)\"|([^\s;,\"]+))", re.IGNORECASE)

# A field that parsed: key to (bare item, parameters), as RFC 9651 section 3.2 has it.
Dictionary = Mapping[str, tuple[object, Mapping[str, object]]]


def fields(headers: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Join header lines into fields, as RFC 9110 section 5.3 lets a recipient do.

    Args:
        headers: Names and values in order, names as sent.

    Returns:
        Lower-case names with their values joined by a comma; values are cut at 64 kB.
    """
    joined: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        seen = joined.get(key)
        joined[key] = value if seen is None else f"{seen}, {value}"[:65536]
    return joined


def dictionary(value: str) -> Dictionary:
    """Parse a structured field of the dictionary type.

    Args:
        value: The whole field, lines joined by commas; folded lines are unfolded.

    Returns:
        Each key with its item and parameters; a key given twice has its last value.

    Raises:
        FormatError: The field is over-long, not ASCII, or no dictionary.

    Source: RFC 9651 section 4.2.2.
    """
    import http_sf

    if len(value) > MAX_FIELD_CHARS:
        raise FormatError("structured field is too long")
    try:
        unfolded = " ".join(value.split()).encode("ascii")
        parsed = http_sf.parse(unfolded, tltype="dictionary")
    except (ValueError, OverflowError, RecursionError) as error:
        raise FormatError(f"not a structured dictionary: {error}") from error
    return parsed  # type: ignore[return-value]


def ai_disclosure(joined: Mapping[str, str]) -> Iterator[Claim]:
    """Read the `AI-Disclosure` response header.

    Args:
        joined: Fields by lower-case name, as `fields` gives them.

    Yields:
        One claim if the header is there: `malformed` when it is no dictionary or its `mode` is
        missing or none of the draft's.

    Source: draft-abaris-aicdh-01 sections 4 and 5.
    """
    value = joined.get("ai-disclosure")
    if value is None:
        return
    try:
        mode = dictionary(value).get("mode", (None, {}))[0]
    except FormatError:
        yield malformed(Kind.HTTP_AI_DISCLOSURE, "AI-Disclosure", value)
        return
    says = AI_DISCLOSURE.get(keyword(str(mode))) if mode is not None else None
    if says is None:
        yield malformed(Kind.HTTP_AI_DISCLOSURE, "AI-Disclosure", value)
    else:
        yield asserted(Kind.HTTP_AI_DISCLOSURE, says, "AI-Disclosure", value)


def link_c2pa(joined: Mapping[str, str]) -> Iterator[Claim]:
    """Find a C2PA manifest that a `Link` header points at; it is never fetched.

    Args:
        joined: Fields by lower-case name, as `fields` gives them.

    Yields:
        One unverified claim for each link with the relation `c2pa-manifest`.

    Source: C2PA 2.4 section 11.5 and RFC 8288 section 3.
    """
    value = joined.get("link", "")
    if "c2pa-manifest" not in value.lower():
        return
    for target, parameters in _LINK.findall(value[: 8 * MAX_FIELD_CHARS]):
        relation = _REL.search(parameters)
        names = (relation[1] or relation[2] or "").lower().split() if relation else []
        if "c2pa-manifest" in names:
            yield Claim(
                Kind.HTTP_LINK_C2PA,
                Says.NONE_STATED,
                Scope.DOCUMENT,
                Status.UNVERIFIED,
                "Link",
                target,
            )
