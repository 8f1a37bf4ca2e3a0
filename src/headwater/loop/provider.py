"""The model provider of a loop: its watermark key, announced in a registry."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from headwater.log import keys as log_keys
from headwater.log.algorithm import ED25519
from headwater.log.checkpoint import Policy
from headwater.loop.author import PROFILE
from headwater.watermark import keys
from headwater.watermark.registry import entry
from headwater.watermark.registry.registry import announcement, encode, open_, usable
from headwater.watermark.schemes import SCHEMES

_FROM_S = int(datetime(2022, 1, 1, tzinfo=UTC).timestamp())
_UNTIL_S = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp())


def found(folder: Path, *, tokenizer: str, seed: int) -> None:
    """Announce a key.

    Args:
        folder: New; keys and registry go there.
        tokenizer: Of the models.
        seed: The watermark key is derived from it, so that a loop is the same when it is run again.
    """
    folder.mkdir(parents=True)
    scheme = SCHEMES[PROFILE]
    secret = hashlib.shake_256(f"loop watermark {seed}".encode()).digest(scheme.key_bytes)
    keys.write(folder / "mark.key", keys.Key(scheme.name, secret))
    issuer, keeper = (log_keys.generate(name, ED25519) for name in ("mill.example", "registry.example"))
    log_keys.write(folder / "keeper.key", keeper)
    (folder / "keeper.pub").write_text(f"{keeper.key}\n", "utf-8")
    told = announcement(
        PROFILE,
        tokenizer,
        contact="marks@mill.example",
        from_s=_FROM_S,
        until_s=_UNTIL_S,
        key={"kind": "public", "secret": secret.hex()},
        previous="",
    )
    signed = entry.sign(told, issuer, time_s=_FROM_S)
    (folder / "registry").write_bytes(encode([signed], keeper.name, [keeper], time_s=_FROM_S))


def markers(folder: Path) -> str:
    """Verify the registry, and give its keys in the form that `curate` takes."""
    from headwater.curate.labels.watermark import encode as encode_markers
    from headwater.log import note

    key = note.parse_key((folder / "keeper.pub").read_text("utf-8").strip())
    opened = open_((folder / "registry").read_bytes(), Policy(key.name, (key,)))
    return encode_markers(usable(opened, now_s=_FROM_S + 1).markers)
