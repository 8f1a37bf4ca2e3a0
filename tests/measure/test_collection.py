"""Every metric of a collection at once: those of the table, with intervals over documents."""

from __future__ import annotations

import numpy as np
import pytest

from headwater.errors import InputError
from headwater.measure.collection import measured
from headwater.measure.counts import count
from headwater.measure.distinct import distinct
from headwater.measure.documents import Longs
from headwater.measure.entropy import entropy
from headwater.measure.hill import hill
from headwater.measure.table import METRICS

# What needs a second collection, or the text itself.
ELSEWHERE = {"two counts", "counts and tail", "texts", "points", "two samples", "two samples and rng"}


def collection(rng: np.random.Generator, n: int = 80) -> list[Longs]:
    """Draw documents of their own topics, so that words are not independent."""
    law = 1 / np.arange(1, 301)
    rows = []
    for _ in range(n):
        own = law * rng.gamma(0.5, 2.0, law.size)
        rows.append(rng.choice(law.size, size=60, p=own / own.sum()))
    return rows


def test_every_metric_of_one_collection_is_measured_in_the_order_of_the_table() -> None:
    found = measured(collection(np.random.default_rng(0)), rng=np.random.default_rng(1))

    assert list(found) == [name for name, metric in METRICS.items() if metric.takes not in ELSEWHERE]
    assert all(one.low <= one.value <= one.high for one in found.values())


def test_values_are_those_of_the_metrics() -> None:
    rows = collection(np.random.default_rng(2))
    found, counts = measured(rows, rng=np.random.default_rng(3)), count(np.concatenate(rows))

    assert found["entropy-chao-wang-jost-1"].value == entropy(counts).value
    assert found["hill-1-1"].value == hill(counts, order=1, n=found["hill-1-1"].n).value
    assert found["hill-1-1"].n == 2048  # of 4,800 words
    assert found["distinct-2-1"].value == distinct(rows, length=2).value


def test_intervals_are_as_wide_as_samples_of_documents_vary() -> None:
    rng = np.random.default_rng(4)
    values = [measured(collection(rng), rng=rng, n_resamples=2) for _ in range(60)]
    errors = [measured(collection(rng), rng=rng, n_resamples=60) for _ in range(6)]
    for name in ("entropy-plug-in-1", "entropy-chao-wang-jost-1", "heterozygosity-1", "hill-2-1", "heaps-1"):
        spread = np.std([found[name].value for found in values])
        # A spread of 60 values has a relative error of 0.09, the mean of six spreads of 60 of 0.04.
        assert np.mean([found[name].error for found in errors]) == pytest.approx(spread, rel=4 * 0.1)
    for name in ("support-seen-1", "hill-0-1", "distinct-1-1"):
        # Resamples lose types that samples of these documents would still have: wider, and never narrower.
        spread = np.std([found[name].value for found in values])
        assert np.mean([found[name].error for found in errors]) >= (1 - 4 * 0.1) * spread


def test_little_text_has_few_metrics_and_one_document_no_interval() -> None:
    one = measured([[3, 1, 3]], rng=np.random.default_rng(5))
    same = measured([[7], [7], []], rng=np.random.default_rng(6))

    assert np.isnan(one["entropy-plug-in-1"].low)
    assert "perplexity-held-out-1" not in one
    assert "self-bleu-4-1" not in one
    assert "zipf-1" in one
    assert "zipf-1" in same
    assert same["hill-2-1"].value == 1.0
    assert same["perplexity-held-out-1"].n == 1
    with pytest.raises(InputError, match="empty"):
        measured([[]], rng=np.random.default_rng(7))
    with pytest.raises(InputError, match="two resamples"):
        measured([[1], [2]], rng=np.random.default_rng(8), n_resamples=1)
