"""What a tokenizer is: a vocabulary with a digest, and two ways from text to its ids."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from headwater import canonical
from headwater.errors import InputError, UnavailableError
from headwater.watermark.ngrams import Batch
from headwater.watermark.tokenizer.vocabulary import Vocabulary

Encode = Callable[[Sequence[str]], Batch]
Engine = Literal["fast", "reference"]
PIECE_CHARS: Final = 1 << 20  # a longer text is tokenized in pieces, so that memory has a bound


@dataclass(frozen=True, slots=True)
class Tokenizer:
    """Name a tokenizer, and say where it comes from.

    Attributes:
        name: As in registries and results.
        n_types: Ids are below this: the size of the published model's logits or of its vocabulary.
        split: Pattern by which a text is cut before tokens are joined; empty where it is not cut.
        digest: SHA-256 of the canonical form of `spec`, by which registries name it.
        vocabulary: Reads what tokens say.
        fast: Opens the library used by default; its ids are those of `reference` on the texts of
            `tests/watermark/tokenizer`.
        reference: Opens the library that the tokenizer was published for, or its peer.
    """

    name: str
    n_types: int
    split: str
    digest: str
    vocabulary: Callable[[], Vocabulary]
    fast: Callable[[Tokenizer, Vocabulary], Encode]
    reference: Callable[[Tokenizer, Vocabulary], Encode]

    def spec(self, held: Vocabulary) -> dict[str, str | int]:
        """Give what makes two tokenizers the same, as a JSON value."""
        return {
            "format": "headwater-tokenizer-1",
            "n_types": self.n_types,
            "split": self.split,
            "vocabulary": held.digest(),
        }


@dataclass(frozen=True, slots=True)
class Open:
    """Hold a tokenizer that is ready.

    Attributes:
        tokenizer: Which one.
        vocabulary: What its tokens say.
        encode: Texts to ids; use `tokens`, which bounds what it is given.
    """

    tokenizer: Tokenizer
    vocabulary: Vocabulary
    encode: Encode

    def tokens(self, texts: Sequence[str]) -> Batch:
        """Tokenize texts, as text alone: no special token is recognised, none is added.

        A text of more than 2**20 characters is cut into pieces, at spaces where there are any; a token or
        two around a cut may differ from those of the whole.

        Args:
            texts: Any number; a text may be empty.

        Returns:
            Their ids, end to end.

        Raises:
            InputError: If a text holds half a surrogate pair, which no UTF-8 text does.
        """
        pieces = [list(_pieces(text)) for text in texts]
        try:
            flat = self.encode([piece for some in pieces for piece in some])
        except (UnicodeEncodeError, TypeError) as error:
            raise InputError(
                "a text holds half a surrogate pair", hint="decode it as UTF-8, with errors='replace'"
            ) from error
        firsts = np.zeros(len(texts) + 1, dtype=np.int64)
        np.cumsum([len(some) for some in pieces], out=firsts[1:])
        return Batch(flat.tokens, flat.starts[firsts])

    def text(self, tokens: npt.ArrayLike) -> str:
        """Join what tokens say; bytes that are not UTF-8 become U+FFFD.

        Args:
            tokens: Shape (n,).

        Raises:
            InputError: If an id is outside the vocabulary.
        """
        row = np.asarray(tokens, dtype=np.int64)
        if row.size and not 0 <= int(row.min()) <= int(row.max()) < self.tokenizer.n_types:
            raise InputError(
                f"token ids of {self.tokenizer.name} lie in [0, {self.tokenizer.n_types:,}), "
                f"not {int(row.min())} to {int(row.max())}",
                hint="name the tokenizer of the model",
            )
        said = self.vocabulary.tokens
        joined = b"".join(said[token] if token < len(said) else b"" for token in row.tolist())
        return joined.decode("utf-8", errors="replace")


@lru_cache(maxsize=8)
def load(tokenizer: Tokenizer, *, engine: Engine = "fast") -> Open:
    """Open a tokenizer; a second call with the same gives the same.

    Args:
        tokenizer: One of `TOKENIZERS`.
        engine: The library: `fast`, or the `reference` that it is held against.

    Raises:
        UnavailableError: If its packages are not installed, or carry another vocabulary.
    """
    held = tokenizer.vocabulary()
    if canonical.digest(tokenizer.spec(held)) != tokenizer.digest:
        raise UnavailableError(
            f"the installed vocabulary of {tokenizer.name} is not the one with the digest "
            f"{tokenizer.digest[:16]}…",
            hint="pip install --force-reinstall 'headwater[watermark]'",
        )
    make = tokenizer.fast if engine == "fast" else tokenizer.reference
    return Open(tokenizer, held, make(tokenizer, held))


def _pieces(text: str) -> Iterator[str]:
    start = 0
    while len(text) - start > PIECE_CHARS:
        cut = text.rfind(" ", start + PIECE_CHARS // 2, start + PIECE_CHARS)
        stop = cut if cut > 0 else start + PIECE_CHARS
        yield text[start:stop]
        start = stop
    yield text[start:]
