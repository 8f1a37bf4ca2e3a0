"""How much of a crawl is generated: known shares are recovered, unknown ones are not guessed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest

from headwater.curate.calibration import Calibration, rungs
from headwater.curate.estimate import Estimate, estimate
from headwater.curate.sighting import Sighting
from headwater.curate.summary import PrevalencePart, Silence

LEVELS = {"en": 0.0, "de": 2.0}


def calibration(rng: np.random.Generator, *, n: int = 1_500) -> Calibration:
    scores = {
        f"{language}/prose/400+": sorted((float(s), 1.0) for s in rng.normal(at, 1.0, n))
        for language, at in LEVELS.items()
    }
    return Calibration("l-1", "w", scores)


def texts(
    rng: np.random.Generator,
    language: str,
    *,
    n: int,
    share: float,
    declared: float = 0.0,
    n_sites: int = 200,
) -> Iterator[Sighting]:
    for at in range(n):
        made = rng.random() < share
        score = float(rng.normal(LEVELS.get(language, 0.0) + 2.5 * made, 1.0))
        origin = "generated" if made and rng.random() < declared else ""
        site = f"{rng.integers(200)}.example"
        month = f"2024-{1 + at % 2:02d}"
        yield Sighting(site, language, month, rungs(language, "prose", 500), score, origin)


def generated(rng: np.random.Generator, language: str, n: int = 400) -> list[Sighting]:
    return list(texts(rng, language, n=n, share=1.0))


def only(found: Estimate, dimension: str, name: str = "") -> PrevalencePart:
    (part,) = [p for p in found.parts if (p.dimension, p.name) == (dimension, name)]
    return part


@pytest.mark.parametrize("share", [0.01, 0.05, 0.2, 0.5])
def test_intervals_cover_the_true_share(share: float) -> None:
    covered = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        crawl = list(texts(rng, "en", n=1_000, share=share))
        found = estimate(crawl, calibration(rng), generated=generated(rng, "en"), rng=rng, n_draws=100)
        whole = only(found, "all")
        covered.append(whole.low <= share <= whole.high)
        assert abs(whole.value - share) < 0.1

    # Of 20 intervals of 95 %, fewer than 16 cover with a chance below 1 in 300.
    assert sum(covered) >= 16


def test_languages_have_shares_of_their_own_and_the_whole_is_their_mean() -> None:
    rng = np.random.default_rng(1)
    crawl = [*texts(rng, "en", n=1_500, share=0.1), *texts(rng, "de", n=500, share=0.6)]
    known = generated(rng, "en") + generated(rng, "de")
    found = estimate(crawl, calibration(rng), generated=known, rng=rng)
    en, de, whole = only(found, "language", "en"), only(found, "language", "de"), only(found, "all")

    assert en.high < 0.2 < 0.5 < de.low
    assert whole.value == pytest.approx((1_500 * en.value + 500 * de.value) / 2_000)
    assert [part.name for part in found.parts if part.dimension == "month"] == ["2024-01", "2024-02"]


def test_a_calibration_that_knows_generated_texts_needs_none_that_declare() -> None:
    rng = np.random.default_rng(6)
    crawl = list(texts(rng, "en", n=1_000, share=0.2))
    scores = sorted(one.score for one in generated(rng, "en"))
    knowing = replace(calibration(rng), generated={"en/prose/400+": scores})
    whole = only(estimate(crawl, knowing, rng=rng), "all")

    assert whole.low <= 0.2 <= whole.high
    assert whole.n_known == 0


def test_a_programs_translation_is_counted_neither_as_generated_nor_as_a_persons() -> None:
    rng = np.random.default_rng(5)
    crawl = list(texts(rng, "en", n=1_000, share=0.0))
    translated = [
        replace(one, score=9.0, origin="translated") for one in texts(rng, "en", n=1_000, share=0.0)
    ]
    known = generated(rng, "en")
    without = estimate(crawl, calibration(rng), generated=known, rng=np.random.default_rng(0))
    found = estimate([*crawl, *translated], calibration(rng), generated=known, rng=np.random.default_rng(0))

    assert only(found, "all").n == only(without, "all").n == 1_000
    assert only(found, "all").high < 0.1
    assert [silence.n for silence in found.silent] == [1_000]


def test_declared_texts_are_counted_and_learned_from() -> None:
    rng = np.random.default_rng(2)
    crawl = list(texts(rng, "en", n=3_000, share=0.3, declared=0.5))
    whole = only(estimate(crawl, calibration(rng), rng=rng), "all")

    assert whole.n_known == sum(one.origin == "generated" for one in crawl) > 300
    assert whole.low < 0.3 < whole.high
    assert whole.high - whole.low < 0.1


def test_where_one_kind_is_unknown_nothing_is_said() -> None:
    rng = np.random.default_rng(3)
    crawl = [
        *texts(rng, "fr", n=70, share=0.5),
        *texts(rng, "de", n=80, share=0.5),
        Sighting("a.example", "en", "2024-01", (), 9.0),
    ]
    found = estimate(crawl, calibration(rng), generated=generated(rng, "en"), rng=rng)

    assert found.parts == ()
    assert sorted(silence.n for silence in found.silent) == [1, 70, 80]


def test_where_the_score_tells_nothing_apart_nothing_is_said() -> None:
    rng = np.random.default_rng(4)
    alike = [
        Sighting("a.example", "en", "2024-01", rungs("en", "prose", 500), float(s))
        for s in rng.normal(0.1, 1.0, 300)
    ]
    found = estimate(texts(rng, "en", n=500, share=0.5), calibration(rng), generated=alike, rng=rng)

    assert found.parts == ()
    assert [law.auroc < 0.6 for law in found.strata] == [True]


def test_where_people_write_otherwise_nothing_is_said() -> None:
    rng = np.random.default_rng(5)
    moved = [
        Sighting(f"{at}.example", "en", "2024-01", rungs("en", "prose", 500), float(s))
        for at, s in enumerate(rng.normal(-1.0, 0.5, 1_000))
    ]
    found = estimate(moved, calibration(rng), generated=generated(rng, "en"), rng=rng)

    assert found.parts == ()
    assert found.silent == (Silence("the crawl's people do not write like the calibration's there", 1_000),)


def test_pages_of_one_site_are_one_observation() -> None:
    widths: list[float] = []
    for n_pages in (1, 40):
        rng = np.random.default_rng(6)
        crawl = list(sites(rng, n_sites=1_200 // n_pages, n_pages=n_pages))
        whole = only(estimate(crawl, calibration(rng), generated=generated(rng, "en"), rng=rng), "all")
        widths.append(whole.high - whole.low)

    assert widths[1] > 2 * widths[0]


def sites(rng: np.random.Generator, *, n_sites: int, n_pages: int) -> Iterator[Sighting]:
    """Give sites that are generated as wholes or not at all."""
    for site in range(n_sites):
        made = rng.random() < 0.3
        for score in rng.normal(3.0 * made, 1.0, n_pages):
            names = rungs("en", "prose", 500)
            yield Sighting(f"{site}.example", "en", "2024-01", names, float(score))


def test_the_order_of_the_crawl_does_not_matter() -> None:
    rng = np.random.default_rng(7)
    crawl, human, known = list(texts(rng, "en", n=400, share=0.2)), calibration(rng), generated(rng, "en")

    def found(order: Sequence[Sighting]) -> Estimate:
        return estimate(order, human, generated=known, rng=np.random.default_rng(8), n_draws=20)

    assert found(crawl) == found(crawl[::-1])
