"""A revision of a wiki page: its element in a dump as a record, or the reason there is none."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote
from xml.parsers import expat

from headwater.record import Record, Skip, record_id
from headwater.sources.media import is_text
from headwater.sources.moment import normalise
from headwater.sources.row import RowPlace
from headwater.sources.shard import Limits

_MAX_DEPTH = 12  # A dump nests five deep.
_MAX_PATHS = 1000  # A dump has some twenty, its head some fifty.
_FORMAT = "text/x-wiki"
_TITLE, _TEXT = "page/title", "page/revision/text"
_KEPT = {
    "page/ns": "namespace",
    "page/id": "page",
    "page/redirect@title": "redirect",
    "page/revision/id": "revision",
    "page/revision/parentid": "parent",
    "page/revision/contributor/username": "contributor",
    "page/revision/contributor/ip": "contributor",
    "page/revision/comment": "comment",
    "page/revision/model": "model",
    "page/revision/sha1": "sha1",
    _TITLE: "title",
}


class Site(NamedTuple):
    """What the head of a dump says of its wiki.

    Attributes:
        name: Its database, such as `enwiki`; empty where it is not said.
        prefix: What stands before a title in an address; empty where it is not said.
        language: Such as `en`.
    """

    name: str = ""
    prefix: str = ""
    language: str = ""


class _RefusedError(Exception):
    """Give up on XML that no dump holds."""


def parse_site(head: bytes) -> Site:
    """Read what stands before the first page of a dump.

    Args:
        head: Its bytes, which do not close the root element.

    Returns:
        What it says; nothing when it cannot be read, or declares a document type, where entities are.
    """
    found = _elements(head, final=False)
    address = "" if found is None else found.get("mediawiki/siteinfo/base", "")
    if found is None or not address.startswith(("http://", "https://")):
        return Site()
    name, language = found.get("mediawiki/siteinfo/dbname", ""), found.get("mediawiki@xml:lang", "")
    return Site(name, address[: address.rfind("/") + 1], language)


def to_item(data: bytes, place: RowPlace, limits: Limits, site: Site) -> Record | Skip:
    """Turn a page with one revision into a record.

    Args:
        data: A whole `page` element; of several revisions the first counts.
        place: Where it stands.
        limits: Bounds on one record.
        site: The wiki.

    Returns:
        A record whose payload is the text of the revision, in wiki markup, and whose metadata holds the
        rest, or a skip: `xml-invalid`, `utf8-invalid`, `text-missing`, `media-type-not-text` or
        `payload-too-large`.
    """

    def skip(reason: str, detail: str = "", *, lost: bool = True) -> Skip:
        return Skip(place.source, place.offset, place.length, reason, detail, lost=lost)

    found = _elements(data)
    if found is None:
        return skip("xml-invalid") if _is_utf8(data) else skip("utf8-invalid")
    title, text = found.get(_TITLE, ""), found.get(_TEXT)
    if text is None or (not text and found.get(f"{_TEXT}@bytes", "0") != "0") or f"{_TEXT}@deleted" in found:
        return skip("text-missing", _line(title))
    media_type = found.get("page/revision/format", "").strip().lower() or _FORMAT
    if not is_text(media_type):
        return skip("media-type-not-text", _line(f"{media_type} {title}"), lost=False)
    payload = text.encode()
    if len(payload) > limits.max_payload_bytes:
        return skip("payload-too-large", f"{len(payload)} bytes")
    captured = normalise(found.get("page/revision/timestamp", ""))
    return Record(
        id=record_id(place.digest, place.position),
        source=place.source,
        offset=place.offset,
        length=place.length,
        url=site.prefix + quote(title.replace(" ", "_"), safe="/:@!$'()*,;~")
        if title and site.prefix
        else "",
        media_type=media_type,
        charset="utf-8",
        captured=captured,
        captured_from="mw-revision" if captured else "",
        status=0,
        headers=(),
        payload=payload,
        payload_digest=hashlib.sha256(payload).hexdigest(),
        metadata=_metadata(found, site),
    )


def _metadata(found: Mapping[str, str], site: Site) -> str:
    kept = {name: found[path] for path, name in _KEPT.items() if path in found}
    named = {"wiki": site.name, "language": site.language}
    kept |= {name: value for name, value in named.items() if value}
    # Of text under ASCII names this is the canonical form, at a tenth of the time.
    return json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _elements(data: bytes, *, final: bool = True) -> dict[str, str] | None:
    """Read text and attributes by path, such as `page/title` and `page/redirect@title`; None if it is no XML.

    Of a path that occurs twice the first counts. A document type is refused, and with it every entity but
    the five of XML: nothing can expand.
    """
    found: dict[str, str] = {}
    path: list[str] = []
    pieces: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if len(path) >= _MAX_DEPTH or len(found) >= _MAX_PATHS:
            raise _RefusedError
        path.append(name)
        pieces.clear()
        for key, value in attributes.items():
            found.setdefault(f"{'/'.join(path)}@{key}", value)

    def end(_: str) -> None:
        found.setdefault("/".join(path), "".join(pieces))
        pieces.clear()
        path.pop()

    def refuse(*_: object) -> None:
        raise _RefusedError

    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.buffer_size = 1 << 16
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = pieces.append
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(data, final)
    except (expat.ExpatError, _RefusedError):
        return None
    return found


def _is_utf8(data: bytes) -> bool:
    try:
        return data.decode("utf-8") is not None
    except UnicodeDecodeError:
        return False


def _line(text: str) -> str:
    return " ".join(text.split())[:160]
