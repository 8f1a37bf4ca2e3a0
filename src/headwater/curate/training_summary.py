"""A public summary of training content in the form of the European template, as far as a run can fill it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from headwater.curate.summary import Summary

_PROVIDER = "*(to be stated by the provider)*"
_SHARE_OF_DOMAINS = 0.1


def write(summary: Summary, domains: Mapping[str, int]) -> str:
    """Fill the template from a run.

    Args:
        summary: Of the run.
        domains: Every registrable domain that is known -> characters admitted from it.

    Returns:
        Markdown. What no crawl can know is left to the provider, and says so.

    Source:
        European Commission, Template for the Public Summary of Training Content for general-purpose AI models
        (24 July 2025), under Article 53(1)(d) of Regulation (EU) 2024/1689.
    """
    return "\n".join([*_general(summary), *_sources(summary, domains), *_processing(summary)]) + "\n"


def _general(summary: Summary) -> Iterator[str]:
    admitted = [row for row in summary.reasons if row.action == "admit"]
    n, n_chars = sum(row.n for row in admitted), sum(row.n_chars for row in admitted)
    yield "# Public summary of training content\n"
    yield f"Filled by Headwater {summary.version} from run `{summary.run_id}`, of this corpus alone.\n"
    yield "## 1. General information\n"
    yield f"- Provider, model and versions: {_PROVIDER}"
    yield "- Modality: text"
    yield f"- Size: {n:,} documents, {n_chars:,} characters"
    languages = ", ".join(f"{row.stratum} ({row.n_admit:,})" for row in summary.languages if row.n_admit)
    yield f"- Languages, as recognised, with documents: {languages or 'none'}"
    captured = _tallies(summary, "capture-1", "captured ")
    yield f"- Captured, with documents read: {captured or 'no dates are known'}\n"


def _sources(summary: Summary, domains: Mapping[str, int]) -> Iterator[str]:
    yield "## 2. List of data sources\n"
    yield "### 2.1 Publicly available datasets, 2.2 private datasets, 2.4 user data\n"
    yield f"{_PROVIDER} The inputs were:\n"
    yield from (f"- {source.source} ({source.n_read:,} records)" for source in summary.sources)
    yield "\n### 2.3 Data crawled and scraped from online sources\n"
    yield f"Crawler, its operator and its purpose: {_PROVIDER}\n"
    n_top = math.ceil(_SHARE_OF_DOMAINS * len(domains))
    top = sorted(domains.items(), key=lambda pair: (-pair[1], pair[0]))[:n_top]
    yield f"The largest {n_top:,} of {len(domains):,} domains, by characters admitted:\n"
    yield from (f"- {domain}: {n_chars:,}" for domain, n_chars in top)
    yield "\n### 2.5 Synthetic data\n"
    yield _synthetic(summary)
    yield "### 2.6 Other sources of data\n"
    yield f"{_PROVIDER}\n"


def _synthetic(summary: Summary) -> str:
    held = sum(row.n for row in summary.reasons if row.reason in _MADE and row.action != "admit")
    found = summary.statistics.prevalence[:1] if summary.statistics else ()
    share = "".join(
        f" An estimated {one.value:.1%} of the texts read were generated (95 % interval {one.low:.1%} to "
        f"{one.high:.1%})."
        for one in found
    )
    return (
        f"None was generated for this corpus. {held:,} documents that declare to be machine-made or carry a "
        f"registered watermark were held back.{share} Generated text that says nothing of itself may "
        "remain.\n"
    )


_MADE = frozenset({"disclosed-ai-generated", "disclosed-ai-assisted", "disclosed-ai-element", "watermarked"})


def _processing(summary: Summary) -> Iterator[str]:
    reserved = sum(row.n for row in summary.reasons if row.reason == "use-reserved")
    seen = _tallies(summary, "disclosure-1", "", of="use-reserved")
    yield "## 3. Data processing\n"
    yield "### 3.1 Reservation of rights under Article 4(3) of Directive (EU) 2019/790\n"
    yield f"Read from headers and pages: {seen or 'no reservation was found'}."
    yield f"Held back for it: {reserved:,}.\n"
    yield "### 3.2 Removal of illegal content\n"
    yield f"{_PROVIDER}\n"
    yield "### 3.3 Other\n"
    yield "Every decision, with its reason and documents:\n"
    yield from (f"- {row.action}, {row.reason}: {row.n:,}" for row in summary.reasons)


def _tallies(summary: Summary, label: str, prefix: str, *, of: str = "") -> str:
    tallies = [tally for view in summary.labels if view.label == label for tally in view.tallies]
    some = [one for one in tallies if one.value.startswith(prefix) and of in one.value]
    return ", ".join(f"{one.value.removeprefix(prefix)} ({one.n:,})" for one in some)
