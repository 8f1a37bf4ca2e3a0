"""The roll: who may judge in a campaign, by which key, in which role, and until when; no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from headwater import canonical
from headwater.errors import FormatError, SignatureError
from headwater.log.algorithm import ED25519
from headwater.log.note import VerifierKey
from headwater.review.attest import signatory
from headwater.review.attest.judgement import is_whole
from headwater.review.attest.signatory import Signatory

FORMAT = "headwater-review-roll-1"
ROLES = ("validator", "writer", "adjudicator", "curator", "auditor", "admin")
# Who may cast a vote; the others read, write texts or run the campaign.
JUDGES = frozenset({"validator", "adjudicator"})
# Who may settle what votes did not, and who may hand in texts of their own.
SETTLERS = frozenset({"adjudicator"})
AUTHORS = frozenset({"validator", "writer", "adjudicator"})


@dataclass(frozen=True, slots=True)
class Member:
    """Hold one key of the roll.

    Attributes:
        key: Public key; its name is a pseudonym.
        role: One of `ROLES`.
        from_s: From when it may act, POSIX seconds.
        until_s: Before when; None while it is not revoked.
    """

    key: Signatory
    role: str
    from_s: int
    until_s: int | None = None


@dataclass(frozen=True, slots=True)
class Roll:
    """Hold all members; one name has one key.

    Attributes:
        members: In the order of their names.
    """

    members: tuple[Member, ...]

    @property
    def keys(self) -> list[Signatory]:
        """List the keys of all, revoked ones too: their older votes stand."""
        return [one.key for one in self.members]

    def act(self, key: Signatory, *, at_s: int, roles: frozenset[str]) -> Member:
        """Find who signed, and check that they might.

        Args:
            key: Of the envelope.
            at_s: When it was recorded, POSIX seconds, by the clock of the log and not the signer's.
            roles: Who may sign what was signed.

        Raises:
            SignatureError: If the key may not sign it, or not then.
        """
        for one in self.members:
            if one.key == key:
                check(one, at_s=at_s, roles=roles)
                return one
        raise SignatureError(f"the key of {key.name} is not on the roll")

    def judge(self, key: Signatory, *, at_s: int) -> Member:
        """Find who cast a vote.

        Args:
            key: Of the envelope.
            at_s: When it was recorded, POSIX seconds, by the clock of the log and not the voter's.
        """
        return self.act(key, at_s=at_s, roles=JUDGES)


def check(one: Member, *, at_s: int, roles: frozenset[str]) -> None:
    """Check that a member might do something at some time.

    Args:
        one: Who.
        at_s: When, POSIX seconds.
        roles: Of those who may.

    Raises:
        SignatureError: If they may not, or not then.
    """
    if one.role not in roles:
        raise SignatureError(f"{one.key.name} is {one.role} and may not sign this")
    if at_s < one.from_s or (one.until_s is not None and at_s >= one.until_s):
        raise SignatureError(f"the key of {one.key.name} was revoked, or not valid yet, by then")


def encode(roll: Roll) -> bytes:
    """Encode a roll in canonical JSON.

    Args:
        roll: The members.

    Raises:
        FormatError: If two have one name, or a field is out of range.
    """
    names = [one.key.name for one in roll.members]
    sound = all(
        one.role in ROLES
        and (not isinstance(one.key, VerifierKey) or one.key.algorithm is ED25519)
        and is_whole(one.from_s)
        and (one.until_s is None or (is_whole(one.until_s) and one.until_s >= one.from_s))
        for one in roll.members
    )
    if names != sorted(set(names)) or not sound:
        raise FormatError("a roll has a name twice or out of order, or a field that is not of its form")
    return canonical.encode({"format": FORMAT, "members": [to_json(one) for one in roll.members]})


def to_json(one: Member) -> dict[str, Any]:
    """Give a member as a JSON value."""
    return {"from_s": one.from_s, "key": str(one.key), "role": one.role, "until_s": one.until_s}


def of_json(value: Any) -> Member:
    """Read a member.

    What is not there raises KeyError or TypeError; ranges are for `encode` to check.

    Args:
        value: As `to_json` gives it.
    """
    return Member(signatory.parse(value["key"]), value["role"], value["from_s"], value["until_s"])


def parse(data: bytes) -> Roll:
    """Parse a roll.

    Args:
        data: Canonical JSON.

    Returns:
        The roll, with `encode(parse(data)) == data`.

    Raises:
        FormatError: If it is none.
    """
    value = canonical.parse(data)
    try:
        found = Roll(tuple(map(of_json, value["members"])))
        same = encode(found) == data
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise FormatError(f"not a roll of a review: {str(error)[:80]}") from error
    if not same:
        raise FormatError("a roll has a field too many, or is no roll")
    return found
