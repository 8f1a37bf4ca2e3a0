"""The start tags of a page as its source has them, in one linear pass.

The tree's node lists are evaluated anew at each step, which is quadratic in what they hold; and a manifest's
byte range is not in the tree at all. So metadata is read from the source itself.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

MAX_TAGS: Final = 100_000
MAX_ATTRIBUTES: Final = 64

# Every alternative succeeds once it has begun, to the end of the source if need be, so that no stretch is
# ever scanned twice.
_TOKEN: Final = re.compile(
    r"<!--(?:-?>|.*?(?:--!?>|\Z))|"
    r"<(/[hH][eE][aA][dD](?=[\s/>])|[a-zA-Z][^\s/>]*)((?:[^>\"']|\"[^\"]*\"|'[^']*')*+)(?:>|[\"'].*|\Z)",
    re.DOTALL,
)
_ATTRIBUTE: Final = re.compile(
    r"([^\s\"'<>/=]+)(?:\s*+=\s*+(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'=<>`]+)))?", re.DOTALL
)
_RAW: Final = frozenset({"script", "style", "textarea", "title", "xmp", "iframe"})
_CLOSE: Final = {name: re.compile(f"</{name}", re.IGNORECASE) for name in _RAW}
_AFTER_HEAD: Final = frozenset({"/head", "body"})


@dataclass(frozen=True, slots=True)
class Tag:
    """One start tag.

    Attributes:
        name: Element name, lower case.
        source: What stands between the name and the `>`.
        start: Index of its `<`.
        end: Index past its end tag for raw-text elements, else past its `>`.
        content: What a raw-text element such as `script` holds; empty for others.
    """

    name: str
    source: str
    start: int
    end: int
    content: str

    def attributes(self) -> Mapping[str, str]:
        """Parse the attributes: names lower case, values decoded, the first one wins."""
        found: dict[str, str] = {}
        for match in _ATTRIBUTE.finditer(self.source[:65536] if self.name != "link" else self.source):
            if len(found) == MAX_ATTRIBUTES:
                break
            value = match[2] or match[3] or match[4] or ""
            found.setdefault(match[1].lower(), html.unescape(value) if "&" in value else value)
        return found


def tags(source: str, names: frozenset[str]) -> Iterator[Tag]:
    """List the start tags of some elements, comments and raw text passed over.

    Args:
        source: HTML source, or its bytes as Latin-1 where indices must be byte offsets.
        names: Element names, lower case.

    Yields:
        The tags in order, at most of the first 100 000 tags of the source.

    Source: WHATWG HTML section 13.2.5, without the tree construction.
    """
    at = 0
    for _ in range(MAX_TAGS):
        match = _TOKEN.search(source, at)
        if match is None:
            return
        at = match.end()
        name = (match[1] or "").lower()
        content = ""
        if name in _RAW:
            close = _CLOSE[name].search(source, at)
            content = source[at : close.start() if close else len(source)]
            past = source.find(">", close.start()) if close else -1
            at = past + 1 if past >= 0 else len(source)
        if name in names:
            yield Tag(name, match[2], match.start(), at, content)


def head_tags(source: str, names: frozenset[str]) -> Iterator[Tag]:
    """List the start tags of some elements in a page's head.

    Args:
        source: As for `tags`.
        names: Element names, lower case.

    Yields:
        Those before the tag `</head>` or `<body>`, or all if the page has neither. Such a tag in a comment,
        a script or a style is none.
    """
    for tag in tags(source, names | _AFTER_HEAD):
        if tag.name in _AFTER_HEAD:
            return
        yield tag
