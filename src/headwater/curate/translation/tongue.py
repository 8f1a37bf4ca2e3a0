"""Language tags that say of themselves that a program translated the text."""

from __future__ import annotations

import re
from typing import Final

_PRIVATE: Final = re.compile(r"-x-mtfrom-([a-z]{2,3})(?:-|\Z)")
_TRANSFORMED: Final = re.compile(
    r"-t-(?:([a-z]{2,3})(?:-[a-z0-9]{2,8})*?-)?(?:[a-z][0-9]-[a-z0-9-]+?-)??t0-[a-z0-9]{3,8}"
)


def translated_from(tag: str) -> str | None:
    """Read from a language tag which language a program translated the text from.

    Args:
        tag: Such as `de-x-mtfrom-en` or `de-t-en-t0-und`.

    Returns:
        The language, empty when the tag does not say it; None when the tag says nothing of a program.

    Source: RFC 6497, key `t0` of the transformed-content extension; `x-mtfrom` is what Google's page
        translation and others write into the private use of BCP 47.
    """
    folded = tag[:100].strip().lower().replace("_", "-")
    for pattern in (_PRIVATE, _TRANSFORMED):
        if found := pattern.search(folded):
            return found[1] or ""
    return None
