"""Addresses at which services show pages of others, translated by a program."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import parse_qs, urlsplit

from headwater.curate.translation.sign import How, Sign

# Each names the service's own host or the domain below which it puts a page's host.
SERVICES: Final = (
    "translate.goog",
    "translate.googleusercontent.com",
    "translate.google.com",
    "microsofttranslator.com",
    "translatetheweb.com",
    "translated.turbopages.org",
    "translate.yandex.net",
)
_FROM: Final = ("_x_tr_sl", "sl", "from")


def proxied(url: str) -> Iterator[Sign]:
    """Recognise the address of a translated copy.

    Args:
        url: Where the document was fetched from, as the crawler says.

    Yields:
        At most one sign.
    """
    try:
        parts = urlsplit(url)
        host, asked = (parts.hostname or ""), parse_qs(parts.query, max_num_fields=64)
    except ValueError:
        return
    service = next((one for one in SERVICES if host == one or host.endswith("." + one)), "")
    if service:
        named = next((asked[key][0] for key in _FROM if key in asked), "")
        yield Sign(How.MACHINE, "address", host, named if named.isalpha() and len(named) <= 3 else "")
