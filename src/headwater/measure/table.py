"""Every metric by its versioned name: what it takes, what it gives, and whether size matters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Literal

from headwater.measure import entropy, heterozygosity, mauve, mmd, perplexity, prdc, support, wasserstein
from headwater.measure.compression import compression_ratio
from headwater.measure.distinct import distinct
from headwater.measure.estimate import Estimate
from headwater.measure.heaps import heaps
from headwater.measure.hill import ORDERS, hill
from headwater.measure.missing_mass import missing_mass
from headwater.measure.repetition import repetition
from headwater.measure.self_bleu import self_bleu
from headwater.measure.tail_mass import tail_mass
from headwater.measure.vendi import vendi
from headwater.measure.zipf import zipf

Takes = Literal[
    "counts", "counts and n", "two counts", "counts and tail", "tokens", "documents", "documents and score",
    "texts", "perplexities", "points", "two samples", "two samples and rng",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Metric:
    """Describe one metric.

    Attributes:
        name: The name that stands in every estimate; it never changes its meaning.
        takes: What `measure` is called with.
        measure: The function.
        unit: The unit of the value.
        depends_on_n: Whether its expectation changes with the size of the sample, so that only samples of
            equal size can be compared.
    """

    name: str
    takes: Takes
    measure: Callable[..., Estimate]
    unit: str
    depends_on_n: bool


def _entropy(name: str) -> Metric:
    return Metric(name, "counts", partial(entropy.entropy, estimator=name), "nats", depends_on_n=True)


def _hill(order: int) -> Metric:
    measure: Callable[..., Estimate] = lambda counts, n: hill(counts, order=order, n=n)  # noqa: E731
    return Metric(f"hill-{order}-1", "counts and n", measure, "types", depends_on_n=False)


def _drift() -> Metric:
    measure: Callable[..., Estimate] = lambda now, then: heterozygosity.drift(now, reference=then)  # noqa: E731
    return Metric("heterozygosity-drift-1", "two counts", measure, "share", depends_on_n=False)


def _distinct(length: int) -> Metric:
    measure = partial(distinct, length=length)
    return Metric(f"distinct-{length}-1", "documents", measure, "share", depends_on_n=True)


def _quantile(at: float) -> Metric:
    measure = partial(perplexity.quantile, at=at)
    return Metric(f"perplexity-quantile-{at:g}-1", "perplexities", measure, "perplexity", depends_on_n=False)


def _held_out() -> Metric:
    measure: Callable[..., Estimate] = lambda rows, score: perplexity.held_out(rows, score=score)  # noqa: E731
    name = "perplexity-held-out-1"
    return Metric(name, "documents and score", measure, "perplexity", depends_on_n=False)


def _prdc(part: str) -> Metric:
    measure: Callable[..., Estimate] = lambda real, made: getattr(prdc.prdc(real, made), part)  # noqa: E731
    return Metric(f"{part}-1", "two samples", measure, "share", depends_on_n=True)


def _seeded(name: str, measure: Callable[..., Estimate], unit: str, *, depends_on_n: bool) -> Metric:
    return Metric(
        name,
        "two samples and rng",
        lambda one, other, rng: measure(one, other, rng=rng),
        unit,
        depends_on_n=depends_on_n,
    )


def _mmd(*samples: object, **options: object) -> Estimate:
    return mmd.mmd(*samples, **options)[0]  # type: ignore[arg-type]


_ALL = (
    *(_entropy(name) for name in entropy.ESTIMATORS),
    Metric("support-seen-1", "counts", support.seen, "types", depends_on_n=True),
    Metric("support-chao1-1", "counts", support.chao1, "types", depends_on_n=True),
    Metric("missing-mass-1", "counts", missing_mass, "share", depends_on_n=True),
    *(_hill(order) for order in ORDERS),
    Metric("heterozygosity-1", "counts", heterozygosity.heterozygosity, "chance", depends_on_n=False),
    _drift(),
    Metric("tail-mass-1", "counts and tail", tail_mass, "share", depends_on_n=False),
    Metric("zipf-1", "counts", zipf, "exponent", depends_on_n=True),
    Metric("heaps-1", "tokens", heaps, "exponent", depends_on_n=True),
    *(_distinct(length) for length in (1, 2, 3, 4)),
    Metric("self-bleu-4-1", "documents", self_bleu, "score", depends_on_n=True),
    Metric("repetition-4-1", "documents", repetition, "share", depends_on_n=False),
    Metric("compression-ratio-1", "texts", compression_ratio, "ratio", depends_on_n=True),
    *(_quantile(at) for at in perplexity.QUANTILES),
    _held_out(),
    *(_prdc(part) for part in ("precision", "recall", "density", "coverage")),
    Metric("vendi-1", "points", vendi, "points", depends_on_n=True),
    _seeded("mauve-1", mauve.mauve, "area", depends_on_n=True),
    Metric("wasserstein2-line-1", "two samples", wasserstein.line, "distance", depends_on_n=True),
    Metric("wasserstein2-assignment-1", "two samples", wasserstein.assignment, "distance", depends_on_n=True),
    _seeded("wasserstein2-sliced-1", wasserstein.sliced, "distance", depends_on_n=True),
    _seeded("mmd-1", _mmd, "squared distance", depends_on_n=False),
)
METRICS: Mapping[str, Metric] = MappingProxyType({metric.name: metric for metric in _ALL})
