"""The sealed reserve of a loop, and a proved sample for each generation."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from headwater.curate import roll
from headwater.curate.store import write_text
from headwater.log.storage import Directory
from headwater.reserve import keyring, payloads, sample, stream
from headwater.reserve.gather import Terms
from headwater.reserve.order import Beacon
from headwater.reserve.reserve import create, open_reserve
from headwater.reserve.seal import Plan, seal
from headwater.sources.discover import discover
from headwater.sources.plan import plan

ORIGIN = "loop.example/reserve"
SEALED = "2022-01-01"  # Before the first generation.
_SEALED_S = 1_640_995_200
_YEAR_S = 31_557_600


def build(folder: Path, source: Path) -> None:
    """Seal a file of human text.

    Args:
        folder: New; the reserve and its keys go below it.
        source: JSON lines.
    """
    keys = keyring.generate(folder / "keys", ORIGIN)
    held = create(Directory(folder / "reserve"), keys.manifest)
    shards = tuple(plan(discover([str(source)]), shard_bytes=2**60))
    seal(held, Plan(shards, Terms("ingest"), Beacon(), folder / "staging", _SEALED_S), keys)


def write_all(folder: Path, target: Path) -> None:
    """Write down the text of all documents, each checked against what was sealed.

    Args:
        folder: What `build` was given.
        target: JSON lines.
    """
    held = open_reserve(Directory(folder / "reserve"))
    texts = (one.data.decode("utf-8") for one in payloads.walk(held))
    lines = (json.dumps({"text": text}, ensure_ascii=False) for text in texts)
    write_text(target, "".join(f"{line}\n" for line in lines))


def named(folder: Path) -> str:
    """Name the reserve as `curate` looks pages up in it."""
    return roll.encode([folder / "reserve"])


def draw(folder: Path, n: int, generation: int, *, seed: int) -> Path:
    """Draw a sample that nobody chose.

    The intent is logged, then a beacon's round is known.

    Args:
        folder: What `build` was given.
        n: Documents wanted; whole bundles are drawn, so there may be more.
        generation: Whose training set it is for.
        seed: Of the loop; it stands in for the world's randomness in the beacon.

    Returns:
        The sample's folder: documents as JSON lines, and the mix manifest that proves the draw.
    """
    out = sample_of(folder, generation)
    if out.exists():
        return out
    keys = keyring.read(folder / "keys")
    held = create(Directory(folder / "reserve"), keys.manifest)
    now_s = _SEALED_S + (generation + 1) * _YEAR_S
    entry = sample.intend(held, n, purpose=f"training set of generation {generation}", now_s=now_s)
    if entry not in held.entries:  # Whoever was killed just here has said it already.
        held = held.append([entry], keys.registry, time_s=now_s)
    value = hashlib.sha256(f"loop {seed} {generation}".encode()).digest()
    mix = sample.draw(held, held.entries.index(entry), Beacon(f"simulated:{generation}", value))
    out.parent.mkdir(exist_ok=True)
    whole(out, lambda begun: stream.write(held, mix, begun, form="jsonl"))
    return out


def sample_of(folder: Path, generation: int) -> Path:
    """Give the folder of a generation's sample."""
    return folder / "samples" / f"{generation:03d}"


def whole(folder: Path, make: Callable[[Path], object]) -> None:
    """Make a folder whole or not at all."""
    begun = folder.with_name(f"{folder.name}.begun")
    shutil.rmtree(begun, ignore_errors=True)
    make(begun)
    begun.rename(folder)


def texts(drawn: Path) -> Sequence[str]:
    """Read the texts of a sample."""
    with (drawn / "documents.jsonl").open(encoding="utf-8") as file:
        return [json.loads(line)["text"] for line in file]
