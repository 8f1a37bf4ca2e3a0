"""Summaries to draw: one as a run gives it, and the extremes."""

from __future__ import annotations

import dataclasses
import math
import tempfile
from functools import cache
from pathlib import Path

from headwater.curate.config import Config
from headwater.curate.summary import (
    CutCount,
    DeclarationUse,
    Example,
    LabelView,
    PrevalencePart,
    RarityAudit,
    ReasonCount,
    Silence,
    SkipCount,
    SourceCount,
    StatisticsState,
    StratumAudit,
    StratumUse,
    Summary,
    Tally,
)

REASONS = {
    "no-evidence-against": "Nothing in the document, its headers or its neighbours speaks against it.",
    "disclosed-machine-made": "The page itself says that a machine wrote its text.",
    "near-duplicate": "A document kept earlier has nearly the same text.",
    "boilerplate-chat": "The text holds leftovers of a chat with an assistant.",
    "too-short": "Fewer than 50 characters were left after extraction.",
    "gzip-corrupt": "A compressed member does not decode; reading went on at the next one.",
    "not-a-document": "Requests and crawl metadata hold no page.",
}
STATE = StatisticsState(
    calibration="c" * 64, n_tested=2_663, n_unranked=3, n_found=243, threshold=0.0099, n_abstained=40,
    strata=(StratumUse("en/prose", 1_553, 2_663, 0.04, abstained=False),
        StratumUse("de", 120, 40, 0.3, abstained=True)),
    n_canaries=423, n_canary_hits=1, canary_bound=0.0112, off="",
    cuts=(CutCount("language", "en", 423, 1, 0.0), CutCount("length", "30–99 words", 59, 30, 0.4)),
    weights=(160, 40, 5, 80, 50, 100, 460, 60, 900, 808),
    prevalence=(PrevalencePart("all", "", 2_719, 70, 60, 3, 0.156, 0.135, 0.177),),
    silent=(Silence("too short", 3),),
    declarations=(DeclarationUse("chat-boilerplate", 423, 1, 70, 20, 4.2),
        DeclarationUse("meta-ai-generated", 423, 0, 9, 4, None)),
)  # fmt: skip


def wilson(k: int, n: int) -> tuple[float, float]:
    """Give the 95 % Wilson interval of k of n; everything for n = 0."""
    if not n:
        return 0.0, 1.0
    z = 1.959963984540054
    centre = (k + z * z / 2) / (n + z * z)
    half = z * math.sqrt(k * (n - k) / n + z * z / 4) / (n + z * z)
    return max(0.0, centre - half), min(1.0, centre + half)


def stratum(name: str, n_admit: int, n_quarantine: int = 0, n_exclude: int = 0) -> StratumAudit:
    """Make one stratum with its interval."""
    n = n_admit + n_quarantine + n_exclude
    return StratumAudit(name, n, n_admit, n_quarantine, n_exclude, *wilson(n_admit, n))


def band(low: int, high: int, n_types: int, n_kept: int) -> RarityAudit:
    """Make one band of document frequency with its interval."""
    return RarityAudit(low, high, n_types, n_kept, *wilson(n_kept, n_types))


def skip(
    reason: str, n_records: int, n_bytes: int, *, lost: bool = True, example: str, detail: str
) -> SkipCount:
    """Make one reason of a skip."""
    return SkipCount(reason, lost, n_records, n_bytes, example, detail)


def ranked() -> Summary:
    """Give the usual run under a calibration."""
    return dataclasses.replace(usual(), statistics=STATE)


def empty() -> Summary:
    """Make the summary of a run that found nothing."""
    nothing: tuple[()] = ()
    return Summary("0" * 64, "0.1.0", "default-1", "", *(nothing,) * 9, n_vocabulary=0, examples=())


def usual() -> Summary:
    """Make the summary of a small crawl in many languages."""
    return dataclasses.replace(
        empty(),
        run_id="5f1d7a84c1e2b3960718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e",
        policy_toml='name = "default-1"\n\n[exclude]\ndisclosed = true\nchat_leftovers = true\n\n'
        "[quarantine]\nnear_duplicate = true\nmin_chars = 50\n",
        sources=(
            SourceCount("crawl-00.warc.gz", "warc", 6_241_883, "bytes", 702, 694, 8, 6_229_410, 12_473),
            SourceCount("crawl-01.warc.gz", "warc", 2_118_004, "bytes", 251, 247, 4, 2_118_004, 0),
            SourceCount("pages.parquet", "parquet", 102, "rows", 102, 102, 0, 102, 0),
        ),
        skips=(
            skip(
                "gzip-corrupt", 5, 12_473, example="crawl-00.warc.gz@1048576", detail="incorrect data check"
            ),
            skip(
                "payload-too-large",
                2,
                41_300,
                example="crawl-01.warc.gz@77",
                detail="17 301 504 bytes decoded",
            ),
            skip("not-a-document", 5, 4_100, lost=False, example="crawl-00.warc.gz@0", detail="warcinfo"),
        ),
        reasons=(
            ReasonCount("admit", "no-evidence-against", 871, 4_893_112),
            ReasonCount("quarantine", "near-duplicate", 71, 310_400),
            ReasonCount("exclude", "disclosed-machine-made", 64, 122_871),
            ReasonCount("quarantine", "too-short", 25, 1_004),
            ReasonCount("exclude", "boilerplate-chat", 12, 31_990),
        ),
        labels=_labels(),
        languages=_languages(),
        scripts=(
            stratum("Latin", 690, 60, 70),
            stratum("Cyrillic", 72, 6, 2),
            stratum("Arabic", 17, 23, 2),
            stratum("Han", 44, 4, 1),
            stratum("Devanagari", 28, 1, 0),
            stratum("Greek", 20, 2, 1),
        ),
        domains=_domains(),
        lengths=(
            stratum("1 000–9 999 characters", 512, 30, 51),
            stratum("100–999", 282, 31, 20),
            stratum("10 000 and more", 72, 10, 5),
            stratum("under 100", 5, 25, 0),
        ),
        words=_words(),
        niches=(band(1, 1, 40, 31), band(2, 3, 12, 12), band(4, 7, 5, 5)),
        n_vocabulary=181_204,
        examples=_examples(),
    )


def hostile() -> Summary:
    """Make a summary in which every foreign string attacks the page."""
    attack = (
        "</title></svg><script>alert(1)</script>\"' onload=x \x00\x1b[31m \u202ekcatta\u2066 \ud800 "
        "{{ 7*7 }} $x^2$ &amp; <!-- ]]> " + "\U000e0149" * 9
    )
    whole = usual()
    example = Example(attack, "exclude", attack, "javascript:alert(1)", attack, attack, (attack,), attack)
    return dataclasses.replace(
        whole,
        policy=attack,
        policy_toml=attack,
        sources=(SourceCount(attack, attack, 10, "bytes", 3, 1, 1, 4, 5),),
        skips=(skip(attack, 1, 1, example=attack, detail=attack),),
        reasons=(ReasonCount("exclude", attack, 1, 1),),
        labels=(LabelView(attack, attack, attack, (Tally(attack, 3),), attack, (0.0, 1.0), (3,)),),
        languages=(stratum(attack, 0, 1, 2),),
        domains=(stratum(attack, 3, 1, 2),),
        examples=(example, dataclasses.replace(example, url='https://a.example/"><script>alert(2)</script>')),
    )


def vast() -> Summary:
    """Make the summary of a crawl of billions of documents, with long names and many strata."""
    whole = usual()
    long = "x" * 4_000
    return dataclasses.replace(
        whole,
        sources=tuple(
            SourceCount(f"CC-MAIN-{place:05d}.warc.gz", "warc", 10**13, "bytes", 10**9, 10**9, 0, 10**13, 0)
            for place in range(1_000)
        ),
        skips=(skip(long, 10**12, 10**17, example=long, detail=long),),
        reasons=(
            ReasonCount("admit", "no-evidence-against", 10**12 - 1, 10**16),
            ReasonCount("exclude", long, 1, 3),
        ),
        domains=tuple(
            stratum(f"{long if place == 1 else 'site'}-{place}.example", 10_000 - place, 3, place)
            for place in range(10_000)
        ),
        n_vocabulary=10**13,
        examples=(
            Example("d" * 64, "exclude", long, f"https://{long}.example/{long}", long, "und", (long,), long),
        ),
    )


def _labels() -> tuple[LabelView, ...]:
    languages = tuple(Tally(row.stratum, row.n) for row in _languages())
    disclosures = (
        Tally("none", 967),
        Tally("meta-generator: site builder that writes text", 31),
        Tally("http-ai-disclosure: ai-originated", 22),
        Tally("json-ld: digitalSourceType trainedAlgorithmicMedia", 14),
        Tally("c2pa-text: valid", 6),
        Tally("c2pa-text: signature invalid", 3),
    )
    return (
        LabelView(
            "capture-1",
            "Capture date",
            "When the crawler says that it fetched the page: a claim of the crawler, not a proof.",
            (Tally("warc-date", 941), Tally("none", 102)),
            "Year of the capture date",
            tuple(float(year) for year in range(2012, 2027)),
            (3, 8, 14, 22, 31, 40, 66, 71, 90, 121, 133, 102, 128, 112),
        ),
        LabelView(
            "language-1", "Language", "The most probable language of the text by a small model.", languages
        ),
        LabelView(
            "facts-1",
            "Length and quality facts",
            "Counts of the extracted text; none of them excludes anything by itself.",
            (),
            "Characters of extracted text",
            (1.0, 3.16, 10.0, 31.6, 100.0, 316.0, 1e3, 3160.0, 1e4, 31600.0, 1e5, 316000.0, 1e6),
            (0, 2, 4, 19, 88, 201, 330, 266, 92, 30, 9, 2),
        ),
        LabelView(
            "disclosure-1",
            "Disclosure",
            "What a page says of its own making. A page that says nothing may still be machine-made.",
            disclosures,
        ),
        LabelView("watermark-0", "Watermark", "No key was given, so nothing was tested.", ()),
    )


def _words() -> tuple[RarityAudit, ...]:
    return (
        band(1, 1, 4096, 3410),
        band(2, 3, 4096, 3871),
        band(4, 7, 4096, 4020),
        band(8, 15, 3020, 3011),
        band(16, 31, 1610, 1610),
        band(32, 1043, 1202, 1202),
    )


def _languages() -> tuple[StratumAudit, ...]:
    return (
        stratum("en", 502, 41, 60),
        stratum("de", 66, 5, 6),
        stratum("fr", 58, 4, 3),
        stratum("es", 51, 4, 1),
        stratum("ru", 48, 5, 1),
        stratum("ja", 30, 2, 1),
        stratum("ar", 11, 18, 2),
        stratum("hi", 28, 1, 0),
        stratum("pt", 24, 3, 0),
        stratum("el", 20, 2, 1),
        stratum("zh", 14, 2, 0),
        stratum("fa", 6, 5, 0),
        stratum("sw", 7, 1, 0),
        stratum("eu", 4, 0, 1),
        stratum("gd", 2, 0, 0),
        stratum("mi", 0, 3, 0),
    )


def _domains() -> tuple[StratumAudit, ...]:
    human = tuple(stratum(f"docs{place}.example.org", 60 - place * 2, 2, 1) for place in range(16))
    return (
        stratum("en.wikisource.example", 142, 3, 0),
        stratum("a-very-long-subdomain.of-a-company.example.co.uk", 98, 1, 0),
        *human,
        stratum("ai-content-farm.example", 0, 2, 44),
        stratum("xn--bcher-kva.example", 3, 9, 0),
        stratum("(other)", 71, 28, 11),
    )


def _examples() -> tuple[Example, ...]:
    return (
        Example(
            "ab" * 32,
            "admit",
            "no-evidence-against",
            "https://en.wikisource.example/wiki/The_River?part=2&page=3",
            "crawl-00.warc.gz@10442",
            "en",
            ("disclosure-1: nothing found", "duplicate-1: no near neighbour"),
            "The river rises in a bog between two hills, and for its first mile a child may step across it.\n"
            "Nobody in the village agrees on which of the three springs is the true one.",
        ),
        Example(
            "cd" * 32,
            "quarantine",
            "near-duplicate",
            "https://مثال.example/صفحة",
            "crawl-00.warc.gz@220134",
            "ar",
            ("duplicate-1: Jaccard 0.91 with " + "ef" * 32,),
            "النهر ينبع من الجبل (في الشمال) ويمر بثلاث قرى قبل أن يصل إلى البحر.",
        ),
        Example(
            "12" * 32,
            "exclude",
            "disclosed-machine-made",
            "https://ai-content-farm.example/河流的源头",
            "crawl-01.warc.gz@88121",
            "zh",
            ("disclosure-1: HTTP header AI-Disclosure: mode=ai-originated",),
            "河流的源头位于群山之间。本文介绍河流的源头、河流的历史以及河流的文化意义。" * 3,
        ),
        Example(
            "34" * 32,
            "exclude",
            "boilerplate-chat",
            "",
            "pages.parquet@17",
            "en",
            ("disclosure-1: chat leftover at character 0",),
            "Certainly! Here is a \u202edegnarraer\u202c paragraph about rivers.",
        ),
    )


@cache
def shipped() -> Summary:
    """Run the main job on the sample crawl that ships."""
    from tests.curate.crawls import run

    with tempfile.TemporaryDirectory() as folder:
        return run(Path(__file__).parents[2] / "examples" / "crawl", Path(folder) / "out", config=Config())
