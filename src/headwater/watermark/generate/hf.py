"""Marking in transformers: a logits processor for every scheme."""

from __future__ import annotations

from typing import Any, final

import numpy as np

from headwater.errors import InputError
from headwater.watermark import sampler
from headwater.watermark.keys import Key
from headwater.watermark.sampler import Trail
from headwater.watermark.scheme import Scheme


@final
class MarkLogits:
    """Mark what `generate` samples; give it in `logits_processor=[…]`.

    The temperature and the nucleus are told here, because the mark comes after them, and `generate` is
    called with `do_sample=True, temperature=1.0, top_k=0, top_p=1.0` and one beam. One is made for each call.
    Repeated contexts are left unmarked.
    """

    __slots__ = ("_key", "_n_prompt", "_scheme", "_temperature", "_top_p", "_trails")

    def __init__(self, scheme: Scheme, key: Key, *, temperature: float = 1.0, top_p: float = 1.0) -> None:
        """Prepare to mark one batch.

        Args:
            scheme: How to mark.
            key: A key of that scheme.
            temperature: Above 0.
            top_p: In (0, 1].

        Raises:
            InputError: If the key is of another profile.
        """
        Trail(scheme, key, n_prompt=0)  # refuses a key of another profile here, not at the first token
        self._scheme, self._key = scheme, key
        self._temperature, self._top_p = temperature, top_p
        self._n_prompt, self._trails = 0, [Trail(scheme, key, n_prompt=0)][:0]

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        """Bend the logits of every row.

        Args:
            input_ids: Shape (batch, n), prompt and text so far.
            scores: Shape (batch, n_types), logits.

        Returns:
            Shape (batch, n_types): ln of the law that the next tokens are drawn from.

        Raises:
            InputError: If the batch has another number of rows than at the first call.
        """
        import torch

        rows = input_ids.cpu().numpy().astype(np.uint32)
        if not self._trails:
            self._n_prompt = rows.shape[1]
            self._trails = [Trail(self._scheme, self._key, n_prompt=self._n_prompt) for _ in rows]
        if len(self._trails) != len(rows):
            raise InputError(
                f"a batch of {len(self._trails)} rows went on with {len(rows)}",
                hint="make a new MarkLogits for each call of generate, without beams",
            )
        logits = scores.detach().cpu().double().numpy()
        out = np.empty_like(logits)
        for at, trail in enumerate(self._trails):
            law = sampler.law_of(logits[at], temperature=self._temperature, top_p=self._top_p)
            with np.errstate(divide="ignore"):
                out[at] = np.log(trail.tilt(law, rows[at]))
        return torch.from_numpy(out).to(scores)
