"""A file of texts that a model wrote, arm by arm, with the key of each: public keys, made for this."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from headwater.errors import FormatError, UnavailableError
from headwater.watermark.keys import Key
from headwater.watermark.scheme import Floats
from headwater.watermark.schemes import SCHEMES

_FIELDS = ("tokens", "keys", "log_chances", "entropies", "profile", "temperature")
N_FIRST = 16  # tokens of the shorter of two means


@dataclass(frozen=True, slots=True, eq=False)
class Arm:
    """Hold texts that were written in one way.

    Attributes:
        name: Of the arm.
        profile: How they are marked; empty for not at all.
        temperature: That tokens were drawn at.
        tokens: Shape (n, length), ids of SmolLM2's tokenizer.
        keys: Shape (n, key bytes), the key of each text; no column where nothing is marked.
        log_chances: Shape (n, 2), means of ln of the chance of each token by the model's own law at
            temperature 1: over the first 16 tokens, and over all.
        entropies: Shape (n,), mean entropy of that law before each token, nats.
    """

    name: str
    profile: str
    temperature: float
    tokens: npt.NDArray[np.uint16]
    keys: npt.NDArray[np.uint8]
    log_chances: Floats
    entropies: Floats

    def key(self, text: int) -> Key:
        """Give the key of a text."""
        return Key(self.profile, self.keys[text].tobytes())


def write(path: Path, arms: Sequence[Arm]) -> None:
    """Write arms to a file; the same arms give the same bytes.

    Raises:
        UnavailableError: If it cannot be written.
    """
    held = {f"{arm.name}/{field}": np.asarray(getattr(arm, field)) for arm in arms for field in _FIELDS}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **held)  # type: ignore[arg-type]
    try:
        path.write_bytes(buffer.getvalue())
    except OSError as error:
        raise UnavailableError(f"cannot write {path}: {error.strerror}") from error


def read(path: Path) -> Mapping[str, Arm]:
    """Read a file of samples.

    Args:
        path: As `write` makes it.

    Returns:
        Arms by name, in the order of the file.

    Raises:
        FormatError: If it is none.
        UnavailableError: If it cannot be read.
    """
    try:
        with np.load(path, allow_pickle=False) as held:
            names = list(dict.fromkeys(name.rpartition("/")[0] for name in held.files))
            return {name: _arm(name, {field: held[f"{name}/{field}"] for field in _FIELDS}) for name in names}
    except (KeyError, ValueError, EOFError, zipfile.BadZipFile, TypeError, IndexError) as error:
        raise FormatError(f"{path} holds no samples of marked text") from error
    except OSError as error:
        raise UnavailableError(f"cannot read {path}: {error.strerror}") from error


def _arm(name: str, held: Mapping[str, npt.NDArray[np.generic]]) -> Arm:
    profile, temperature = str(held["profile"].item()), held["temperature"].item()
    tokens, keys, log_chances = held["tokens"], held["keys"], held["log_chances"]
    n = len(tokens)
    key_bytes = SCHEMES[profile].key_bytes if profile else 0
    whole = (
        tokens.dtype == np.uint16
        and tokens.ndim == 2
        and keys.dtype == np.uint8
        and keys.shape == (n, key_bytes)
        and log_chances.shape == (n, 2)
        and held["entropies"].shape == (n,)
        and isinstance(temperature, float)
    )
    if not whole:
        raise ValueError(name)
    return Arm(
        name,
        profile,
        temperature,
        tokens.astype(np.uint16),
        keys.astype(np.uint8),
        log_chances.astype(np.float64),
        held["entropies"].astype(np.float64),
    )
