"""The page of a curation run: its structure, its sums, its inertness, its bytes."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from headwater.curate.summary import ReasonCount, Summary
from headwater.report.audit import ABOVE, BELOW, compare
from headwater.report.curate import RELEASE, SECTIONS, Verified, headline, mismatches, render, total
from headwater.report.statistics import known
from tests.report import samples

MAKERS = (samples.usual, samples.ranked, samples.empty, samples.hostile, samples.vast)
VOID = {"meta", "link", "br"}
VERIFIED = Verified(
    "example.com/<corpus>/release/1",
    941,
    tuple((f"data/{n}.parquet", 2_000 * n, f"{n:064x}") for n in range(120)),
    942,
    "ab" * 32,
    ("example.com/corpus+12345678+AaBb", "example.com/corpus+87654321+CcDd"),
)
Attributes = dict[str, str | None]


class Outline(HTMLParser):
    """A page's elements, in order; an end tag that closes nothing open is an error."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, Attributes]] = []
        self.open: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(attrs) == len(dict(attrs)), f"an attribute twice on {tag}"
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"{tag} closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def named(self, tag: str) -> list[Attributes]:
        return [attributes for name, attributes in self.elements if name == tag]


def outline(page: str) -> Outline:
    parsed = Outline()
    parsed.feed(page)
    parsed.close()
    assert not parsed.open
    return parsed


def released() -> str:
    return render(samples.usual(), explanations=samples.REASONS, verified=VERIFIED)


@pytest.fixture(scope="module", params=[*MAKERS, released], ids=lambda make: make.__name__)
def page(request: pytest.FixtureRequest) -> str:
    made: str | Summary = request.param()
    return made if isinstance(made, str) else render(made, explanations=samples.REASONS)


def test_the_page_is_well_formed_and_its_ids_are_unique(page: str) -> None:
    ids = [attributes["id"] for _, attributes in outline(page).elements if "id" in attributes]
    assert [name for name, n in Counter(ids).items() if n > 1] == []


def test_every_reference_inside_the_page_finds_its_target(page: str) -> None:
    elements = outline(page).elements
    ids = {attributes.get("id") for _, attributes in elements}
    wanted = {(a.get("href") or "")[1:] for _, a in elements if (a.get("href") or "").startswith("#")}
    wanted |= {name for _, a in elements for name in (a.get("aria-labelledby") or "").split()}
    assert wanted <= ids


def test_nothing_is_fetched_and_nothing_runs(page: str) -> None:
    parsed = outline(page)
    assert not {"script", "iframe", "object", "embed", "img", "image", "base", "form", "use"} & {
        tag for tag, _ in parsed.elements
    }
    for tag, attributes in parsed.elements:
        assert not any(name.startswith("on") or name in {"src", "srcset", "style-src"} for name in attributes)
        href = attributes.get("href")
        if href is not None and not href.startswith("#"):
            assert (tag, href) == ("link", "data:,") or (
                tag == "a" and href.startswith("https://") and "noreferrer" in (attributes["rel"] or "")
            )
    style = page[page.index("<style>") : page.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style


def test_the_policy_of_the_page_forbids_everything_else(page: str) -> None:
    policies = [a["content"] for a in outline(page).named("meta") if "http-equiv" in a]
    assert policies[0] is not None
    assert policies[0].startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:")


def test_every_figure_has_a_title_and_a_table(page: str) -> None:
    parsed = outline(page)
    tags = [tag for tag, _ in parsed.elements]
    starts = [place for place, tag in enumerate(tags) if tag == "figure"]
    for start, stop in zip(starts, [*starts[1:], len(tags)], strict=True):
        inside = tags[start:stop]
        assert "figcaption" in inside
        assert "table" in inside
        assert "caption" in inside
        if "svg" in inside:
            assert inside[inside.index("svg") + 1 :][:2] == ["title", "desc"]


def test_tables_have_captions_and_scopes(page: str) -> None:
    parsed = outline(page)
    assert len(parsed.named("table")) == len(parsed.named("caption"))
    assert all(heading.get("scope") for heading in parsed.named("th"))


def test_landmarks_headings_and_language(page: str) -> None:
    parsed = outline(page)
    assert parsed.named("html")[0]["lang"] == "en"
    for landmark in ("header", "nav", "main", "footer", "h1", "title"):
        assert len([tag for tag, _ in parsed.elements if tag == landmark]) >= 1
    assert len(parsed.named("h1")) == 1
    titles = [a.get("id") for a in parsed.named("h2")]
    assert titles[: len(SECTIONS)] == [section.key for section in SECTIONS]
    assert titles[len(SECTIONS) :] == ([RELEASE.key] if "A verified release" in page else [])


def test_a_release_that_was_checked_is_shown_with_its_log_keys_and_files() -> None:
    page = released()

    assert "941 documents and 120 files are what their maker sealed" in page
    assert "example.com/&lt;corpus&gt;/release/1" in page
    assert all(text in page for text in (VERIFIED.root, *VERIFIED.keys, "data/99.parquet"))
    assert "data/100.parquet" not in page
    assert "The first 100 of 120 files" in page
    assert "verified release" not in render(samples.usual())


def test_the_page_encodes_and_shows_what_would_act_unseen(page: str) -> None:
    page.encode("utf-8")
    assert not set("\x00\x1b\u202a\u202b\u202d\u202e\u2066\u2067\u2068") & set(page)


def test_hostile_text_is_shown_as_text() -> None:
    page = render(samples.hostile())
    assert "<script" not in page
    assert "{{ 7*7 }}" in page
    assert "⟨U+0000⟩" in page
    assert "⟨U+202E⟩" in page
    assert "⟨9 variation selectors⟩" in page
    assert not [a for a in outline(page).named("a") if not (a["href"] or "").startswith("#")]


@pytest.mark.parametrize("seed", ["0", "4711"])
def test_another_process_gives_the_same_bytes(seed: str) -> None:
    program = (
        "import hashlib; from tests.report import samples; from headwater.report.curate import render;"
        "print(hashlib.sha256(render(samples.usual(), explanations=samples.REASONS).encode()).hexdigest())"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONHASHSEED": seed, "TZ": "Pacific/Auckland", "LC_ALL": "C"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    page = render(samples.usual(), explanations=samples.REASONS)
    assert run.stdout.strip() == hashlib.sha256(page.encode()).hexdigest()


def test_the_headline_says_the_result() -> None:
    assert headline(total(samples.usual())) == (
        "Of 1\u202f043 documents read, 871 were admitted, 96 quarantined and 76 excluded; "
        "12 records were skipped."
    )
    assert headline(total(samples.empty())) == "No document was decided; no record was skipped."


def test_the_parts_of_a_sample_add_up() -> None:
    assert mismatches(samples.usual()) == ()
    assert "Everything is accounted for" in render(samples.usual())


@pytest.mark.parametrize("field", ["size", "parsed", "skipped", "n_read", "n_decided", "n_skipped"])
def test_a_sum_that_does_not_come_out_is_shown(field: str) -> None:
    usual = samples.usual()
    source = usual.sources[0]
    wrong = dataclasses.replace(source, **{field: getattr(source, field) + 1})
    summary = dataclasses.replace(usual, sources=(wrong, *usual.sources[1:]))
    assert mismatches(summary)
    page = render(summary)
    assert "Not everything is accounted for" in page
    assert 'wrong"' in page


def test_inputs_that_do_not_come_out_are_listed_before_the_limit() -> None:
    vast = samples.vast()
    wrong = dataclasses.replace(vast.sources[-1], source="the-wrong-one", size=1)
    page = render(dataclasses.replace(vast, sources=(*vast.sources[:-1], wrong)))
    assert page.count("the-wrong-one") >= 2


def test_explanations_are_printed_beside_their_reasons() -> None:
    page = render(samples.usual(), explanations={"near-duplicate": "Because <it> repeats."})
    assert "Because &lt;it&gt; repeats." in page


def test_strata_are_compared_by_their_whole_interval() -> None:
    assert compare(samples.stratum("ar", 11, 18, 2), 0.835) == BELOW
    assert compare(samples.stratum("en", 98, 1, 1), 0.835) == ABOVE
    assert not compare(samples.stratum("gd", 2), 0.835)


def test_a_stratum_that_was_cut_is_drawn_however_small() -> None:
    page = render(samples.usual())
    assert "▾ mi" in page
    assert "Nothing was admitted from 1 of 16 languages" in page


def test_one_stratum_is_not_compared_with_itself() -> None:
    usual = samples.usual()
    page = render(dataclasses.replace(usual, languages=(samples.stratum("en", 871, 96, 76),)))
    assert "There is only one language" in page


def test_ten_thousand_domains_keep_the_page_small() -> None:
    assert len(render(samples.vast()).encode()) < 500_000


def test_what_is_known_to_be_generated_is_a_floor_with_its_interval() -> None:
    counts = {("exclude", "disclosed-ai-generated"): 9, ("exclude", "watermarked"): 1, ("admit", "x"): 90}
    found = known([ReasonCount(action, reason, n, 0) for (action, reason), n in counts.items()])

    assert found is not None
    assert (found.n, found.n_generated) == (100, 10)
    assert (found.low, found.high) == pytest.approx((0.049, 0.176), abs=5e-4)
    assert "a floor under the share" in render(samples.usual(), explanations=samples.REASONS)
    assert known(()) is None
