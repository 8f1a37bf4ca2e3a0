"""Support, missing mass, Hill numbers, heterozygosity and tail mass against what they estimate."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest

from headwater.errors import InputError
from headwater.measure.counts import count, of_counts
from headwater.measure.heaps import heaps
from headwater.measure.heterozygosity import drift, heterozygosity
from headwater.measure.hill import hill
from headwater.measure.missing_mass import missing_mass
from headwater.measure.support import chao1, seen
from headwater.measure.tail_mass import tail_mass, tail_types
from tests.measure.worlds import expect_coverage, expect_unbiased, samples, zipf_law


def test_chao1_by_hand() -> None:
    # 3 singletons, 2 doubletons, n = 12: 7 seen, (11/12) 9/4 unseen.
    found = chao1(of_counts([1, 1, 1, 2, 2, 2 + 1, 2]))

    assert chao1(of_counts([1, 1, 1, 2, 2, 5])).value == pytest.approx(6 + 11 / 12 * 9 / 4)
    assert found.low < found.value < found.high


def test_chao1_covers_when_types_are_equally_common() -> None:
    law = np.full(200, 1 / 200)

    expect_coverage([chao1(c) for c in samples(law, 400, n_samples=400, seed=3)], 200, k=5)


def test_chao1_is_a_lower_bound_otherwise() -> None:
    values = [chao1(c).value for c in samples(zipf_law(2000), 2000, n_samples=50, seed=4)]

    assert np.mean(values) < 2000


def test_without_singletons_all_is_seen() -> None:
    found = chao1(of_counts([2, 3]))

    assert (found.value, found.error, found.low, found.high) == (2.0, 0.0, 2.0, 2.0)
    assert seen(of_counts([2, 3])).value == 2.0


def test_chao1_without_doubletons() -> None:
    assert chao1(of_counts([1, 1, 1, 5])).value == pytest.approx(4 + 7 / 8 * 3)
    assert chao1(of_counts([1])).value == 1.0


def test_missing_mass_is_the_mass_that_is_missing() -> None:
    law = zipf_law(3000)
    rng = np.random.default_rng(5)
    draws = [rng.multinomial(4000, law) for _ in range(400)]
    truths = np.array([law[d == 0].sum() for d in draws])
    found = [missing_mass(of_counts(d)) for d in draws]

    errors = np.array([e.value for e in found]) - truths
    covered = np.mean([e.low <= t <= e.high for e, t in zip(found, truths, strict=True)])

    # Good's expectation is exact up to the mass of one token: sum p (1-p)^(n-1) against sum p (1-p)^n.
    shift = (law * (1 - law) ** 3999).sum() - (law * (1 - law) ** 4000).sum()
    assert abs(errors.mean() - shift) <= 4 * errors.std() / 20
    assert abs(covered - 0.95) <= 4 * math.sqrt(0.05 * 0.95 / 400) + 0.01


def test_missing_mass_at_the_edges() -> None:
    assert missing_mass(of_counts([1, 1, 1])).value == 1.0
    assert missing_mass(of_counts([9])).value == 0.0
    assert missing_mass(of_counts([9])).error == 0.0


def test_hill_numbers_are_those_of_the_mean_subset() -> None:
    tokens = [0, 0, 0, 1, 1, 2, 3]
    counts = count(tokens)

    for n in range(1, 8):
        subsets = [np.bincount(s) for s in combinations(tokens, n)]
        shares = [s[s > 0] / n for s in subsets]
        entropy = np.mean([-(p * np.log(p)).sum() for p in shares])
        alike = np.mean([(p**2).sum() for p in shares])
        found = [hill(counts, order=q, n=n).value for q in (0, 1, 2)]
        assert found == pytest.approx([np.mean([p.size for p in shares]), math.exp(entropy), 1 / alike])


@pytest.mark.parametrize("order", [0, 1, 2])
def test_hill_intervals_cover_the_expected_number(order: int) -> None:
    law = zipf_law(60)
    # A large sample's rarefaction is the truth to four digits.
    truth = hill(of_counts(np.rint(law * 2_000_000).astype(int)), order=order, n=300).value

    expect_coverage([hill(c, order=order, n=300) for c in samples(law, 1500, n_samples=300, seed=6)], truth)


def test_hill_numbers_of_equal_types_count_them() -> None:
    found = [hill(of_counts([100] * 7), order=q, n=700).value for q in (0, 1, 2)]

    assert found == pytest.approx([7.0, 7.0, 7.0])


@pytest.mark.parametrize(("order", "n"), [(3, 2), (-1, 2), (0, 0), (0, 4), (1, 4)])
def test_no_hill_number_is_made_up(order: int, n: int) -> None:
    with pytest.raises(InputError):
        hill(of_counts([2, 1]), order=order, n=n)


def test_heterozygosity_is_a_chance_over_pairs() -> None:
    tokens = [0, 0, 0, 1, 1, 2]
    pairs = list(combinations(tokens, 2))

    assert heterozygosity(count(tokens)).value == pytest.approx(sum(a != b for a, b in pairs) / len(pairs))


def test_heterozygosity_has_no_bias_and_covers() -> None:
    law = zipf_law(50)
    found = [heterozygosity(c) for c in samples(law, 400, n_samples=500, seed=7)]

    expect_unbiased(found, 1 - float((law**2).sum()))
    expect_coverage(found, 1 - float((law**2).sum()))


def test_drift_grows_as_wright_says() -> None:
    # 1 - F after k generations of M tokens is (1 - 1/M)^k.
    law, rng, m, k = zipf_law(40), np.random.default_rng(8), 60, 12
    left = []
    for _ in range(600):
        p = law
        for _ in range(k):
            p = rng.multinomial(m, p) / m
        left.append((1 - (p**2).sum()) / (1 - (law**2).sum()))

    reference = of_counts(np.rint(law * 1_000_000).astype(int))
    found = drift(of_counts(np.rint(p * 10**6).astype(int)), reference=reference)
    assert found.value == pytest.approx(1 - left[-1], abs=1e-3)
    assert abs(np.mean(left) - (1 - 1 / m) ** k) <= 4 * np.std(left) / math.sqrt(600)


def test_drift_needs_something_to_lose() -> None:
    assert drift(of_counts([9]), reference=of_counts([3, 3])).value == 1.0
    with pytest.raises(InputError):
        drift(of_counts([3, 3]), reference=of_counts([9]))
    with pytest.raises(InputError):
        heterozygosity(of_counts([1]))


def test_the_tail_holds_at_least_its_share_and_whole_ties() -> None:
    counts = np.array([50, 30, 5, 5, 5, 3, 2, 0])

    assert tail_types(counts, share=0.05).nonzero()[0].tolist() == [5, 6]
    assert tail_types(counts, share=0.051).nonzero()[0].tolist() == [2, 3, 4, 5, 6]
    assert tail_types(np.array([5, 5]), share=0.1).all()


def test_tail_mass_has_no_bias_and_covers() -> None:
    law = zipf_law(500)
    rng = np.random.default_rng(9)
    tail = tail_types(rng.multinomial(5000, law))
    found = [tail_mass(rng.multinomial(1000, law), tail) for _ in range(500)]

    expect_unbiased(found, float(law[tail].sum()))
    expect_coverage(found, float(law[tail].sum()))


@pytest.mark.parametrize("bad", [[], [0, 0], [-1, 3], [[1]]])
def test_a_tail_needs_a_reference(bad: list[int]) -> None:
    with pytest.raises(InputError):
        tail_types(bad)


def test_tail_mass_needs_the_same_types() -> None:
    for current, tail in (([1, 2], [True]), ([0, 0], [True, False])):
        with pytest.raises(InputError):
            tail_mass(current, tail)


def test_heaps_holds_for_a_stream_of_a_million_words() -> None:
    rng = np.random.default_rng(3)
    few = heaps(rng.integers(0, 3000, 1_000_000))
    scattered = heaps(np.array([5, -7, 5, 1 << 40, 5, -7, 9]))

    assert 0.0 <= few.value < 0.1
    assert scattered == heaps(np.array([0, 1, 0, 2, 0, 1, 3]))
