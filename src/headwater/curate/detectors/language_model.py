"""A causal language model of any make, by its path: what it expected at every token of a text."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headwater.errors import UnavailableError
from headwater.extras import pretrained

if TYPE_CHECKING:
    import torch

MOST_TOKENS = 512
_MOST_CHARS = 8 * MOST_TOKENS
_WEIGHTS = (".safetensors", ".gguf", ".bin")
_TEXTS = (".json", ".txt", ".model")


@lru_cache(maxsize=2)
def model(path: str) -> Any:
    """Load a model on the CPU, once a process.

    Args:
        path: Folder as transformers writes it, or a GGUF file; nothing is downloaded.

    Raises:
        UnavailableError: If it cannot be loaded, or transformers is not installed.
    """
    return pretrained("AutoModelForCausalLM", path).eval()


@lru_cache(maxsize=2)
def tokenizer(path: str) -> Callable[[str], torch.Tensor]:
    """Give a model's tokenizer: from a text to its first 512 ids, shape (1, n).

    Raises:
        UnavailableError: If it cannot be loaded, or transformers is not installed.
    """
    cut = pretrained("AutoTokenizer", path)

    def ids(text: str) -> torch.Tensor:
        import torch

        found = cut(text[:_MOST_CHARS], add_special_tokens=False)["input_ids"][:MOST_TOKENS]
        return torch.tensor([found], dtype=torch.long)

    return ids


def log_laws(path: str, ids: torch.Tensor) -> torch.Tensor:
    """Give the ln of the law that a model has of each token but the first.

    Args:
        path: Of the model.
        ids: Shape (1, n), n >= 2.

    Returns:
        Shape (n - 1, n_types), nats.
    """
    import torch

    with torch.inference_mode():
        laws: torch.Tensor = model(path)(ids).logits[0, :-1].float().log_softmax(-1)
    return laws


def digest(of: str) -> str:
    """Hash the files of models.

    Args:
        of: Paths, with commas between them.

    Returns:
        SHA-256 over names and contents of what decides a score, 64 hex digits.

    Raises:
        UnavailableError: If a path is no model.
    """
    whole = hashlib.sha256()
    for path in map(Path, of.split(",")):
        files = [path] if path.is_file() else sorted(path.glob("*"))
        kept = [file for file in files if file.suffix in (*_WEIGHTS, *_TEXTS)]
        if not any(file.suffix in _WEIGHTS for file in kept):
            raise UnavailableError(f"no model stands at {path}", hint="name a folder with weights, or a GGUF")
        for file in kept:
            with file.open("rb") as stream:
                content = hashlib.file_digest(stream, "sha256").hexdigest()
            whole.update(f"{file.name}\0{content}\n".encode())
    return whole.hexdigest()
