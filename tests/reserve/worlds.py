"""Reserves for the tests: keys that anyone can see, small archives, and a clock that stands still."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from headwater.log.algorithm import ED25519, ML_DSA_44
from headwater.log.checkpoint import Signer
from headwater.log.storage import Memory, Storage
from headwater.reserve import seal
from headwater.reserve.gather import Terms
from headwater.reserve.keyring import Keyring
from headwater.reserve.order import Beacon
from headwater.reserve.reserve import Reserve, create
from headwater.reserve.seal import Plan
from headwater.sources import SOURCES
from tests.reserve.archives import Page, pages, warc_gz

ORIGIN = "reserve.example/one"
NOW_S = 1_700_000_000


def keyring(origin: str = ORIGIN, *, first: int = 0) -> Keyring:
    """Make keys from seeds that anyone can see: for tests, and for nothing else."""

    def pair(name: str, at: int) -> tuple[Signer, ...]:
        kinds = (ED25519, ML_DSA_44)
        return tuple(Signer(name, kind, bytes([at + n] * 32)) for n, kind in enumerate(kinds))

    return Keyring(pair(origin, first), pair(f"{origin}/registry", first + 2))


KEYS = keyring()


def plan(files: Sequence[Path], staging: Path, *, mode: str = "in-place", **terms: Any) -> Plan:
    """Plan a seal of some files."""
    shards = [
        shard
        for file in files
        for shard in SOURCES[kind_of(file)].shards(str(file), file.name, shard_bytes=2**60)
    ]
    return Plan(tuple(shards), Terms(mode, **terms), Beacon(), staging, NOW_S)


def kind_of(file: Path) -> str:
    return "warc" if ".warc" in file.name else "jsonl" if ".jsonl" in file.name else "parquet"


def sealed(
    folder: Path, n: int = 12, *, mode: str = "in-place", storage: Storage | None = None
) -> tuple[Reserve, list[Page]]:
    """Seal some pages of a `.warc.gz` in a folder."""
    some = pages(n)
    file = folder / "a.warc.gz"
    file.write_bytes(warc_gz(some))
    held = create(Memory() if storage is None else storage, KEYS.manifest)
    held, _ = seal.seal(held, plan([file], folder / "staging", mode=mode), KEYS)
    return held, some
