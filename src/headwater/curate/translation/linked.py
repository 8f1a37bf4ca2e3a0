"""What JSON-LD says of the work that a page translates, and of who translated it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from headwater.curate.disclosure.jsonld import nodes, parse, scripts
from headwater.curate.translation.sign import MAX_SIGNS, How, Sign

MAX_SCRIPT_CHARS: Final = 2_000_000
MAX_NODES: Final = 5_000
NEEDLES: Final = (b"translationofwork", b"translator")
# A program is named in full, so that a person of such a name is none.
_PROGRAM: Final = re.compile(
    r"(?:google|microsoft|bing|amazon|yandex|deepl|systran|papago|baidu|argos|libretranslate)"
    r"(?: (?:cloud )?(?:translate|translator|translation|pro|api))?|machine translation",
    re.IGNORECASE,
)
_SOFTWARE: Final = frozenset({"softwareapplication", "webapplication", "mobileapplication"})


def signs(source: str) -> Iterator[Sign]:
    """Read `translator` and `translationOfWork` of nodes about the page's text.

    Args:
        source: The page's source.

    Yields:
        At most 16 signs; a script that is no JSON says nothing.

    Source: https://schema.org/translator and https://schema.org/translationOfWork.
    """
    n = 0
    for text in scripts(source):
        if len(text) > MAX_SCRIPT_CHARS:
            continue
        for sign in _script(text):
            yield sign
            n += 1
            if n == MAX_SIGNS:
                return


def _script(text: str) -> Iterator[Sign]:
    try:
        top = parse(text)
    except (ValueError, RecursionError, MemoryError):
        return
    for node, _, _ in nodes(top, where="", most=MAX_NODES):
        yield from _stated(node)


def _stated(node: dict[str, Any]) -> Iterator[Sign]:
    for name, value in node.items():
        match name.rpartition("/")[2].rpartition(":")[2].lower():
            case "translator":
                named = value if isinstance(value, list) else (value,)
                yield from (_by(one) for one in named if one and isinstance(one, dict | str))
            case "translationofwork":
                work = value if isinstance(value, dict) else {}
                language = str(work.get("inLanguage", ""))[:3].partition("-")[0].lower()
                yield Sign(How.UNSAID, "JSON-LD translationOfWork", _name(value), language)


def _by(value: Any) -> Sign:
    types = {one.lower() for one in _types(value)} if isinstance(value, dict) else set()
    name = _name(value)
    is_program = bool(types & _SOFTWARE) or ("person" not in types and bool(_PROGRAM.fullmatch(name.strip())))
    return Sign(How.MACHINE if is_program else How.PERSON, "JSON-LD translator", name)


def _types(node: dict[str, Any]) -> Iterator[str]:
    stated = node.get("@type", node.get("type"))
    for one in stated if isinstance(stated, list) else (stated,):
        if isinstance(one, str):
            yield one


def _name(value: Any) -> str:
    named = value.get("name", value.get("@id", "")) if isinstance(value, dict) else value
    return named if isinstance(named, str) else ""
