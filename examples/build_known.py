"""Build `examples/known`: pages that people and texts that a model are known to have written.

`people.warc.gz` stands for an archive of the sites of the sample crawl: every other page that a person wrote
in English, by the checksum of its address, copied out of the sample record by record. `machine.jsonl` has
marked texts of the study `watermark-smollm2`, by the model that wrote the sample's generated pages. `--check`
compares, and writes nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
import zlib
from collections.abc import Iterator, Set
from pathlib import Path

from buildcrawl.assemble import FIRST

EXAMPLES = Path(__file__).resolve().parent
KNOWN = EXAMPLES / "known"
STUDY = EXAMPLES.parent / "studies" / "watermark-smollm2"
ARM = "gumbel-aes-1"


def chosen() -> set[bytes]:
    """Give the addresses of every other English page that a person wrote and no other page repeats."""
    lines = (EXAMPLES / "crawl" / "truth.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return {
        row["url"].encode()
        for row in rows
        if row["file"] == FIRST
        and row["origin"] == "human"
        and row["language"] == "en"
        and row["duplicate_group"] is None
        and zlib.crc32(row["url"].encode()) % 2
    }


def people(urls: Set[bytes]) -> bytes:
    """Copy the responses of some addresses out of the sample, member by member."""
    held = members((EXAMPLES / "crawl" / FIRST).read_bytes())
    return b"".join(octets for octets, record in held if _address(record) in urls)


def members(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Give every gzip member with what it decodes to."""
    while data:
        inflate = zlib.decompressobj(31)
        record = inflate.decompress(data)
        yield data[: len(data) - len(inflate.unused_data)], record
        data = inflate.unused_data


def _address(record: bytes) -> bytes:
    fields = record.partition(b"\r\n\r\n")[0].split(b"\r\n")
    named = dict(field.split(b": ", 1) for field in fields[1:])
    return named.get(b"WARC-Target-URI", b"") if named[b"WARC-Type"] == b"response" else b""


def machine() -> bytes:
    """Give the marked texts of the study as JSON lines."""
    from headwater.watermark.bench import samples
    from headwater.watermark.tokenizer import TOKENIZERS
    from headwater.watermark.tokenizer.tokenizer import load

    tokens, tokenizer = samples.read(STUDY / "samples.npz")[ARM].tokens, load(TOKENIZERS["smollm2"])
    lines = (
        {"url": f"https://machine.example/{n}", "text": tokenizer.text(ids.tolist())}
        for n, ids in enumerate(tokens)
    )
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()


def main() -> int:
    """Run the script."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    options = parser.parse_args()
    built = {KNOWN / "people.warc.gz": people(chosen()), KNOWN / "machine.jsonl": machine()}
    if not options.check:
        KNOWN.mkdir(exist_ok=True)
        for path, data in built.items():
            path.write_bytes(data)
    differ = [path.name for path, data in built.items() if path.read_bytes() != data]
    print(f"differs: {' '.join(differ)}" if differ else "the same bytes")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
