"""Whether a page may say anything of its translation: one search of its bytes for all that would say so."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from headwater.curate.translation import linked, markup

PARALLEL: Final = b"hreflang"
ALL: Final = (*markup.NEEDLES, *linked.NEEDLES, PARALLEL)


def needles(source: bytes) -> frozenset[bytes]:
    """Tell which of `ALL` stand in a page, in any letter case.

    Args:
        source: A page's bytes, in a charset that extends ASCII.

    Returns:
        Those that do. Hyperscan reads the page once; `bytes.find` once for each, and for the letter case.
    """
    found: set[bytes] = set()
    if source:
        database, scratch = _compiled()
        database.scan(source, match_event_handler=lambda at, *_: found.add(ALL[at]), scratch=scratch)
    return frozenset(found)


@cache
def _compiled() -> tuple[Any, Any]:
    import re

    import hyperscan

    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=list(map(re.escape, ALL)),
        ids=list(range(len(ALL))),
        elements=len(ALL),
        flags=[hyperscan.HS_FLAG_CASELESS | hyperscan.HS_FLAG_SINGLEMATCH] * len(ALL),
    )
    return database, hyperscan.Scratch(database)
