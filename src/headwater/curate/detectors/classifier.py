"""A sequence classifier as Hugging Face keeps them: the log odds of its label for generated text."""

from __future__ import annotations

import re
from collections.abc import Mapping

from headwater.curate.detectors import language_model
from headwater.curate.detectors.detector import Score
from headwater.errors import ConfigError
from headwater.extras import pretrained

_GENERATED = re.compile(r"(?i)\b(ai|fake|generated|machine|synthetic|gpt|llm|chatgpt)\b")


def open_score(of: str) -> Score:
    """Load a classifier of two labels or more.

    Args:
        of: Its folder.

    Returns:
        From a text to ln of the odds of its label for generated text, over its first 512 tokens.

    Raises:
        ConfigError: If no label of it, or more than one, names generated text.
    """
    network = pretrained("AutoModelForSequenceClassification", of).eval()
    cut = pretrained("AutoTokenizer", of)
    at = generated_label(network.config.id2label)

    def score(text: str) -> float:
        import torch

        asked = cut(text, truncation=True, max_length=language_model.MOST_TOKENS, return_tensors="pt")
        with torch.inference_mode():
            logits = network(**asked).logits[0].double()
        others = torch.cat([logits[:at], logits[at + 1 :]])
        return float(logits[at] - others.logsumexp(0))

    return score


def generated_label(labels: Mapping[int, str]) -> int:
    """Find the label that stands for generated text, by its name.

    Raises:
        ConfigError: If there is none, or more than one.
    """
    named = [at for at, name in labels.items() if _GENERATED.search(name.replace("_", " "))]
    if len(named) != 1 or len(labels) < 2:
        raise ConfigError(
            f"which label is for generated text? there are: {', '.join(labels.values())}",
            hint="name one of them 'generated' in id2label of the classifier's config.json",
        )
    return named[0]
