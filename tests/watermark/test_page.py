"""Pages: a mark is found in text, wherever it is pasted and however quotes were bent; nothing else is."""

from __future__ import annotations

import numpy as np
import pytest

from headwater.errors import InputError
from headwater.watermark import page, sampler
from headwater.watermark.keys import Key
from headwater.watermark.schemes import SCHEMES
from headwater.watermark.tokenizer import TOKENIZERS
from headwater.watermark.tokenizer.tokenizer import load
from tests.watermark import worlds
from tests.watermark.pages import marked, marker


def test_a_mark_is_found_in_text_and_its_key_is_named() -> None:
    found = page.examine([marked(2), worlds.texts().__next__()[:4_000]], [marker(n) for n in range(5)])

    assert found[0].marker == 2
    assert found[0].log_p < -30
    assert found[1].log_p > np.log(1e-4)
    assert found[1].passages == ()


def test_a_pasted_passage_is_found_in_a_human_page() -> None:
    texts = worlds.texts()
    before, after = next(texts)[:3_000], next(texts)[:3_000]
    inside = marked(1)
    (found,) = page.examine([before + "\n" + inside + "\n" + after], [marker(1), marker(2, tokenizer="gpt2")])

    assert found.marker == 0
    assert found.log_p < -30
    first = found.passages[0]
    assert abs(first.start - len(before)) < 200
    assert abs(first.stop - len(before) - len(inside)) < 200


def test_bent_quotes_and_doubled_spaces_are_undone_and_counted() -> None:
    text = marked(1, 60).replace(" ", "  ")
    (found,) = page.examine([text], [marker(1)])

    assert (found.variant, found.n_tests) == ("spaces", 2)
    assert found.log_p < -20


@pytest.mark.parametrize("text", ["", " ", "one", "\n\n"])
def test_a_text_of_no_or_one_token_is_never_an_alarm(text: str) -> None:
    (found,) = page.examine([text], [marker(n) for n in range(3)])

    assert found.log_p == 0.0


def test_no_key_is_refused_and_no_text_is_no_finding() -> None:
    with pytest.raises(InputError, match="no key"):
        page.examine(["text"], [])
    assert page.examine([], [marker(1)]) == ()


def test_a_vocabulary_too_large_for_a_scheme_is_a_named_error() -> None:
    with pytest.raises(InputError, match="not in a vocabulary"):
        page.examine([marked(1, 60)], [marker(1, "greenlist-hf-lefthash-1")])


def test_the_number_in_a_payload_is_told() -> None:
    cut, scheme = load(TOKENIZERS["cl100k"]), SCHEMES["payload-aes-1"]
    secret = worlds.key(scheme, 5).secret[:-2]
    tokens = sampler.sample(
        lambda so_far: _flat(), scheme, Key(scheme.name, secret + b"\x01\x02"), n_tokens=300,
        rng=np.random.default_rng(8),
    )  # fmt: skip
    shared = page.Marker("all", TOKENIZERS["cl100k"], scheme, Key(scheme.name, secret))
    (found,) = page.examine([cut.text(tokens)], [shared])

    assert (found.tag, found.log_p < -20) == (0x0102, True)
    assert page.examine([marked(1)], [marker(1)])[0].tag is None


def _flat() -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    law = np.zeros(100_256)
    law[1_000:3_000] = 1.0 / 2_000
    return law


def test_hinted_keys_come_first_then_secrets_for_all_then_the_others() -> None:
    secret = Key("payload-aes-1", worlds.key(SCHEMES["payload-aes-1"], 1).secret[:-2])
    every = page.Marker("every", TOKENIZERS["cl100k"], SCHEMES["payload-aes-1"], secret)
    markers = [marker(1), every, marker(2)]

    assert page.in_order(markers) == ((1,), (0, 2))
    assert page.in_order(markers, hints=["key 2"]) == ((2,), (1,), (0,))
    assert page.in_order(markers[:1]) == ((0,),)


def test_in_turn_the_hinted_key_is_found_at_once_and_bears_half_of_the_level() -> None:
    markers = [marker(n) for n in range(6)]
    text = marked(2)
    (alone,) = page.examine([text], [marker(2)])
    (hinted,) = page.examine_in_turn([text], markers, page.in_order(markers, hints=["key 2"]))
    (late,) = page.examine_in_turn([text], markers, page.in_order(markers, hints=["key 4"]))

    assert (hinted.marker, hinted.n_tests) == (2, alone.n_tests)
    assert hinted.log_p == pytest.approx(alone.log_p + np.log(2.0))
    assert (late.marker, late.n_tests) == (2, 6 * alone.n_tests)
    assert late.log_p == pytest.approx(alone.log_p + np.log(2.0 * 5.0))
    assert hinted.passages == late.passages
    with pytest.raises(InputError, match="no key"):
        page.examine_in_turn([text], markers, [])


def test_many_keys_are_tried_in_haste_and_the_mark_is_found_all_the_same() -> None:
    markers = [marker(n) for n in range(80)]
    found = page.examine_in_turn([marked(2), next(worlds.texts())[:2_000]], markers, page.in_order(markers))

    assert (found[0].marker, found[0].log_p < -30) == (2, True)
    assert found[1].log_p > np.log(1e-4)
