"""What a loop is: sizes of the web, habits of its models, and the remedies of each arm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import reduce
from itertools import combinations
from operator import or_
from types import MappingProxyType

from headwater.errors import InputError


@dataclass(frozen=True, slots=True)
class Scene:
    """Describe a web and the models that learn from it.

    Attributes:
        generations: Last generation, >= 1; generation 0 learns from people alone.
        start: Human pages at the start, >= 1.
        fresh: Human pages that join in each generation.
        written: Generated pages that join in each generation.
        retention: Share of the pages that are still there a generation later, in (0, 1].
        size: Pages that a model is trained on, >= 1.
        crawled: Share of the web that a crawl reads, in (0, 1].
        page_chars: Characters of a page at least, >= 200.
        reserve: Human pages that are sealed before the first generation, beside those the web starts with.
        held_out: Human pages that nobody is trained on, >= 1.
        disclosed: Share of the generated pages that say so, in [0, 1].
        reviewed: Pages that reviewers are asked about in each generation, where review is a remedy.
        gold: Pages known to be generated, and pages known to be human, that are shown to them besides.
        misruled: Share of the pages that an adjudicator is wrong about, in [0, 1].
        reviewers: How many there are, >= 3.
        caught: Share of generated pages that a reviewer calls so, in [0, 1].
        wronged: Share of human pages that a reviewer calls generated, in [0, 1].
        order: Longest n-gram of a model, >= 1.
        models: Families of `voices.VOICES`, or causal language models by name or path; each is trained on the
            same pages, and writes as many. The first is measured.
        top_p: The nucleus that a model writes from, in (0, 1].
        tokenizer: Name of the models' tokenizer.
        seed: Of everything that is drawn.

    Raises:
        InputError: If a number is out of range.

    Source:
        Nine in ten new pages generated is what is feared; about half is what was found of new articles in
        2025 (`collapse.web.adopted`). The nucleus is that of Llama 3's published generation settings.
        J. Russell, M. Karpinska and M. Iyyer (2025), arXiv:2501.15654: one frequent user of such models
        caught 92.7 % of the generated articles; reviewers here are a little worse.
    """

    generations: int = 10
    start: int = 150
    fresh: int = 30
    written: int = 270
    retention: float = 0.8
    size: int = 120
    crawled: float = 0.8
    page_chars: int = 800
    reserve: int = 512
    held_out: int = 60
    disclosed: float = 0.1
    reviewed: int = 80
    gold: int = 4
    reviewers: int = 7
    caught: float = 0.9
    wronged: float = 0.05
    misruled: float = 0.02
    order: int = 3
    models: tuple[str, ...] = ("kneser-ney",)
    top_p: float = 0.9
    tokenizer: str = "gpt2"
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what is out of range.

        Raises:
            InputError: If a number is.
        """
        least = {"generations": 1, "start": 1, "size": 1, "held_out": 1, "order": 1, "page_chars": 200}
        least["reviewers"] = 3
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, int) and value < least.get(field.name, 0):
                raise InputError(f"{field.name} is {value}", hint=f"at least {least.get(field.name, 0)}")
            if isinstance(value, float) and not 0.0 <= value <= 1.0:
                raise InputError(f"{field.name} is {value}", hint="a share lies in [0, 1]")
        if not self.models:
            raise InputError("a loop has a model at least")
        if not (self.retention and self.crawled and self.top_p):
            raise InputError("retention, crawled and top_p are above 0")

    @property
    def n_human(self) -> int:
        """Give how many pages of human text a loop needs."""
        return self.held_out + self.size + self.reserve + self.start + self.generations * self.fresh


@dataclass(frozen=True, slots=True)
class Arm:
    """Say which remedies are used in one arm.

    Attributes:
        told: The arm in a few words.
        disclosure: Whether pages that say they are generated are kept out.
        adoption: Share of the generated pages that carry a registered watermark, in [0, 1].
        statistics: Whether pages that read as generated are kept out, ranked by the reserve's scores.
        sealed: Share of each training set that is drawn from the sealed reserve, in [0, 1]; where there is
            one, crawled pages are looked up in it.
        review: Whether people are asked about pages, and what they call generated is kept out.
        people_alone: No model publishes anything: what all others are held against.
    """

    told: str
    disclosure: bool = False
    adoption: float = 0.0
    statistics: bool = False
    sealed: float = 0.0
    review: bool = False
    people_alone: bool = False

    def __or__(self, other: Arm) -> Arm:
        """Use the remedies of both."""
        return Arm(
            f"{self.told}; {other.told}",
            disclosure=self.disclosure or other.disclosure,
            adoption=max(self.adoption, other.adoption),
            statistics=self.statistics or other.statistics,
            sealed=max(self.sealed, other.sealed),
            review=self.review or other.review,
        )


_REMEDIES: Mapping[str, Arm] = MappingProxyType(
    {
        "disclosure": Arm("pages that say so are kept out", disclosure=True),
        "watermark": Arm("nine in ten generated pages are marked, and kept out", adoption=0.9),
        "statistics": Arm("pages that read as generated are kept out", statistics=True),
        "reserve": Arm("30 % of each training set is sealed human text", sealed=0.3),
        "review": Arm("people look at pages, and keep out what they call generated", review=True),
    }
)
_GRADED: Mapping[str, Arm] = MappingProxyType(
    {
        "watermark-25": Arm("a quarter of the generated pages is marked, and kept out", adoption=0.25),
        "watermark-50": Arm("half of the generated pages is marked, and kept out", adoption=0.5),
        "reserve-5": Arm("5 % of each training set is sealed human text", sealed=0.05),
        "reserve-10": Arm("10 % of each training set is sealed human text", sealed=0.1),
    }
)
ARMS: Mapping[str, Arm] = MappingProxyType(
    {
        "nothing": Arm("no remedy"),
        **_REMEDIES,
        **_GRADED,
        **{f"{a}-{b}": _REMEDIES[a] | _REMEDIES[b] for a, b in combinations(_REMEDIES, 2)},
        "all": replace(reduce(or_, _REMEDIES.values()), told="all remedies"),
        "people": Arm("no model publishes anything", people_alone=True),
    }
)
# Share of a training set that a sample of the reserve has at least: all arms share a draw, whichever are run.
DRAWN = max(arm.sealed for arm in ARMS.values())
DEFAULT_ARMS = ("nothing", "all", "people")
