"""The audit: every document counted once a stratum, and counts that add up over shards."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate.audit import AUDIT_SCHEMA, NONE, STRATA, Audit
from headwater.curate.labels import LABELS
from headwater.curate.policy import ACTIONS, Action

Labels = dict[str, dict[str, Any]]


def labels(*, n_words: int = 50, language: str = "en", domain: str | None = "example.org") -> Labels:
    """Make the labels of a document."""
    quality = {"n_words": n_words, "repeated_line_share": 0.0}
    capture = {"captured": "2021-05-04T03:02:01Z", "domain": domain}
    return {
        "quality": quality,
        "language": {"language": language, "script": "Latn"},
        "capture": capture,
    }


def rows(audit: Audit, dimension: str) -> list[tuple[str, str, int, int]]:
    """Give the rows of one dimension."""
    found = (row for row in audit.rows() if row["dimension"] == dimension)
    return [(row["value"], row["action"], row["n"], row["n_chars"]) for row in found]


def test_documents_are_counted_by_stratum_and_action() -> None:
    audit = Audit()
    audit.add(labels(), "admit", "no-evidence-against", 100)
    audit.add(labels(), "admit", "no-evidence-against", 20)
    audit.add(labels(language="de"), "exclude", "duplicate-near", 3)

    assert rows(audit, "language") == [("de", "exclude", 1, 3), ("en", "admit", 2, 120)]
    assert rows(audit, "script") == [("Latn", "admit", 2, 120), ("Latn", "exclude", 1, 3)]
    assert rows(audit, "domain") == [("example.org", "admit", 2, 120), ("example.org", "exclude", 1, 3)]
    assert rows(audit, "reason") == [
        ("duplicate-near", "exclude", 1, 3),
        ("no-evidence-against", "admit", 2, 120),
    ]
    assert rows(audit, "tally:capture-1") == [
        ("captured 2021", "admit", 2, 120),
        ("captured 2021", "exclude", 1, 3),
    ]


def test_a_niche_is_one_language_on_one_site() -> None:
    audit = Audit()
    audit.add(labels(language="cy"), "exclude", "duplicate-near", 3)
    audit.add(labels(), "admit", "no-evidence-against", 1)
    audit.add(labels(domain=None), "admit", "no-evidence-against", 1)

    assert rows(audit, "niche") == [
        ("cy on example.org", "exclude", 1, 3),
        ("en on (none)", "admit", 1, 1),
        ("en on example.org", "admit", 1, 1),
    ]


def test_what_a_label_does_not_know_is_a_stratum_of_its_own() -> None:
    audit = Audit()
    audit.add(labels(domain=None), "admit", "no-evidence-against", 1)

    assert rows(audit, "domain") == [(NONE, "admit", 1, 1)]


def test_a_label_that_was_not_run_has_no_strata() -> None:
    audit = Audit()
    audit.add({}, "admit", "no-evidence-against", 1)

    assert [row["dimension"] for row in audit.rows()] == ["reason"]


@pytest.mark.parametrize(
    ("n_words", "name"),
    [
        (0, "0 words"),
        (1, "1–9 words"),
        (9, "1–9 words"),
        (10, "10–29 words"),
        (999, "300–999 words"),
        (1_000, "1000–2999 words"),
        (9_999, "3000–9999 words"),
        (10_000, "10000+ words"),
        (10**9, "10000+ words"),
    ],
)
def test_a_length_class_says_its_bounds(n_words: int, name: str) -> None:
    assert STRATA["length"](labels(n_words=n_words)) == name


@given(st.integers(0, 10**9))
def test_a_histogram_counts_every_document_in_the_bin_that_holds_it(n_words: int) -> None:
    audit = Audit()
    audit.add(labels(n_words=n_words), "admit", "no-evidence-against", 1)
    ((at, *_),) = rows(audit, "bin:quality-1")
    edges = LABELS["quality-1"].view.edges

    assert edges[int(at)] <= n_words
    assert n_words < edges[int(at) + 1] or int(at) == len(edges) - 2


DOCUMENTS = st.lists(
    st.tuples(
        st.builds(
            labels,
            n_words=st.integers(0, 20_000),
            language=st.sampled_from(["en", "de", "und"]),
            domain=st.sampled_from(["a.org", None]),
        ),
        st.sampled_from(ACTIONS),
        st.sampled_from(["x", "y"]),
        st.integers(0, 1_000),
    ),
    max_size=10,
)


@given(DOCUMENTS, DOCUMENTS)
def test_the_audits_of_two_shards_add_up_to_that_of_both(
    left: list[tuple[Labels, Action, str, int]], right: list[tuple[Labels, Action, str, int]]
) -> None:
    both: Counter[tuple[str, ...]] = Counter()
    for part in (left, right):
        for row in audited(part):
            both[row["dimension"], row["value"], row["action"], "n"] += row["n"]
            both[row["dimension"], row["value"], row["action"], "n_chars"] += row["n_chars"]

    for row in audited(left + right):
        key = (row["dimension"], row["value"], row["action"])
        assert (row["n"], row["n_chars"]) == (both.pop((*key, "n")), both.pop((*key, "n_chars")))
    assert not both


@given(DOCUMENTS)
def test_every_stratum_adds_up_to_all_documents(documents: list[tuple[Labels, Action, str, int]]) -> None:
    totals: Counter[str] = Counter()
    for row in audited(documents):
        totals[row["dimension"]] += row["n"]

    for dimension in ("reason", *STRATA, "bin:quality-1", "tally:capture-1", "tally:language-1"):
        assert totals[dimension] == len(documents)


def audited(documents: list[tuple[Labels, Action, str, int]]) -> list[dict[str, Any]]:
    """Audit documents, and check that the rows are sorted and fit their schema."""
    audit = Audit()
    for document in documents:
        audit.add(*document)
    found = list(audit.rows())
    keys = [(row["dimension"], row["value"], row["action"]) for row in found]
    assert keys == sorted(keys)
    assert pa.Table.from_pylist(found, schema=AUDIT_SCHEMA).to_pylist() == found
    return found
