"""The words in which headers, metas and attributes disclose, and what each of them claims."""

from __future__ import annotations

from typing import Final

from headwater.curate.disclosure.claim import Says

# Three generations of one vocabulary: the IETF draft's modes (draft-abaris-aicdh-01 section 5), the four
# values of the W3C group's first explainer, and the three of its report of 2026-09-21 (section 3.2),
# where `ai-assisted` spans everything that a human reviewed before publication.
AI_DISCLOSURE: Final[dict[str, Says]] = {
    "none": Says.HUMAN,
    "human-only": Says.HUMAN,
    "ai-modified": Says.AI_ASSISTED,
    "ai-assisted": Says.AI_ASSISTED,
    "mixed": Says.AI_ASSISTED,
    "ai-originated": Says.AI_GENERATED,
    "ai-generated": Says.AI_GENERATED,
    "machine-generated": Says.AI_GENERATED,
    "autonomous": Says.AI_GENERATED,
    "ai-autonomous": Says.AI_GENERATED,
}

# Names seen for the page-level meta of whatwg/html issue 9479, which never settled on one.
AI_GENERATED_NAMES: Final = frozenset(
    {
        "ai-generated",
        "ai-generated-content",
        "generated-by-ai",
        "ai-content",
        "ai-content-declaration",
        "ai-assisted",
    }
)

_YES: Final = ("true", "yes", "1", "full", "fully", "complete", "all", "generated", "ai")
_PARTLY: Final = ("partial", "partially", "partly", "assisted", "edited", "some", "ai-edited", "mixed")
_NO: Final = (
    "false",
    "no",
    "0",
    "human",
    "human-written",
    "human-authored",
    "human-created",
    "human-generated",
    "original-human",
)
AI_GENERATED_VALUES: Final[dict[str, Says]] = {
    **AI_DISCLOSURE,
    **dict.fromkeys(_YES, Says.AI_GENERATED),
    **dict.fromkeys(_PARTLY, Says.AI_ASSISTED),
    **dict.fromkeys(_NO, Says.HUMAN),
}


def keyword(value: str) -> str:
    """Bring a disclosure value to the form the tables use.

    Args:
        value: An attribute, meta content or token as found.

    Returns:
        Lower case, ends trimmed, inner white space and underscores turned into hyphens; an
        over-long value becomes empty, since no keyword is that long.
    """
    return "-".join(value.lower().replace("_", "-").split()) if len(value) <= 100 else ""
