"""Other people's tokenizer libraries, each behind one function from texts to ids; imported late."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from headwater.errors import UnavailableError
from headwater.watermark.ngrams import Batch
from headwater.watermark.tokenizer import vocabulary
from headwater.watermark.tokenizer.vocabulary import Vocabulary

if TYPE_CHECKING:
    from headwater.watermark.tokenizer.tokenizer import Encode, Tokenizer

_FRESH_CHARS: Final = 1 << 28  # gigatoken remembers every word it meets; it is opened anew after so many
_HINT: Final = "pip install 'headwater[watermark]'"


def gigatoken(split: str) -> Callable[[Tokenizer, Vocabulary], Encode]:
    """Give an opener of gigatoken for a vocabulary whose ids are its ranks.

    Args:
        split: gigatoken's name of the pattern.
    """

    def make(tokenizer: Tokenizer, held: Vocabulary) -> Encode:
        return _renewed(lambda: _ranked(held, split))

    return make


def splintr_merges(tokenizer: Tokenizer, held: Vocabulary) -> Encode:
    """Open splintr for a vocabulary with merges, as a `tokenizer.json` has them.

    It and the reference differ in bytes that no token stands for, such as a few control characters and the
    planes nobody writes in: texts with these go to the reference.
    """
    quick, slow = _merged(held), tokenizers(tokenizer, held)
    single = {token[0] for token in held.tokens if len(token) == 1}
    bare = "".join(re.escape(chr(byte)) for byte in range(0x80) if byte not in single)
    lacking = re.compile(f"[{bare}\U00040000-\U0010ffff]")

    def encode(texts: Sequence[str]) -> Batch:
        rows = (slow([text]).tokens if lacking.search(text) else quick(text) for text in texts)
        return flat(rows)

    return encode


def splintr(name: str) -> Callable[[Tokenizer, Vocabulary], Encode]:
    """Give an opener of splintr for a vocabulary that it carries.

    Args:
        name: As splintr has it.
    """

    def make(tokenizer: Tokenizer, held: Vocabulary) -> Encode:
        made = vocabulary.splintr(name)
        return lambda texts: flat(made.encode_ordinary(text) for text in texts)

    return make


def tiktoken(tokenizer: Tokenizer, held: Vocabulary) -> Encode:
    """Open tiktoken with the vocabulary's ranks and the tokenizer's pattern.

    Raises:
        UnavailableError: If it is not installed.
    """
    try:
        from tiktoken import Encoding
    except ImportError as error:
        raise UnavailableError("no tiktoken", hint=_HINT) from error
    first = held.n_special
    ranks = {token: at for at, token in enumerate(held.tokens[first:])}
    made = Encoding(tokenizer.name, pat_str=tokenizer.split, mergeable_ranks=ranks, special_tokens={})
    return lambda texts: flat(np.array(made.encode_ordinary(text), np.uint32) + first for text in texts)


def tokenizers(tokenizer: Tokenizer, held: Vocabulary) -> Encode:
    """Open Hugging Face's tokenizers with the vocabulary's merges.

    Raises:
        UnavailableError: If it is not installed.
    """
    try:
        from tokenizers import Tokenizer as Made
    except ImportError as error:
        raise UnavailableError("no tokenizers", hint=_HINT) from error
    made = Made.from_str(_json(held))
    return lambda texts: flat(made.encode(text, add_special_tokens=False).ids for text in texts)


def sentencepiece(tokenizer: Tokenizer, held: Vocabulary) -> Encode:
    """Open SentencePiece with the model that mistral-common carries.

    Raises:
        UnavailableError: If one of them is not installed.
    """
    path = vocabulary.folder("mistral_common", "pip install --no-deps mistral-common")
    try:
        from sentencepiece import SentencePieceProcessor
    except ImportError as error:
        raise UnavailableError("no sentencepiece", hint="pip install sentencepiece") from error
    made = SentencePieceProcessor(model_file=str(path / "data" / "tokenizer.model.v1"))
    return lambda texts: flat(made.encode(text) for text in texts)


def flat(rows: Iterable[Any]) -> Batch:
    """Lay rows of ids end to end."""
    arrays = [np.asarray(row, dtype=np.uint32) for row in rows]
    starts = np.zeros(len(arrays) + 1, dtype=np.int64)
    np.cumsum([row.size for row in arrays], out=starts[1:])
    return Batch(np.concatenate([np.empty(0, dtype=np.uint32), *arrays]), starts)


def _renewed(open_: Callable[[], Any]) -> Encode:
    """Encode by gigatoken, and open it anew before what it remembers outgrows its use."""
    made, n_chars = open_(), 0

    def encode(texts: Sequence[str]) -> Batch:
        nonlocal made, n_chars
        if not texts:
            return flat([])
        if n_chars > _FRESH_CHARS:
            made, n_chars = open_(), 0
        n_chars += sum(map(len, texts))
        layout = made.encode_batch(list(texts), parallel=False).layout
        return Batch(np.asarray(layout.content.data), np.asarray(layout.offsets.data, dtype=np.int64))

    return encode


def _ranked(held: Vocabulary, split: str) -> Any:
    from base64 import b64encode

    lines = b"".join(b64encode(token) + b" %d\n" % at for at, token in enumerate(held.tokens))
    with tempfile.TemporaryDirectory() as folder:  # it reads files alone
        path = Path(folder, "ranks.tiktoken")
        path.write_bytes(lines)
        return _gigatoken().from_tiktoken(path, pretokenizer=split)


def _merged(held: Vocabulary) -> Callable[[str], list[int]]:
    from splintr import from_json

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "tokenizer.json")
        path.write_text(_json(held), "utf-8")
        encode: Callable[[str], list[int]] = from_json(str(path)).encode_ordinary
    return encode


def _gigatoken() -> Any:
    try:
        from gigatoken import Tokenizer
    except ImportError as error:
        raise UnavailableError("no gigatoken", hint=_HINT) from error
    return Tokenizer


def _json(held: Vocabulary) -> str:
    """Write a `tokenizer.json`: digits one by one, then GPT-2's pattern, then merges."""
    spelled = vocabulary.spelling()
    words = {"".join(spelled[byte] for byte in said): at for at, said in enumerate(held.tokens) if said}
    merges = [pair.split(" ") for pair in held.merges]
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    cut = [{"type": "Digits", "individual_digits": True}, level]
    return json.dumps(
        {
            "version": "1.0",
            "added_tokens": [],
            "pre_tokenizer": {"type": "Sequence", "pretokenizers": cut},
            "decoder": level,
            "model": {"type": "BPE", "vocab": words, "merges": merges, "byte_fallback": False},
        }
    )
