"""Realised levels on human text, over a million tests a scheme; `--log-cli-level=info` shows them."""

from __future__ import annotations

import logging
import math

import numpy as np
import pytest

from headwater.stats import binomial_lower, binomial_upper
from headwater.watermark import detect, ngrams
from headwater.watermark.schemes import SCHEMES
from tests.watermark import worlds

LOG = logging.getLogger(__name__)
NAMES = ["gumbel-aes-1", "gumbel-vllm-philox-1", "tournament-hf-table-1", "greenlist-aes-1"]
LENGTH = 200
# Bars of the realised level over the nominal one.
LOW, HIGH = 0.5, 1.5


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["gumbel-aes-1", "gumbel-vllm-philox-1", "tournament-hf-table-1", "greenlist-aes-1"]
)
def test_the_realised_level_is_the_nominal_one(name: str) -> None:
    scheme = SCHEMES[name]
    pages = [page for page in worlds.human() if page.size >= LENGTH]
    texts = ngrams.batch(
        [page[at : at + LENGTH] for page in pages for at in range(0, page.size - LENGTH, LENGTH)]
    )
    n_keys = math.ceil(1e6 / (texts.starts.size - 1))

    found = detect.scan(texts, scheme, [worlds.key(scheme, number) for number in range(n_keys)])
    p = np.exp(found.log_p).ravel()

    assert p.size >= 10**6
    for level in (1e-2, 1e-3, 1e-4):
        realised = float((p <= level).mean()) / level
        LOG.info("%s, %d tests: %.3f of the level %g", name, p.size, realised, level)
        assert LOW < realised < HIGH, level
    # At 1e-5 there are ten alarms or so: within five standard errors of a count with that mean.
    n_alarms = int((p <= 1e-5).sum())
    assert binomial_upper(n_alarms, p.size, 1.5e-5) > 3e-7
    assert binomial_lower(n_alarms, p.size, 0.5e-5) > 3e-7
