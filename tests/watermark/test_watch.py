"""A stream in pieces: found while it runs, whatever it repeats."""

from __future__ import annotations

import math

import pytest

from headwater.errors import InputError
from headwater.watermark import family, watch
from headwater.watermark.page import Marker
from headwater.watermark.schemes import SCHEMES
from tests.curate.crawls import prose
from tests.watermark.pages import marked, marker


def pieces(text: str) -> list[str]:
    return [line + " " for line in text.split(". ")]


def test_a_marked_stream_is_found_before_it_ends_and_by_whose_key() -> None:
    text, state, at = marked(1), watch.begin([marker(2), marker(1)]), 0
    for start in range(0, len(text), 200):
        state = watch.see(state, text[start : start + 200])
        at = at or (start if state.log_p < math.log(1e-6) else 0)

    assert 0 < at < len(text) // 2
    assert state.markers[state.best].name == "key 1"
    assert state.n_tokens[0] == state.n_tokens[1] > 250


@pytest.mark.parametrize("profile", [name for name in SCHEMES if "hf" not in name])
def test_human_text_that_repeats_itself_for_ever_is_no_evidence(profile: str) -> None:
    """A stream of one page again and again: a context counts once, so wealth stands still."""
    state = watch.begin([marker(number, profile) for number in range(3)])
    for piece in pieces(prose(5, 600)):
        state = watch.see(state, piece)
    once = state
    for _ in range(5):
        for piece in pieces(prose(5, 600)):
            state = watch.see(state, piece)

    assert state.log_p == once.log_p > math.log(1e-3)
    assert [one.n_scored for one in state.wealths] == [one.n_scored for one in once.wealths]


def test_lists_that_depend_on_one_token_count_once_a_draw() -> None:
    state = watch.begin([marker(1, "greenlist-hf-selfhash-1", "gpt2")])
    for _ in range(2):
        state = watch.see(state, "The mill stood by the river. The mill stood by the river.")

    assert 0 < state.wealths[0].n_scored <= 12


def test_what_cannot_be_watched_is_refused() -> None:
    one = marker(1, "payload-aes-1")
    secret = Marker(one.name, one.tokenizer, one.scheme, family.untagged(one.scheme, one.key))
    with pytest.raises(InputError, match="no tag"):
        watch.begin([secret])
    with pytest.raises(InputError, match="no key"):
        watch.begin([])
    with pytest.raises(InputError, match="have no tag"):
        family.untagged(SCHEMES["gumbel-aes-1"], marker(1).key)
