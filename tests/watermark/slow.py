"""Scores word for word from the definitions: plain Python numbers, none of headwater.watermark's code."""

from __future__ import annotations

import hashlib
import hmac
import math
import struct
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

MASK32, MASK64 = 2**32 - 1, 2**64 - 1
FACTOR = 6364136223846793005
N_TYPES = 50_257


def derived(master: bytes, purpose: str, n_bytes: int = 16) -> bytes:
    """RFC 5869, one block, no salt."""
    extracted = hmac.new(bytes(32), master, hashlib.sha256).digest()
    info = f"headwater watermark {purpose}".encode()
    return hmac.new(extracted, info + b"\x01", hashlib.sha256).digest()[:n_bytes]


def aes_keys(key: bytes) -> list[bytes]:
    return [derived(key, f"gumbel-aes-dual-1 {part}", 32) for part in (1, 2)]


def aes_block(ngram: Sequence[int], master: bytes, purpose: str) -> int:
    block = struct.pack("<4I", *([MASK32] * (4 - len(ngram))), *ngram)
    cipher = Cipher(algorithms.AES(derived(master, purpose)), modes.ECB()).encryptor()
    return int.from_bytes(cipher.update(block), "little")


def aes_word(ngram: Sequence[int], master: bytes, purpose: str) -> int:
    return aes_block(ngram, master, purpose) & MASK64


def aes_uniform(ngram: Sequence[int], master: bytes, purpose: str) -> float:
    return ((aes_word(ngram, master, purpose) >> 12) + 0.5) / 2**52


def philox(counter: Sequence[int], key: Sequence[int]) -> tuple[int, ...]:
    """Salmon et al. (2011), ten rounds."""
    c, (k0, k1) = list(counter), key
    for _ in range(10):
        a, b = c[0] * 0xD2511F53, c[2] * 0xCD9E8D57
        c = [(b >> 32) ^ c[1] ^ k0, b & MASK32, (a >> 32) ^ c[3] ^ k1, a & MASK32]
        k0, k1 = (k0 + 0x9E3779B9) & MASK32, (k1 + 0xBB67AE85) & MASK32
    return tuple(c)


def vllm_uniform(ngram: Sequence[int], key: bytes) -> float:
    whole = int.from_bytes(key, "big")
    k0, k1 = whole & MASK32, whole >> 32
    *context, token = ngram
    state: tuple[int, ...] = (0x574D4358, len(context), 0, 0)
    for start in range(0, len(context), 4):
        block = context[start : start + 4] + [MASK32 - at for at in range(1, 4)][len(context[start:]) - 1 :]
        state = philox([s ^ x for s, x in zip(state, block, strict=False)], (k0 ^ start, k1))
    drawn = philox((token >> 2, *state[:3]), (k0 ^ state[3], k1 ^ 0x574D544B))[token & 3]
    return float(np.float32(((drawn >> 8) + 1) / (2**24 + 1)))


def vllm_keys(key: bytes) -> list[bytes]:
    return [hashlib.sha256(name + key).digest()[:8] for name in (b"key_a", b"key_b")]


def murmur3(words: Sequence[int]) -> int:
    """MurmurHash3 x86-32 of whole words, seed 0."""
    state = 0
    for word in words:
        k = word * 0xCC9E2D51 & MASK32
        k = ((k << 15 | k >> 17) & MASK32) * 0x1B873593 & MASK32
        state ^= k
        state = ((state << 13 | state >> 19) & MASK32) * 5 + 0xE6546B64 & MASK32
    state ^= 4 * len(words)
    state = (state ^ state >> 16) * 0x85EBCA6B & MASK32
    state = (state ^ state >> 13) * 0xC2B2AE35 & MASK32
    return state ^ state >> 16


def sglang_uniform(ngram: Sequence[int], key: bytes) -> float:
    whole = int.from_bytes(key, "big")
    context = murmur3(ngram[:-1])
    return (murmur3([whole & MASK32, whole >> 32, context, ngram[-1]]) + 0.5) / 2**32


def sglang_dual_uniform(ngram: Sequence[int], key: bytes) -> float:
    parts = [int.from_bytes(part, "big") for part in (key[:8], key[8:])]
    words = [word for part in parts for word in (part & MASK32, part >> 32)]
    first = murmur3([*words, murmur3(ngram[:-1])]) < 2**31
    return sglang_uniform(ngram, key[:8] if first else key[8:])


@cache
def permuted(seed: int, n: int, n_first: int) -> tuple[int, ...]:
    """torch.randperm on a CPU, by NumPy's MT19937."""
    raw = np.random.RandomState(seed)._bit_generator.random_raw(n_first)
    items = list(range(n))
    for i, z in enumerate(raw.tolist()[: n - 1]):
        j = i + z % (n - i)
        items[i], items[j] = items[j], items[i]
    return tuple(items[:n_first])


def left_green(ngram: Sequence[int], key: bytes) -> bool:
    hash_key = int.from_bytes(key, "big", signed=True)
    seed = hash_key * ngram[-2] % MASK64 & MASK32
    return ngram[-1] in permuted(seed, N_TYPES, N_TYPES // 4)


def self_seed(ngram: Sequence[int], key: bytes) -> int:
    hash_key = int.from_bytes(key, "big", signed=True)
    table = permuted(hash_key & MASK32, 1_000_003, 1_000_003)
    own = table[ngram[-1] % 1_000_003] + 1
    products = [hash_key * (table[token % 1_000_003] + 1) * own for token in ngram]
    return min((p + 2**63) % 2**64 - 2**63 for p in products) % MASK64 & MASK32


def self_green(ngram: Sequence[int], key: bytes) -> bool:
    return ngram[-1] in permuted(self_seed(ngram, key), N_TYPES, N_TYPES // 4)


def layer_keys(key: bytes) -> list[int]:
    return [int.from_bytes(key[at : at + 8], "big", signed=True) for at in range(0, len(key), 8)]


def accumulated(ngram: Sequence[int], start: int) -> int:
    state = start
    for token in ngram:
        state = (state + token) * FACTOR + 1 & MASK64
    return state


def table_ones(ngram: Sequence[int], key: bytes) -> list[int]:
    state = accumulated(ngram, 1)
    table = _drawn()
    return [table[((state + layer) * FACTOR + 1) % 65_536] for layer in layer_keys(key)]


@cache
def _drawn() -> list[int]:
    raw = np.random.RandomState(0)._bit_generator.random_raw(65_536)
    return list((raw % 2).tolist())


def long_ones(ngram: Sequence[int], key: bytes) -> list[int]:
    keys = layer_keys(key)
    hashed = hashlib.sha256(b"".join(struct.pack("<q", layer) for layer in keys)).digest()
    state = accumulated(ngram, int.from_bytes(hashed, "big") % (2**63 - 1))
    ones = []
    for layer in keys:
        x = (state + layer) * FACTOR + 1
        for _ in range(12):
            x = (((x + 1) * FACTOR + 1 + 2**63) % 2**64 - 2**63) >> 5
        ones.append(x >> 30 & 1)
    return ones


def aes_ones(ngram: Sequence[int], key: bytes) -> int:
    word = aes_word(ngram, key, "tournament-aes-1")
    return sum((10 - layer // 3) * (word >> layer & 1) for layer in range(30))


@cache
def code_word(message: int) -> list[int]:
    """Extended BCH, [64, 16, 24]: the generator as printed in Lin and Costello (2004), appendix C."""
    generator, product = 0o6331141367235453, 0
    for shift in range(16):
        product ^= (generator << shift) * (message >> shift & 1)
    bits = [product >> at & 1 for at in range(63)]
    return [*bits, sum(bits) % 2]


def payload_agrees(ngram: Sequence[int], key: bytes) -> bool:
    word = aes_word(ngram, key[:32], "payload-aes-1")
    return code_word(int.from_bytes(key[32:], "big"))[word % 64] == word // 64 % 2


def is_public(ngram: Sequence[int], key: bytes) -> bool:
    return aes_word(ngram[:-1], key[:32], "beacon-aes-1 coin") % 2 == 0


def beacon_public(ngram: Sequence[int], key: bytes) -> float | None:
    member = int.from_bytes(key[32:34], "big")
    first, *rest = ngram
    bits = aes_block([first + (member // 128 << 23), *rest], key[:32], "beacon-aes-1 members")
    return bits >> member % 128 & 1 if is_public(ngram, key) else None


def beacon_private(ngram: Sequence[int], key: bytes) -> float | None:
    return None if is_public(ngram, key) else exponential(aes_uniform(ngram, key[34:], "gumbel-aes-1"))


def exponential(uniform: float) -> float:
    return -math.log1p(-uniform)


# Profile -> score of one n-gram; None where it does not count under the key.
SCORES: dict[str, Callable[[Sequence[int], bytes], float | None]] = {
    "gumbel-aes-1": lambda ngram, key: exponential(aes_uniform(ngram, key, "gumbel-aes-1")),
    "gumbel-aes-dual-1": lambda ngram, key: sum(
        share * exponential(aes_uniform(ngram, part, "gumbel-aes-1"))
        for share, part in zip((0.9, 0.1), aes_keys(key), strict=True)
    ),
    "gumbel-vllm-philox-1": lambda ngram, key: exponential(vllm_uniform(ngram, key)),
    "gumbel-vllm-philox-dual-1": lambda ngram, key: sum(
        share * exponential(vllm_uniform(ngram, part))
        for share, part in zip((0.9, 0.1), vllm_keys(key), strict=True)
    ),
    "gumbel-sglang-murmur3-1": lambda ngram, key: exponential(sglang_uniform(ngram, key)),
    "gumbel-sglang-murmur3-dual-1": lambda ngram, key: exponential(sglang_dual_uniform(ngram, key)),
    "greenlist-aes-1": lambda ngram, key: aes_uniform(ngram, key, "greenlist-aes-1") < 0.25,
    "greenlist-unigram-aes-1": lambda ngram, key: aes_uniform(ngram, key, "greenlist-unigram-aes-1") < 0.25,
    "greenlist-hf-lefthash-1": left_green,
    "greenlist-hf-selfhash-1": self_green,
    "tournament-aes-1": aes_ones,
    "tournament-hf-table-1": lambda ngram, key: sum(table_ones(ngram, key)),
    "tournament-google-lcg-1": lambda ngram, key: sum(long_ones(ngram, key)),
    "payload-aes-1": payload_agrees,
    "beacon-public-aes-1": beacon_public,
    "beacon-aes-1": beacon_private,
}
# Profile -> tokens of context, whether contexts begin before the text, whether n-grams instead of contexts.
SHAPES: dict[str, tuple[int, bool, bool]] = {
    "gumbel-aes-1": (3, False, False),
    "gumbel-aes-dual-1": (3, False, False),
    "gumbel-vllm-philox-1": (4, True, False),
    "gumbel-vllm-philox-dual-1": (4, True, False),
    "gumbel-sglang-murmur3-1": (4, False, False),
    "gumbel-sglang-murmur3-dual-1": (4, False, False),
    "greenlist-aes-1": (1, False, True),
    "greenlist-unigram-aes-1": (0, False, True),
    "greenlist-hf-lefthash-1": (1, False, True),
    "greenlist-hf-selfhash-1": (3, False, True),
    "tournament-aes-1": (3, False, False),
    "tournament-hf-table-1": (4, False, False),
    "tournament-google-lcg-1": (4, False, False),
    "payload-aes-1": (2, False, True),
    "beacon-public-aes-1": (3, False, False),
    "beacon-aes-1": (3, False, False),
}


def ngrams(tokens: Sequence[int], profile: str) -> dict[int, tuple[int, ...]]:
    """Give, by place, the n-grams that count."""
    width, padded, whole = SHAPES[profile]
    found: dict[int, tuple[int, ...]] = {}
    seen: set[tuple[int, ...]] = set()
    for place in range(0 if padded else width, len(tokens)):
        before = tuple([MASK32] * max(0, width - place)) + tuple(tokens[max(0, place - width) : place])
        once = (*before, tokens[place]) if whole else before
        if once not in seen:
            seen.add(once)
            found[place] = (*before, tokens[place])
    return found


def scores(tokens: Sequence[int], profile: str, key: bytes) -> dict[int, float]:
    """Give, by place, the scores that count."""
    counted = ngrams(tokens, profile)
    if profile == "greenlist-hf-selfhash-1":  # other contexts can give one seed, and the token one score
        draws = {(self_seed(ngram, key), ngram[-1]): place for place, ngram in reversed(counted.items())}
        counted = {place: counted[place] for place in sorted(draws.values())}
    found = {place: SCORES[profile](ngram, key) for place, ngram in counted.items()}
    return {place: float(score) for place, score in found.items() if score is not None}
