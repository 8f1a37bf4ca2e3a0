"""Whom a structured statement is about: this document, a part of it, the site, or something else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from headwater.curate.disclosure.claim import Scope

# schema.org types whose substance is the text of the page that carries them, lower case.
TEXTUAL: Final = frozenset(
    {
        "aboutpage",
        "advertisercontentarticle",
        "analysisnewsarticle",
        "article",
        "askpublicnewsarticle",
        "backgroundnewsarticle",
        "blog",
        "blogposting",
        "book",
        "chapter",
        "claimreview",
        "collectionpage",
        "contactpage",
        "course",
        "creativework",
        "discussionforumposting",
        "faqpage",
        "guide",
        "howto",
        "itempage",
        "learningresource",
        "legislation",
        "liveblogposting",
        "medicalscholarlyarticle",
        "medicalwebpage",
        "newsarticle",
        "opinionnewsarticle",
        "poem",
        "profilepage",
        "qapage",
        "realestatelisting",
        "recipe",
        "report",
        "reportagenewsarticle",
        "review",
        "reviewnewsarticle",
        "satiricalarticle",
        "scholarlyarticle",
        "searchresultspage",
        "shortstory",
        "socialmediaposting",
        "story",
        "techarticle",
        "textdigitaldocument",
        "textobject",
        "thesis",
        "webcontent",
        "webpage",
    }
)
# Text inside a page that is not the page.
PARTIAL: Final = frozenset(
    {
        "answer",
        "clip",
        "comment",
        "correctioncomment",
        "howtosection",
        "question",
        "quotation",
        "statement",
        "webpageelement",
    }
)
SITE: Final = frozenset({"website"})
# Properties along which a statement still speaks of the page itself, or of a part of it.
SAME: Final = frozenset({"@graph", "mainentity", "mainentityofpage"})
PART: Final = frozenset({"haspart", "comment", "acceptedanswer", "suggestedanswer", "review"})


def scope_of(types: Iterable[str], relation: str | None) -> Scope | None:
    """Tell the scope of a statement made on a node.

    Args:
        types: The node's types: names, prefixed names or addresses; none when it has no type.
        relation: The property that leads to the node, None for a node at the top.

    Returns:
        The scope, or None when the node is not text of this page: an image or other medium, a
        person, a product, another work it cites.
    """
    names = {name.rpartition("/")[2].rpartition("#")[2].rpartition(":")[2].lower() for name in types}
    step = None if relation is None else relation.rpartition("/")[2].rpartition(":")[2].lower()
    if step is not None and step not in SAME and step not in PART:
        return None
    if names & SITE:
        return Scope.SITE
    if names & PARTIAL or (step in PART and names & TEXTUAL):
        return Scope.ELEMENT
    if names & TEXTUAL or not names:
        return Scope.DOCUMENT
    return None
