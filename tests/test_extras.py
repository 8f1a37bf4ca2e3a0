"""Libraries and models that are not there are named, with the command that installs them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from headwater.errors import UnavailableError
from headwater.extras import memory, pretrained, require


def test_a_library_that_is_there_is_given() -> None:
    assert require("collections.abc", extra="lm") is sys.modules["collections.abc"]


def test_a_library_that_is_missing_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(UnavailableError, match=r"^torch is not installed$") as caught:
        require("torch", extra="lm")

    assert caught.value.hint == "pip install 'headwater[lm]'"


@pytest.mark.parametrize("kind", ["AutoModel", "AutoTokenizer", "AutoConfig"])
def test_what_is_no_model_is_told_in_one_line(tmp_path: Path, kind: str) -> None:
    pytest.importorskip("transformers", reason="no transformers: pip install 'headwater[lm]'")
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(UnavailableError, match=r"^cannot load ") as caught:
        pretrained(kind, str(tmp_path))

    assert "\n" not in str(caught.value)
    assert caught.value.hint


def test_a_network_reads_with_its_memory_what_it_reads_at_once() -> None:
    transformers = pytest.importorskip("transformers", reason="no transformers: pip install 'headwater[lm]'")
    import torch

    config = transformers.GPT2Config(vocab_size=50, n_positions=16, n_embd=8, n_layer=2, n_head=2)
    network, tokens = transformers.GPT2LMHeadModel(config).double().eval(), torch.arange(6)[None]
    cache, kept = memory(network)
    with torch.inference_mode():
        network(tokens[:, :4], **kept)
        rest, whole = network(tokens[:, 4:], **kept).logits, network(tokens).logits[:, 4:]

    assert cache.get_seq_length() == 6
    assert torch.allclose(rest, whole)
