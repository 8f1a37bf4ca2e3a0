"""Write `vectors/watermark/registry/registry.json`: `python -m tests.watermark.registry.vectors`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from headwater import canonical
from headwater.log.algorithm import ED25519
from headwater.log.checkpoint import Signer
from headwater.watermark.registry import entry, epochs
from headwater.watermark.registry.registry import encode
from tests.watermark.registry.test_registry import (
    KEEPER,
    LAST,
    MILL,
    WEIR,
    Book,
    chained,
    disclosed,
    full,
    public,
)

PATH = Path(__file__).parents[3] / "vectors" / "watermark" / "registry" / "registry.json"


def _forked() -> Book:
    book = full()
    book.add(public(entry.parse(book.leaves[0]).id))
    return book


def _other_key() -> Book:
    book = Book()
    first = book.add(public())
    book.add(public(first), Signer(MILL.name, ED25519, bytes([9]) * 32))
    return book


def _changed() -> Book:
    book = full()
    book.leaves[1] = book.leaves[1].replace(b"marks@", b"Marks@")
    return book


def _disclosing(epoch: int, value: bytes) -> Book:
    book = Book()
    first = book.add(chained())
    book.add(disclosed(first, epoch, first, value))
    return book


def _unknown() -> Book:
    book = Book()
    book.add(disclosed("00" * 32, 1, ""))
    return book


def _stolen() -> Book:
    book = Book()
    first = book.add(chained())
    book.add(disclosed(first, 3, ""), WEIR)
    return book


def cases() -> Iterator[tuple[str, str, str]]:
    """Yield comment, document and result."""
    yield "two public keys, a chain, a value", full().document().decode(), "valid"
    yield "no entry", Book().document().decode(), "valid"
    last = epochs.value(LAST, n_epochs=10, epoch=10)
    yield "the value of the last epoch", _disclosing(10, last).document().decode(), "valid"
    told = canonical.parse(full().document())
    short = told | {"entries": told["entries"][:-1]}
    yield "an entry fewer than was signed", canonical.encode(short).decode(), "invalid"
    turned = told | {"entries": told["entries"][::-1]}
    yield "entries in another order", canonical.encode(turned).decode(), "invalid"
    other_group = told | {"tokenizers": {name: rows[1:] for name, rows in told["tokenizers"].items()}}
    yield "an entry that is in no group", canonical.encode(other_group).decode(), "invalid"
    yield "another space in the JSON", full().document().decode().replace(",", ", ", 1), "invalid"
    signer = Signer(KEEPER.name, ED25519, bytes([7]) * 32)
    other = encode(full().leaves, KEEPER.name, [signer], time_s=0).decode()
    yield "a checkpoint by another key of the keeper's name", other, "invalid"
    yield "an issuer's second entry behind the first", _forked().document().decode(), "invalid"
    yield "another key under an issuer's name", _other_key().document().decode(), "invalid"
    yield "a contact changed after it was signed", _changed().document().decode(), "invalid"
    yield "a value that is not of the chain", _disclosing(3, bytes(32)).document().decode(), "invalid"
    value = epochs.value(LAST, n_epochs=10, epoch=3)
    yield "the value of another epoch", _disclosing(2, value).document().decode(), "invalid"
    yield "a value of a chain that nobody announced", _unknown().document().decode(), "invalid"
    yield "a value of somebody else's chain", _stolen().document().decode(), "invalid"


def document() -> dict[str, Any]:
    """Give all vectors."""
    tests = [
        {"id": at, "comment": comment, "document": text, "result": result}
        for at, (comment, text, result) in enumerate(cases(), start=1)
    ]
    return {
        "generator": "tests/watermark/registry/vectors.py, with headwater.watermark.registry",
        "verifier": "tests/watermark/registry/slow.py, from docs/spec/watermark-registry-v1.md alone",
        "keeper": str(KEEPER.key),
        "tests": tests,
    }


def text() -> str:
    """Give the file."""
    return json.dumps(document(), indent=1) + "\n"


if __name__ == "__main__":
    PATH.parent.mkdir(parents=True, exist_ok=True)
    PATH.write_text(text(), "utf-8")
