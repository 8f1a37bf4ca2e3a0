"""Where a text lies among others; a new way to place it is a file here and a line in `EMBEDDINGS`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from headwater.review.embedding.embedding import Embedding
from headwater.review.embedding.encoder import Encoder
from headwater.review.embedding.hashed import Hashed

# Each takes where its model lies, which may be empty.
EMBEDDINGS: Mapping[str, Callable[[str], Embedding]] = MappingProxyType(
    {Hashed.name: lambda _: Hashed(), Encoder.name: Encoder}
)
