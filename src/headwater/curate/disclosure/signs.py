"""Signs that a page may disclose something: one search of its bytes for all of them, in any letter case."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Final

from headwater.curate import search
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
_IN_ORDER: Final = tuple(_PATTERNS[sign] for sign in Sign)


def signs(source: bytes) -> Mapping[int, Sequence[int]]:
    """Look for every sign at once.

    Args:
        source: A page's bytes, in a charset that extends ASCII.

    Returns:
        The signs it holds, each with where it ends: the first place, of `META` every one.
    """
    return search.ends(source, _IN_ORDER, every=frozenset({Sign.META}))
