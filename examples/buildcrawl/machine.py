"""Generated pages without a signature, and authored ones that only talk about machines."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from buildcrawl.disclosures import RECIPES, Recipe
from buildcrawl.generate import MODEL, PACKAGE, Generation, read_cache
from buildcrawl.marks import Mark
from buildcrawl.page import Page, Truth
from buildcrawl.sites import SITES, Look, capture_date, render, response_headers
from buildcrawl.texts import Text

UNDISCLOSED_HOSTS = (
    "quickfacts.example", "homeandgarden-notes.example", "wanderlines.example", "evenpace.example",
    "dailybrief.example", "springboard-studio.example", "textbox.example",
)  # fmt: skip
LEAST_CHARACTERS = 700
# What the model answered in another language than it was asked in, or was asked to; checked by eye.
LANGUAGES = {"gen-049": "de", "gen-110": "es", "gen-113": "fr", "gen-114": "es"}
# Texts nobody should meet in a sample: one makes light of slavery, one invents a statement on vaccines.
LEFT_OUT = frozenset({"gen-001", "gen-014"})
CREDIT = "Headwater sample page."


@dataclass(frozen=True)
class Excerpt:
    """A piece of public-domain literature that is not in the first file.

    Attributes:
        source: Name of the archive it comes from.
        path: File in the archive.
        part: Which part of the file.
        title: Title.
        text: The words.
    """

    source: str
    path: str
    part: int
    title: str
    text: str

    @property
    def label(self) -> str:
        """Give the source as truth names it."""
        return f"{self.source}==0.6:{self.path}#{self.part}"


def read_generations(generated: Path) -> list[Generation]:
    """Read the cached generations, without those of `LEFT_OUT`."""
    return [each for each in read_cache(generated / "pages.jsonl")[1] if each.id not in LEFT_OUT]


def read_excerpts(generated: Path) -> list[Excerpt]:
    """Read the cached excerpts."""
    lines = (generated / "excerpts.jsonl").read_text(encoding="utf-8").splitlines()
    return [Excerpt(**json.loads(line)) for line in lines]


def title_of(generation: Generation) -> str:
    """Make a title of what was asked for."""
    topic = re.sub(
        r"^(Write|Explain|Écris|Escribe) (an?|the|un) [^.]*?(about|on|for a website on|sur|sobre) |^Explain |"
        r"^Write (a|an) | to a curious reader in a few paragraphs|, in six stanzas|\.$",
        "",
        generation.prompt,
    )
    return topic[:1].upper() + topic[1:]


def slug(title: str) -> str:
    """Make the part of an address that names a page."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60]


def to_text(generation: Generation) -> Text:
    """Set a generation as paragraphs, without the half sentence at a token limit."""
    words = generation.text
    if not generation.finished:
        words = words[: max(words.rfind(". "), words.rfind(".\n"), len(words) // 2) + 1]
    blocks = [block.strip() for block in re.split(r"\n\s*\n", words) if block.strip()]
    body = "\n".join(f"<p>{html.escape(block, quote=False)}</p>".replace("\n", "<br>\n") for block in blocks)
    return Text(title_of(generation), body, plain=words.strip())


def excerpt_text(excerpt: Excerpt) -> Text:
    """Set an excerpt as paragraphs."""
    stanzas = (
        html.escape(stanza, quote=False).replace("\n", "<br>\n") for stanza in excerpt.text.split("\n\n")
    )
    return Text(excerpt.title, "\n".join(f"<p>{stanza}</p>" for stanza in stanzas), plain=excerpt.text)


def generated_truth(generation: Generation, mark: Mark, expected: str | None) -> Truth:
    """Say what is true of a page the model wrote."""
    return Truth(
        "generated",
        LANGUAGES.get(generation.id, "en"),
        f"{PACKAGE}:{MODEL}:{generation.id}",
        "Apache-2.0",
        kinds=mark.kinds,
        expected=expected,
        note=mark.note,
    )


def dress(host: str, path: str, text: Text, *, mark: Mark, truth: Truth) -> Page:
    """Make the page of a text.

    Args:
        host: Site.
        path: Path with a leading slash.
        text: What it says.
        mark: What it says of machines.
        truth: What is true of it.

    Returns:
        The page in UTF-8 without content coding.
    """
    site = SITES[host]
    look = Look(truth.language, CREDIT, head=mark.head, attributes=mark.attributes)
    markup = render(site, path, replace(text, body=mark.lead + text.body), look)
    headers = response_headers(site, path, "text/html; charset=utf-8") + mark.headers
    return Page(f"https://{host}{path}", capture_date(site, path), markup.encode(), headers, truth)


def disclosed(generation: Generation, recipe: Recipe) -> Page:
    """Make the page of a generation that says what it is."""
    text, mark = to_text(generation), recipe.mark
    if recipe.part_only:
        cut = text.body.index("</p>") + 4
        rest = text.body[cut:] or "<p>More on this soon.</p>"
        text = replace(text, body=f"{text.body[:cut]}\n<section{mark.attributes}>{rest}</section>")
        mark = replace(mark, attributes="")
    text = replace(text, body=text.body + "\n" + recipe.tail)
    path = f"/{slug(text.title)}/"
    truth = generated_truth(generation, recipe.mark, recipe.expected)
    return dress(recipe.host, path, text, mark=mark, truth=truth)


def plain_pages(generations: Sequence[Generation]) -> list[Page]:
    """Make pages of generations that say nothing of their origin."""
    made = []
    for index, generation in enumerate(generations):
        host = UNDISCLOSED_HOSTS[index % len(UNDISCLOSED_HOSTS)]
        text = to_text(generation)
        mark = Mark("generated, nothing disclosed")
        truth = generated_truth(generation, mark, None)
        made.append(dress(host, f"/{slug(text.title)}.html", text, mark=mark, truth=truth))
    return made


def authored(generated: Path) -> list[Page]:
    """Make the pages that quote assistants or describe disclosure."""
    made = []
    for path in sorted((generated / "authored").glob("*.html")):
        source = path.read_text(encoding="utf-8")
        title = html.unescape(source[len("<h1>") : source.index("</h1>")])
        truth = Truth(
            "human", "en", f"authored-for-sample:{path.stem}", "Apache-2.0", expected="admit",
            note="stands in for an article by a person that speaks of machines",
        )  # fmt: skip
        text = Text(title, source.partition("</h1>")[2].strip())
        made.append(dress("essays.slowriver.example", f"/{path.stem}/", text, mark=Mark(""), truth=truth))
    return made


def share(
    generations: Sequence[Generation], n_signed: int
) -> tuple[list[Generation], list[Generation], list[Generation]]:
    """Share the generations out.

    Args:
        generations: All of them.
        n_signed: How many the signed pages take.

    Returns:
        Those that disclose, those that are signed, those that say nothing; the first two are English
        and long enough.
    """
    good = [each for each in generations if len(each.text) >= LEAST_CHARACTERS and each.id not in LANGUAGES]
    first, second = good[: len(RECIPES)], good[len(RECIPES) : len(RECIPES) + n_signed]
    taken = {each.id for each in (*first, *second)}
    return first, second, [each for each in generations if each.id not in taken]
