"""Every tokenizer by its name; each is known by the digest of its vocabulary, and works offline."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from headwater.errors import InputError
from headwater.watermark.tokenizer import engines, vocabulary
from headwater.watermark.tokenizer.tokenizer import Tokenizer

_CL100K: Final = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$"
    r"|\s*[\r\n]|\s+(?!\S)|\s"
)
_CASED: Final = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+%s"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*%s"
    r"|\p{N}%s| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_SHORT: Final = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
_QWEN: Final = (
    _SHORT + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_GPT2: Final = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"

_ALL = (
    Tokenizer(
        name="cl100k",
        n_types=100_277,
        split=_CL100K,
        digest="d4192518d3f7a978c25fe1f6abd8233fdbb072117b1d6d63ce9db04e5a0a349f",
        vocabulary=vocabulary.bundled("cl100k_base", 100_256),
        fast=engines.gigatoken("gpt4"),
        reference=engines.tiktoken,
    ),
    Tokenizer(
        name="o200k",
        n_types=200_019,
        split=_CASED % (f"{_SHORT}?", f"{_SHORT}?", "{1,3}"),
        digest="46065285c015a24d9df1e54226704e058cb7b94a253686eb47d104ee83291133",
        vocabulary=vocabulary.bundled("o200k_base", 199_998),
        fast=engines.gigatoken("o200k"),
        reference=engines.tiktoken,
    ),
    Tokenizer(
        name="gpt2",
        n_types=50_257,
        split=_GPT2,
        digest="2f52a44a637be7377ac1642b4a533b7c7dab6d9611fee0dc953e5e8643ffbae0",
        vocabulary=vocabulary.gpt2,
        fast=engines.gigatoken("gpt2"),
        reference=engines.tiktoken,
    ),
    Tokenizer(
        name="llama3",
        n_types=128_256,
        split=_QWEN % "{1,3}",
        digest="2a6189f78f58f841bc0e5c8db848ac8eb48208f696f650ad6f103f6a8324bad8",
        vocabulary=vocabulary.bundled("llama3", 128_000),
        fast=engines.splintr("llama3"),
        reference=engines.tiktoken,
    ),
    Tokenizer(
        name="qwen",
        n_types=151_936,
        split=_QWEN % "",
        digest="45af6514e84e3c3feeee1a23467cb4fbb0e05fe9ca2e865f056e4e57cf9dd59f",
        vocabulary=vocabulary.bundled("qwen3", 151_643),
        fast=engines.gigatoken("qwen2"),
        reference=engines.tiktoken,
    ),
    Tokenizer(
        name="tekken",
        n_types=131_072,
        split=_CASED % ("", "", ""),
        digest="55b830db5650b2047d6c426f3c4ef9cc7645196a97d32707e9ed70aeeddbbc0d",
        vocabulary=vocabulary.bundled("mistral_v3", 131_072, n_special=1_000),
        fast=engines.splintr("mistral_v3"),
        reference=engines.tiktoken,
    ),
    Tokenizer(
        name="mistral",
        n_types=32_000,
        split="",
        digest="20c02e8e0159cbb7fbfb44cd958f313a277192739a718aed4e213a2c82f76af5",
        vocabulary=vocabulary.bundled("mistral_v1", 32_000, n_special=3),
        fast=engines.splintr("mistral_v1"),
        reference=engines.sentencepiece,
    ),
    Tokenizer(
        name="smollm2",
        n_types=49_152,
        split=r"\p{N}|" + _GPT2,
        digest="caa54631502bc2a0193b90329e051ac5a080e1aac8b52979228c9965b1c520b8",
        vocabulary=vocabulary.smollm2,
        fast=engines.splintr_merges,
        reference=engines.tokenizers,
    ),
)
TOKENIZERS: Mapping[str, Tokenizer] = MappingProxyType({one.name: one for one in _ALL})


def named(name: str) -> Tokenizer:
    """Give a tokenizer by its name.

    Raises:
        InputError: If there is none.
    """
    if name not in TOKENIZERS:
        raise InputError(f"no tokenizer '{name}'", hint=f"there are: {', '.join(TOKENIZERS)}")
    return TOKENIZERS[name]
