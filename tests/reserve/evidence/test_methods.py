"""Each method of `METHODS`: what is true is dated, and everything near it is refused."""

from __future__ import annotations

import base64
import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.x509 import load_pem_x509_certificate
from hypothesis import given
from hypothesis import strategies as st

from headwater import canonical
from headwater.errors import FormatError, HeadwaterError, InclusionError, SignatureError, VerificationError
from headwater.log import checkpoint, proof, sequencer
from headwater.log.checkpoint import Policy
from headwater.log.note import Note, Signature
from headwater.log.reader import Reader
from headwater.log.storage import Memory
from headwater.reserve.evidence import GRADES, METHODS, Anchors, Subject
from tests.log.samples import CLASSIC, COSIGNER, LASTING, NOW_S, ORIGIN
from tests.reserve.authorities import Authority, Publisher

DATA = b"a document of long ago\n"
SUBJECT = Subject(hashlib.sha256(DATA).digest(), hashlib.sha1(DATA).hexdigest(), "2019-03-04T05:06:07Z")
OTHER = Subject(hashlib.sha256(b"another").digest(), hashlib.sha1(b"another").hexdigest())


@pytest.fixture(scope="module")
def publisher() -> Iterator[Publisher]:
    if not shutil.which("gpg") or not shutil.which("gpgv"):
        pytest.skip("gpg and gpgv are not installed")
    with tempfile.TemporaryDirectory(prefix="hw") as folder:
        made = Publisher(Path(folder) / "p")
        yield made
        made.close()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    return Authority(tmp_path_factory.mktemp("tsa") / "a")


def dsc(digest: bytes) -> str:
    return f"Format: 3.0\nSource: old\nChecksums-Sha256:\n {digest.hex()} 23 old_1.orig.tar.gz\n"


def check(method: str, proof_bytes: bytes, anchors: Anchors, *, subject: Subject = SUBJECT) -> datetime:
    return METHODS[method].date(proof_bytes, subject, anchors)


def test_every_grade_has_a_method_and_every_method_a_grade() -> None:
    assert {one.grade for one in METHODS.values()} == set(GRADES)


def test_what_a_source_declares_is_taken_as_it_stands() -> None:
    assert check("declared-1", b"", Anchors()) == datetime(2019, 3, 4, 5, 6, 7, tzinfo=UTC)
    with pytest.raises(VerificationError):
        check("declared-1", b"", Anchors(), subject=OTHER)
    with pytest.raises(FormatError):
        check("declared-1", b"x", Anchors())


def sightings(*lines: tuple[str, str]) -> bytes:
    return canonical.encode([{"archive": archive, "line": line} for archive, line in lines])


BASE32 = base64.b32encode(bytes.fromhex(SUBJECT.sha1)).decode()
CDXJ = f'org,example)/ 20180101000000 {{"url": "http://example.org/", "digest": "sha1:{BASE32}"}}'
CDX = f"org,example)/ 20190601000000 http://example.org/ text/html 200 {BASE32} - - 100 0 a.warc.gz"
TWO = Anchors(archives=("commoncrawl.org", "archive.org"))


def test_two_archives_that_saw_one_digest_date_it() -> None:
    both = sightings(("commoncrawl.org", CDXJ), ("archive.org", CDX))

    assert check("sightings-1", both, TWO) == datetime(2019, 6, 1, tzinfo=UTC)
    for lines in ([("commoncrawl.org", CDXJ)], [("commoncrawl.org", CDXJ), ("commoncrawl.org", CDX)]):
        with pytest.raises(VerificationError, match="2 must have"):
            check("sightings-1", sightings(*lines), TWO)
    with pytest.raises(VerificationError, match="1 archives"):
        check("sightings-1", both, Anchors(archives=("archive.org",)))
    with pytest.raises(VerificationError, match="another digest"):
        check("sightings-1", both, TWO, subject=OTHER)
    with pytest.raises(FormatError):
        check("sightings-1", sightings(("archive.org", "org,example)/ 20181301000000 {}")), TWO)


def test_a_publishers_signature_dates_what_it_names(publisher: Publisher) -> None:
    trusted = Anchors(keyrings=(publisher.keyring,))
    signed = publisher.sign(dsc(SUBJECT.sha256))

    assert check("openpgp-1", signed, trusted) == datetime(2020, 12, 22, tzinfo=UTC)
    with pytest.raises(VerificationError, match="does not name"):
        check("openpgp-1", signed, trusted, subject=OTHER)
    with pytest.raises(SignatureError, match="BADSIG"):
        check("openpgp-1", signed.replace(b"old_1", b"new_1"), trusted)
    with pytest.raises(VerificationError, match="no keyring"):
        check("openpgp-1", signed, Anchors())


def test_what_stands_beside_a_signed_text_is_not_signed(publisher: Publisher) -> None:
    trusted = Anchors(keyrings=(publisher.keyring,))
    signed = publisher.sign("nothing is named here\n")

    for forged in (dsc(SUBJECT.sha256).encode() + signed, signed + dsc(SUBJECT.sha256).encode()):
        with pytest.raises(VerificationError):
            check("openpgp-1", forged, trusted)


def test_a_strangers_signature_dates_nothing(publisher: Publisher) -> None:
    with tempfile.TemporaryDirectory(prefix="hw") as folder:
        stranger = Publisher(Path(folder) / "s")
        try:
            signed = stranger.sign(dsc(SUBJECT.sha256))
        finally:
            stranger.close()
    with pytest.raises(SignatureError, match="ERRSIG"):
        check("openpgp-1", signed, Anchors(keyrings=(publisher.keyring,)))


def test_a_token_dates_what_it_is_of(authority: Authority) -> None:
    token = authority.stamp(DATA)
    trusted = Anchors(tsa_roots=(authority.root.read_bytes(),))
    before = datetime.now(UTC)

    assert abs((check("rfc3161-1", token, trusted) - before).total_seconds()) < 60
    with pytest.raises(SignatureError):
        check("rfc3161-1", token, trusted, subject=OTHER)
    with pytest.raises(VerificationError, match="no root"):
        check("rfc3161-1", token, Anchors())
    with pytest.raises(HeadwaterError):
        check("rfc3161-1", token[:-9] + bytes([token[-9] ^ 1]) + token[-8:], trusted)
    with pytest.raises(FormatError):
        check("rfc3161-1", token[:-1], trusted)


def test_a_token_of_a_stranger_dates_nothing(authority: Authority, tmp_path: Path) -> None:
    token = Authority(tmp_path / "b").stamp(DATA)
    assert load_pem_x509_certificate(authority.root.read_bytes())

    with pytest.raises(SignatureError):
        check("rfc3161-1", token, Anchors(tsa_roots=(authority.root.read_bytes(),)))


LOG = Policy(ORIGIN, (CLASSIC.key, LASTING.key), (COSIGNER.key,), 1)


def logged(entry: bytes, *, witnessed: bool = True) -> bytes:
    storage = Memory()
    sequencer.create(storage, ORIGIN)
    sequencer.append(storage, [b"first", entry, b"last"])

    def cosign(signed: bytes) -> tuple[Signature, ...]:
        return (checkpoint.cosign(checkpoint.parse(signed)[0], COSIGNER, time_s=NOW_S),) if witnessed else ()

    sequencer.publish(storage, [CLASSIC, LASTING], time_s=NOW_S - 99, cosign=cosign)
    made = proof.encode(Reader(storage).prove(1))
    return canonical.encode({"entry": base64.b64encode(entry).decode(), "proof": made.decode()})


def test_a_witnessed_log_dates_what_it_holds() -> None:
    trusted = Anchors(logs=(LOG,))
    for entry in (SUBJECT.sha256, b'{"sha256": "' + SUBJECT.sha256.hex().encode() + b'"}'):
        assert check("log-1", logged(entry), trusted).timestamp() == NOW_S
    with pytest.raises(InclusionError):
        check("log-1", logged(SUBJECT.sha256), trusted, subject=OTHER)
    with pytest.raises(VerificationError, match="not trusted"):
        check("log-1", logged(SUBJECT.sha256), Anchors())


def test_the_logs_own_clock_does_not_count() -> None:
    alone = Policy(ORIGIN, LOG.keys, LOG.witnesses)
    with pytest.raises(SignatureError):
        check("log-1", logged(SUBJECT.sha256, witnessed=False), Anchors(logs=(alone,)))
    with pytest.raises(SignatureError, match="no witness"):
        check("log-1", logged(SUBJECT.sha256), Anchors(logs=(Policy(ORIGIN, LOG.keys),)))
    signed = checkpoint.parse(
        proof.parse(canonical.parse(logged(SUBJECT.sha256))["proof"].encode()).checkpoint
    )
    assert isinstance(signed[1], Note)


@given(st.sampled_from(sorted(set(METHODS) - {"openpgp-1"})), st.binary(max_size=200))
def test_any_bytes_are_refused_by_a_name_of_ours(method: str, data: bytes) -> None:
    with pytest.raises(HeadwaterError):
        check(method, data or b"\0", Anchors(tsa_roots=(b"x",), logs=(LOG,), archives=("a", "b")))
