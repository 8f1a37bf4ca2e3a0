"""What one run did, in numbers: the frozen result that the report page draws and `--json` prints."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SourceCount:
    """How one input was accounted for.

    Attributes:
        source: Name of the input.
        kind: Key into `SOURCES`.
        size: Size in `unit`.
        unit: `bytes` or `rows`.
        n_read: Records told apart in it.
        n_decided: Records that got a decision.
        n_skipped: Records that got none; `n_read == n_decided + n_skipped`.
        parsed: Units inside records that parsed.
        skipped: Units in stretches that did not; `size == parsed + skipped`.
    """

    source: str
    kind: str
    size: int
    unit: str
    n_read: int
    n_decided: int
    n_skipped: int
    parsed: int
    skipped: int


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A file that was found and not read.

    Attributes:
        source: Its name.
        why: One line.
    """

    source: str
    why: str


@dataclass(frozen=True, slots=True)
class SkipCount:
    """One reason for which records or bytes were skipped.

    Attributes:
        reason: Stable name.
        lost: Whether a document may have been lost.
        n_records: Records skipped.
        n_bytes: Bytes of input in which no record could be told, or inside the skipped records.
        example: `source@offset` of the first one.
        detail: One line about the first one.
    """

    reason: str
    lost: bool
    n_records: int
    n_bytes: int
    example: str
    detail: str


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """How many documents one reason decided.

    Attributes:
        action: `admit`, `quarantine` or `exclude`.
        reason: Stable name.
        n: Documents.
        n_chars: Characters of their text.
    """

    action: str
    reason: str
    n: int
    n_chars: int


@dataclass(frozen=True, slots=True)
class Tally:
    """One value that a label saw.

    Attributes:
        value: The value, such as `en` or `http-ai-disclosure: ai-originated`.
        n: Documents with it.
    """

    value: str
    n: int


@dataclass(frozen=True, slots=True)
class LabelView:
    """What one label saw over the corpus.

    Attributes:
        label: Versioned name such as `language-1`.
        title: Plain heading such as `Language`.
        note: One sentence on what the figures mean and do not mean.
        tallies: Named facts, most frequent first.
        histogram_of: What the histogram counts, with its unit; empty for none.
        edges: Bin edges, one more than `counts`; empty for none.
        counts: Documents in each bin.
    """

    label: str
    title: str
    note: str
    tallies: tuple[Tally, ...]
    histogram_of: str = ""
    edges: tuple[float, ...] = ()
    counts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class StratumAudit:
    """What the decision did to one language, script, domain or length class.

    Attributes:
        stratum: Its name, such as `de` or `example.org`.
        n: Documents in it.
        n_admit: Documents admitted.
        n_quarantine: Documents quarantined.
        n_exclude: Documents excluded.
        low: Lower end of the 95 % interval (Wilson) of the admitted share.
        high: Upper end.
    """

    stratum: str
    n: int
    n_admit: int
    n_quarantine: int
    n_exclude: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class RarityAudit:
    """What the decision did to words or niches that are equally rare.

    Attributes:
        low: Least number of documents of the band, in the whole input.
        high: Greatest, inclusive.
        n_types: Sampled word types, or niches, in the band.
        n_kept: Of these, those of which at least one document is still admitted.
        kept_low: Lower end of the 95 % interval (Wilson) of the kept share.
        kept_high: Upper end.
    """

    low: int
    high: int
    n_types: int
    n_kept: int
    kept_low: float
    kept_high: float


@dataclass(frozen=True, slots=True)
class Example:
    """One document to look at.

    Attributes:
        id: Document id.
        action: `admit`, `quarantine` or `exclude`.
        reason: Stable name.
        url: Its URI; may be empty.
        source: `source@offset`.
        language: Language code, `und` when unknown.
        evidence: The evidence that decided, one line each.
        excerpt: The first few hundred characters of its text.
    """

    id: str
    action: str
    reason: str
    url: str
    source: str
    language: str
    evidence: tuple[str, ...]
    excerpt: str


@dataclass(frozen=True, slots=True)
class CutCount:
    """What the policy does to held-out human texts of one stratum.

    Attributes:
        dimension: Such as `language`.
        stratum: Such as `de`.
        n: Held-out human texts in it.
        n_cut: Of these, those the policy does not admit.
        low: Lower end of the 95 % interval (one-sided Clopper-Pearson) of the share it cuts.
    """

    dimension: str
    stratum: str
    n: int
    n_cut: int
    low: float


@dataclass(frozen=True, slots=True)
class PrevalencePart:
    """The share generated of one part of a crawl.

    Attributes:
        dimension: `all`, `language`, `month` or `domain`.
        name: Such as `de`; empty for the whole.
        n: Texts that something can be said of, of each cluster of near-duplicates one.
        n_known: Of these, known to be generated: declared or marked.
        n_sites: Sites they are from.
        n_silent: Texts of this part that nothing can be said of.
        value: Estimated share generated of the `n`, in [0, 1].
        low: Lower end of its 95 % interval.
        high: Upper end.
    """

    dimension: str
    name: str
    n: int
    n_known: int
    n_sites: int
    n_silent: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Silence:
    """Texts that nothing can be said of.

    Attributes:
        reason: Why, in words.
        n: How many.
    """

    reason: str
    n: int


@dataclass(frozen=True, slots=True)
class StratumUse:
    """How one stratum of the calibration was used.

    Attributes:
        stratum: Its name.
        n_human: Human scores in it.
        n_tested: Documents of the crawl ranked among them.
        shift: Greatest distance between the two laws of scores below the human median, in [0, 1].
        abstained: Whether nothing was held against its documents: the distance is too large, hardly any
            score as people do, or the score tells generated texts from human ones too badly.
        auroc: Chance that a generated text scores above a human one, by the crawl's declared texts or else
            those of the calibration; None with too few of both to tell.
    """

    stratum: str
    n_human: int
    n_tested: int
    shift: float
    abstained: bool
    auroc: float | None = None


@dataclass(frozen=True, slots=True)
class DeclarationUse:
    """What one kind of declaration is worth in the crawl.

    Attributes:
        kind: Where it is read.
        n_human: Certified people's texts.
        n_human_with: Of these, those that make it.
        n_generated: Texts known to be generated otherwise.
        n_generated_with: Of these, those that make it.
        log_ratio: Ln of the likelihood ratio; None with too few known texts.
    """

    kind: str
    n_human: int
    n_human_with: int
    n_generated: int
    n_generated_with: int
    log_ratio: float | None


@dataclass(frozen=True, slots=True)
class StatisticsState:
    """What statistics said over the crawl, under one calibration.

    Attributes:
        calibration: SHA-256 of the calibration.
        n_tested: Documents ranked among humans of their stratum.
        n_unranked: Admitted documents that no stratum was large enough for.
        n_found: Discoveries.
        threshold: Greatest p-value of one; 0 without any.
        n_abstained: Ranked documents of strata whose humans do not look like the calibration's.
        strata: Strata that were used, by name.
        n_canaries: Held-out humans that were ranked.
        n_canary_hits: Of these, those that would have been called.
        canary_bound: Upper end of the 95 % interval (one-sided Clopper-Pearson) of that share.
        off: Why nothing is held against anybody; empty when something is.
        cuts: What the whole policy does to the held-out humans.
        weights: Ranked documents by weight, in ten bins from 0 to 1.
        prevalence: Share generated, the whole first, then languages, months and domains; from the crawl's own
            declared texts and the calibration.
        silent: What the prevalence says nothing of.
        declarations: What declarations are worth, by kind.
    """

    calibration: str
    n_tested: int
    n_unranked: int
    n_found: int
    threshold: float
    n_abstained: int
    strata: tuple[StratumUse, ...]
    n_canaries: int
    n_canary_hits: int
    canary_bound: float
    off: str
    cuts: tuple[CutCount, ...]
    weights: tuple[int, ...]
    prevalence: tuple[PrevalencePart, ...]
    silent: tuple[Silence, ...]
    declarations: tuple[DeclarationUse, ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything the report shows; equal runs give equal summaries.

    Attributes:
        run_id: Digest of configuration, inputs and code version, 64 hex digits.
        version: Headwater version.
        policy: Name of the policy.
        policy_toml: The policy in force, as TOML.
        sources: One per input, in order.
        skips: Reasons of what was not decided, losses first, most records first.
        reasons: Reasons of what was decided, most documents first.
        labels: What each label saw.
        languages: Audit by language, most documents first.
        domains: Audit by registrable domain, most documents first, at most 200; the rest as `(other)`.
        scripts: Audit by script.
        lengths: Audit by length class.
        words: Audit by document frequency, rarest first.
        n_vocabulary: Estimated distinct words in the input.
        examples: A few for each reason.
        passed_over: Files that were found and not read, in order.
        statistics: What statistics said; None without a calibration.
        niches: Audit of one language on one site, by how many documents it has, rarest first.
    """

    run_id: str
    version: str
    policy: str
    policy_toml: str
    sources: tuple[SourceCount, ...]
    skips: tuple[SkipCount, ...]
    reasons: tuple[ReasonCount, ...]
    labels: tuple[LabelView, ...]
    languages: tuple[StratumAudit, ...]
    domains: tuple[StratumAudit, ...]
    scripts: tuple[StratumAudit, ...]
    lengths: tuple[StratumAudit, ...]
    words: tuple[RarityAudit, ...]
    n_vocabulary: int
    examples: tuple[Example, ...]
    passed_over: tuple[PassedOver, ...] = ()
    statistics: StatisticsState | None = None
    niches: tuple[RarityAudit, ...] = ()
