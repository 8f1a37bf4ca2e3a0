"""What chat assistants leave behind in text that was pasted and never read again.

Only leftovers count: first-person disclaimers, greetings to the user and interface labels that stand where
an assistant puts them. Text that quotes such words, or that is about assistants, is not touched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from headwater.curate import search
from headwater.curate.disclosure.claim import Claim, Kind, Says, asserted
from headwater.curate.disclosure.leftovers import ABOUT_AI, ANYWHERE, CLOSINGS, EDGE_WINDOW, EDGES, OPENINGS

MAX_CHARS: Final = 2_000_000
_CONTEXT: Final = 240
_QUOTES: Final = "\"'“”„‟‘’«»‹›「」『』《》`*_"
_REPORTING: Final = re.compile(
    r"(?:\b(?:such as|like|phrases?|sentences?|words?|say(?:s|ing)?|said|read(?:s|ing)?|repl(?:y|ies|ied)|"
    r"respon(?:d|ds|ded|se|ses)|answer(?:s|ed)?|output(?:s|ted)?|e\.g\.|for example|containing|including|"
    r"begins?|starts? with|search(?:ing|ed)?(?: for)?|wrote|writes|told|tells?|prompt|boilerplate)|"
    r"例如|诸如|回答|比如|wie|etwa|comme|como|come)\s*[:,(]?\s*$",
    re.IGNORECASE,
)
ABOUT_LIMIT: Final = 3
_SUBJECT_CHARS: Final = 20_000
MAX_MATCHES: Final = 1_000
_NEEDLES: Final = tuple(dict.fromkeys(needle for needle, _ in (*ANYWHERE, *EDGES, *OPENINGS, *CLOSINGS)))
_PATTERNS: Final = tuple(re.escape(needle.encode()) for needle in _NEEDLES)


def leftovers(text: str) -> Iterator[Claim]:
    """Find chat leftovers in extracted text.

    Args:
        text: The text of the document; the first two million characters are read.

    Yields:
        At most one claim for each place a leftover can stand in: anywhere, at the start, at the end.
    """
    text = text[:MAX_CHARS]
    seen = {_NEEDLES[at] for at in search.ends(text.encode("utf-8", "replace"), _PATTERNS)}
    if not seen:
        return
    edges = text if len(text) <= 2 * EDGE_WINDOW else f"{text[:EDGE_WINDOW]}\n\n{text[-EDGE_WINDOW:]}"
    head, tail = text[:400].lstrip(), text[-700:].rstrip()
    for words, table, where in (
        (text, ANYWHERE, "text"),
        (edges, EDGES, "text"),
        (head, OPENINGS, "first line"),
        (tail, CLOSINGS, "last lines"),
    ):
        patterns = [pattern for needle, pattern in table if needle in seen and needle in words]
        if patterns and len(ABOUT_AI.findall(words[:_SUBJECT_CHARS])) < ABOUT_LIMIT:
            yield from _first(words, patterns, where)


def _first(text: str, patterns: list[re.Pattern[str]], where: str) -> Iterator[Claim]:
    for pattern in patterns:
        for match in islice(pattern.finditer(text), MAX_MATCHES):
            if _is_leftover(text, match.start(), match.end()):
                yield asserted(Kind.CHAT_BOILERPLATE, Says.AI_GENERATED, where, match[0])
                return


def _is_leftover(text: str, start: int, end: int) -> bool:
    """Tell a leftover from a quotation or a discussion of one."""
    before, after = text[max(0, start - _CONTEXT) : start], text[end : end + _CONTEXT]
    line = before.rpartition("\n")[2]
    stripped = line.rstrip()
    if stripped and stripped[-1] in _QUOTES:
        return False
    if line.lstrip().startswith((">", "|")) or _REPORTING.search(stripped):
        return False
    if line.count('"') % 2 or line.count("“") > line.count("”") or line.count("«") > line.count("»"):
        return False
    return not (after[:1] in _QUOTES and after[:1] not in ("'", "’", ""))
