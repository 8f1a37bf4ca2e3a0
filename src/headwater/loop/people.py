"""Human text in pages, and who gets which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from headwater.curate.extract import main_text
from headwater.errors import InputError, UnavailableError
from headwater.loop.page import Page
from headwater.loop.scene import Scene
from headwater.sources.discover import discover
from headwater.sources.plan import plan
from headwater.sources.texts import texts as texts_of

_N_SITES = 40


@dataclass(frozen=True, slots=True)
class People:
    """Hold human text, each page in one place only.

    Attributes:
        held_out: What models are measured on; nobody is trained on it.
        reference: What training sets are held against; nobody is trained on it either.
        sealed: What the reserve holds.
        web: Pages that join the web in each generation; the first are there at the start.
    """

    held_out: tuple[str, ...]
    reference: tuple[str, ...]
    sealed: tuple[str, ...]
    web: tuple[tuple[str, ...], ...]

    @property
    def pages(self) -> tuple[str, ...]:
        """Give all of them."""
        return (*self.held_out, *self.reference, *self.sealed, *chain.from_iterable(self.web))


def read(source: str) -> list[str]:
    """Read human text.

    Args:
        source: A `.txt` file, or what `sources.discover` takes.

    Returns:
        Its documents; records that cannot be read are left out.

    Raises:
        InputError: If there is none.
        UnavailableError: If it cannot be read.
    """
    if source.lower().endswith(".txt"):
        try:
            return [Path(source).read_text("utf-8", "replace")]
        except OSError as error:
            raise UnavailableError(f"cannot read {source}: {error.strerror}") from error
    texts: list[str] = []
    for shard in plan(discover([source]), shard_bytes=2**60):
        texts += texts_of(shard, main_text, lose=lambda one: None)
    if not texts:
        raise InputError(f"{source}: no document", hint="name human text: a .txt file, WARC, JSON lines")
    return texts


def cut(texts: Iterable[str], *, page_chars: int) -> Iterator[str]:
    """Cut texts into pages at the ends of lines.

    Args:
        texts: Documents; empty lines separate their paragraphs.
        page_chars: Characters at which a page is full.

    Yields:
        Pages whose lines are joined, with an empty line between two paragraphs. What is left of a text at
        its end is a page if it is at least half full.
    """
    for text in texts:
        page: list[list[str]] = [[]]
        n_chars = 0
        for line in text.splitlines():
            words = line.split()
            page += [] if words else [[]]
            page[-1] += words
            n_chars += sum(map(len, words)) + len(words)
            if n_chars >= page_chars:
                yield _page(page)
                page, n_chars = [[]], 0
        if n_chars >= page_chars // 2:
            yield _page(page)


def _page(paragraphs: Sequence[Sequence[str]]) -> str:
    return "\n\n".join(" ".join(words) for words in paragraphs if words)


def share_out(pages: Sequence[str], scene: Scene) -> People:
    """Deal out pages by the seed of a scene.

    Args:
        pages: Human text, as `cut` gives it; what occurs twice is used once.
        scene: How many of what.

    Returns:
        Who gets which.

    Raises:
        InputError: If there are too few.
    """
    distinct = list(dict.fromkeys(pages))
    if len(distinct) < scene.n_human:
        raise InputError(
            f"the human text gives {len(distinct):,} pages of {scene.page_chars} characters; "
            f"the loop needs {scene.n_human:,}",
            hint="give more text, shorter pages or fewer generations",
        )
    order = np.random.default_rng([scene.seed, 0]).permutation(len(distinct))
    dealt = iter([distinct[at] for at in order])

    def take(n: int) -> tuple[str, ...]:
        return tuple(next(dealt) for _ in range(n))

    held_out, reference, sealed = take(scene.held_out), take(scene.size), take(scene.reserve)
    web = (take(scene.start), *(take(scene.fresh) for _ in range(scene.generations)))
    return People(held_out, reference, sealed, web)


def joined(texts: Sequence[str], generation: int) -> list[Page]:
    """Put human texts on the web."""
    return [Page(url(generation, at), text, generation) for at, text in enumerate(texts)]


def url(generation: int, number: int) -> str:
    """Give the address of a page; it says when it joined, and not who wrote it."""
    return f"https://site{number * 7 % _N_SITES}.example/{2022 + generation}/{number}"
