"""Write the test vectors of the reserve: `python -m tests.reserve.vectors`.

Every digest in them is computed here with hashlib, from the words of docs/spec/reserve-v1.md.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from headwater.reserve import entry, leaf
from headwater.reserve.entry import Entry
from tests.reserve.archives import Page
from tests.reserve.test_entry import SAMPLES, TIME
from tests.reserve.test_leaf import BARE, FULL, SALT

FOLDER = Path(__file__).resolve().parents[2] / "vectors" / "reserve"
GENERATOR = "tests/reserve/vectors.py; digests from docs/spec/reserve-v1.md with hashlib"
VERIFIER = "src/headwater/reserve/verify_reserve.py, in tests/reserve/test_vectors.py"
Case = dict[str, Any]


def case(comment: str, result: str, **facts: Any) -> Case:
    """Make one case: `valid`, `invalid` (it parses and is not true) or `malformed`."""
    return {"comment": comment, **facts, "result": result}


def leaves() -> Iterator[Case]:
    """Make records with salts and entries, each with forgeries beside it."""
    for name, one in (("all fields", FULL), ("what is not known is empty", BARE)):
        record = leaf.encode(one)
        digest = hashlib.sha256(b"headwater-reserve-document-1\0" + SALT + record).digest()
        sealed = b"\1\1" + digest
        text = record.decode()

        def made(comment: str, result: str, text: str = text, salt: bytes = SALT, by: bytes = sealed) -> Case:
            return case(comment, result, record=text, salt=salt.hex(), entry=by.hex())

        yield made(name, "valid")
        yield made("another salt", "invalid", salt=bytes(16))
        yield made("a bit of the entry", "invalid", by=sealed[:-1] + bytes([sealed[-1] ^ 1]))
        yield made("another address", "invalid", text=text.replace("example.com", "example.org"))
        yield made("another kind of entry", "malformed", by=b"\1\2" + digest)
        yield made("a space in the JSON", "malformed", text=text.replace(",", ", ", 1))
        yield made("a field more", "malformed", text=text[:-1] + ',"zeta":""}')
        yield made("a digest in capitals", "malformed", text=text.replace(one.record_sha256, "AB" * 32))
        yield made("a field less", "malformed", text=text.replace('"truncated":', '"truncatex":'))


def records() -> Iterator[Case]:
    """Make WARC records with the digests of head, body and record."""
    for name, page in (
        ("an HTTP response", Page()),
        ("another date, another digest", Page(date="2018-05-01T12:00:00Z")),
        ("a resource has no HTTP header", Page(kind="resource")),
        ("a body of no bytes", Page(body=b"")),
        ("a body that holds an empty line", Page(body=b"one\r\n\r\ntwo")),
        ("the HTTP header ends with bare newlines", replace(Page(), http=b"HTTP/1.1 200 OK\nA: b\n\n")),
    ):
        record = page.record()
        head = record[: len(record) - 4 - len(page.body)]
        body = hashlib.sha256(page.body).digest()
        digest = hashlib.sha256(head + body).hexdigest()
        facts = {"record": base64.b64encode(record).decode(), "n_head": len(head), "body_sha256": body.hex()}
        yield case(name, "valid", **facts, record_sha256=digest)
        yield case("flat SHA-256", "invalid", **facts, record_sha256=hashlib.sha256(record[:-4]).hexdigest())


def orders() -> Iterator[Case]:
    """Make seeds and keys of an order."""
    intent = entry.encode(Entry("seal-intent", TIME, SAMPLES["seal-intent"]))
    for name, beacon in (("no beacon", b""), ("a beacon", bytes(range(32)))):
        seed = hashlib.sha256(
            b"headwater-reserve-order-1\0" + hashlib.sha256(intent).digest() + beacon
        ).digest()
        file, record = hashlib.sha256(b"file").digest(), hashlib.sha256(b"record").digest()
        for offset in (0, 2**40):
            key = hashlib.sha256(seed + record + file + offset.to_bytes(8, "big")).digest()[:16]
            facts = {"intent": intent.decode(), "beacon_value": beacon.hex(), "seed": seed.hex()}
            place = {"record_sha256": record.hex(), "file_sha256": file.hex(), "offset": offset}
            yield case(f"{name}, offset {offset}", "valid", **facts, **place, key=key.hex())
            yield case(
                "the key of another offset", "invalid", **facts, **place | {"offset": 1}, key=key.hex()
            )


def entries() -> Iterator[Case]:
    """Make entries of the registry, each with malformed ones beside it."""
    for kind, fields in SAMPLES.items():
        text = entry.encode(Entry(kind, TIME, fields)).decode()
        yield case(kind, "valid", entry=text)
        yield case(f"{kind} with an address", "malformed", entry=text[:-1] + ',"uri":"https://example.com/"}')
        yield case(f"{kind} without a time", "malformed", entry=text.replace(f',"time":"{TIME}"', ""))
        yield case(f"{kind} of another kind", "malformed", entry=text.replace(f'"{kind}"', '"rumour"'))


FILES = {"leaf.json": leaves, "record.json": records, "order.json": orders, "entry.json": entries}


def write(name: str) -> str:
    """Give the text of a file of vectors."""
    tests = [{"id": at, **one} for at, one in enumerate(FILES[name](), 1)]
    value = {"generator": GENERATOR, "verifier": VERIFIER, "tests": tests}
    return json.dumps(value, indent=1, ensure_ascii=True) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for file in FILES:
        (FOLDER / file).write_text(write(file), "utf-8")
