"""Every tokenizer: ids as the reference has them, text back, digests, what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.errors import InputError, UnavailableError
from headwater.watermark.tokenizer import TOKENIZERS
from headwater.watermark.tokenizer.tokenizer import PIECE_CHARS, Engine, Open, Tokenizer, load
from tests.watermark.tokenizer.corpus import human, strange

# Their packages are too large for the quick tests, or want others.
BY_ITSELF = {"smollm2": pytest.mark.slow, "mistral": pytest.mark.interop}
EACH = [pytest.param(one, id=name, marks=BY_ITSELF.get(name, ())) for name, one in TOKENIZERS.items()]


def opened(tokenizer: Tokenizer, engine: Engine = "fast") -> Open:
    try:
        return load(tokenizer, engine=engine)
    except UnavailableError as error:
        pytest.skip(f"{error} ({error.hint})")


@pytest.mark.parametrize("tokenizer", EACH)
@pytest.mark.parametrize("corpus", [human, strange])
def test_the_fast_library_gives_the_ids_of_the_reference(tokenizer: Tokenizer, corpus: object) -> None:
    texts = human()[::8] if corpus is human else strange()
    fast, slow = opened(tokenizer).tokens(texts), opened(tokenizer, "reference").tokens(texts)

    differing = [
        text
        for at, text in enumerate(texts)
        if fast.tokens[fast.starts[at] : fast.starts[at + 1]].tolist()
        != slow.tokens[slow.starts[at] : slow.starts[at + 1]].tolist()
    ]
    assert differing == []


@pytest.mark.parametrize("tokenizer", EACH)
def test_ids_are_in_the_vocabulary_and_say_the_text(tokenizer: Tokenizer) -> None:
    made = opened(tokenizer)
    texts = [text for text in human()[:40] if not set(text) & {"\x04", "\x06"}]
    batch = made.tokens(texts)

    assert int(batch.tokens.max()) < tokenizer.n_types
    back = [made.text(batch.tokens[a:b]) for a, b in zip(batch.starts, batch.starts[1:], strict=False)]
    assert [text.removeprefix(" ") for text in back] == [text.removeprefix(" ") for text in texts]


@pytest.mark.parametrize("tokenizer", EACH)
def test_a_text_of_one_line_of_many_pieces_is_whole(tokenizer: Tokenizer) -> None:
    made = opened(tokenizer)
    line = "tail " * (PIECE_CHARS // 8 * 3)
    batch = made.tokens(["a", line, ""])

    assert made.text(batch.tokens[batch.starts[1] : batch.starts[2]]).split() == line.split()
    assert batch.starts[2] == batch.starts[3] == batch.tokens.size


@pytest.mark.parametrize("tokenizer", EACH)
def test_special_tokens_in_a_text_are_text(tokenizer: Tokenizer) -> None:
    made = opened(tokenizer)
    for special in ("<|endoftext|>", "<s>", "</s>", "<|im_start|>", "[INST]"):
        assert made.tokens([special]).tokens.size > 1
        assert made.text(made.tokens([special]).tokens).strip() == special


@pytest.mark.parametrize("tokenizer", EACH)
def test_half_a_surrogate_pair_is_refused(tokenizer: Tokenizer) -> None:
    with pytest.raises(InputError, match="half a surrogate"):
        opened(tokenizer).tokens(["good", "bad \ud800"])


@pytest.mark.parametrize("tokenizer", EACH)
def test_ids_outside_the_vocabulary_are_refused(tokenizer: Tokenizer) -> None:
    with pytest.raises(InputError, match="lie in"):
        opened(tokenizer).text([tokenizer.n_types])
    with pytest.raises(InputError, match="lie in"):
        opened(tokenizer).text([-1])


def test_another_vocabulary_under_the_same_name_is_refused() -> None:
    wrong = replace(TOKENIZERS["gpt2"], vocabulary=TOKENIZERS["cl100k"].vocabulary)
    with pytest.raises(UnavailableError, match="not the one with the digest"):
        load(wrong)


def test_digests_differ() -> None:
    assert len({one.digest for one in TOKENIZERS.values()}) == len(TOKENIZERS)


@given(st.lists(st.text(st.characters(exclude_categories=["Cn", "Cs"]), max_size=60), max_size=4))
def test_any_text_is_cut_as_the_reference_cuts_it(texts: list[str]) -> None:
    fast = opened(TOKENIZERS["cl100k"]).tokens(texts)
    slow = opened(TOKENIZERS["cl100k"], "reference").tokens(texts)

    assert np.array_equal(fast.tokens, slow.tokens)
    assert np.array_equal(fast.starts, slow.starts)
