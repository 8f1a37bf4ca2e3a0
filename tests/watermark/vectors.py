"""Write the files under `vectors/watermark/` from `slow.py`: `python -m tests.watermark.vectors`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tests.watermark import slow

FOLDER = Path(__file__).parents[2] / "vectors" / "watermark"
GENERATOR = "tests/watermark/slow.py, from the definitions, without headwater.watermark's code"
PEERS = {
    "gumbel-vllm": "vLLM 0.33.0's detectors, in tests/interop/test_watermark_engines_peer.py",
    "gumbel-sglang": "SGLang 0.5.23's detector, in tests/interop/test_watermark_engines_peer.py",
    "greenlist-hf": "transformers 5.23.0 on a CPU, in tests/interop/test_watermark_transformers_peer.py",
    "tournament-hf": "transformers 5.23.0 and synthid-text 0.2.1 on a CPU, in tests/interop/",
    "tournament-google": "none in this repository; synthid-text 0.2.1, which can be installed, has the table",
}
NATIVE = "none: the format is ours; AES-128 and HKDF are those of cryptography, checked against FIPS 197"
# What a profile's name holds -> bytes of its key; the first wins.
KEY_BYTES = {
    "payload": 34,
    "beacon-public": 34,
    "beacon": 66,
    "aes": 32,
    "murmur3-dual": 16,
    "gumbel": 8,
    "greenlist": 8,
    "tournament": 240,
}


def key_bytes(profile: str) -> int:
    """Give the length of a profile's key."""
    return next(length for part, length in KEY_BYTES.items() if part in profile)


def key(profile: str, number: int) -> bytes:
    """Make a key of a number; every eighth byte below 128, as signed numbers need."""
    secret = bytearray(hashlib.shake_256(f"vector {profile} {number}".encode()).digest(key_bytes(profile)))
    secret[::8] = bytes(byte & 0x7F for byte in secret[::8])
    return bytes(secret)


def texts() -> Iterator[tuple[str, list[int]]]:
    """Yield texts of tokens, each with a comment."""
    rng = np.random.default_rng(71)
    some = [int(token) for token in rng.integers(0, slow.N_TYPES, 24)]
    yield "random tokens", some
    yield "contexts and n-grams that repeat", [*some[:9], *some[2:7], 11, *some[2:7], 12]
    yield "one token over and over", [318] * 12
    yield "the smallest and the largest token", [0, slow.N_TYPES - 1, 0, 0, slow.N_TYPES - 1, 1, 0]
    yield "one token", [464]
    yield "no token", []


def document(profile: str) -> dict[str, Any]:
    """Give the vectors of one profile."""
    tests: list[dict[str, Any]] = []
    for number in (1, 2):
        for comment, tokens in texts():
            scores = slow.scores(tokens, profile, key(profile, number))
            tests.append(
                {
                    "comment": comment,
                    "key": key(profile, number).hex(),
                    "tokens": tokens,
                    "places": list(scores),
                    "scores": list(scores.values()),
                    "result": "valid",
                }
            )
    right, tokens = key(profile, 1).hex(), [1, 2, 3, 4, 5, 6]
    wrong = [
        ("a key without its last byte", right[:-2], tokens),
        ("a key with a byte too many", right + "00", tokens),
        ("no key", "", tokens),
        ("a token below 0", right, [*tokens, -1]),
        ("a token beyond 32 bits", right, [*tokens, 2**32]),
        ("the number that stands for a missing token", right, [*tokens, 2**32 - 1]),
    ]
    tests += [
        {"comment": comment, "key": hexed, "tokens": row, "result": "invalid"}
        for comment, hexed, row in wrong
    ]
    verifier = next((peer for name, peer in PEERS.items() if profile.startswith(name)), NATIVE)
    numbered = [{"id": at} | test for at, test in enumerate(tests, start=1)]
    return {"generator": GENERATOR, "verifier": verifier, "profile": profile, "tests": numbered}


def text(profile: str) -> str:
    """Give the file of one profile."""
    return json.dumps(document(profile), indent=1) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for profile in slow.SCORES:
        (FOLDER / f"{profile}.json").write_text(text(profile), "utf-8")
