"""What is shown of a document: text made visible, in passages that can be marked; and its digest."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from headwater.inert import language_tag, visible

HEAD, TAIL = 60_000, 20_000
MOST_PASSAGES = 200
_SNIPPET = 90
_BEGINNING = 400
# A passage ends with a line, or with a sentence in whatever script.
_PASSAGE = re.compile(r"\S[^\r\n.!?。！？؟۔।]*[.!?。！？؟۔।]*[\"'”’»)\]]*")


@dataclass(frozen=True, slots=True)
class Passage:
    """Hold a stretch of a document.

    Attributes:
        start: Where it begins, in code points of the text.
        end: Where it ends.
        snippet: Its first words, as shown.
    """

    start: int
    end: int
    snippet: str


@dataclass(frozen=True, slots=True)
class Display:
    """Hold what is shown of a document.

    Attributes:
        segments: What is shown in pieces, each with the number of its passage or None.
        passages: What can be marked.
        n_hidden: Code points of the middle that are left out.
    """

    segments: tuple[tuple[str, int | None], ...]
    passages: tuple[Passage, ...]
    n_hidden: int

    @property
    def text(self) -> str:
        """Give what is shown, in one piece."""
        return "".join(text for text, _ in self.segments)

    @property
    def digest(self) -> str:
        """Give the SHA-256 of what is shown in UTF-8, hex."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def display(text: str, *, whole: bool) -> Display:
    """Lay out a document.

    Args:
        text: Any string.
        whole: Whether the middle of a very long one is shown too.
    """
    n = len(text)
    cut = None if whole or n <= HEAD + TAIL else (HEAD, n - TAIL)
    stretches = [(0, n)] if cut is None else [(0, cut[0]), (cut[1], n)]
    passages = _merged([one for start, end in stretches for one in _passages(text, start, end)])
    return Display(
        tuple(_segments(text, passages, cut)),
        tuple(Passage(a, b, _snippet(text[a:b])) for a, b in passages),
        cut[1] - cut[0] if cut else 0,
    )


def language(text: str) -> str:
    """Name the language that a text begins in, as a `lang` attribute takes it.

    It is `und` where it is not known. Screen readers speak by it, and browsers choose by it between Chinese
    and Japanese forms of a letter.

    Args:
        text: Any string.
    """
    from headwater.curate.labels.language import language_of

    return language_tag(language_of(visible(text[:_BEGINNING])))


def inert(value: Any) -> Any:
    """Make every string of a JSON value visible."""
    if isinstance(value, dict):
        return {visible(str(key)): inert(one) for key, one in value.items()}
    if isinstance(value, list):
        return [inert(one) for one in value]
    return visible(value) if isinstance(value, str) else value


def spans(passages: Sequence[Passage], marked: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Turn marked passages into spans; those that touch become one.

    Args:
        passages: Of the display.
        marked: Numbers of passages; what is none is passed over.
    """
    numbers = {int(one) for one in marked if one.isascii() and one.isdigit() and len(one) < 6}
    found: list[tuple[int, int]] = []
    last = -2
    for at in sorted(numbers & set(range(len(passages)))):
        one = passages[at]
        if at == last + 1:
            found[-1] = (found[-1][0], one.end)
        else:
            found.append((one.start, one.end))
        last = at
    return tuple(found)


def _passages(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for hit in _PASSAGE.finditer(text, start, end):
        yield hit.start(), hit.end()


def _merged(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join neighbours until there are few enough to be chosen from."""
    each = -(-len(found) // MOST_PASSAGES) or 1
    return [(found[at][0], found[min(at + each, len(found)) - 1][1]) for at in range(0, len(found), each)]


def _segments(
    text: str, passages: Sequence[tuple[int, int]], cut: tuple[int, int] | None
) -> Iterator[tuple[str, int | None]]:
    at = 0
    for number, (start, end) in enumerate(passages):
        if start > at:
            yield _shown(text, at, start, cut), None
        yield _shown(text, start, end, cut), number
        at = end
    if at < len(text):
        yield _shown(text, at, len(text), cut), None


def _shown(text: str, start: int, end: int, cut: tuple[int, int] | None) -> str:
    if cut is None or end <= cut[0] or start >= cut[1]:
        return _visible(text[start:end])
    left, right = _visible(text[start : max(cut[0], start)]), _visible(text[min(cut[1], end) : end])
    return f"{left}\n[… {cut[1] - cut[0]} characters are not shown …]\n{right}"


def _visible(text: str) -> str:
    return visible(text.replace("\r\n", "\n"))


def _snippet(text: str) -> str:
    short = " ".join(visible(text[: 2 * _SNIPPET]).split())
    return short if len(short) <= _SNIPPET and len(text) <= 2 * _SNIPPET else f"{short[:_SNIPPET]}…"
