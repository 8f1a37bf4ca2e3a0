"""The interface of date evidence: what is dated, whom a verifier trusts, and what a method must do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from headwater.log.checkpoint import Policy

GRADES = ("E0", "E1", "E2", "E3", "E4")


@dataclass(frozen=True, slots=True)
class Subject:
    """The bytes that evidence says were there by a date.

    Attributes:
        sha256: Their SHA-256, 32 bytes.
        sha1: Their SHA-1, 40 hex digits, to find them in indexes of archives; empty where it is not known.
        captured: What their own source claims, RFC 3339 UTC; empty where it claims nothing.
    """

    sha256: bytes
    sha1: str = ""
    captured: str = ""


@dataclass(frozen=True, slots=True)
class Anchors:
    """Whom a verifier trusts; nothing is trusted that is not named.

    Attributes:
        keyrings: OpenPGP keyrings of publishers, as `gpgv` reads them.
        tsa_roots: Root certificates of time-stamping authorities, PEM or DER.
        tsa_certificates: Further certificates of theirs, which tokens may lack.
        headers: Headers of Bitcoin blocks, 80 bytes each, from a source the verifier believes.
        logs: Policies of logs: their keys, and the witnesses whose clocks count.
        archives: Names of archives that are believed to have made their indexes independently.
    """

    keyrings: tuple[Path, ...] = ()
    tsa_roots: tuple[bytes, ...] = ()
    tsa_certificates: tuple[bytes, ...] = ()
    headers: tuple[bytes, ...] = ()
    logs: tuple[Policy, ...] = ()
    archives: tuple[str, ...] = ()


class Method(Protocol):
    """One way to show that bytes were there by a date."""

    @property
    def grade(self) -> str:
        """Give one of `GRADES`."""
        ...

    def date(self, proof: bytes, subject: Subject, anchors: Anchors) -> datetime:
        """Verify a proof.

        Args:
            proof: Its bytes.
            subject: What it must be of.
            anchors: Whom the verifier trusts.

        Returns:
            The moment by which the subject was there, UTC.

        Raises:
            FormatError: If the proof does not parse.
            VerificationError: If it is not true, of something else, or by nobody who is trusted.
            UnavailableError: If a tool it needs is not there.
        """
        ...


def posix(time_s: float) -> datetime:
    """Give a time as a moment in UTC, whole seconds, rounded up.

    Args:
        time_s: POSIX seconds.
    """
    return datetime.fromtimestamp(-int(-time_s // 1), UTC)
