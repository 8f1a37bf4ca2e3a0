"""Checkpoints, and the policy that believes them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from headwater.errors import FormatError, InputError, SignatureError
from headwater.log import checkpoint, note
from headwater.log.algorithm import COSIGNATURE, ED25519
from headwater.log.checkpoint import Checkpoint, Policy, Signer
from headwater.log.note import Note
from headwater.log.tree import EMPTY_ROOT
from tests.log.samples import CLASSIC, COSIGNER, LASTING, LASTING_COSIGNER, NOW_S, ORIGIN, POLICY, damaged

ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
EXAMPLE = f"example.com/behind-the-sofa\n20852163\n{ROOT}\n"  # C2SP tlog-checkpoint
HEAD = Checkpoint(ORIGIN, 5, bytes(range(32)))
SIGNED = checkpoint.sign(HEAD, [CLASSIC, LASTING], time_s=NOW_S)


def test_the_example_of_the_specification_is_read() -> None:
    found = checkpoint.parse_text(EXAMPLE)

    assert (found.origin, found.size, found.extensions) == ("example.com/behind-the-sofa", 20852163, ())
    assert found.text == EXAMPLE


def test_extension_lines_of_others_are_kept() -> None:
    assert checkpoint.parse_text(EXAMPLE + "one\ntwo\n").extensions == ("one", "two")
    assert checkpoint.parse_text(EXAMPLE + "one\ntwo\n").text == EXAMPLE + "one\ntwo\n"


@given(damaged(EXAMPLE.encode(), HEAD.text.encode(), (EXAMPLE + "more\n").encode()))
def test_any_text_is_refused_or_comes_back(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    try:
        found = checkpoint.parse_text(text)
    except FormatError:
        return
    assert found.text == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"o\n5\n{ROOT}",
        f"\n5\n{ROOT}\n",
        f"o\n05\n{ROOT}\n",
        f"o\n+5\n{ROOT}\n",
        f"o\n٥\n{ROOT}\n",
        f"o\n²\n{ROOT}\n",
        f"o\n\n{ROOT}\n",
        f"o\n9223372036854775808\n{ROOT}\n",
        f"o\n{'9' * 5000}\n{ROOT}\n",
        f"o\n5\n{ROOT[:-2]}\n",
        f"o\n5\n{ROOT[:-1]}\n",
        f"o\n5\n{ROOT[:-2]}J=\n",
        "o\n5\nAAAA\n",
        f"o\n5\n{ROOT}\n\n",
        f"o\n5\n{ROOT}\n\nx\n",
        f"o\n0\n{ROOT}\n",
        f"o\r\n5\n{ROOT}\n",
    ],
)
def test_a_malformed_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(FormatError):
        checkpoint.parse_text(text)


def test_the_largest_size_is_read() -> None:
    assert checkpoint.parse_text(f"o\n{2**63 - 1}\n{ROOT}\n").size == 2**63 - 1


def test_a_checkpoint_needs_every_key_of_the_policy() -> None:
    assert checkpoint.verify(SIGNED, POLICY) == HEAD
    classic = checkpoint.sign(HEAD, [CLASSIC], time_s=NOW_S)
    lasting = checkpoint.sign(HEAD, [LASTING], time_s=NOW_S)
    assert checkpoint.verify(classic, Policy(ORIGIN, (CLASSIC.key,))) == HEAD
    assert checkpoint.verify(lasting, Policy(ORIGIN, (LASTING.key,))) == HEAD
    with pytest.raises(SignatureError, match="lacks the ml-dsa-44"):
        checkpoint.verify(classic, POLICY)
    with pytest.raises(SignatureError, match="lacks the ed25519"):
        checkpoint.verify(lasting, POLICY)


def test_a_checkpoint_of_another_log_is_refused_even_if_the_key_is_the_same() -> None:
    other = checkpoint.sign(replace(HEAD, origin="other.example"), [CLASSIC, LASTING], time_s=NOW_S)
    with pytest.raises(SignatureError, match="not of"):
        checkpoint.verify(other, POLICY)


@pytest.mark.parametrize("place", [0, len(ORIGIN) + 1, len(HEAD.text) - 10])
def test_a_changed_text_is_refused(place: int) -> None:
    changed = bytearray(SIGNED)
    changed[place] ^= 1
    with pytest.raises((SignatureError, FormatError)):
        checkpoint.verify(bytes(changed), POLICY)


def test_a_quorum_counts_witnesses_and_not_signatures() -> None:
    second = Signer("witness.example/two", COSIGNATURE, bytes(32))
    known = (COSIGNER.key, LASTING_COSIGNER.key, second.key)
    one, two = (Policy(ORIGIN, (CLASSIC.key,), known, quorum) for quorum in (1, 2))
    signers = [CLASSIC, COSIGNER, LASTING_COSIGNER]
    twice = checkpoint.sign(HEAD, [*signers, COSIGNER], time_s=NOW_S)

    assert checkpoint.verify(twice, one) == HEAD
    with pytest.raises(SignatureError, match="1 witnesses"):
        checkpoint.verify(twice, two)
    assert checkpoint.verify(checkpoint.sign(HEAD, [*signers, second], time_s=NOW_S), two) == HEAD


@pytest.mark.parametrize(
    ("keys", "witnesses", "quorum"),
    [((), (), 0), ((CLASSIC.key,), (), 1), ((CLASSIC.key,), (COSIGNER.key, LASTING_COSIGNER.key), 2),
     ((CLASSIC.key,), (CLASSIC.key,), 1), ((CLASSIC.key,), (), -1)],
)  # fmt: skip
def test_a_policy_that_makes_no_sense_is_refused(
    keys: tuple[note.VerifierKey, ...], witnesses: tuple[note.VerifierKey, ...], quorum: int
) -> None:
    with pytest.raises(InputError):
        Policy(ORIGIN, keys, witnesses, quorum)


@pytest.mark.parametrize(
    "head",
    [
        replace(HEAD, extensions=("more",)),
        replace(HEAD, origin=""),
        replace(HEAD, origin="two\nlines"),
        replace(HEAD, root=b"short"),
        replace(HEAD, size=-1),
        replace(HEAD, size=2**63),
    ],
)
def test_what_we_do_not_write_is_not_signed(head: Checkpoint) -> None:
    with pytest.raises(InputError):
        checkpoint.sign(head, [CLASSIC], time_s=NOW_S)


def test_the_empty_log_is_signed() -> None:
    empty = Checkpoint(ORIGIN, 0, EMPTY_ROOT)

    assert checkpoint.verify(checkpoint.sign(empty, [CLASSIC, LASTING], time_s=NOW_S), POLICY) == empty


def test_nobody_signs_nothing() -> None:
    with pytest.raises(InputError):
        checkpoint.sign(HEAD, [], time_s=NOW_S)


def test_a_private_key_is_not_shown() -> None:
    signer = Signer(ORIGIN, ED25519, b"\xaa" * 32)

    assert "seed" not in repr(signer)
    assert "\\xaa" not in repr(signer)
    assert "aaaa" not in repr(signer)


def test_a_note_that_is_no_checkpoint_is_refused() -> None:
    with pytest.raises(FormatError):
        checkpoint.verify(note.encode(Note("text\n", note.parse(SIGNED).signatures)), POLICY)
