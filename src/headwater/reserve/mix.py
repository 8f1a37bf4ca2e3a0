"""The mix manifest: which documents of a reserve were drawn, and all that shows that nobody chose them.

It names bundles of 256 entries, with one set of hashes that ties all of them to a signed checkpoint; the
intent, which the registry held before the beacon was known; and the beacon. Whoever has it draws the list
again, hashes the bundles, and needs nobody's word.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from headwater import canonical
from headwater.errors import FormatError, InclusionError, InputError
from headwater.log import bundle, checkpoint, note, proof
from headwater.log.proof import Proof
from headwater.log.tile import HEIGHT, WIDTH
from headwater.log.tree import HASH_BYTES, PLAIN, Hasher, ReadNodes, cover, fold, level_root, node_hash, rise
from headwater.reserve.entry import is_count, is_hex
from headwater.reserve.order import Beacon

NAME = "headwater-mix-1"
MAX_BUNDLES = 1 << 20
_KEYS = {"beacon", "bundles", "checkpoint", "format", "hashes", "intent", "intent_proof", "redacted", "share"}
_KEPT_BYTES = WIDTH // 8


@dataclass(frozen=True, slots=True)
class Drawn:
    """A bundle that was drawn.

    Attributes:
        index: Its index in the log.
        kept: One bit a document, the first one the highest: whether it is in the sample.
    """

    index: int
    kept: bytes

    def documents(self) -> Iterator[int]:
        """Yield the index of each document that is in the sample."""
        bits = int.from_bytes(self.kept)
        return (self.index * WIDTH + at for at in range(WIDTH) if bits >> (WIDTH - 1 - at) & 1)


@dataclass(frozen=True, slots=True)
class Mix:
    """A sample, and its proof.

    Attributes:
        share: Share of a training set that the sample is meant to be, in (0, 1].
        checkpoint: The signed checkpoint of the log of documents that was drawn from.
        intent: The registry's entry of kind `sample-intent`, its bytes.
        intent_proof: That it was in the registry, under a checkpoint from before the beacon.
        beacon: What was drawn by.
        bundles: In the order they were drawn.
        hashes: Subtrees without a drawn bundle, from left to right.
        redacted: Index of each document of these bundles that was redacted by then -> registry entry.
    """

    share: float
    checkpoint: bytes
    intent: bytes
    intent_proof: Proof
    beacon: Beacon
    bundles: tuple[Drawn, ...]
    hashes: tuple[bytes, ...]
    redacted: Mapping[int, int]

    def documents(self) -> Iterator[int]:
        """Yield the index of every document in the sample, in the order of the draw."""
        return (index for one in self.bundles for index in one.documents())


def encode(mix: Mix) -> bytes:
    """Encode a manifest as canonical JSON.

    Args:
        mix: What to encode.

    Raises:
        InputError: If it would not parse to the same.
    """
    data = canonical.encode(
        {
            "format": NAME,
            "share": mix.share,
            "checkpoint": mix.checkpoint.decode(),
            "intent": mix.intent.decode(),
            "intent_proof": proof.encode(mix.intent_proof).decode(),
            "beacon": {"name": mix.beacon.name, "value": mix.beacon.value.hex()},
            "bundles": [[one.index, one.kept.hex()] for one in mix.bundles],
            "hashes": note.encode_base64(b"".join(mix.hashes)),
            "redacted": [[index, mix.redacted[index]] for index in sorted(mix.redacted)],
        }
    )
    try:
        same = parse(data) == mix
    except FormatError as error:
        raise InputError(f"no such mix manifest: {error}") from error
    if not same:
        raise InputError("no such mix manifest: it would be read as something else")
    return data


def parse(data: bytes) -> Mix:
    """Parse a manifest; nothing is verified.

    Args:
        data: Canonical JSON.

    Returns:
        The manifest, with `encode(parse(data)) == data`.

    Raises:
        FormatError: If it is not one.
    """
    value = canonical.parse(data)
    if not isinstance(value, dict) or set(value) != _KEYS or value["format"] != NAME:
        raise FormatError("not a mix manifest, or of a later version of the format")
    share, beacon = value["share"], value["beacon"]
    texts = [value[name] for name in ("checkpoint", "intent", "intent_proof", "hashes")]
    if not all(isinstance(one, str) for one in texts):
        raise FormatError("a part of a mix manifest is no text")
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share <= 1:
        raise FormatError("the share in a mix manifest does not lie in (0, 1]")
    if not isinstance(beacon, dict) or set(beacon) != {"name", "value"} or not is_hex(beacon["value"]):
        raise FormatError("a mix manifest names no beacon")
    if not isinstance(beacon["name"], str) or bool(beacon["name"]) != bool(beacon["value"]):
        raise FormatError("the beacon of a mix manifest lacks its name or its value")
    signed, intent, shown = (one.encode() for one in texts[:3])
    checkpoint.parse(signed)
    hashes = note.parse_base64(texts[3])
    if len(hashes) % HASH_BYTES:
        raise FormatError("the hashes of a mix manifest are cut off")
    cuts = range(0, len(hashes), HASH_BYTES)
    return Mix(
        share,
        signed,
        intent,
        proof.parse(shown),
        Beacon(beacon["name"], bytes.fromhex(beacon["value"])),
        tuple(_bundles(value["bundles"])),
        tuple(hashes[at : at + HASH_BYTES] for at in cuts),
        dict(_pairs(value["redacted"])),
    )


def _bundles(value: Any) -> list[Drawn]:
    """Read the bundles.

    Raises:
        FormatError: If they are none, or one is drawn twice.
    """
    if not isinstance(value, list) or not 0 < len(value) <= MAX_BUNDLES:
        raise FormatError("a mix manifest draws no bundles, or too many")
    found = []
    for one in value:
        if not isinstance(one, list) or len(one) != 2 or not is_count(one[0]) or not is_hex(one[1]):
            raise FormatError("a bundle in a mix manifest is no index and bits")
        found.append(Drawn(one[0], bytes.fromhex(one[1])))
    if any(len(one.kept) != _KEPT_BYTES for one in found) or len({one.index for one in found}) < len(found):
        raise FormatError("a bundle in a mix manifest has no 256 bits, or is drawn twice")
    return found


def _pairs(value: Any) -> list[tuple[int, int]]:
    """Read what was redacted.

    Raises:
        FormatError: If it is no list of indices with entries, in order.
    """
    if not isinstance(value, list) or not all(
        isinstance(one, list) and len(one) == 2 and all(map(is_count, one)) for one in value
    ):
        raise FormatError("what was redacted in a mix manifest is no list of indices and entries")
    indices = [one[0] for one in value]
    if any(before >= behind for before, behind in pairwise(indices)):
        raise FormatError("what was redacted in a mix manifest is not in order")
    return [(one[0], one[1]) for one in value]


def prove(bundles: Sequence[int], size: int, read: ReadNodes) -> tuple[bytes, ...]:
    """Give the hashes that tie bundles to a tree.

    They are of the largest subtrees that hold none of the bundles, from left to right.

    Args:
        bundles: Indices, at least one.
        size: Number of entries of the tree.
        read: Gives the hashes of its nodes.
    """
    covers: list[list[Any]] = []

    def note_range(start: int, stop: int) -> bytes:
        covers.append(list(cover(start * WIDTH, min(stop * WIDTH, size))))
        return bytes(HASH_BYTES)

    _fold(sorted(bundles), (0, -(-size // WIDTH)), lambda _: bytes(HASH_BYTES), note_range)
    hashes = iter(read([node for nodes in covers for node in nodes]))
    return tuple(fold([next(hashes) for _ in nodes]) for nodes in covers)


def verify_bundles(
    bundles: Mapping[int, bytes],
    at: checkpoint.Checkpoint,
    hashes: Sequence[bytes],
    *,
    hasher: Hasher = PLAIN,
) -> dict[int, list[bytes]]:
    """Check that bundles stand in the tree of a checkpoint.

    Args:
        bundles: Index -> bytes of a bundle.
        at: The checkpoint, itself verified.
        hashes: What `prove` gave.
        hasher: What hashes; the bundles are hashed together.

    Returns:
        The entries of each bundle.

    Raises:
        FormatError: If a bundle does not parse.
        InclusionError: If they do not lead to the checkpoint's root.
    """
    parsed = {index: bundle.parse(data) for index, data in sorted(bundles.items())}
    n_bundles = -(-at.size // WIDTH)
    for index, entries in parsed.items():
        if index >= n_bundles or len(entries) != min(WIDTH, at.size - index * WIDTH):
            raise InclusionError(f"bundle {index} does not hold what a tree of {at.size} has there")
    roots = _roots(parsed, hasher)
    rest = iter(hashes)
    try:
        root = _fold(list(parsed), (0, n_bundles), roots.__getitem__, lambda *_: next(rest))
    except StopIteration:
        raise InclusionError("a mix manifest has too few hashes for its bundles") from None
    if root != at.root or next(rest, None) is not None:
        raise InclusionError(f"the bundles do not stand in the tree of {at.size} with this root")
    return parsed


def _roots(parsed: Mapping[int, Sequence[bytes]], hasher: Hasher) -> dict[int, bytes]:
    full = [index for index, entries in parsed.items() if len(entries) == WIDTH]
    level = rise(hasher.leaves([entry for index in full for entry in parsed[index]]), HEIGHT, hasher)
    found = {index: level[at * HASH_BYTES : (at + 1) * HASH_BYTES] for at, index in enumerate(full)}
    for index, entries in parsed.items():
        if len(entries) < WIDTH:
            found[index] = level_root(hasher.leaves(entries), hasher)
    return found


def _fold(
    drawn: Sequence[int],
    span: tuple[int, int],
    root_of: Callable[[int], bytes],
    other: Callable[[int, int], bytes],
) -> bytes:
    """Hash a range of bundles into one node; `other` gives the hash of a range in which none was drawn."""
    start, stop = span
    if not drawn:
        return other(start, stop)
    if stop - start == 1:
        return root_of(start)
    # Where RFC 6962 splits: the largest power of two smaller than the width.
    middle = start + (1 << ((stop - start - 1).bit_length() - 1))
    cut = bisect_left(drawn, middle)
    left = _fold(drawn[:cut], (start, middle), root_of, other)
    return node_hash(left, _fold(drawn[cut:], (middle, stop), root_of, other))
