"""The client of a witness, against a real one over HTTP and against answers no honest one gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given

from headwater.errors import (
    ConsistencyError,
    FormatError,
    HeadwaterError,
    InputError,
    SignatureError,
    UnavailableError,
)
from headwater.log import checkpoint, note, sequencer, witness
from headwater.log.checkpoint import Checkpoint, Policy, Signer
from headwater.log.reader import Reader
from headwater.log.storage import Storage
from headwater.log.tree import prove_consistency
from headwater.log.witness import Witness
from tests.log import witness_server
from tests.log.samples import (
    CLASSIC,
    COSIGNER,
    LASTING,
    NOW_S,
    ORIGIN,
    POLICY,
    WITNESS,
    damaged,
    entries,
    log_of,
)
from tests.log.witness_server import serving

SIGNED = Reader(log_of(5)).checkpoint()[1]
REQUEST = witness.encode_request(3, [bytes(32), bytes(range(32))], SIGNED)


@pytest.fixture
def server() -> Iterator[tuple[witness_server.Witness, Witness]]:
    """Run a witness, and give it and its address."""
    running = witness_server.Witness(WITNESS, COSIGNER.seed, (ORIGIN, CLASSIC.key.public), NOW_S)
    with serving(running) as url:
        yield running, Witness(url, (COSIGNER.key,))


def ask(whom: Witness, storage: Storage, *, old_size: int = 0) -> tuple[note.Signature, ...]:
    """Ask a witness for its signature on the checkpoint of a log."""
    reader = Reader(storage)
    at, signed = reader.checkpoint()
    return witness.cosign(
        whom,
        signed,
        lambda old, size: prove_consistency(old, size, reader.nodes(at.size)),
        post=witness.post,
        old_size=old_size,
    )


@pytest.mark.loopback
def test_a_witness_signs_a_log_as_it_grows(server: tuple[witness_server.Witness, Witness]) -> None:
    running, whom = server
    storage = log_of(3)
    for start in (3, 7, 300):
        sequencer.endorse(storage, ask(whom, storage))
        witnessed = Policy(ORIGIN, POLICY.keys, whom.keys, 1)
        at = checkpoint.verify(Reader(storage).checkpoint()[1], witnessed)
        assert (running.size, running.root) == (at.size, at.root)
        sequencer.append(storage, entries(start, start=start))
        sequencer.publish(storage, [CLASSIC, LASTING], time_s=NOW_S)
    before = len(running.requests)
    ask(whom, storage, old_size=running.size)

    assert len(running.requests) == before + 1, "a size that is known saves a request"
    assert len(ask(whom, storage)) == 1, "the same checkpoint is signed again"


@pytest.mark.loopback
def test_a_witness_refuses_another_history(server: tuple[witness_server.Witness, Witness]) -> None:
    _, whom = server
    storage, other = log_of(5), log_of(0)
    sequencer.append(other, entries(5, of="other"))
    sequencer.publish(other, [CLASSIC, LASTING], time_s=NOW_S)
    ask(whom, storage)
    with pytest.raises(ConsistencyError, match="does not agree"):
        ask(whom, other, old_size=5)
    with pytest.raises(ConsistencyError, match="does not agree") as caught:
        ask(whom, log_of(4))
    assert "do not publish" in caught.value.hint
    sequencer.append(other, entries(5))
    sequencer.publish(other, [CLASSIC, LASTING], time_s=NOW_S)
    with pytest.raises(ConsistencyError, match="cannot follow"):
        ask(whom, other)


@pytest.mark.loopback
def test_a_witness_knows_only_its_log_and_its_key(server: tuple[witness_server.Witness, Witness]) -> None:
    running, whom = server
    running.origin = "other.example"
    with pytest.raises(UnavailableError, match="does not know"):
        ask(whom, log_of(5))
    running.origin, running.log_key = ORIGIN, COSIGNER.key.public
    with pytest.raises(SignatureError, match="takes none"):
        ask(whom, log_of(5))


@pytest.mark.loopback
def test_a_witness_with_another_key_has_not_signed(server: tuple[witness_server.Witness, Witness]) -> None:
    _, whom = server
    stranger = Signer(WITNESS, COSIGNER.algorithm, bytes(32)).key
    with pytest.raises(SignatureError, match="none of 1"):
        ask(replace(whom, keys=(stranger,)), log_of(5))


@pytest.mark.loopback
def test_nobody_there_is_said_so() -> None:
    running = witness_server.Witness(WITNESS, COSIGNER.seed, (ORIGIN, CLASSIC.key.public), NOW_S)
    with serving(running) as url:
        pass
    with pytest.raises(InputError, match="no URL"):
        ask(Witness("file:///etc/passwd", (COSIGNER.key,)), log_of(5))
    for gone in (url, "http://127.0.0.1:bad/"):
        with pytest.raises(UnavailableError, match="no answer"):
            ask(Witness(gone, (COSIGNER.key,)), log_of(5))


GOOD = f"{checkpoint.cosign(checkpoint.parse(SIGNED)[0], COSIGNER, time_s=NOW_S)}\n".encode()
ELSEWHERE = f"{checkpoint.cosign(Checkpoint(ORIGIN, 6, bytes(32)), COSIGNER, time_s=NOW_S)}\n".encode()


@pytest.mark.parametrize(
    ("status", "answer", "error"),
    [
        (200, b"", FormatError),
        (200, GOOD[:-1], FormatError),
        (200, b"\xff\n", FormatError),
        (200, GOOD + b"\n", FormatError),
        (200, b"thank you\n", FormatError),
        (200, ELSEWHERE, SignatureError),
        (200, GOOD + ELSEWHERE, SignatureError),
        (409, b"many\n", FormatError),
        (409, b"\xff\n", FormatError),
        (409, b"0\n", ConsistencyError),
        (409, b"6\n", ConsistencyError),
        (429, b"later\n", UnavailableError),
        (500, b"\xff\xfe", UnavailableError),
    ],
)
def test_an_answer_that_proves_nothing_is_an_error(
    status: int, answer: bytes, error: type[HeadwaterError]
) -> None:
    whom = Witness("http://witness.example", (COSIGNER.key,))
    with pytest.raises(error):
        witness.cosign(whom, SIGNED, lambda old, size: (), post=lambda url, body: (status, answer))


def test_lines_of_strangers_in_an_answer_are_left_out() -> None:
    whom = Witness("http://witness.example", (COSIGNER.key,))
    answer = "— stranger.example AAAAAAA=\n".encode() + GOOD
    (made,) = witness.cosign(whom, SIGNED, lambda old, size: (), post=lambda url, body: (200, answer))

    assert made.name == WITNESS


def test_a_witness_that_changes_its_mind_is_not_asked_for_ever() -> None:
    sizes = iter(range(1, 100))
    whom = Witness("http://witness.example", (COSIGNER.key,))
    with pytest.raises(ConsistencyError):
        witness.cosign(
            whom, SIGNED, lambda old, size: (), post=lambda url, body: (409, f"{next(sizes)}\n".encode())
        )
    assert next(sizes) < 10


def test_a_request_is_read_as_it_was_written() -> None:
    assert witness.parse_request(REQUEST) == (3, (bytes(32), bytes(range(32))), SIGNED)


@given(damaged(REQUEST, witness.encode_request(0, [], SIGNED)))
def test_any_bytes_are_refused_or_encode_to_themselves(data: bytes) -> None:
    try:
        parsed = witness.parse_request(data)
    except FormatError:
        return
    assert witness.encode_request(*parsed) == data
