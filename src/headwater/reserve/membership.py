"""Membership: which of many texts are in a reserve, what it says of them, and how good their dates are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from headwater.errors import SealError
from headwater.log.tile import WIDTH
from headwater.reserve import dating, index
from headwater.reserve import leaf as leaves
from headwater.reserve.dating import Dated
from headwater.reserve.leaf import Leaf
from headwater.reserve.reserve import Reserve


@dataclass(frozen=True, slots=True)
class Member:
    """A document of a reserve that has a payload which was asked for.

    Attributes:
        index: Its place in the log; `prove.prove` proves it.
        leaf: What is sealed of it: address, capture date, language, licence.
        dated: How good the evidence for its date is.
        redaction: The registry's entry that redacts its content; -1 for none. Of a document whose metadata
            was redacted too, nobody can tell any more which one it was, so that it is not found.
    """

    index: int
    leaf: Leaf
    dated: Dated
    redaction: int = -1

    @property
    def is_redacted(self) -> bool:
        """Tell whether its content was taken down."""
        return self.redaction >= 0


def find(reserve: Reserve, digests: Iterable[bytes]) -> dict[bytes, tuple[Member, ...]]:
    """Find texts in a reserve, many at a time.

    It takes one pass over the indexes, of which one is in memory.

    Args:
        reserve: The reserve; its heads are best verified first, with `verify.heads`.
        digests: SHA-256 of payloads, 32 bytes each: of the text itself where JSON lines or tables were
            sealed, and of the body of a page, its coding undone, where an archive was.

    Returns:
        For each digest that is in it, its documents in the order of the log, each checked against its
        entry in the log.

    Raises:
        SealError: If a record or an index is not there, or not what was sealed.
        FormatError: If one is damaged.

    Example:
        `find(held, digests)` of `held = open_reserve(Directory(Path("reserve")))`; for a `Member` of it
        that is not redacted, `prove.prove(held, member.index)` is the proof.
    """
    places = index.contains(reserve, list(dict.fromkeys(digests)))
    wanted = sorted({at for some in places.values() for at in some})
    members = {one.index: one for one in _members(reserve, wanted)}
    return {digest: tuple(_of(members[at], digest) for at in some) for digest, some in places.items()}


def _members(reserve: Reserve, wanted: Sequence[int]) -> Iterator[Member]:
    shown = dating.numbered(reserve.entries)
    for number, group in groupby(wanted, key=lambda at: at // WIDTH):
        some = list(group)
        first, last = some[0], some[-1]
        rows = reserve.rows(first, last + 1)
        for at in some:
            row = rows[at - first]
            if row.is_redacted:
                raise SealError(f"the index names document {at} of bundle {number}, whose record is gone")
            leaf = leaves.verify(reserve.log.entry(at), row.record, row.salt)
            yield Member(at, leaf, dating.dated(leaf, at, shown), reserve.redactions.get(at, -1))


def _of(member: Member, digest: bytes) -> Member:
    """Give a member back whose sealed payload is the one that was asked for.

    Raises:
        SealError: If the index, which is derived, says otherwise than what was sealed.
    """
    if member.leaf.payload_sha256 != digest.hex():
        raise SealError(
            f"the index of payloads is wrong about document {member.index}",
            hint="it is derived: headwater reserve repair builds it again",
        )
    return member
