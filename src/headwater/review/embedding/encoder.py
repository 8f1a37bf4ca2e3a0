"""A sentence encoder of `transformers`, from a folder; torch is imported when it first embeds."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from headwater.errors import InputError
from headwater.extras import pretrained, require
from headwater.review.select.chunk import Vectors

_AT_ONCE = 32
_MOST_TOKENS = 256


@dataclass(frozen=True, slots=True)
class Encoder:
    """Take the mean of a model's last layer over the tokens of a text.

    Attributes:
        folder: Where model and tokenizer lie; nothing is downloaded.
    """

    folder: str
    name = "encoder-1"

    def digest(self) -> str:
        """Give the SHA-256 over names and bytes of the model's files.

        Raises:
            InputError: If there is no such folder.
        """
        if not self.folder or not Path(self.folder).is_dir():
            raise InputError(f"no model in {self.folder!a}", hint="encoder-1 takes the folder of a model")
        state = hashlib.sha256()
        for path in sorted(Path(self.folder).iterdir()):
            if path.is_file():
                state.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
        return state.hexdigest()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Place texts.

        Args:
            texts: Any; of each, the first 256 tokens count.

        Returns:
            Shape (n_texts, d of the model).

        Raises:
            UnavailableError: If the extra `lm` is not installed, or the folder holds no model.
        """
        tokenizer, model, torch = _model(self.folder)
        found = []
        for first in range(0, len(texts), _AT_ONCE):
            # A text of spaces alone may have no token at all.
            some = [text if text.strip() else "." for text in texts[first : first + _AT_ONCE]]
            put = tokenizer(some, padding=True, truncation=True, max_length=_MOST_TOKENS, return_tensors="pt")
            with torch.inference_mode():
                last = model(**put).last_hidden_state
            counts = put["attention_mask"].unsqueeze(-1)
            found.append(((last * counts).sum(1) / counts.sum(1).clamp(min=1)).float().numpy())
        return np.concatenate(found) if found else np.zeros((0, 1), dtype=np.float32)


@cache
def _model(folder: str) -> tuple[Any, Any, Any]:
    torch, tokenizer = require("torch", extra="lm"), pretrained("AutoTokenizer", folder)
    if tokenizer.pad_token is None:  # As of causal models; what is padded is masked, whatever fills it.
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.unk_token
    return tokenizer, pretrained("AutoModel", folder).eval(), torch
