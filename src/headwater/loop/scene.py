"""What a loop is: sizes of the web, habits of its models, and the remedies of each arm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
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
        reserve: Human pages that are sealed before the first generation.
        held_out: Human pages that nobody is trained on, >= 1.
        disclosed: Share of the generated pages that say so, in [0, 1].
        order: Longest n-gram of a model, >= 1.
        top_p: The nucleus that a model writes from, in (0, 1].
        tokenizer: Name of the models' tokenizer.
        seed: Of everything that is drawn.

    Raises:
        InputError: If a number is out of range.
    """

    generations: int = 10
    start: int = 150
    fresh: int = 30
    written: int = 120
    retention: float = 0.8
    size: int = 120
    crawled: float = 0.8
    page_chars: int = 800
    reserve: int = 512
    held_out: int = 60
    disclosed: float = 0.1
    order: int = 3
    top_p: float = 0.95
    tokenizer: str = "gpt2"
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what is out of range.

        Raises:
            InputError: If a number is.
        """
        least = {"generations": 1, "start": 1, "size": 1, "held_out": 1, "order": 1, "page_chars": 200}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, int) and value < least.get(field.name, 0):
                raise InputError(f"{field.name} is {value}", hint=f"at least {least.get(field.name, 0)}")
            if isinstance(value, float) and not 0.0 <= value <= 1.0:
                raise InputError(f"{field.name} is {value}", hint="a share lies in [0, 1]")
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
        sealed: Share of each training set that is drawn from the sealed reserve, in [0, 1].
        people_alone: No model publishes anything: what all others are held against.
    """

    told: str
    disclosure: bool = False
    adoption: float = 0.0
    statistics: bool = False
    sealed: float = 0.0
    people_alone: bool = False


ARMS: Mapping[str, Arm] = MappingProxyType(
    {
        "nothing": Arm("no remedy"),
        "disclosure": Arm("pages that say so are kept out", disclosure=True),
        "watermark-25": Arm("a quarter of the generated pages is marked", adoption=0.25),
        "watermark-50": Arm("half of the generated pages is marked", adoption=0.5),
        "watermark-90": Arm("nine in ten generated pages are marked", adoption=0.9),
        "statistics": Arm("pages that read as generated are kept out", statistics=True),
        "reserve-5": Arm("5 % of each training set is sealed human text", sealed=0.05),
        "reserve-10": Arm("10 % of each training set is sealed human text", sealed=0.1),
        "reserve-30": Arm("30 % of each training set is sealed human text", sealed=0.3),
        "watermark-reserve": Arm("marks at 90 %, and 30 % sealed human text", adoption=0.9, sealed=0.3),
        "disclosure-statistics": Arm(
            "what says so or reads so is kept out", disclosure=True, statistics=True
        ),
        "statistics-reserve": Arm("statistics, and 30 % sealed human text", statistics=True, sealed=0.3),
        "all": Arm("all remedies", disclosure=True, adoption=0.9, statistics=True, sealed=0.3),
        "people": Arm("no model publishes anything", people_alone=True),
    }
)
DEFAULT_ARMS = ("nothing", "all", "people")
