"""Chains of epoch keys: a secret file, keys that fit what is disclosed, nothing disclosed early."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.cli.main import run
from headwater.errors import FormatError, InputError
from headwater.watermark import keys
from headwater.watermark.registry import chain, epochs
from headwater.watermark.schemes import SCHEMES


def test_a_chain_is_read_back_from_a_file_that_nobody_else_may_read(tmp_path: Path) -> None:
    drawn = chain.generate(5)
    chain.write(tmp_path / "chain", drawn)

    assert chain.read(tmp_path / "chain") == drawn
    assert (tmp_path / "chain").stat().st_mode & 0o777 == 0o600
    assert drawn.last.hex() not in repr(drawn)


def test_the_key_of_an_epoch_is_that_of_its_value() -> None:
    drawn = chain.generate(5)
    scheme = SCHEMES["gumbel-aes-1"]

    assert drawn.key(scheme, 3).secret == epochs.secret(drawn.value(3))
    for wrong in (0, 6):
        with pytest.raises(InputError, match="no epoch"):
            drawn.key(scheme, wrong)
    with pytest.raises(InputError, match="bytes"):
        drawn.key(SCHEMES["gumbel-vllm-philox-1"], 1)


@pytest.mark.parametrize("n", [0, -1, 100_001])
def test_a_chain_of_no_or_too_many_epochs_is_refused(n: int) -> None:
    with pytest.raises(InputError, match="epochs"):
        chain.generate(n)


@given(st.text(max_size=80) | st.from_regex(r"WATERMARK\+CHAIN\+[0-9]{1,7}\+[0-9a-fA-F]{60,66}"))
def test_any_text_is_refused_or_read_back(text: str) -> None:
    try:
        found = chain.parse(text)
    except FormatError:
        return
    assert chain.encode(found) == text


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        run(["watermark", *arguments])
    out = capsys.readouterr()
    return int(end.value.code or 0), out.out, out.err


def test_from_chain_to_detection(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    call(capsys, "registry", "keygen", "example.com/mill", "mill")
    call(capsys, "registry", "keygen", "example.com/registry", "keeper")
    assert call(capsys, "registry", "chain", "draw", "chain", "--epochs", "40000")[0] == 0
    told = ("--tokenizer", "cl100k", "--contact", "m@example.com", "--from", "2020-01-01")
    days = ("--until", "2090-01-01", "--epoch-days", "1", "--lag-days", "7")
    made = call(capsys, "registry", "chain", "announce", "chain", "--issuer", "mill", *told, *days)[1]
    Path("one").write_text(made, "utf-8")
    assert call(capsys, "registry", "chain", "key", "chain", "mark", "--epoch", "9")[0] == 0
    shown = call(
        capsys, "registry", "chain", "disclose", "chain", "--issuer", "mill", "--entry", "one", "--epoch", "9"
    )
    Path("two").write_text(shown[1], "utf-8")
    call(capsys, "registry", "gather", "one", "two", "--keeper", "keeper", "--out", "book")

    verified = call(capsys, "registry", "verify", "book", "--keeper", "keeper.pub")
    assert verified[:2] == (0, "cl100k\n  example.com/mill epoch 9  gumbel-aes-1\n")
    assert keys.read(Path("mark")) == chain.read(Path("chain")).key(SCHEMES["gumbel-aes-1"], 9)
    early = call(
        capsys,
        "registry",
        "chain",
        "disclose",
        "chain",
        "--issuer",
        "mill",
        "--entry",
        "one",
        "--epoch",
        "39999",
    )
    assert (early[0], early[1]) == (2, "")
    assert early[2].startswith("headwater: epoch 39999 is disclosed on 2129-")
    other = call(
        capsys, "registry", "chain", "disclose", "chain", "--issuer", "mill", "--entry", "two", "--epoch", "1"
    )
    assert (other[0], other[2].splitlines()[0]) == (2, "headwater: the entry commits to no chain")
    foreign = call(capsys, "registry", "chain", "draw", "other", "--epochs", "40000")
    assert foreign[0] == 0
    wrong = call(
        capsys, "registry", "chain", "disclose", "other", "--issuer", "mill", "--entry", "one", "--epoch", "1"
    )
    assert (wrong[0], wrong[1]) == (1, "")
