"""A campaign in a folder: its name, its guideline, its keys, its queue and its log."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from headwater import canonical
from headwater.errors import FormatError, InputError, UnavailableError
from headwater.log import keyfile, keys, note, sequencer
from headwater.log.algorithm import ED25519
from headwater.log.checkpoint import Policy, Signer
from headwater.log.storage import Directory, Storage

FORMAT = "headwater-review-campaign-1"
_MOST_GUIDELINE = 1 << 20


@dataclass(frozen=True, slots=True)
class Campaign:
    """Hold what a campaign is.

    Attributes:
        folder: Where it lies.
        origin: Its identity for life, such as `example.com/review`; whoever joins in a browser is
            named below it.
        guideline: What validators are asked to go by, as they read it.
        log: Where its log lies.
        signer: The key of the log.
        secret: What keys are derived from that the server keeps for people who have none.
    """

    folder: Path
    origin: str
    guideline: str
    log: Storage
    signer: Signer
    secret: bytes

    @property
    def guideline_digest(self) -> str:
        """Give the SHA-256 of the guideline, hex."""
        return hashlib.sha256(self.guideline.encode()).hexdigest()

    @property
    def policy(self) -> Policy:
        """Say who must have signed the checkpoint of the log."""
        return Policy(self.origin, (self.signer.key,))

    @property
    def queue(self) -> str:
        """Give the address of the store, if it is none of a database server."""
        return str(self.folder / "campaign.sqlite")


def create(folder: Path, origin: str, guideline: str) -> Campaign:
    """Create a campaign.

    Args:
        folder: A new or empty one.
        origin: Its identity for life, such as `example.com/review`.
        guideline: What validators are asked to go by.

    Raises:
        InputError: If the folder is not empty, nothing can be named so, or there is no guideline.
        UnavailableError: If it cannot be written.
    """
    if not note.is_name(origin) or len(origin) > 128:
        raise InputError(f"no campaign can be named {origin!a:.80}", hint="such as example.com/review")
    if not guideline.strip() or len(guideline) > _MOST_GUIDELINE:
        raise InputError("a campaign has a guideline", hint="say what validators should go by, in words")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(not one.name.startswith("campaign.sqlite") for one in folder.iterdir()):
            raise InputError(f"{folder} is not empty", hint="choose a new folder")
        (folder / "keys").mkdir(mode=0o700)
        (folder / "guideline.txt").write_bytes(guideline.encode())
    except OSError as error:
        raise UnavailableError(f"cannot write {folder}: {error.strerror}") from error
    keys.write(folder / "keys" / "log", keys.generate(origin, ED25519))
    keyfile.write(folder / "keys" / "witness", os.urandom(32).hex())
    sequencer.create(Directory(folder / "log"), origin)
    # Written last: a folder without it is no campaign.
    (folder / "campaign.json").write_bytes(canonical.encode({"format": FORMAT, "origin": origin}))
    return open_campaign(folder)


def open_campaign(folder: Path) -> Campaign:
    """Open a campaign.

    Args:
        folder: Where it lies.

    Raises:
        InputError: If there is none.
        FormatError: If it is damaged.
        UnavailableError: If it cannot be read.
    """
    try:
        told = canonical.parse((folder / "campaign.json").read_bytes())
        guideline = (folder / "guideline.txt").read_bytes().decode()
        secret = bytes.fromhex(keyfile.read(folder / "keys" / "witness", what="secret of a campaign"))
    except FileNotFoundError as error:
        raise InputError(f"no campaign in {folder}", hint="headwater review open makes one") from error
    except OSError as error:
        raise UnavailableError(f"cannot read {error.filename}: {error.strerror}") from error
    except ValueError as error:
        raise FormatError(f"the campaign in {folder} is damaged: {str(error)[:80]}") from error
    signer = keys.read(folder / "keys" / "log")
    if told != {"format": FORMAT, "origin": signer.name} or len(secret) != 32:
        raise FormatError(f"the campaign in {folder} is damaged, or has the keys of another")
    return Campaign(folder, signer.name, guideline, Directory(folder / "log"), signer, secret)
