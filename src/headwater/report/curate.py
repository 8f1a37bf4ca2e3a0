"""The page of one `headwater curate` run: what was read, what was decided, and what that did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from headwater.curate.summary import Example, LabelView, ReasonCount, SkipCount, SourceCount, Summary
from headwater.report.audit import Axis, audit, niches, words
from headwater.report.chart import Bar, Chart, bars, histogram, strip
from headwater.report.number import count
from headwater.report.page import Page, Section, compose
from headwater.report.statistics import known, statistics

SECTIONS = (
    Section("read", "How much was read"),
    Section("decided", "What was decided, and why"),
    Section("labels", "What each label saw"),
    Section("statistics", "What the statistics said"),
    Section("skipped", "What was skipped, and why"),
    Section("tail", "Tail audit: was anything rare cut?"),
    Section("examples", "Examples to open"),
    Section("rerun", "How to run it again"),
)
AXES = (
    Axis(
        "languages",
        "Language",
        "languages",
        "Shows which share of each language was admitted. It does not show whether the language was "
        "recognised rightly: short texts and small languages are mistaken for larger ones.",
    ),
    Axis(
        "scripts",
        "Script",
        "scripts",
        "Shows the same by writing system, which is counted from the letters and not guessed.",
    ),
    Axis(
        "domains",
        "Domain",
        "domains",
        "Shows whether single sites were cut. A site that says itself that its pages are machine-made is "
        "rightly low; a human site that is low deserves a look at its examples.",
    ),
    Axis(
        "lengths",
        "Length",
        "length classes",
        "Shows whether short or long documents were cut more often. It does not show quality.",
    ),
)
RELEASE = Section("release", "The release, and what was checked")
_TONES = {"admit": "admit", "quarantine": "quarantine", "exclude": "exclude"}
_N_SOURCES = 100
_NO_TEXTS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over the run.

    Attributes:
        n_decided: Documents with a decision.
        n_admit: Of these, admitted.
        n_quarantine: Quarantined.
        n_exclude: Excluded.
        n_skipped: Records without one.
        n_lost: Of these, records of which a document may have been lost.
    """

    n_decided: int
    n_admit: int
    n_quarantine: int
    n_exclude: int
    n_skipped: int
    n_lost: int


@dataclass(frozen=True, slots=True)
class LabelFigures:
    """One label with its figures."""

    view: LabelView
    charts: tuple[Chart, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Examples that share a decision."""

    action: str
    reason: str
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Verified:
    """What was checked of a run's release, and found as its maker sealed it.

    Attributes:
        origin: Name of its log.
        n_documents: Documents, each held against the log.
        files: Path, size in bytes and SHA-256 of every file.
        size: Entries of the log.
        root: Its root, 64 hex digits.
        keys: Keys that signed it, a line each.
    """

    origin: str
    n_documents: int
    files: tuple[tuple[str, int, str], ...]
    size: int
    root: str
    keys: tuple[str, ...]


def render(
    summary: Summary,
    *,
    explanations: Mapping[str, str] = _NO_TEXTS,
    verified: Verified | None = None,
) -> str:
    """Draw the page of one run.

    Args:
        summary: What the run did.
        explanations: One plain sentence for each reason of a decision or a skip, by its stable name.
        verified: Of its release, where one was checked.

    Returns:
        One self-contained HTML file; equal arguments give equal bytes.
    """
    totals = total(summary)
    reference = totals.n_admit / totals.n_decided if totals.n_decided else 0.0
    sections = (*SECTIONS, RELEASE) if verified else SECTIONS
    strata = (summary.languages, summary.scripts, summary.domains, summary.lengths)
    return compose(
        "curate.html",
        Page("Curation report", headline(totals), summary.run_id, summary.version, sections),
        summary=summary,
        totals=totals,
        explanations=explanations,
        strip=_strip(totals),
        mismatches=mismatches(summary),
        sources=_first_sources(summary.sources),
        reasons=_reasons(summary.reasons, totals),
        labels=tuple(_label(view, totals) for view in summary.labels),
        known=known(summary.reasons),
        statistics=statistics(summary.statistics),
        skips=_skips(summary.skips),
        reference=reference,
        audits=tuple(audit(axis, rows, reference) for axis, rows in zip(AXES, strata, strict=True) if rows),
        words=words(summary.words),
        niches=niches(summary.niches),
        groups=_groups(summary),
        verified=verified,
    )


def total(summary: Summary) -> Totals:
    """Add up a run: decisions from its reasons, skips from its sources."""

    def decided(action: str) -> int:
        return sum(row.n for row in summary.reasons if row.action == action)

    return Totals(
        n_decided=sum(row.n for row in summary.reasons),
        n_admit=decided("admit"),
        n_quarantine=decided("quarantine"),
        n_exclude=decided("exclude"),
        n_skipped=sum(source.n_skipped for source in summary.sources),
        n_lost=sum(skip.n_records for skip in summary.skips if skip.lost),
    )


def headline(totals: Totals) -> str:
    """Say the result in one sentence.

    Args:
        totals: Of the run.

    Returns:
        Such as `Of 3 documents read, 2 were admitted, none quarantined and 1 excluded; no record
        was skipped.`
    """
    skipped = f"{_some(totals.n_skipped, 'no')} record{_were(totals.n_skipped)} skipped"
    if not totals.n_decided:
        return f"No document was decided; {skipped}."
    noun = "document" if totals.n_decided == 1 else "documents"
    verb = "was" if totals.n_admit == 1 else "were"
    return (
        f"Of {count(totals.n_decided)} {noun} read, {_some(totals.n_admit, 'none')} {verb} admitted, "
        f"{_some(totals.n_quarantine, 'none')} quarantined and {_some(totals.n_exclude, 'none')} excluded; "
        f"{skipped}."
    )


def mismatches(summary: Summary) -> tuple[str, ...]:
    """Check that everything read is accounted for.

    Args:
        summary: What the run did.

    Returns:
        One sentence for each sum that does not come out; empty when all do.
    """
    found = [sentence for source in summary.sources for sentence in _source_mismatches(source)]
    sums = (
        (
            "documents decided in the inputs",
            sum(source.n_decided for source in summary.sources),
            "documents counted by reason",
            sum(row.n for row in summary.reasons),
        ),
        (
            "records skipped in the inputs",
            sum(source.n_skipped for source in summary.sources),
            "records counted by reason of the skip",
            sum(skip.n_records for skip in summary.skips),
        ),
    )
    found += [f"{count(a)} {left}, but {count(b)} {right}." for left, a, right, b in sums if a != b]
    return tuple(found)


def _source_mismatches(source: SourceCount) -> list[str]:
    found = []
    if source.size != source.parsed + source.skipped:
        found.append(
            f"{source.source}: {count(source.parsed)} parsed + {count(source.skipped)} skipped is not "
            f"{count(source.size)} {source.unit}."
        )
    if source.n_read != source.n_decided + source.n_skipped:
        found.append(
            f"{source.source}: {count(source.n_decided)} decided + {count(source.n_skipped)} skipped is not "
            f"{count(source.n_read)} records."
        )
    return found


def _first_sources(sources: Sequence[SourceCount]) -> tuple[SourceCount, ...]:
    """Choose the inputs to list: those that do not come out first, then in order."""
    if len(sources) <= _N_SOURCES:
        return tuple(sources)
    return tuple(sorted(sources, key=lambda source: not _source_mismatches(source))[:_N_SOURCES])


def _strip(totals: Totals) -> Chart:
    parts = (
        Bar("admitted", totals.n_admit, "admit"),
        Bar("quarantined", totals.n_quarantine, "quarantine"),
        Bar("excluded", totals.n_exclude, "exclude"),
        Bar("skipped", totals.n_skipped, "skip"),
    )
    return strip("whole", "The whole input", parts)


def _reasons(reasons: Sequence[ReasonCount], totals: Totals) -> Chart:
    rows = [Bar(row.reason, row.n, _TONES.get(row.action, "accent")) for row in reasons]
    return bars("reasons", "Documents by reason of the decision", rows, total=totals.n_decided, limit=16)


def _skips(skips: Sequence[SkipCount]) -> Chart:
    rows = [Bar(row.reason, row.n_records, "alarm" if row.lost else "skip") for row in skips]
    n_skipped = sum(row.n for row in rows)
    return bars("skips", "Records by reason of the skip", rows, total=n_skipped, limit=16, unit="records")


def _label(view: LabelView, totals: Totals) -> LabelFigures:
    # Labels are named by people; a key must be an id.
    key = "label-" + "".join(
        letter if letter.isascii() and letter.isalnum() else "-" for letter in view.label
    )
    charts = []
    if view.tallies:
        rows = [Bar(tally.value, tally.n) for tally in view.tallies]
        charts.append(bars(f"{key}-seen", "What it saw", rows, total=totals.n_decided))
    if view.counts:
        charts.append(histogram(f"{key}-spread", view.histogram_of, view.edges, view.counts))
    return LabelFigures(view, tuple(charts))


def _groups(summary: Summary) -> tuple[Group, ...]:
    """Gather examples by decision, in the order of the reasons and then of first appearance."""
    keys = [(row.action, row.reason) for row in summary.reasons]
    keys += [(example.action, example.reason) for example in summary.examples]
    gathered: dict[tuple[str, str], list[Example]] = {key: [] for key in keys}
    for example in summary.examples:
        gathered[example.action, example.reason].append(example)
    return tuple(Group(*key, tuple(found)) for key, found in gathered.items() if found)


def _some(n: int, nothing: str) -> str:
    return count(n) if n else nothing


def _were(n: int) -> str:
    return " was" if n in {0, 1} else "s were"
