"""Whether a page may say anything of its translation: one search of its bytes for all that would say so."""

from __future__ import annotations

import re
from typing import Final

from headwater.curate import search
from headwater.curate.translation import linked, markup

PARALLEL: Final = b"hreflang"
ALL: Final = (*markup.NEEDLES, *linked.NEEDLES, PARALLEL)
_PATTERNS: Final = tuple(map(re.escape, ALL))


def needles(source: bytes) -> frozenset[bytes]:
    """Tell which of `ALL` stand in a page, in any letter case.

    Args:
        source: A page's bytes, in a charset that extends ASCII.

    Returns:
        Those that do.
    """
    return frozenset(ALL[at] for at in search.ends(source, _PATTERNS))
