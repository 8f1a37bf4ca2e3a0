"""Pages: a mark is found in text, wherever it is pasted and however quotes were bent; nothing else is."""

from __future__ import annotations

import numpy as np
import pytest

from headwater.errors import InputError
from headwater.watermark import page
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
