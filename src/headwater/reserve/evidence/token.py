"""E3: a time-stamp token of an authority (RFC 3161), checked at the time it names."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, final

from headwater.errors import FormatError, InputError, SignatureError, UnavailableError, VerificationError
from headwater.reserve.evidence.method import Anchors, Subject, posix

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

_PEM = b"-----BEGIN CERTIFICATE-----"
_MAX_BYTES = 1 << 20


@final
class Token:
    """A time-stamp response over the subject's SHA-256.

    The date is the token's, and its accuracy later. Certificates are judged at that time, so that a token
    outlives the certificate it was made with.

    Source:
        RFC 3161, sections 2.4.2 and 4.
    """

    grade = "E3"

    def date(self, proof: bytes, subject: Subject, anchors: Anchors) -> datetime:
        """Verify the response; see `Method.date`.

        Raises:
            FormatError: If the response does not parse.
            SignatureError: If it is of something else, or by nobody who is trusted.
            VerificationError: If no root is trusted.
        """
        library = client()
        response = decode(proof)
        if not anchors.tsa_roots:
            raise VerificationError("no root of a time-stamping authority is trusted")
        builder = library.VerifierBuilder()
        for one in anchors.tsa_roots:
            for certificate in certificates(one):
                builder = builder.add_root_certificate(certificate)
        for one in anchors.tsa_certificates:
            for certificate in certificates(one):
                builder = builder.add_intermediate_certificate(certificate)
        try:
            builder.build().verify(response, subject.sha256)
            return _latest(response.tst_info)
        except library.VerificationError as error:
            raise SignatureError(f"the time-stamp token does not verify: {error}") from error
        except ValueError as error:
            raise FormatError(f"a time-stamp token cannot be read: {error}") from error


def decode(data: bytes) -> Any:
    """Decode a time-stamp response.

    Args:
        data: DER.

    Returns:
        A `rfc3161_client.TimeStampResponse`.

    Raises:
        FormatError: If it is not one.
        UnavailableError: If the library is not installed.
    """
    library = client()
    if len(data) > _MAX_BYTES:
        raise FormatError("a time-stamp response is too long")
    try:
        return library.decode_timestamp_response(data)
    except ValueError as error:
        raise FormatError(f"not a time-stamp response: {error}") from error


def certificates(data: bytes) -> list[Certificate]:
    """Read certificates.

    Args:
        data: PEM, any number of them, or DER, one.

    Raises:
        InputError: If there is none.
    """
    from cryptography import x509

    try:
        if _PEM in data:
            return x509.load_pem_x509_certificates(data)
        return [x509.load_der_x509_certificate(data)]
    except ValueError as error:
        raise InputError("not a certificate in PEM or DER") from error


def _latest(info: Any) -> datetime:
    moment = info.gen_time
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    accuracy = info.accuracy
    late_s = 0.0
    if accuracy is not None:
        late_s = accuracy.seconds + (accuracy.millis or 0) / 1e3 + (accuracy.micros or 0) / 1e6
    return posix(moment.timestamp() + late_s)


def client() -> Any:
    """Import the library, which only time-stamps need.

    Raises:
        UnavailableError: If it is not installed.
    """
    try:
        import rfc3161_client
    except ImportError as error:
        raise UnavailableError(
            "time-stamp tokens need rfc3161-client", hint="pip install 'headwater[time]'"
        ) from error
    return rfc3161_client
