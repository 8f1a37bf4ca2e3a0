"""RFC 6962, section 2.1, word for word: recursive, slow, and sharing no code with the log."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def mth(d: Sequence[bytes]) -> bytes:
    """Hash a list of entries."""
    if not d:
        return hashlib.sha256(b"").digest()
    if len(d) == 1:
        return hashlib.sha256(b"\x00" + d[0]).digest()
    k = _k(len(d))
    return hashlib.sha256(b"\x01" + mth(d[:k]) + mth(d[k:])).digest()


def path(m: int, d: Sequence[bytes]) -> list[bytes]:
    """Give the audit path of entry m."""
    if len(d) == 1:
        return []
    k = _k(len(d))
    return [*path(m, d[:k]), mth(d[k:])] if m < k else [*path(m - k, d[k:]), mth(d[:k])]


def proof(m: int, d: Sequence[bytes]) -> list[bytes]:
    """Give the consistency proof from the first m entries."""
    return _subproof(m, d, known=True)


def _subproof(m: int, d: Sequence[bytes], *, known: bool) -> list[bytes]:
    if m == len(d):
        return [] if known else [mth(d)]
    k = _k(len(d))
    if m <= k:
        return [*_subproof(m, d[:k], known=known), mth(d[k:])]
    return [*_subproof(m - k, d[k:], known=False), mth(d[:k])]


def _k(n: int) -> int:
    k = 1
    while 2 * k < n:
        k *= 2
    return k
