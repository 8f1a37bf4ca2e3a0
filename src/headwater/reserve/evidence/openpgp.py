"""E2: a publisher's OpenPGP signature over a list of digests, such as a Debian `.dsc`, checked by `gpgv`."""

from __future__ import annotations

import re
import subprocess
import tempfile
from datetime import datetime
from pathlib import Path
from typing import final

from headwater.errors import FormatError, SignatureError, UnavailableError, VerificationError
from headwater.reserve.evidence.method import Anchors, Subject, posix

_BEGIN = b"-----BEGIN PGP SIGNED MESSAGE-----"
_MAX_BYTES = 1 << 20
_TIMEOUT_S = 60
_VALID = re.compile(r"^\[GNUPG:\] VALIDSIG [0-9A-F]+ \S+ ([0-9]+) ", re.MULTILINE)
# A key that has expired since was good when it signed; one that was revoked is not to be trusted at all.
_WRONG = re.compile(r"^\[GNUPG:\] (BADSIG|ERRSIG|REVKEYSIG|EXPSIG|NODATA|FAILURE)\b", re.MULTILINE)
_DIGEST = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


@final
class OpenPgp:
    """A clear-signed text that names the subject by SHA-256.

    The date is the signature's, by the publisher's own clock; the keyring says who counts as a publisher.

    Source:
        RFC 9580, section 7 (cleartext signatures); `gpgv(1)`; GnuPG's doc/DETAILS for the status lines;
        Debian's deb-src-control(5), `Checksums-Sha256`.
    """

    grade = "E2"

    def date(self, proof: bytes, subject: Subject, anchors: Anchors) -> datetime:
        """Check the signature and what was signed; see `Method.date`.

        Raises:
            FormatError: If the proof is no clear-signed text.
            SignatureError: If gpgv refuses the signature.
            VerificationError: If no keyring is trusted, or something else was signed.
        """
        if len(proof) > _MAX_BYTES or _BEGIN not in proof:
            raise FormatError("not a clear-signed text")
        if not anchors.keyrings:
            raise VerificationError("no keyring of a publisher is trusted")
        text, status = _gpgv(proof, anchors.keyrings)
        wrong, valid = _WRONG.search(status), _VALID.findall(status)
        if wrong or len(valid) != 1:
            raise SignatureError(
                f"gpgv does not accept the signature: {wrong[1] if wrong else 'none is valid'}"
            )
        if subject.sha256.hex().encode() not in _DIGEST.findall(text):
            raise VerificationError("what the publisher signed does not name the subject's digest")
        return posix(int(valid[0]))


def _gpgv(proof: bytes, keyrings: tuple[Path, ...]) -> tuple[bytes, str]:
    """Run gpgv; give what was signed, and its status lines.

    Raises:
        UnavailableError: If it cannot be run, or does not end.
    """
    rings = [word for ring in keyrings for word in ("--keyring", str(ring.resolve()))]
    with tempfile.TemporaryDirectory() as home:
        signed, text = Path(home) / "signed", Path(home) / "text"
        signed.write_bytes(proof)
        command = ["gpgv", "--homedir", home, "--status-fd", "1", *rings, "--output", str(text), str(signed)]
        try:
            done = subprocess.run(command, capture_output=True, check=False, timeout=_TIMEOUT_S)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise UnavailableError(f"cannot run gpgv: {error}", hint="apt-get install gpgv") from error
        read = text.read_bytes() if text.exists() else b""
    return read, done.stdout.decode("utf-8", "replace")
