#!/usr/bin/env python3
"""Verify a Headwater reserve, one document of it, or a proof file, with Python's standard library alone.

Written from docs/spec/reserve-v1.md and docs/spec/log-v1.md, and from nothing of Headwater's code. ML-DSA-44
signatures are checked where the package `cryptography` (48 or later) is there, zstd content where Python is
3.14 or later; what could not be checked is said.

    verify_reserve.py proof FILE --manifest reserve.json [--payload FILE]
    verify_reserve.py reserve FOLDER [--index N] [--sources FOLDER]

Exit status: 0 verified, 1 missing or corrupt, 2 unusable input, 4 the one document asked for is redacted.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import struct
import sys
import zlib
from pathlib import Path
from typing import Any

P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ZSTD = b"\x28\xb5\x2f\xfd"
Point = tuple[int, int, int, int]
NOTES: dict[str, None] = {}


class Wrong(Exception):
    """What was claimed is not true."""


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


# Ed25519 (RFC 8032, section 5.1).


def add(a: Point, b: Point) -> Point:
    x, y = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    z, t = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = y - x, t - z, t + z, y + x
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(n: int, point: Point) -> Point:
    found: Point = (0, 1, 1, 0)
    while n:
        if n & 1:
            found = add(found, point)
        point, n = add(point, point), n >> 1
    return found


def decompress(data: bytes) -> Point:
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        raise Wrong("a point is not on the curve")
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - x2) % P or (x == 0 and sign):
        raise Wrong("a point is not on the curve")
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = decompress((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def ed25519(public: bytes, message: bytes, signature: bytes) -> None:
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or s >= Q:
        raise Wrong("an Ed25519 signature is malformed")
    key, r = decompress(public), decompress(signature[:32])
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % Q
    left, right = times(s, BASE), add(r, times(k, key))
    if any((left[at] * right[2] - right[at] * left[2]) % P for at in (0, 1)):
        raise Wrong("an Ed25519 signature does not verify")


# Notes, checkpoints, trees (C2SP signed-note, tlog-checkpoint, tlog-cosignature; RFC 6962).


def parse_key(text: str) -> tuple[str, bytes, int, bytes]:
    name, key_id, encoded = text.split("+", 2)
    raw = base64.b64decode(encoded, validate=True)
    if sha(name.encode() + b"\n" + raw)[:4].hex() != key_id:
        raise Wrong(f"the key of {name} has another id than it says")
    return name, bytes.fromhex(key_id), raw[0], raw[1:]


def check_signature(key: str, text: str, lines: list[str]) -> None:
    """Check that a key has signed a checkpoint."""
    name, key_id, kind, public = parse_key(key)
    mine = [line[len(name) + 3 :] for line in lines if line.startswith(f"\u2014 {name} ")]
    raw = [base64.b64decode(one, validate=True) for one in mine]
    found = [one[4:] for one in raw if one[:4] == key_id]
    if not found:
        raise Wrong(f"the checkpoint lacks a signature of {name}, key {key_id.hex()}")
    for value in found:
        if kind == 1:
            ed25519(public, text.encode(), value)
        elif kind == 6:
            ml_dsa(public, name, text, value)
        else:
            raise Wrong(f"a key of {name} is of an unknown kind")


def ml_dsa(public: bytes, name: str, text: str, value: bytes) -> None:
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey
    except ImportError:
        NOTES["ML-DSA-44 signatures were not checked: cryptography 48 or later is not there"] = None
        return
    origin, size, root = text.split("\n")[:3]
    names = [bytes([len(one)]) + one for one in (name.encode(), origin.encode())]
    head = struct.pack(">QQ", 0, int(size)) + base64.b64decode(root)
    try:
        message = b"subtree/v1\n\x00" + names[0] + value[:8] + names[1] + head
        MLDSA44PublicKey.from_public_bytes(public).verify(value[8:], message)
    except (InvalidSignature, ValueError) as error:
        raise Wrong("an ML-DSA-44 signature does not verify") from error


def checkpoint(data: bytes, origin: str, keys: list[str]) -> tuple[int, bytes]:
    """Check a signed checkpoint, and give its size and root."""
    text, _, signatures = data.decode().rpartition("\n\n")
    for key in keys:
        check_signature(key, f"{text}\n", signatures.split("\n")[:-1])
    return unsigned(data, origin)


def unsigned(data: bytes, origin: str) -> tuple[int, bytes]:
    lines = data.decode().rpartition("\n\n")[0].split("\n")
    if len(lines) < 3 or lines[0] != origin or not re.fullmatch("0|[1-9][0-9]{0,18}", lines[1]):
        raise Wrong(f"that is no checkpoint of {origin}")
    return int(lines[1]), base64.b64decode(lines[2], validate=True)


def tree_root(hashes: list[bytes]) -> bytes:
    if not hashes:
        return sha(b"")
    while len(hashes) > 1:
        pairs = zip(hashes[::2], hashes[1::2])
        hashes = [sha(b"\x01", a, b) for a, b in pairs] + hashes[len(hashes) & ~1 :]
    return hashes[0]


def climb(index: int, size: int, found: bytes, proof: list[bytes]) -> bytes:
    """Give the root an inclusion proof leads to (RFC 9162, section 2.1.3.2)."""
    if index >= size:
        raise Wrong("the index lies behind the end of the log")
    at, last = index, size - 1
    for one in proof:
        if last == 0:
            raise Wrong("the proof is too long")
        if at & 1 or at == last:
            found = sha(b"\x01", one, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = sha(b"\x01", found, one)
        at, last = at >> 1, last >> 1
    if last:
        raise Wrong("the proof is too short")
    return found


# A log in a folder: plain tiles, or packed segments.


def tile_path(index: int, width: int) -> str:
    *above, last = re.findall("...", str(index).zfill(-(-len(str(index)) // 3) * 3))
    place = "/".join([*(f"x{one}" for one in above), last])
    return place if width == 256 else f"{place}.p/{width}"


def unbundle(data: bytes) -> list[bytes]:
    entries, at = [], 0
    while at < len(data):
        stop = at + 2 + int.from_bytes(data[at : at + 2], "big")
        entries.append(data[at + 2 : stop])
        at = stop
    return entries


def read_log(folder: Path, size: int) -> list[bytes]:
    """Read the first entries of a log; whether they are the right ones is for its root to say."""
    entries: list[bytes] = []
    if (folder / "head").exists():
        head = json.loads((folder / "head").read_bytes())
        full = head["start"] // 65536 + len(head["segments"])
        names = [name.hex() for name in upper_tiles(folder, head["start"] // 65536)] + head["segments"]
        for name in [*names[:full], *([head["tail"]] if head["tail"] else [])]:
            data = (folder / "segment" / name[:2] / name).read_bytes()
            n = int.from_bytes(data[8:12], "big")
            at = 12 + 32 * (n + n // 256) + 8 * (-(-n // 256) + 1)
            entries += unbundle(data[at:])
    else:
        for index in range(-(-size // 256)):
            path = tile_path(index, min(256, size - index * 256))
            entries += unbundle((folder / "tile" / "entries" / path).read_bytes())
    if len(entries) < size:
        raise Wrong(f"{folder} holds {len(entries)} entries, and {size} were signed")
    return entries[:size]


def upper_tiles(folder: Path, n: int) -> list[bytes]:
    names = []
    for index in range(-(-n // 256)):
        width = min(256, n - index * 256)
        whole, part = (folder / "tile" / "2" / tile_path(index, w) for w in (256, width))
        data = (whole if whole.exists() else part).read_bytes()
        names += [data[at : at + 32] for at in range(0, 32 * width, 32)]
    return names


def commitment(salt: bytes, record: bytes) -> bytes:
    return b"\x01\x01" + sha(b"headwater-reserve-document-1\x00", salt, record)


def changed(keys: list[str], one: dict[str, Any]) -> list[str]:
    if one["replaces"] not in keys:
        raise Wrong("a key is replaced that was not valid")
    data = one["checkpoint"].encode()
    checkpoint(data, parse_key(one["key"])[0], [one["key"]])
    return [one["key"] if key == one["replaces"] else key for key in keys]


def verify_registry(folder: Path, manifest: dict[str, Any]) -> list[bytes]:
    """Check the registry, its changes of keys too, and give its entries."""
    origin, keys = manifest["registry_origin"], manifest["registry_keys"]
    data = (folder / "registry" / "checkpoint").read_bytes()
    size, root = unsigned(data, origin)
    entries = read_log(folder / "registry", size)
    if tree_root([sha(b"\0", one) for one in entries]) != root:
        raise Wrong("the registry does not hold what its checkpoint says")
    for index, raw in enumerate(entries):
        one = json.loads(raw)
        if one["kind"] == "key" and one["log"] == "registry":
            then = (folder / "registry" / "checkpoints" / str(index + 1)).read_bytes()
            n, old = checkpoint(then, origin, keys)
            if n != index + 1 or tree_root([sha(b"\0", e) for e in entries[:n]]) != old:
                raise Wrong(f"checkpoint {index + 1} of the registry is of another history")
            keys = changed(keys, one)
    checkpoint(data, origin, keys)
    return entries


def document_keys(manifest: dict[str, Any], entries: list[dict[str, Any]], size: int) -> list[str]:
    keys = manifest["keys"]
    for one in entries:
        if one["kind"] == "key" and one["log"] == "documents" and one["from_size"] <= size:
            keys = changed(keys, one)
    return list(keys)


def read_records(path: Path) -> list[tuple[bytes, bytes, bytes, int, int]]:
    """Read a pack of records: record, salt, head, start and length of the content."""
    data = path.read_bytes()
    n = int.from_bytes(data[8:12], "big")
    if data[:8] != b"hw-recs1":
        raise Wrong(f"{path} is no pack of records")
    offsets = struct.unpack_from(f">{-(-n // 256) + 1}Q", data, 12)
    rows = []
    for start, stop in zip(offsets, offsets[1:]):
        block, at = zlib.decompress(data[start:stop]), 0
        while at < len(block):
            n_record, n_head, first, length, salt = struct.unpack_from(">IIQI16s", block, at)
            at += 36
            record, head = block[at : at + n_record], block[at + n_record : at + n_record + n_head]
            rows.append((record, salt, head, first, length))
            at += n_record + n_head
    return rows


def runs(seal: dict[str, Any]) -> list[tuple[int, int]]:
    start, size = seal["start"], seal["size"]
    cuts = [start, *range(start - start % 65536 + 65536, size, 65536), size]
    return [(a, b) for a, b in zip(cuts, cuts[1:]) if b > a]


def verify_reserve(options: argparse.Namespace) -> int:
    folder = Path(options.path)
    manifest = json.loads((folder / "reserve.json").read_bytes())
    raw = verify_registry(folder, manifest)
    registry = [json.loads(one) for one in raw]
    data = (folder / "log" / "checkpoint").read_bytes()
    size, root = unsigned(data, manifest["origin"])
    checkpoint(data, manifest["origin"], document_keys(manifest, registry, size))
    entries = read_log(folder / "log", size)
    leaves = [sha(b"\0", one) for one in entries]
    if tree_root(leaves) != root:
        raise Wrong("the log does not hold what its checkpoint says")
    seals = [one for one in registry if one["kind"] == "seal" and one["size"] <= size]
    ends = [0, *(one["size"] for one in seals)]
    if [one["start"] for one in seals] != ends[:-1] or ends[-1] != size:
        raise Wrong("the seals of the registry do not cover the log")
    if any(tree_root(leaves[: one["size"]]).hex() != one["root"] for one in seals):
        raise Wrong("the registry names another root of a seal than its log has")
    gone: dict[int, list[tuple[int, str]]] = {}
    for at, one in enumerate(registry):
        if one["kind"] == "redaction":
            gone.setdefault(one["index"], []).append((at, one["scope"]))
    outcomes: dict[str, int] = {}
    for seal in seals:
        beacon = bytes.fromhex(seal["beacon_value"])
        seed = sha(b"headwater-reserve-order-1\x00", sha(raw[seal["intent"]]), beacon)
        last = b""
        for first, stop in runs(seal):
            rows = read_records(folder / "records" / f"{first:012d}")
            if len(rows) != stop - first:
                raise Wrong(f"records/{first:012d} does not hold {stop - first} records")
            for number, row in enumerate(rows, first):
                if row[0]:
                    last = check_order(seed, row[0], last, number)
                if options.index in (None, number):
                    found = row, entries[number], gone.get(number, [])
                    said = judge(folder, (number, first, seal), found, options)
                    outcome = said.split(":")[0]
                    outcomes[outcome] = outcomes.get(outcome, 0) + 1
                    if options.index is not None or not said.startswith("verified"):
                        print(f"document {number}: {said}")
    for outcome, n in sorted(outcomes.items()):
        print(f"{outcome}: {n}")
    if options.index is not None and not outcomes:
        raise Wrong(f"the reserve holds {size} documents, and none of index {options.index}")
    if any(one.startswith("missing") for one in outcomes):
        return 1
    return 4 if options.index is not None and "redacted" in outcomes else 0


def check_order(seed: bytes, record: bytes, last: bytes, number: int) -> bytes:
    one = json.loads(record)
    parts = bytes.fromhex(one["record_sha256"]), bytes.fromhex(one["place"]["file_sha256"])
    key = sha(seed, *parts, one["place"]["offset"].to_bytes(8, "big"))[:16]
    if key < last:
        raise Wrong(f"document {number} does not stand where the order of its seal puts it")
    return key


def judge(folder: Path, where: tuple[int, int, Any], found: tuple[Any, bytes, Any], options: Any) -> str:
    """Say what became of one document: verified, redacted, or missing or corrupt."""
    (record, salt, _, start, length), entry, redacted = found
    number, first, seal = where
    said = {scope: at for at, scope in reversed(redacted)}
    if not record:
        if "content+metadata" in said:
            return f"redacted: registry entry {said['content+metadata']}"
        return f"missing or corrupt: its record in records/{first:012d} is gone"
    if commitment(salt, record) != entry:
        return f"missing or corrupt: its record in records/{first:012d} is not the one that was sealed"
    if redacted:
        return f"redacted: registry entry {redacted[0][0]}"
    one = json.loads(record)
    try:
        if seal["mode"] == "in-place":
            in_place(folder, one, options.sources)
        elif length:
            path = folder / "content" / f"{first:012d}.{(number - first) // 4096:02d}"
            ingested(folder, (path, start, length), seal["dictionary"], one)
        return "verified"
    except (Wrong, OSError, zlib.error) as error:
        return f"missing or corrupt: {error}"


def in_place(folder: Path, one: dict[str, Any], sources: str | None) -> None:
    place = one["place"]
    if sources is not None:
        path = Path(sources) / place["file"]
    else:
        path = Path(json.loads((folder / "source" / place["file_sha256"]).read_bytes())["path"])
    with path.open("rb") as file:
        file.seek(place["offset"])
        data = file.read(place["length"])
    fault = f"bytes {place['offset']} to {place['offset'] + place['length']} of {path}"
    if data[:2] == b"\x1f\x8b":
        data = zlib.decompressobj(31).decompress(data, 2**26)
    elif data[:4] == ZSTD:
        data = unzstd(data, dictionary_of(path)) or b""
        if not data:
            return
    head, body = split(data)
    if sha(head, sha(body)).hex() != one["record_sha256"]:
        raise Wrong(f"{fault} are not the record that was sealed")


def dictionary_of(path: Path) -> bytes:
    """Read the dictionary a zstd file begins with, which may be compressed itself."""
    with path.open("rb") as file:
        head = file.read(8)
        data = file.read(int.from_bytes(head[4:], "little")) if head[:4] == b"\x5d\x2a\x4d\x18" else b""
    return (unzstd(data, b"") or b"") if data[:4] == ZSTD else data


def split(data: bytes) -> tuple[bytes, bytes]:
    """Cut a WARC record into head and body, as the specification says."""
    at = data.find(b"\r\n\r\n") + 4
    found = re.findall(rb"(?im)^content-length[ \t]*:[ \t]*([0-9]+)", data[:at])
    if at < 4 or not found:
        raise Wrong("there is no WARC record")
    block = data[at : at + int(found[-1])]
    is_response = re.search(rb"(?im)^warc-type[ \t]*:[ \t]*response", data[:at])
    status = re.match(rb"HTTP/\d(?:\.\d)?[ \t]+\d{3}[^\r\n]*\r?\n?", block) if is_response else None
    end = re.compile(rb"\n\r?\n").search(block, max(status.end() - 1, 0), 2**18) if status else None
    if end or (status and len(block) <= 2**18):
        cut = end.end() if end else len(block)
        return data[:at] + block[:cut], block[cut:]
    return data[:at], block


def ingested(folder: Path, where: tuple[Path, int, int], dictionary: str, one: dict[str, Any]) -> None:
    path, start, length = where
    with path.open("rb") as file:
        file.seek(start)
        frame = file.read(length)
    made = (folder / "dictionary" / dictionary).read_bytes() if dictionary else b""
    if made and hashlib.sha256(made).hexdigest() != dictionary:
        raise Wrong(f"dictionary {dictionary} has changed")
    if len(frame) != length or frame[:4] != ZSTD:
        raise Wrong(f"bytes {start} to {start + length} of {path} hold no content")
    payload = unzstd(frame, made)
    if payload is not None and hashlib.sha256(payload).hexdigest() != one["payload_sha256"]:
        raise Wrong(f"bytes {start} to {start + length} of {path} are not what was sealed")


def unzstd(frame: bytes, dictionary: bytes) -> bytes | None:
    try:
        from compression import zstd  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        NOTES["zstd content was not read: it needs Python 3.14"] = None
        return None
    try:
        return bytes(zstd.decompress(frame, zstd_dict=zstd.ZstdDict(dictionary) if dictionary else None))
    except zstd.ZstdError as error:
        raise Wrong("a frame of content does not decompress") from error


def verify_proof(options: argparse.Namespace) -> int:
    data = Path(options.path).read_bytes()
    manifest = json.loads(Path(options.manifest).read_bytes())
    top, _, signed = data.partition(b"\n\n")
    magic, extra, number, *lines = top.decode("ascii").split("\n")
    if magic != "c2sp.org/tlog-proof@v1" or not extra.startswith("extra ") or number[:6] != "index ":
        raise Wrong("that is no proof of a document")
    raw = base64.b64decode(extra[6:], validate=True)
    salt, record, index = raw[:16], raw[16:], int(number[6:])
    size, root = checkpoint(signed, manifest["origin"], manifest["keys"])
    proof = [base64.b64decode(line, validate=True) for line in lines]
    if climb(index, size, sha(b"\0", commitment(salt, record)), proof) != root:
        raise Wrong("the proof does not lead to the root of the checkpoint")
    one = json.loads(record)
    if options.payload and sha(Path(options.payload).read_bytes()).hex() != one["payload_sha256"]:
        raise Wrong("the payload is not the one that was sealed")
    print(f"verified: document {index} of {size} in {manifest['origin']}: {one['uri']}, {one['captured']}")
    return 0


def main() -> int:
    shape = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=shape)
    jobs = parser.add_subparsers(required=True)
    proof = jobs.add_parser("proof", help="check a proof file")
    proof.add_argument("path")
    proof.add_argument("--manifest", required=True, help="the reserve.json you trust")
    proof.add_argument("--payload", help="the document's payload")
    proof.set_defaults(work=verify_proof)
    whole = jobs.add_parser("reserve", help="check a reserve, or one document of it")
    whole.add_argument("path")
    whole.add_argument("--index", type=int, help="this document alone")
    whole.add_argument("--sources", help="folder of the files that were sealed in place")
    whole.set_defaults(work=verify_reserve)
    options = parser.parse_args()
    try:
        status = int(options.work(options))
    except Wrong as error:
        print(f"missing or corrupt: {error}")
        status = 1
    except (OSError, ValueError, KeyError, TypeError, IndexError, struct.error, zlib.error) as error:
        print(f"not what it should be: {type(error).__name__}: {error}", file=sys.stderr)
        status = 2
    for note in NOTES:
        print(f"note: {note}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
