"""A small reserve sealed by hand, so that what stands on one is tested without the sealer."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import zstandard

from headwater.log import sequencer
from headwater.log.storage import Memory, Storage
from headwater.reserve import leaf, records
from headwater.reserve.entry import Entry, moment
from headwater.reserve.leaf import Leaf, Place
from headwater.reserve.records import Row
from headwater.reserve.reserve import CONTENT_ROWS, Reserve, create, open_reserve
from tests.reserve.worlds import KEYS, NOW_S

LANGUAGES = ("en", "en-GB", "de", "sw")
FILE = hashlib.sha256(b"the archive").hexdigest()


def text(index: int) -> bytes:
    """Give the payload of a document."""
    return f"Words of document {index}, which a person wrote. {index * 7919 % 997}".encode()


def sealed(n: int, storage: Storage | None = None, *, languages: Sequence[str] = LANGUAGES) -> Reserve:
    """Seal some documents."""
    into = Memory() if storage is None else storage
    reserve = create(into, KEYS.manifest)
    rows, entries, content, at = [], [], [], 0
    for index in range(n):
        frame = zstandard.compress(text(index))
        record = leaf.encode(_leaf(index, languages[index % len(languages)]))
        salt = hashlib.sha256(b"salt %d" % index).digest()[: leaf.SALT_BYTES]
        at = 0 if index % CONTENT_ROWS == 0 else at
        rows.append(Row(record, salt, b"", at, len(frame)))
        entries.append(leaf.commit(record, salt))
        content.append(frame)
        at += len(frame)
    for first in range(0, n, CONTENT_ROWS):
        into.create(
            f"content/{0:012d}.{first // CONTENT_ROWS:02d}", b"".join(content[first : first + CONTENT_ROWS])
        )
    into.create(f"records/{0:012d}", records.encode(rows))
    head = sequencer.append(reserve.log_storage, entries)
    sequencer.publish(reserve.log_storage, KEYS.documents, time_s=NOW_S)
    return open_reserve(into).append([_seal(head.size, head.root)], KEYS.registry, time_s=NOW_S)


def _leaf(index: int, language: str) -> Leaf:
    digest = hashlib.sha256(text(index)).hexdigest()
    return Leaf(
        record_sha256=digest,
        payload_sha256=digest,
        payload_sha1="",
        payload_form="",
        size_bytes=len(text(index)),
        uri=f"https://example.org/{index}",
        captured="2019-03-04T05:06:07Z",
        captured_from="warc-date",
        place=Place("example.org", "a.jsonl", FILE, index, 1),
        media_type="text/plain",
        language=language,
    )


def _seal(size: int, root: bytes) -> Entry:
    fields = {
        "beacon": "",
        "beacon_value": "",
        "dictionary": "",
        "intent": 0,
        "mode": "ingest",
        "report_sha256": FILE,
        "root": root.hex(),
        "size": size,
        "start": 0,
    }
    return Entry("seal", moment(NOW_S), fields)
