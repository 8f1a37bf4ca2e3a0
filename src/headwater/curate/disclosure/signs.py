"""Signs that a page may disclose something: one search of its bytes for all of them, in any letter case."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import IntEnum
from functools import cache
from typing import Any, Final

from headwater.curate.disclosure import c2pa_text, generator, meta, usage


class Sign(IntEnum):
    """What is looked for; each is so rare that its reader may take its time."""

    C2PA = 0
    ELEMENT = 1
    SOURCE_TYPE = 2
    META = 3
    QUOTED_META = 4
    WRAPPER = 5


# A name may be written with character references, so these too are reason enough to parse.
NEEDLES: Final = (*meta.NEEDLES, *generator.NEEDLES, *usage.NEEDLES, b"&#")
_PATTERNS: Final = {
    Sign.C2PA: rb"c2pa",
    Sign.ELEMENT: rb"disclosure",
    Sign.SOURCE_TYPE: rb"digitalsource",
    Sign.META: rb"<meta[^>]*(?:" + b"|".join(map(re.escape, NEEDLES)) + rb")",
    # A `>` between quotes does not end a tag.
    Sign.QUOTED_META: rb"""<meta[^>"']*(?:"[^">]*"[^>"']*|'[^'>]*'[^>"']*)*(?:"[^">]*>|'[^'>]*>)""",
    Sign.WRAPPER: re.escape(c2pa_text.MARK_UTF8),
}


def signs(source: bytes) -> Mapping[int, Sequence[int]]:
    """Look for every sign at once.

    Args:
        source: A page's bytes, in a charset that extends ASCII.

    Returns:
        The signs it holds, each with where it ends: the first place, of `META` every one. Hyperscan reads
        all patterns in one pass, at 2 GB/s; `bytes.find` takes as long for each, and for the letter case.
    """
    found: dict[int, list[int]] = {}
    database, scratch = _compiled()

    def note(sign: int, _: int, end: int, *__: object) -> None:
        found.setdefault(sign, []).append(end)

    database.scan(source, match_event_handler=note, scratch=scratch)
    return found


@cache
def _compiled() -> tuple[Any, Any]:
    import hyperscan

    often = hyperscan.HS_FLAG_CASELESS | hyperscan.HS_FLAG_DOTALL
    once = often | hyperscan.HS_FLAG_SINGLEMATCH
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=list(_PATTERNS.values()),
        ids=list(map(int, _PATTERNS)),
        elements=len(_PATTERNS),
        flags=[often if sign is Sign.META else once for sign in _PATTERNS],
    )
    return database, hyperscan.Scratch(database)
