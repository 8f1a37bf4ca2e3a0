"""How much work a page's tags would be for the parser, which is no match for deep and mismatched ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import numpy as np

# At an end tag without its start and at some start tags the parser looks through all that is open: 4 to 20 ns
# an element.
MAX_STEPS: Final = 2**28
_SEARCHING: Final = frozenset(b"body button form hr input select table".split())
_FEW_TAGS: Final = 20_000  # However they stand, they are fewer steps than that.
_TAG: Final = re.compile(  # Every part ends at the end of the page if nowhere else, so that a scan is linear.
    rb"<!--.*?(?:-->|\Z)"
    rb"|<(script|style|textarea|title|xmp|iframe|noembed|noframes)\b.*?(?:</\1|\Z)"
    rb"""|<(/?)([a-z][^\s/>]*+)(?:[^>"']++|"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z))*+""",
    re.DOTALL,
)
_VOID: Final = frozenset(
    b"area base br col embed hr img input link meta param source track wbr basefont bgsound frame".split()
)
_CELLS: Final = frozenset((b"td", b"th", b"p"))
_ROWS: Final = _CELLS | {b"tr"}
_TERMS: Final = frozenset((b"dt", b"dd", b"p"))
_BLOCKS: Final = b"p div ul ol dl table h1 h2 h3 h4 h5 h6 blockquote pre section article form hr".split()
# What a start tag ends of what stands open before it, because its end tag may be left out.
_ENDS: Final = (
    dict.fromkeys(_BLOCKS, frozenset((b"p",)))
    | dict.fromkeys((b"td", b"th"), _CELLS)
    | dict.fromkeys((b"tbody", b"thead", b"tfoot"), _ROWS | {b"tbody", b"thead", b"tfoot"})
    | dict.fromkeys((b"dt", b"dd"), _TERMS)
    | {b"tr": _ROWS, b"li": frozenset((b"li", b"p"))}
)
_LEFT_OUT: Final = frozenset().union(*_ENDS.values())


class TangledError(Exception):
    """A page that would take the parser too long."""


def refuse_tangled(source: bytes) -> None:
    """Refuse a tangled page before it is parsed, by its bytes alone.

    Tags are told apart well enough for pages that people and programs write. One that hides what it opens
    is left to the bound on CPU time.

    Args:
        source: HTML in an ASCII superset.

    Raises:
        TangledError: If elements open, summed over the tags that make the parser search, exceed `MAX_STEPS`.
    """
    if np.count_nonzero(np.frombuffer(source, np.uint8) == ord("<")) < _FEW_TAGS:
        return
    n_steps = 0
    for steps in _steps(source.lower()):
        n_steps += steps
        if n_steps > MAX_STEPS:
            raise TangledError(f"its tags would take the parser more than {MAX_STEPS:,} steps")


def _steps(source: bytes) -> Iterator[int]:
    """Yield, for each tag that makes the parser search, how many elements are open.

    An end tag ends only what was opened last. At each option the parser looks through all before it, twice.
    """
    stack: list[bytes] = []
    n_options = 0
    for match in _TAG.finditer(source):
        end, name = match[2], match[3]
        if name is None:
            continue
        ends = _LEFT_OUT - {name} if end else _ENDS.get(name, frozenset())
        while stack and stack[-1] in ends:
            stack.pop()
        if end and stack and stack[-1] == name:
            stack.pop()
        elif end or name in _SEARCHING:
            yield len(stack)
        if name == b"option" and not end:
            n_options += 1
            yield 2 * n_options
        n_options = 0 if name == b"select" else n_options
        if not end and name not in _VOID:
            stack.append(name)
