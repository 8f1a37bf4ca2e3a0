"""The private keys of a reserve in a folder: for each of its logs Ed25519 and ML-DSA-44."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from headwater.errors import InputError, UnavailableError
from headwater.log import keys
from headwater.log.algorithm import ED25519, ML_DSA_44
from headwater.log.checkpoint import Signer
from headwater.reserve.manifest import Manifest

LOGS = ("documents", "registry")
KINDS = (ED25519, ML_DSA_44)


@dataclass(frozen=True, slots=True)
class Keyring:
    """Who signs for a reserve; shown nowhere.

    Attributes:
        documents: Signers of the log of documents.
        registry: Signers of the registry.
    """

    documents: tuple[Signer, ...] = field(repr=False)
    registry: tuple[Signer, ...] = field(repr=False)

    @property
    def manifest(self) -> Manifest:
        """Give the manifest of a reserve that begins with these keys."""
        return Manifest(
            self.documents[0].name,
            tuple(one.key for one in self.documents),
            self.registry[0].name,
            tuple(one.key for one in self.registry),
        )


def path(folder: Path, log: str, kind: str) -> Path:
    """Give the file of a key.

    Args:
        folder: Of the keys.
        log: One of `LOGS`.
        kind: Name of an algorithm.
    """
    return folder / f"{log}-{kind}.key"


def generate(folder: Path, origin: str) -> Keyring:
    """Draw the keys of a new reserve and write them to files with mode 0600.

    Args:
        folder: Where; made with mode 0700 if it is not there.
        origin: Identity of the log of documents; the registry's is the same with `/registry` behind it.

    Returns:
        The keys.

    Raises:
        InputError: If no log can have this origin, or a key is there already; no file is overwritten.
        UnavailableError: If the folder cannot be made.
    """
    names = {"documents": origin, "registry": f"{origin}/registry"}
    drawn = {log: tuple(keys.generate(name, kind) for kind in KINDS) for log, name in names.items()}
    wanted = [(path(folder, log, one.algorithm.name), one) for log, ring in drawn.items() for one in ring]
    held = [file for file, _ in wanted if file.exists()]
    if held:
        raise InputError(f"{held[0]} exists", hint="a key is never overwritten; choose another folder")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UnavailableError(f"cannot make {folder}: {error.strerror}") from error
    for file, one in wanted:
        keys.write(file, one)
    return Keyring(drawn["documents"], drawn["registry"])


def read(folder: Path) -> Keyring:
    """Read the keys of a reserve.

    Args:
        folder: What `generate` was given.

    Raises:
        InputError: If others may read one.
        FormatError: If a file holds no key.
        UnavailableError: If one cannot be read.
    """
    if not folder.is_dir():
        raise UnavailableError(
            f"there are no keys in {folder}", hint="make them: headwater reserve keygen --keys DIR ORIGIN"
        )
    rings = (tuple(keys.read(path(folder, log, kind.name)) for kind in KINDS) for log in LOGS)
    return Keyring(*rings)
