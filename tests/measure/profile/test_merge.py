"""A merge of parts is the profile of the whole, byte for byte."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.errors import InputError
from headwater.measure.profile import Profile, Size, encode, merge, of
from tests.measure.profile.worlds import SMALL, texts

words = st.sampled_from(
    ["a", "b", "c", "the", "tide", "turns", "漢字", "7", "É", "x" * 80, "sea", "of", "ebb"]
)
documents = st.lists(st.lists(words, max_size=12).map(" ".join), max_size=12)


@settings(max_examples=80, deadline=None)
@given(documents, st.data())
def test_a_merge_of_parts_is_the_whole(corpus: list[str], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(corpus)))

    parts = merge(of(corpus[:cut], size=SMALL), of(corpus[cut:], size=SMALL))

    assert encode(parts) == encode(of(corpus, size=SMALL))


@settings(max_examples=40, deadline=None)
@given(documents, documents, documents)
def test_merging_is_associative_and_commutative(a: list[str], b: list[str], c: list[str]) -> None:
    one, two, three = (of(corpus, size=SMALL) for corpus in (a, b, c))

    assert encode(merge(one, two)) == encode(merge(two, one))
    assert encode(merge(merge(one, two), three)) == encode(merge(one, merge(two, three)))


@given(documents.map(tuple), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_the_order_of_documents_does_not_matter(corpus: tuple[str, ...], random: object) -> None:
    shuffled = list(corpus)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert encode(of(corpus, size=SMALL)) == encode(of(shuffled, size=SMALL))


def test_batches_are_parts() -> None:
    corpus = texts(600, n_words=900, n_types=3000, seed=1)  # more than a batch
    tail, head = of(corpus[123:]), of(corpus[:123])

    assert encode(merge(tail, head)) == encode(of(iter(corpus)))
    assert sum(map(len, corpus)) > 1.05 * 2**21


def test_nothing_changes_nothing() -> None:
    some, none = of(["the tide turns"]), of([])

    assert encode(merge(some, none)) == encode(merge(none, some)) == encode(some)
    assert none.n_documents == 0


def test_sizes_do_not_mix() -> None:
    with pytest.raises(InputError, match="different sizes"):
        merge(of([]), of([], size=Size(words=5)))


def counted(profile: Profile) -> tuple[int, ...]:
    """List what is summed."""
    return (
        profile.n_documents,
        profile.n_words,
        profile.n_bytes,
        profile.n_repeated,
        *profile.n_grams.tolist(),
    )


def test_a_profile_counts_what_there_is() -> None:
    found = of(["One two, one two; one TWO!", "", "7 ü", "tide"])

    # 4-grams: one-two-one-two twice, two-one-two-one once, so one repeats.
    assert counted(found) == (4, 8, 26 + 0 + 4 + 4, 1, 5, 4, 3)
    assert found.words.counts.sum() == 8
    assert found.words.keys.size == 4
    assert found.lengths[:4].tolist() == [1, 2, 0, 1]
    assert found.sample.least.keys.size == 3


def test_documents_are_kept_as_often_as_they_occur_and_cut() -> None:
    found = of(["a b c d e f g h"] * 3 + ["a"], size=SMALL)

    sizes = sorted(row.size for row in found.sample.documents())
    assert sizes == [1, 6, 6]
