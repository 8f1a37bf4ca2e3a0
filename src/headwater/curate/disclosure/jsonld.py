"""IPTC digital source types in JSON-LD, with care for what they are about."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Final

from headwater.curate.disclosure.claim import Claim, Kind, Says, Scope, Status, malformed
from headwater.curate.disclosure.iptc import source_type
from headwater.curate.disclosure.subject import scope_of
from headwater.curate.disclosure.tags import tags

MAX_SCRIPTS: Final = 32
MAX_SCRIPT_CHARS: Final = 2_000_000
MAX_NODES: Final = 20_000
_PROPERTY: Final = "digitalsourcetype"
_SCRIPT: Final = frozenset({"script"})

# A place in the tree still to visit: the value, the property that leads to it (None at the top) and its
# path for people. Only what lies below statements about the page is visited.
_Place = tuple[Any, str | None, str]


def digital_source_type(source: str) -> Iterator[Claim]:
    """Read `digitalSourceType` of nodes that are about the page's text.

    Args:
        source: The page's source.

    Yields:
        A claim for each value on an article, page, part or site; a `malformed` claim for a script
        that has the property and is no JSON, and for a value that is no digital source type.

    Source: https://schema.org/digitalSourceType and JSON-LD 1.1 sections 3 and 4.
    """
    for read, content in enumerate(islice(scripts(source), MAX_SCRIPTS)):
        text = content[:MAX_SCRIPT_CHARS]
        if _PROPERTY in text.lower():
            yield from claims(text, where=f"json-ld[{read}]")


def claims(text: str, *, where: str) -> Iterator[Claim]:
    """Read one JSON-LD script.

    Args:
        text: The script's text; comment and CDATA wrappers around the JSON are tolerated.
        where: What to call the script.

    Yields:
        As `digital_source_type`.
    """
    try:
        top = parse(_bare(text))
    except (ValueError, RecursionError, MemoryError):
        yield malformed(Kind.IPTC_JSON_LD, where, "not JSON")
        return
    for node, scope, path in nodes(top, where=where, most=MAX_NODES, is_apart=_is_medium):
        yield from _stated(node, scope, path)


def scripts(source: str) -> Iterator[str]:
    """Find the JSON-LD scripts of a page.

    Args:
        source: The page's source.

    Yields:
        The content of each.
    """
    for tag in tags(source, _SCRIPT):
        if tag.attributes().get("type", "").strip().lower().startswith("application/ld+json"):
            yield tag.content


def parse(text: str) -> Any:
    """Parse JSON whose numbers nobody needs.

    Args:
        text: JSON; numbers become the text that stands there.

    Raises:
        ValueError: If it is none; `RecursionError` and `MemoryError` are raised too.
    """
    return json.loads(text, parse_int=str, parse_float=str, parse_constant=str)


def nodes(
    top: Any, *, where: str, most: int, is_apart: Callable[[dict[str, Any]], bool] = lambda _: False
) -> Iterator[tuple[dict[str, Any], Scope, str]]:
    """Visit the nodes that are about the page's text; below others nothing is.

    Args:
        top: As `parse` gives it.
        where: What to call the script.
        most: Values that are visited at most.
        is_apart: Whether a node is something else for all its type.

    Yields:
        Node, what part of the page it is about, and its path for people.
    """
    stack: list[_Place] = [(top, None, where)]
    for _ in range(most):
        if not stack:
            return
        value, relation, path = stack.pop()
        if isinstance(value, list):
            stack.extend((item, relation, path) for item in reversed(value[:most]))
        elif isinstance(value, dict):
            scope = scope_of(tuple(_strings(value.get("@type", value.get("type")))), relation)
            if scope is not None and not is_apart(value):
                yield value, scope, path
                stack.extend(_below(value, path))


def _stated(node: dict[str, Any], scope: Scope, path: str) -> Iterator[Claim]:
    for name, stated in node.items():
        if name.rpartition("/")[2].rpartition(":")[2].lower() == _PROPERTY:
            for value in _strings(stated):
                yield _claim(value, scope, f"{path}.{name}")


def _claim(value: str, scope: Scope, where: str) -> Claim:
    says = source_type(value)
    status = Status.ASSERTED if says else Status.MALFORMED
    return Claim(Kind.IPTC_JSON_LD, says or Says.NONE_STATED, scope, status, where, value)


def _is_medium(node: dict[str, Any]) -> bool:
    return any(name in node for name in ("contentUrl", "schema:contentUrl", "embedUrl", "encodingFormat"))


def _below(node: dict[str, Any], path: str) -> Iterator[_Place]:
    for name, value in node.items():
        if isinstance(value, dict | list) and name != "@context":
            step = f"{path}.{name}" if len(path) < 150 else path
            yield value, None if name == "@graph" else name, step


def _strings(value: Any) -> Iterator[str]:
    for item in value[:64] if isinstance(value, list) else (value,):
        named = item.get("@id", item.get("@value")) if isinstance(item, dict) else item
        if isinstance(named, str):
            yield named


def _bare(text: str) -> str:
    bare = text.strip().removeprefix("\ufeff")
    for opening, closing in (("<!--", "-->"), ("//<![CDATA[", "//]]>"), ("<![CDATA[", "]]>")):
        bare = bare.removeprefix(opening).removesuffix(closing).strip()
    return bare.rstrip(";")
