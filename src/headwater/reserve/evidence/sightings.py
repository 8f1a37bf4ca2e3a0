"""E1: the same digest in the indexes of two archives, by lines of these indexes."""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime
from typing import final

from headwater import canonical
from headwater.errors import FormatError, VerificationError
from headwater.reserve.evidence.method import Anchors, Subject

_LINE = re.compile(r"[^ ]+ ([0-9]{14}) (.+)")
_N_ARCHIVES = 2


@final
class Sightings:
    """Lines of capture indexes, each with the archive it is from.

    A line is CDXJ, or CDX with eleven fields. A proof is canonical JSON, a list of
    `{"archive": …, "line": …}`. The digest in each line must be the subject's, and the lines must be of two
    archives that the verifier believes to be independent. The date is the one by which two had seen it.

    Source:
        CDXJ as pywb and Common Crawl write it; the CDX file format, `CDX N b a m s k r M S V g`.
    """

    grade = "E1"

    def date(self, proof: bytes, subject: Subject, anchors: Anchors) -> datetime:
        """Check the lines; see `Method.date`.

        Raises:
            FormatError: If the proof does not parse.
            VerificationError: If a line is of another digest, or too few trusted archives saw it.
        """
        first: dict[str, datetime] = {}
        for archive, line in _parse(proof):
            moment, digest = _read(line)
            if digest not in _names(subject):
                raise VerificationError(f"the index line of {archive} is of another digest")
            if archive in anchors.archives:
                first[archive] = min(moment, first.get(archive, moment))
        if len(first) < _N_ARCHIVES:
            raise VerificationError(f"{len(first)} archives that are trusted saw it, {_N_ARCHIVES} must have")
        return sorted(first.values())[_N_ARCHIVES - 1]


def _parse(proof: bytes) -> list[tuple[str, str]]:
    """Parse a proof.

    Raises:
        FormatError: If it is not one.
    """
    value = canonical.parse(proof)
    if not isinstance(value, list) or not all(
        isinstance(one, dict)
        and set(one) == {"archive", "line"}
        and all(isinstance(v, str) for v in one.values())
        for one in value
    ):
        raise FormatError("sightings are no list of archives and lines")
    return [(one["archive"], one["line"]) for one in value]


def _read(line: str) -> tuple[datetime, str]:
    """Read moment and digest of an index line.

    Raises:
        FormatError: If it is none.
    """
    found = _LINE.fullmatch(line)
    try:
        if found is None:
            raise FormatError("a line of a capture index does not begin with a key and a moment")
        moment = datetime.strptime(found[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        rest = found[2]
        digest = json.loads(rest)["digest"] if rest.startswith("{") else rest.split(" ")[3]
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise FormatError(f"not a line of a capture index: {line[:60]!a}") from error
    if not isinstance(digest, str):
        raise FormatError("the digest in a line of a capture index is no text")
    return moment, digest.rpartition(":")[2]


def _names(subject: Subject) -> set[str]:
    """Give the digests by which indexes may name the subject."""
    sha1 = base64.b32encode(bytes.fromhex(subject.sha1)).decode() if subject.sha1 else ""
    return {subject.sha256.hex(), subject.sha1, sha1} - {""}
