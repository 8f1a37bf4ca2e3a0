"""Two models: how surprising a text is to one, beside how surprising the other's guesses are to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.curate.detectors import language_model
from headwater.curate.detectors.detector import Score
from headwater.errors import ConfigError

if TYPE_CHECKING:
    import torch


def open_score(of: str) -> Score:
    """Load an observer and a performer, which cut text alike.

    Args:
        of: Their paths, with a comma between them.

    Returns:
        From a text to minus `ratio` of its first 512 tokens, so that generated text is higher; 0 for a text
        of one token.

    Raises:
        ConfigError: If it names other than two models, or they do not cut text alike.
    """
    observer, _, performer = of.partition(",")
    if not performer or "," in performer:
        raise ConfigError("a ratio takes two models", hint="ratio:OBSERVER,PERFORMER")
    ids_of, other = language_model.tokenizer(observer), language_model.tokenizer(performer)
    probe = "Two models, one text: 3.5 % of naïve cafés.\n"
    if ids_of(probe).tolist() != other(probe).tolist():
        raise ConfigError("the two models do not cut text alike", hint="take two of one family")

    def score(text: str) -> float:
        ids = ids_of(text)
        if ids.shape[1] < 2:
            return 0.0
        seen, written = (language_model.log_laws(path, ids) for path in (observer, performer))
        return -ratio(seen, written, ids[0, 1:])

    return score


def ratio(observer: torch.Tensor, performer: torch.Tensor, drawn: torch.Tensor) -> float:
    """Divide the log perplexity of a text by the cross entropy of two models on it.

    Args:
        observer: Shape (n, n_types), ln of its law of each token.
        performer: The same of the other model.
        drawn: Shape (n,), the tokens.

    Returns:
        Surprise of the text to the performer over that of the performer's guesses to the observer, both in
        nats a token; lower for generated text, 1 where nothing is left open.

    Source:
        Hans et al. (2024), Binoculars, arXiv:2401.12070, equations 2 to 4; which of the two models is asked
        for the perplexity is as in their program.
    """
    told = -float(performer.gather(1, drawn[:, None]).mean())
    crossed = -float((observer.exp() * performer.clamp_min(-1e4)).sum(1).mean())
    return told / crossed if crossed > 0.0 else 1.0
