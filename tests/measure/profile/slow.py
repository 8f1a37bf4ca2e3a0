"""A profile written from its definition with dictionaries and Python's integers, and vectors made of it.

`python -m tests.measure.profile.slow` writes `vectors/measure/`; the tests check that the files are what this
module gives, and that `headwater.measure` agrees with them.
"""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import zstandard

from headwater.measure.profile import Size

VECTORS = Path(__file__).resolve().parents[3] / "vectors" / "measure"
MASK = 2**64 - 1
SEED, PRIME = 0xCBF29CE484222325, 0x100000001B3
ALONE = ((0x3041, 0x30FF), (0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0x20000, 0x3FFFF))


def words(text: str) -> list[str]:
    """Read words off a text, character by character."""
    found: list[str] = []
    open_word, alone = False, False
    for char in text.lower():
        kind = unicodedata.category(char)[0]
        stands = any(first <= ord(char) <= last for first, last in ALONE)
        if (kind == "M" and open_word) or (kind == "L" and open_word and not stands and not alone):
            found[-1] += char
        elif kind == "L":
            found.append(char)
            open_word, alone = True, stands
        else:
            open_word = False
    return [word[:64] for word in found]


def mix(value: int) -> int:
    """Finish a hash as MurmurHash3 does."""
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53, 1):
        value = (value ^ value >> 33) * factor & MASK
    return value


def word_hash(word: str) -> int:
    """Hash a word with FNV-1a over code points, finished."""
    value = SEED
    for char in word:
        value = (value ^ ord(char)) * PRIME & MASK
    return mix(value)


def gram_hash(hashes: list[int]) -> int:
    """Hash an n-gram from left to right."""
    value = hashes[0]
    for number in hashes[1:]:
        value = mix(value * PRIME & MASK ^ number)
    return value


def document_hash(hashes: list[int]) -> int:
    """Hash a whole document."""
    value = SEED
    for number in hashes:
        value = mix((value ^ number) * PRIME & MASK)
    return value


def profile(texts: list[str], size: Size) -> bytes:
    """Write the profile of some texts."""
    rows = [[word_hash(word) for word in words(text)] for text in texts]
    grams = {k: [[gram_hash(r[i : i + k]) for i in range(len(r) - k + 1)] for r in rows] for k in (2, 3, 4)}
    stream = [number for row in rows for number in row]
    buckets = sorted(Counter(number % 2**size.bucket_bits for number in stream).items())
    kept = {document_hash(row): row[: size.document_words] for row in rows if row}
    samples = [
        least(Counter(stream), size.words),
        *(least(Counter(g for row in grams[k] for g in row), size.grams) for k in (2, 3, 4)),
        least(Counter(document_hash(row) for row in rows if row), size.documents),
    ]
    ends, sample = [0], []
    for key, _ in samples[-1]:
        sample += kept[key]
        ends.append(len(sample))
    data = [text.encode("utf-8", "surrogatepass") for text in texts]
    header = {
        "format": "headwater-profile-2",
        "lengths": [sum(len(row).bit_length() == bits for row in rows) for bits in range(48)],
        "n_buckets": len(buckets),
        "n_bytes": sum(map(len, data)),
        "n_documents": len(texts),
        "n_grams": [sum(map(len, grams[k])) for k in (2, 3, 4)],
        "n_keys": [len(sample) for sample in samples],
        "n_repeated": sum(len(row) - len(set(row)) for row in grams[4]),
        "n_sample_words": len(sample),
        "n_words": len(stream),
        "packed": [packed(data, bits) for bits in range(9, 13)],
        "size": asdict(size),
    }
    numbers = [b for b, _ in buckets] + [n for _, n in buckets]
    for pairs in samples:
        numbers += [key for key, _ in pairs] + [n for _, n in pairs]
    return write(header, numbers + ends[1:] + sample)


def least(counts: Counter[int], size: int) -> list[tuple[int, int]]:
    """List the keys with the least hashes and their counts."""
    return sorted(counts.items())[:size]


def packed(data: list[bytes], bits: int) -> list[int]:
    """Count documents of a length class and the bytes their starts pack to."""
    own = [d for d in data if min(12, len(d).bit_length() - 1) == bits]
    return [len(own), sum(len(pack(d[: 1 << bits])) for d in own)]


def pack(data: bytes) -> bytes:
    """Compress at level 3, in a frame without its size."""
    return zstandard.ZstdCompressor(level=3, write_content_size=False).compress(data)


def write(header: dict[str, Any], numbers: list[int]) -> bytes:
    """Put a header and numbers together; ASCII keys in order make this JSON canonical."""
    line = json.dumps(header, sort_keys=True, separators=(",", ":")).encode()
    return b"\n".join([line, b"".join(number.to_bytes(8, "little") for number in numbers)])


SMALL = Size(words=6, grams=4, documents=2, document_words=5, bucket_bits=2)
TEXTS = {
    "no documents": [],
    "one empty document": [""],
    "one word": ["Tide"],
    "more than the sketch holds": ["the tide turns and the tide returns", "ebb", "the sea of the ebb", "ebb"],
}
WORDS = [
    "The tide turns.",
    "don't",
    "हिन्दी",
    "漢字かな",
    "x_1²y",
    "ÑANDÚ",
    "İ",
    "12 + 3",
    "",
    "a" * 70,
    "\u0301a",
]


def vectors() -> dict[str, Any]:
    """Make the vectors, by file."""
    source = {
        "generator": "tests/measure/profile/slow.py, from the definitions, without headwater.measure's code",
        "verifier": "headwater.measure.tokens and headwater.measure.profile",
    }
    sound = {name: profile(texts, SMALL) for name, texts in TEXTS.items()}
    return {
        "words.json": source
        | {
            "tests": [
                {"text": t, "words": words(t), "hashes": [f"{word_hash(w):016x}" for w in words(t)]}
                for t in WORDS
            ]
        },
        "profiles.json": source
        | {
            "tests": [
                {"comment": n, "texts": TEXTS[n], "hex": d.hex(), "result": "valid"} for n, d in sound.items()
            ]
            + [{"comment": n, "hex": d.hex(), "result": "invalid"} for n, d in unsound(sound).items()]
        },
    }


def unsound(sound: dict[str, bytes]) -> dict[str, bytes]:
    """Damage a sound profile in ways that a parser must notice."""
    data = sound["more than the sketch holds"]
    line, rest = data.split(b"\n", 1)
    header = json.loads(line)
    pairs = [rest[i : i + 8] for i in range(0, len(rest), 8)]
    first_key = 2 * header["n_buckets"]
    swapped = [*pairs[:first_key], pairs[first_key + 1], pairs[first_key], *pairs[first_key + 2 :]]

    def lie(**changes: object) -> bytes:
        return json.dumps(header | changes, sort_keys=True, separators=(",", ":")).encode() + b"\n" + rest

    return {
        "no bytes": b"",
        "a header without arrays": line + b"\n",
        "one array short": data[:-8],
        "eight bytes too many": data + bytes(8),
        "white space in the header": b" " + data,
        "another format": data.replace(b"profile-2", b"profile-1", 1),
        "keys out of order": line + b"\n" + b"".join(swapped),
        "a bucket that counts nothing": line
        + b"\n"
        + rest[: 8 * header["n_buckets"]]
        + bytes(8)
        + rest[8 * header["n_buckets"] + 8 :],
        "words that do not add up": lie(n_words=header["n_words"] + 1),
        "documents that do not add up": lie(n_documents=header["n_documents"] + 1),
        "a negative number": lie(n_bytes=-1),
        "a number that is no integer": lie(n_bytes=1.5),
        "more repeats than 4-grams": lie(n_repeated=99),
        "an unknown key": lie(more=1),
        "a sketch smaller than its sample": lie(size=header["size"] | {"words": 3}),
    }


def dump(value: object) -> str:
    """Write a vector file."""
    return json.dumps(value, indent=1, ensure_ascii=True) + "\n"


if __name__ == "__main__":
    VECTORS.mkdir(parents=True, exist_ok=True)
    for file, content in vectors().items():
        (VECTORS / file).write_text(dump(content), encoding="utf-8")
