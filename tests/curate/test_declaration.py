"""What a declaration is worth: as often as machines make it, and certified people do."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pytest

from headwater.curate.declaration import Tally, worth
from headwater.curate.policy import Policy
from headwater.curate.summary import DeclarationUse
from tests.curate.test_rules import MARK, claim, disclosed, signed

HUMAN = {"judgement": {"human": 0.99, "generated": 0.0, "n_votes": 3}}
META = claim(kind="meta-ai-generated")
BUILDER = claim(kind="generator-ai-builder", claim="ai-assisted", scope="site")


def found(*rows: Any) -> dict[str, DeclarationUse]:
    tally = Tally(Policy())
    assert list(tally.over(rows)) == list(rows)
    return {one.kind: one for one in tally.found()}


def crawl(*, people: int, people_with: int, marked: int, marked_with: int) -> Sequence[Any]:
    """Make certified people and marked texts, some of which name a builder."""
    both = ((HUMAN, people, people_with), ({"watermark": MARK}, marked, marked_with))
    return [origin | (disclosed(BUILDER) if at < k else {}) for origin, n, k in both for at in range(n)]


def test_a_ratio_is_that_of_the_shares_of_marked_texts_and_of_certified_people() -> None:
    one = found(*crawl(people=199, people_with=1, marked=99, marked_with=40))["generator-ai-builder"]

    assert (one.n_human, one.n_human_with, one.n_generated, one.n_generated_with) == (199, 1, 99, 40)
    assert one.log_ratio == pytest.approx(math.log((40.5 / 100) / (1.5 / 200)))


def test_a_declaration_that_people_make_as_often_as_machines_is_worth_nothing() -> None:
    one = found(*crawl(people=100, people_with=30, marked=100, marked_with=30))["generator-ai-builder"]

    assert one.log_ratio == pytest.approx(0.0)


@pytest.mark.parametrize(("people", "marked"), [(49, 500), (500, 49)])
def test_too_few_known_texts_give_no_ratio(people: int, marked: int) -> None:
    rows = crawl(people=people, people_with=0, marked=marked, marked_with=9)

    assert found(*rows)["generator-ai-builder"].log_ratio is None


def test_what_is_known_by_the_same_declaration_alone_does_not_count_for_it() -> None:
    alone, twice = disclosed(META), disclosed(META, claim())
    kinds = found(*[alone] * 60, *[twice] * 10)

    assert (kinds["meta-ai-generated"].n_generated, kinds["meta-ai-generated"].n_generated_with) == (10, 10)
    assert (kinds["http-ai-disclosure"].n_generated, kinds["http-ai-disclosure"].n_generated_with) == (70, 10)


def test_a_certified_person_who_declares_counts_as_a_person() -> None:
    one = found(disclosed(META, signed("valid", "human")))["meta-ai-generated"]

    assert (one.n_human_with, one.n_generated) == (1, 0)


def test_of_a_cluster_one_counts() -> None:
    copies = [disclosed(META) | {"watermark": MARK, "duplicate": {"near_cluster": "a"}}] * 9

    assert found(*copies)["meta-ai-generated"].n_generated == 1


def test_the_greatest_ratio_counts_and_absence_says_nothing() -> None:
    assert worth(["a", "b", "c"], {"a": 1.0, "b": 3.0}) == 3.0
    assert worth([], {"a": -1.0}) == 0.0
    assert worth(["a"], {"a": -1.0}) == -1.0
