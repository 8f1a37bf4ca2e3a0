"""Likelihood curvature: how far a text is likelier than what a language model would write in its place."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from headwater.curate.detectors import language_model
from headwater.curate.detectors.detector import Score

if TYPE_CHECKING:
    import torch


def open_score(of: str) -> Score:
    """Load a model.

    Args:
        of: Its path.

    Returns:
        From a text to `curvature` of its first 512 tokens; 0 for a text of one token.
    """
    ids_of = language_model.tokenizer(of)
    language_model.model(of)

    def score(text: str) -> float:
        ids = ids_of(text)
        return curvature(language_model.log_laws(of, ids), ids[0, 1:]) if ids.shape[1] > 1 else 0.0

    return score


def curvature(log_laws: torch.Tensor, drawn: torch.Tensor) -> float:
    """Compare a text's log likelihood with its law under the model, in closed form.

    Args:
        log_laws: Shape (n, n_types), ln of the law of each token.
        drawn: Shape (n,), the tokens.

    Returns:
        Deviations of the log likelihood above its mean, were every token drawn from the model's law after
        the same text; 0 where nothing is left open.

    Source:
        Bao et al. (2024), Fast-DetectGPT, arXiv:2310.05130, equation 3, in its analytic form where the model
        that samples is the one that scores.
    """
    laws = log_laws.exp()
    finite = log_laws.clamp_min(-1e4)
    told = finite.gather(1, drawn[:, None])[:, 0]
    mean = (laws * finite).sum(1)
    spread = (laws * finite.square()).sum(1) - mean.square()
    total = float(spread.sum())
    return float((told - mean).sum()) / math.sqrt(total) if total > 0.0 else 0.0
