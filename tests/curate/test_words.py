"""The sample of a vocabulary: exact counts, and parts that merge to the whole."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate.words import ONE_IN, WordSample, counted, sampled, words_of

SIZE = 1_024
MAX_BYTES = 128
WORDS = st.sampled_from(sampled(b"w%d" % at for at in range(640)))
DOCUMENTS = st.lists(st.tuples(st.sets(WORDS, max_size=12), st.booleans()), max_size=12)


def sample_of(documents: Iterable[tuple[set[bytes], bool]], *, size: int) -> WordSample:
    """Count the words of documents, some of which stay."""
    sample = WordSample(size)
    for words, stays in documents:
        sample.add(words, kept=int(stays))
    return sample


def merged(parts: Iterable[WordSample], *, size: int) -> WordSample:
    """Merge parts as a run merges those of its shards."""
    whole = WordSample(size)
    for part in parts:
        for word, n, n_kept in part.rows():
            whole.add([word], kept=n_kept, n=n)
    return whole


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", set()),
        ("The the THE", {"the"}),
        ("don't stop-gap x2y 42 a_b", {"don", "t", "stop", "gap", "x", "y", "a", "b"}),
        ("“Quoted” – dashed… done", {"quoted", "dashed", "done"}),
        ("Straße ÇA Ωmega", {"straße", "ça", "ωmega"}),
        ("吾輩は猫である", set("吾輩は猫である")),
        ("カタカナ漢字abc", {*"カタカナ漢字", "abc"}),
        ("한국어 단어", {"한국어", "단어"}),
        ("ภาษาไทย", {"ภาษาไทย"}),
        ("你好,世界。", set("你好世界")),
    ],
)
def test_what_a_word_is(text: str, words: set[str]) -> None:
    assert words_of(text) == {word.encode() for word in words}


_ALONE = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_MARKS = re.compile(r"[\0-@\[-`{-\x7f\u00a0-\u00bf\u2000-\u206f\u3000-\u3020\uff00-\uff0f\uff1a-\uff20]")
_PIECES = st.sampled_from(
    "aZé ßＡ\n’…\u00a0\u00bf\u00c0\u1fff\u2000\u206f\u2070\u3000\u3020\u3021\u303f\u3040\u30ff\u3100\u33ff"
    "\u3400\u4dbf\u4dc0\u4e00\u9fff\ua000\uff00\uff0f\uff10\uff19\uff1a\uff20\uff21\U0001f600\ud800"
)


@given(st.lists(st.tuples(_PIECES, st.sampled_from((1, 1, 1, 70, 200))).map(lambda one: one[0] * one[1])))
def test_words_are_those_of_the_expressions_that_define_them(pieces: list[str]) -> None:
    text = "".join(pieces)
    parted = _MARKS.sub(" ", text.lower().encode("utf-8", "replace").decode())
    whole = [word.encode() for word in _ALONE.sub(" ", parted).split(" ") if word]
    cut = {word[:MAX_BYTES].decode("utf-8", "ignore").encode() for word in whole}
    wanted = cut | {letter.encode() for letter in _ALONE.findall(parted)}

    assert words_of(text) == wanted
    assert counted(text) == (len(wanted), sampled(wanted))


@pytest.mark.parametrize("word", ["हिन्दी", "தமிழ்", "cafe\u0301", "مُحَمَّد"])
def test_a_mark_on_a_letter_does_not_end_the_word(word: str) -> None:
    assert words_of(f"{word}, {word}") == {word.encode()}


@pytest.mark.parametrize("letter", ["x", "é", "ж", "ก", "𐌰"])
def test_long_words_are_cut_between_characters(letter: str) -> None:
    (word,) = words_of(letter * 10_000)

    assert MAX_BYTES - 4 < len(word) <= MAX_BYTES
    assert set(word.decode()) == {letter}


@given(st.text())
def test_words_are_short_text_without_spaces_or_ascii_digits(text: str) -> None:
    for word in words_of(text):
        assert 1 <= len(word) <= MAX_BYTES
        assert not set(word) & set(b" \t\n0123456789.,_")
        assert word.decode()


@given(st.sets(st.binary(max_size=8), max_size=200), st.sets(st.binary(max_size=8), max_size=200))
def test_the_sample_of_words_is_the_same_in_every_text(one: set[bytes], other: set[bytes]) -> None:
    assert set(sampled(one)) & other == set(sampled(other)) & one


@given(DOCUMENTS)
def test_a_sample_that_is_not_full_is_the_vocabulary(documents: list[tuple[set[bytes], bool]]) -> None:
    sample = sample_of(documents, size=1_000)
    n = Counter(word for words, _ in documents for word in words)
    n_kept = Counter(word for words, stays in documents if stays for word in words)

    assert list(sample.rows()) == [(word, n[word], n_kept[word]) for word in sorted(n)]
    assert sample.n_words() == ONE_IN * len(n)


@given(DOCUMENTS, st.integers(1, 20))
def test_counts_of_a_full_sample_are_exact(documents: list[tuple[set[bytes], bool]], size: int) -> None:
    n = Counter(word for words, _ in documents for word in words)
    rows = list(sample_of(documents, size=size).rows())

    assert len(rows) == min(size, len(n))
    assert all(n[word] == found for word, found, _ in rows)


@given(st.lists(DOCUMENTS, max_size=4), st.integers(1, 20))
def test_parts_merge_to_the_whole_exactly(parts: list[list[tuple[set[bytes], bool]]], size: int) -> None:
    whole = sample_of([document for part in parts for document in part], size=size)
    from_parts = merged([sample_of(part, size=size) for part in parts], size=size)

    assert list(from_parts.rows()) == list(whole.rows())


@given(st.lists(DOCUMENTS, max_size=4), st.integers(1, 20))
def test_the_size_of_a_vocabulary_survives_a_merge(
    parts: list[list[tuple[set[bytes], bool]]], size: int
) -> None:
    whole = sample_of([document for part in parts for document in part], size=size)
    from_parts = merged([sample_of(part, size=size) for part in parts], size=size)

    assert from_parts.n_words() == whole.n_words()


@given(DOCUMENTS, st.integers(1, 20), st.randoms(use_true_random=False))
def test_the_order_of_documents_does_not_matter(
    documents: list[tuple[set[bytes], bool]], size: int, random: object
) -> None:
    shuffled = list(documents)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert list(sample_of(shuffled, size=size).rows()) == list(sample_of(documents, size=size).rows())


@pytest.mark.parametrize("n_words", [SIZE, 8 * SIZE, 40 * SIZE, 100 * SIZE])
def test_a_vocabulary_is_estimated_within_four_standard_errors(n_words: int) -> None:
    sample = WordSample(SIZE)
    for start in range(0, n_words, 100):
        words = (b"word%d" % at for at in range(start, min(start + 100, n_words)))
        sample.add(sampled(words), kept=1)
    # A full sample ends at the k-th least of n uniform hashes; one that is not is a binomial count.
    full = math.sqrt((n_words - SIZE + 1) / (n_words * (SIZE - 2)))
    error = full if n_words > ONE_IN * SIZE else math.sqrt((ONE_IN - 1) / n_words)

    assert abs(sample.n_words() / n_words - 1) <= 4 * error


def test_a_vocabulary_of_one_shard_is_estimated_beyond_the_size_of_the_sample() -> None:
    part = WordSample(SIZE)
    part.add(sampled(b"word%d" % at for at in range(64 * SIZE)), kept=1)

    assert abs(merged([part], size=SIZE).n_words() / (64 * SIZE) - 1) <= 4 / math.sqrt(SIZE)


def test_memory_is_bounded_by_the_size() -> None:
    sample = WordSample(16)
    for at in range(10_000):
        sample.add([b"word%d" % at], kept=0)
        assert len(sample._counts) <= 32
