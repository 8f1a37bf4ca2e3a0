"""The registry: what is signed gives keys; what is expired, forked or badly signed is refused by name."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater import canonical
from headwater.errors import ConsistencyError, FormatError, SignatureError, VerificationError
from headwater.log.algorithm import ED25519
from headwater.log.checkpoint import Policy, Signer
from headwater.watermark.page import examine
from headwater.watermark.registry import entry, epochs
from headwater.watermark.registry.epochs import Epochs
from headwater.watermark.registry.registry import announcement, encode, open_, usable
from headwater.watermark.schemes import SCHEMES

DAY = 86_400
KEEPER = Signer("example.com/registry", ED25519, bytes(32))
MILL = Signer("example.com/mill", ED25519, bytes([1]) * 32)
WEIR = Signer("example.com/weir", ED25519, bytes([2]) * 32)
POLICY = Policy(KEEPER.name, (KEEPER.key,))
ODD = {"kind": "epochs", "anchor": "00" * 32, "epoch_s": 1, "first_s": 0, "lag_s": 0, "n_epochs": 1}
LAST = hashlib.sha256(b"last").digest()
CHAIN = Epochs(epochs.value(LAST, n_epochs=10, epoch=0), 10, 100 * DAY, 7 * DAY, DAY)


def public(previous: str = "", **told: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "contact": "marks@example.com", "from_s": 0, "until_s": 1000 * DAY,
        "key": {"kind": "public", "secret": "07" * 32}, "previous": previous,
    }  # fmt: skip
    return announcement("gumbel-aes-1", "cl100k", **fields) | told


def chained(previous: str = "") -> dict[str, Any]:
    key = {
        "anchor": CHAIN.anchor.hex(), "epoch_s": CHAIN.epoch_s, "first_s": CHAIN.first_s, "kind": "epochs",
        "lag_s": CHAIN.lag_s, "n_epochs": CHAIN.n_epochs,
    }  # fmt: skip
    return public(previous, key=key)


def disclosed(of: str, epoch: int, previous: str, value: bytes | None = None) -> dict[str, Any]:
    held = epochs.value(LAST, n_epochs=10, epoch=epoch) if value is None else value
    told = {"entry": of, "epoch": epoch, "format": entry.DISCLOSURE, "previous": previous}
    return told | {"value": held.hex()}


@dataclass
class Book:
    """A log under construction, whose entries follow each other."""

    leaves: list[bytes] = field(default_factory=list)

    def add(self, told: dict[str, Any], signer: Signer = MILL) -> str:
        self.leaves.append(entry.sign(told, signer, time_s=0))
        return entry.parse(self.leaves[-1]).id

    def document(self) -> bytes:
        return encode(self.leaves, KEEPER.name, [KEEPER], time_s=0)


def full() -> Book:
    book = Book()
    first = book.add(public())
    book.add(public(key={"kind": "public", "secret": "08" * 32}), WEIR)
    second = book.add(chained(first))
    book.add(disclosed(second, 3, second))
    return book


def test_keys_of_all_issuers_are_usable() -> None:
    found = usable(open_(full().document(), POLICY), now_s=500 * DAY)

    assert [one.name for one in found.markers] == [MILL.name, WEIR.name, f"{MILL.name} epoch 3"]
    assert found.refused == ()
    assert found.markers[2].key.secret == epochs.secret(epochs.value(LAST, n_epochs=10, epoch=3))


@pytest.mark.parametrize(("day", "proves"), [(113, False), (114, True), (121, True), (122, False)])
def test_a_text_first_seen_after_disclosure_is_no_proof(day: int, proves: bool) -> None:  # noqa: FBT001
    book = full()
    found = usable(open_(book.document(), POLICY), now_s=500 * DAY, seen_s=day * DAY)

    assert (f"{MILL.name} epoch 3" in [one.name for one in found.markers]) == proves


def test_an_expired_entry_is_refused_by_name_and_the_others_stand() -> None:
    book = Book()
    book.add(public(until_s=10 * DAY))
    book.add(public(), WEIR)
    found = usable(open_(book.document(), POLICY), now_s=10 * DAY)

    assert found.refused == (f"entry 0 of {MILL.name} has expired",)
    assert [one.name for one in found.markers] == [WEIR.name]


def test_a_key_that_is_announced_again_stands_once() -> None:
    """Renewed before its end, or copied by somebody else: a text is still examined."""
    book = Book()
    book.add(public(until_s=900 * DAY), MILL)
    book.add(public(), WEIR)
    found = usable(open_(book.document(), POLICY), now_s=500 * DAY)

    assert [one.name for one in found.markers] == [MILL.name]
    assert found.refused == (f"entry 1 of {WEIR.name} announces a key that an earlier entry has",)
    assert examine(["Down by the weir the water runs clear and cold all night."], found.markers)

    later = usable(open_(book.document(), POLICY), now_s=950 * DAY)
    assert [one.name for one in later.markers] == [WEIR.name]


def test_lists_cut_from_fewer_types_than_the_tokenizer_has_are_refused() -> None:
    book, key = Book(), {"kind": "public", "secret": "07" * SCHEMES["greenlist-hf-lefthash-1"].key_bytes}
    fields = {"contact": "", "from_s": 0, "until_s": 1000 * DAY, "key": key, "previous": ""}
    book.add(announcement("greenlist-hf-lefthash-1", "cl100k", **fields))
    book.add(announcement("greenlist-hf-lefthash-1", "gpt2", **fields), WEIR)
    found = usable(open_(book.document(), POLICY), now_s=500 * DAY)

    assert [one.name for one in found.markers] == [WEIR.name]
    assert found.refused == (
        f"entry 0 of {MILL.name} has a profile for 50,257 types, and its tokenizer has more",
    )


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"from_s": 600 * DAY}, "is not valid yet"),
        ({"profile": "gumbel-aes-2"}, "has an unknown profile 'gumbel-aes-2'"),
        ({"profile_id": "00" * 32}, "has an unknown profile 'gumbel-aes-1'"),
        ({"tokenizer": "claude"}, "has an unknown tokenizer 'claude'"),
        ({"tokenizer_id": "00" * 32}, "has an unknown tokenizer 'cl100k'"),
        ({"key": {"kind": "public", "secret": "07" * 16}}, "has a key of the wrong length"),
    ],
)
def test_an_entry_that_gives_no_key_says_why(told: dict[str, Any], why: str) -> None:
    book = Book()
    book.add(public(**told))

    assert usable(open_(book.document(), POLICY), now_s=500 * DAY).refused == (
        f"entry 0 of {MILL.name} {why}",
    )


def test_a_badly_signed_entry_is_refused_by_name() -> None:
    book = full()
    book.leaves[1] = full().leaves[1].replace(b"marks@", b"Marks@")

    with pytest.raises(SignatureError, match=f"entry 1 of {WEIR.name} is badly signed"):
        open_(book.document(), POLICY)


def test_a_forked_issuer_is_refused_by_name() -> None:
    book = full()
    book.add(public(entry.parse(book.leaves[0]).id))  # a second entry behind the first

    with pytest.raises(ConsistencyError, match=f"entry 4 of {MILL.name} is forked"):
        open_(book.document(), POLICY)


def test_another_key_under_an_issuers_name_is_refused() -> None:
    book = Book()
    first = book.add(public())
    book.add(public(first), Signer(MILL.name, ED25519, bytes([9]) * 32))

    with pytest.raises(ConsistencyError, match="entry 1"):
        open_(book.document(), POLICY)


def test_a_registry_that_does_not_continue_the_pinned_one_is_refused() -> None:
    before = open_(full().document(), POLICY).checkpoint
    book = full()
    book.add(public(), Signer("example.com/lock", ED25519, bytes([3]) * 32))
    assert open_(book.document(), POLICY, pinned=before).checkpoint.size == 5
    book.leaves.pop(1)

    with pytest.raises(ConsistencyError, match="forked from the one that was pinned"):
        open_(book.document(), POLICY, pinned=before)


def test_entries_that_the_keeper_did_not_sign_are_refused() -> None:
    told = canonical.parse(full().document())
    told["entries"] = told["entries"][:-1]

    with pytest.raises(ConsistencyError, match="not those that were signed"):
        open_(canonical.encode(told), POLICY)


def test_a_registry_of_another_keeper_is_refused() -> None:
    with pytest.raises(VerificationError):
        open_(full().document(), Policy(KEEPER.name, (WEIR.key,)))


@pytest.mark.parametrize(
    ("epoch", "value"), [(3, bytes(32)), (2, epochs.value(LAST, n_epochs=10, epoch=3)), (11, LAST)]
)
def test_a_value_that_is_not_of_the_chain_is_refused(epoch: int, value: bytes) -> None:
    book = Book()
    first = book.add(chained())
    book.add(disclosed(first, epoch, first, value))

    with pytest.raises(VerificationError, match="not of the chain"):
        open_(book.document(), POLICY)


def test_a_disclosure_of_a_key_that_nobody_announced_is_refused() -> None:
    book = Book()
    book.add(disclosed("00" * 32, 1, ""))

    with pytest.raises(ConsistencyError, match="never announced"):
        open_(book.document(), POLICY)


@pytest.mark.parametrize(
    "told",
    [
        {"contact": 5}, {"more": "x"}, {"from_s": -1}, {"from_s": 0.5}, {"until_s": 0}, {"previous": "zz"},
        {"profile_id": "AB" * 32}, {"key": {}}, {"key": {"kind": "public", "secret": ""}},
        {"key": ODD | {"epoch_s": 0}}, {"key": ODD | {"n_epochs": 10**6}}, {"key": ODD | {"n_epochs": 0}},
        {"format": "headwater-watermark-key-9"},
    ],
)  # fmt: skip
def test_an_entry_of_another_form_is_never_signed(told: dict[str, Any]) -> None:
    with pytest.raises(FormatError):
        entry.sign(public(**told), MILL, time_s=0)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_or_are_an_entry(data: bytes) -> None:
    with pytest.raises(FormatError):
        entry.parse(data)


GOOD = full().document()


@given(at=st.integers(0, len(GOOD) - 1), byte=st.integers(0, 255))
def test_no_changed_byte_goes_unseen(at: int, byte: int) -> None:
    changed = GOOD[:at] + bytes([byte]) + GOOD[at + 1 :]
    if changed == GOOD:
        assert open_(changed, POLICY)
        return
    with pytest.raises((FormatError, VerificationError)):
        open_(changed, POLICY)


@given(st.integers(0, 10))
def test_a_value_gives_all_earlier_ones_and_fits_the_anchor(epoch: int) -> None:
    value = epochs.value(LAST, n_epochs=10, epoch=epoch)

    assert epochs.value(value, n_epochs=epoch, epoch=0) == CHAIN.anchor
