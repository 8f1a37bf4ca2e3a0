"""Hashes, ranges and proofs against RFC 6962 written out, and against what a forger would try."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.errors import ConsistencyError, InclusionError, InputError
from headwater.log import tree
from headwater.log.tree import Node, Range
from tests.log import slow
from tests.log.samples import entries

SIZES = st.integers(1, 70)


def reader(some: Sequence[bytes]) -> tree.ReadNodes:
    """Read nodes by hashing what is under them."""

    def read(nodes: Sequence[Node]) -> list[bytes]:
        found = []
        for node in nodes:
            under = some[node.index << node.height : (node.index + 1) << node.height]
            assert len(under) == 1 << node.height, "a node beyond the tree's end"
            found.append(slow.mth(under))
        return found

    return read


@given(st.integers(0, 300))
def test_a_level_hashes_to_the_root_of_the_standard(n: int) -> None:
    some = entries(n)
    level = tree.leaves(some)

    assert level == b"".join(map(tree.leaf_hash, some))
    assert tree.level_root(level) == slow.mth(some)


def test_the_empty_tree_has_the_root_of_the_standard() -> None:
    assert tree.EMPTY_ROOT == slow.mth([]) == Range().root == tree.level_root(b"")


def test_parents_leave_an_odd_node_out() -> None:
    level = tree.leaves(entries(5))

    assert tree.parents(level) == tree.parents(level[: 4 * 32])
    assert tree.parents(level[:32]) == tree.parents(b"") == b""
    assert tree.parents(level[:64]) == tree.node_hash(level[:32], level[32:64])


@given(SIZES)
def test_a_range_grows_to_the_root_of_the_standard(n: int) -> None:
    some = entries(n)
    grown = Range()
    for entry in some:
        grown = grown.grow(tree.leaf_hash(entry))

    assert grown == tree.compact(n, reader(some))
    assert grown.root == slow.mth(some)


@given(st.integers(0, 9), st.integers(0, 5))
def test_a_range_takes_whole_subtrees(n_subtrees: int, height: int) -> None:
    some = entries(n_subtrees << height)
    grown = Range()
    for at in range(0, len(some), 1 << height):
        grown = grown.grow(slow.mth(some[at : at + (1 << height)]), height=height)

    assert (grown.size, grown.root) == (len(some), slow.mth(some))


def test_a_range_refuses_a_subtree_that_would_not_be_aligned() -> None:
    with pytest.raises(InputError, match="inside a subtree"):
        Range().grow(bytes(32)).grow(bytes(32), height=1)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_cover_is_a_tiling_by_aligned_nodes(start: int, width: int) -> None:
    at = start
    for node in tree.cover(start, start + width):
        assert node.index << node.height == at
        at += 1 << node.height

    assert at == start + width


@given(SIZES, st.data())
def test_an_inclusion_proof_is_that_of_the_standard(n: int, data: st.DataObject) -> None:
    some, index = entries(n), data.draw(st.integers(0, n - 1))
    proof = tree.prove_inclusion(index, n, reader(some))

    assert list(proof) == slow.path(index, some)
    tree.verify_inclusion(tree.leaf_hash(some[index]), (index, n), slow.mth(some), proof)


@given(SIZES, st.integers(0, 3), st.data())
def test_a_whole_subtree_is_proved_even_a_ragged_one(n: int, height: int, data: st.DataObject) -> None:
    some = entries(n)
    index = data.draw(st.integers(0, (n - 1) >> height))
    proof = tree.prove_inclusion(index, n, reader(some), height=height)
    under = slow.mth(some[index << height : (index + 1) << height])

    tree.verify_inclusion(under, (index, n), slow.mth(some), proof, height=height)
    if (n - 1) >> height:
        with pytest.raises(InclusionError):
            tree.verify_inclusion(under, (index ^ 1, n), slow.mth(some), proof, height=height)


@given(SIZES, st.data())
def test_no_other_inclusion_verifies(n: int, data: st.DataObject) -> None:
    some, index = entries(n), data.draw(st.integers(0, n - 1))
    root, proof = slow.mth(some), slow.path(index, some)
    leaf = tree.leaf_hash(some[index])
    other = data.draw(st.integers(0, n + 2).filter(lambda at: at != index))
    flipped = [bytes([one[0] ^ 1]) + one[1:] for one in proof]
    forged = [
        (bytes(32), (index, n), root, proof),
        (leaf, (other, n), root, proof),
        (leaf, (-1, n), root, proof),
        (leaf, (index, n), bytes(32), proof),
        (leaf, (index, n), root, [*proof, bytes(32)]),
        (leaf, (n, n), root, proof),
    ]
    if proof:
        longer = [*proof[:-1], proof[-1] + b"\0"]
        forged += [(leaf, (index, n), root, hashes) for hashes in (proof[:-1], flipped, longer)]
    for found, place, under, hashes in forged:
        with pytest.raises(InclusionError):
            tree.verify_inclusion(found, place, under, hashes)


@given(SIZES, st.data())
def test_a_consistency_proof_is_that_of_the_standard(n: int, data: st.DataObject) -> None:
    some, old = entries(n), data.draw(st.integers(0, n))
    proof = tree.prove_consistency(old, n, reader(some))

    assert list(proof) == (slow.proof(old, some) if old else [])
    tree.verify_consistency((old, slow.mth(some[:old])), (n, slow.mth(some)), proof)


@given(st.integers(2, 70), st.data())
def test_no_other_consistency_verifies(n: int, data: st.DataObject) -> None:
    some, old = entries(n), data.draw(st.integers(1, n - 1))
    proof, was, now = slow.proof(old, some), slow.mth(some[:old]), slow.mth(some)
    other = slow.mth([*some[: old - 1], b"rewritten"])
    flipped = [bytes([one[0] ^ 1]) + one[1:] for one in proof]
    forged = [
        ((old, other), (n, now), proof),
        ((old, was), (n, other), proof),
        ((old, was), (n, now), [*proof, bytes(32)]),
        ((old, was), (n, now), proof[1:]),
        ((old, was), (n, now), flipped),
        ((n + 1, was), (n, now), proof),
        ((-1, was), (n, now), proof),
        ((n, was), (n, now), []),
        ((n, now), (n, now), proof),
        ((0, was), (n, now), []),
        ((0, tree.EMPTY_ROOT), (n, now), proof),
        ((old, was), (n, now), [*proof[:-1], proof[-1] + b"\0"]),
    ]
    for earlier, later, hashes in forged:
        with pytest.raises(ConsistencyError):
            tree.verify_consistency(earlier, later, hashes)


@given(SIZES, st.data())
def test_a_proof_for_other_sizes_verifies_only_where_the_trees_agree(n: int, data: st.DataObject) -> None:
    """Whatever sizes a forger claims for true roots, what verifies must be so."""
    some = entries(n)
    old, claimed = data.draw(st.integers(1, n)), data.draw(st.integers(0, n + 3))
    if claimed in {old, n}:
        return
    with pytest.raises(ConsistencyError):
        tree.verify_consistency((claimed, slow.mth(some[:old])), (n, slow.mth(some)), slow.proof(old, some))


@pytest.mark.parametrize(("index", "size"), [(-1, 5), (5, 5), (0, 0)])
def test_what_is_not_there_is_not_proved(index: int, size: int) -> None:
    with pytest.raises(InputError):
        tree.prove_inclusion(index, size, reader(entries(size)))


def test_an_older_tree_is_not_larger() -> None:
    with pytest.raises(InputError):
        tree.prove_consistency(6, 5, reader(entries(5)))
