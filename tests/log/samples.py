"""Entries, keys and logs for the tests, and ways to damage bytes."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from headwater.log import sequencer
from headwater.log.algorithm import COSIGNATURE, ED25519, ML_DSA_44
from headwater.log.checkpoint import Policy, Signer
from headwater.log.storage import Memory, Storage

ORIGIN = "log.example/test"
WITNESS = "witness.example/one"
NOW_S = 1_700_000_000

# Seeds that anyone can see: for tests, and for nothing else.
CLASSIC = Signer(ORIGIN, ED25519, bytes(range(32)))
LASTING = Signer(ORIGIN, ML_DSA_44, bytes(range(1, 33)))
COSIGNER = Signer(WITNESS, COSIGNATURE, bytes(range(2, 34)))
LASTING_COSIGNER = Signer(WITNESS, ML_DSA_44, bytes(range(3, 35)))

POLICY = Policy(ORIGIN, (CLASSIC.key, LASTING.key))


def entries(n: int, *, start: int = 0, of: str = "") -> list[bytes]:
    """Make entries of several lengths, empty ones too."""
    return [f"{of}{at}".encode() * (at % 5) for at in range(start, start + n)]


def log_of(n: int, storage: Storage | None = None) -> Storage:
    """Make a published log of some entries."""
    into = Memory() if storage is None else storage
    sequencer.create(into, ORIGIN)
    sequencer.append(into, entries(n))
    sequencer.publish(into, [CLASSIC, LASTING], time_s=NOW_S)
    return into


def damaged(*sound: bytes) -> SearchStrategy[bytes]:
    """Draw any bytes, or sound ones with some taken out, put in or overwritten."""
    pieces = [b"\n", b"\n\n", b" ", b"0", b"=", b"+", b"\r", b"\xff", "\N{EM DASH} ".encode(), b""]

    def cut(whole: bytes, places: tuple[int, int], into: bytes) -> bytes:
        first, last = sorted(place % (len(whole) + 1) for place in places)
        return whole[:first] + into + whole[min(last, first + 3) :]

    place = st.integers(0, 10_000)
    put = st.one_of(st.sampled_from(pieces), st.binary(max_size=3))
    edit = st.builds(cut, st.sampled_from(sound), st.tuples(place, place), put)
    return st.one_of(st.binary(max_size=200), st.sampled_from(sound), edit)
