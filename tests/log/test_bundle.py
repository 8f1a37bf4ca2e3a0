"""Entry bundles: encoding, and whole bundles against a root."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.errors import FormatError, InclusionError, InputError
from headwater.log import bundle, lanes, tree
from tests.log import slow
from tests.log.samples import damaged, entries
from tests.log.test_tree import reader

SOUND = (bundle.encode([b""]), bundle.encode(entries(20)))


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=256))
def test_entries_come_back(some: list[bytes]) -> None:
    assert bundle.parse(bundle.encode(some)) == some


@given(damaged(*SOUND))
def test_any_bytes_are_refused_or_come_back(data: bytes) -> None:
    try:
        some = bundle.parse(data)
    except FormatError:
        return
    assert bundle.encode(some) == data


@pytest.mark.parametrize("data", [b"", b"\0", b"\0\1", b"\0\2a", b"\0\0" * 257, b"\0\1a\0"])
def test_what_is_cut_off_or_too_many_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        bundle.parse(data)


@pytest.mark.parametrize("some", [[], [b""] * 257, [bytes(65_536)]])
def test_what_does_not_fit_is_not_encoded(some: list[bytes]) -> None:
    with pytest.raises(InputError):
        bundle.encode(some)


def test_the_longest_entry_fits() -> None:
    assert bundle.parse(bundle.encode([bytes(65_535)])) == [bytes(65_535)]


@pytest.mark.parametrize("hasher", [tree.PLAIN, lanes.LANES])
def test_bundles_are_checked_against_their_tiles(hasher: tree.Hasher) -> None:
    some = entries(600)
    cuts = [some[:256], some[256:512], some[512:]]
    bundles, tiles = [bundle.encode(cut) for cut in cuts], [tree.leaves(cut) for cut in cuts]

    assert bundle.verify(bundles, tiles, hasher=hasher) == cuts
    with pytest.raises(InclusionError, match="bundle 1"):
        bundle.verify([bundles[0], bundle.encode([b"x", *cuts[1][1:]]), bundles[2]], tiles, hasher=hasher)
    with pytest.raises(InclusionError, match="bundle 2"):
        bundle.verify([*bundles[:2], bundle.encode(cuts[2][:-1])], tiles, hasher=hasher)


@pytest.mark.parametrize("hasher", [tree.PLAIN, lanes.LANES])
@pytest.mark.parametrize("n", [1, 255, 256, 257, 700, 1024])
def test_whole_bundles_are_proved_against_a_root(n: int, hasher: tree.Hasher) -> None:
    some, root = entries(n), slow.mth(entries(n))
    proofs = [tree.prove_inclusion(at, n, reader(some), height=8) for at in range(-(-n // 256))]
    cuts = [some[at : at + 256] for at in range(0, n, 256)]
    whole = [(at, bundle.encode(cut), proofs[at]) for at, cut in enumerate(cuts)]

    assert bundle.verify_proof(whole, n, root, hasher=hasher) == cuts
    index, data, proof = whole[-1]
    forged = [
        (index, bundle.encode([*cuts[-1][:-1], b"forged"]), proof),
        (index, bundle.encode([*cuts[-1], b""][-256:]), proof),
        (index + 1, data, proof),
        (index, data, (*proof, bytes(32))),
        *[(0, data, proof)] * (index > 0),
        *((index, bundle.encode(short), proof) for short in [cuts[-1][:-1]] if short),
    ]
    for one in forged:
        with pytest.raises(InclusionError):
            bundle.verify_proof([*whole[:-1], one], n, root, hasher=hasher)


def test_a_bundle_of_another_width_is_named() -> None:
    some = entries(300)
    proof = tree.prove_inclusion(0, 300, reader(some), height=8)
    with pytest.raises(InclusionError, match="bundle 0 does not hold what a tree of 300 has"):
        bundle.verify_proof([(0, bundle.encode(some[:255]), proof)], 300, slow.mth(some))


@given(st.integers(1, 1000))
def test_the_roots_of_bundles_make_the_root_of_the_tree(n: int) -> None:
    some = entries(n)

    assert tree.level_root(bundle.roots(tree.leaves(some))) == slow.mth(some)
