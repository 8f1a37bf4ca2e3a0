"""Sign text and HTML with C2PA manifests under a throw-away test key.

What is bound: every manifest made here has one `c2pa.hash.data` assertion (SHA-256). For the embedded
carriers its single exclusion is exactly the carrier (wrapper, element or comment line), so every other
byte of the document is bound; for the external carrier there is no exclusion and every byte is bound.
The `c2pa` library has no handler for text or HTML: it makes the claim, the assertions and the COSE
signature, while the carrier and the hash are computed here after C2PA 2.4 sections 15.12.1.3, A.7, A.8, A.9.

The key under `keys/` is public on purpose. It certifies nothing; trust it in tests and the sample only.
"""

from __future__ import annotations

import argparse
import base64
import datetime
import hashlib
import io
import json
import re
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

KEYS = Path(__file__).resolve().parent / "keys"
SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
# What a manifest that states no source says: it must create something, so it creates from nothing.
EMPTY = "http://c2pa.org/digitalsourcetype/empty"
MAGIC = b"C2PATXT\0"
BEGIN = "-----BEGIN C2PA MANIFEST-----"
END = "-----END C2PA MANIFEST-----"
DATA_URI = "data:application/c2pa;base64,"

HtmlCarrier = Literal["script", "link-data-uri"]
Damage = Literal["signature", "content"]

# A carrier turns a manifest into the text that holds it; its UTF-8 length may depend only on the
# length of the manifest, because the exclusion is signed before the manifest exists.
Carrier = Callable[[bytes], str]


def sign_text(text: str, *, source_type: str | None = "trainedAlgorithmicMedia") -> str:
    """Append a manifest to plain text as Unicode variation selectors.

    Args:
        text: The text; it is normalised to NFC, as the specification demands.
        source_type: IPTC digital source type code, or None for a manifest that states none.

    Returns:
        The NFC text followed by one `C2PATextManifestWrapper`; to be stored as UTF-8.

    Source: C2PA 2.4 section A.8.
    """
    return _seal(unicodedata.normalize("NFC", text), "", carrier=_wrapper, source_type=source_type)


def sign_html(
    html: str, *, how: HtmlCarrier = "script", source_type: str | None = "trainedAlgorithmicMedia"
) -> str:
    """Embed a manifest in the head of an HTML page.

    Args:
        html: A page with a `</head>`; it must be stored and served as UTF-8, byte for byte.
        how: `script`, the inline carrier of the standard, or `link-data-uri`, a `link` whose `href`
            is a `data:` URI (seen in the wild; the standard defines `link` for external manifests).
        source_type: IPTC digital source type code, or None for a manifest that states none.

    Returns:
        The page with one more element just before `</head>`.

    Source: C2PA 2.4 sections A.7.1.1 and A.7.1.3.
    """
    cut = html.index("</head>")
    carrier = _script if how == "script" else _link
    return _seal(html[:cut], html[cut:], carrier=carrier, source_type=source_type)


def sign_html_external(
    html: str, href: str, *, source_type: str | None = "trainedAlgorithmicMedia"
) -> tuple[str, bytes]:
    """Point a page at a manifest which is stored elsewhere.

    Args:
        html: A page with a `</head>`.
        href: Where the manifest will be found.
        source_type: IPTC digital source type code, or None for a manifest that states none.

    Returns:
        The page with a `link`, and the manifest store to serve at `href`; all of the page is bound.

    Source: C2PA 2.4 sections A.7.1.2 and A.7.1.3.
    """
    cut = html.index("</head>")
    page = f'{html[:cut]}<link rel="c2pa-manifest" href="{href}" type="application/c2pa">{html[cut:]}'
    return page, _manifest(page.encode(), exclusion=None, source_type=source_type)


def sign_structured(
    text: str, *, comment: tuple[str, str] = ("#", ""), source_type: str | None = "trainedAlgorithmicMedia"
) -> str:
    """Put a manifest into the first line of a commented text format.

    Args:
        text: Source code, YAML, Markdown or the like, with LF line ends.
        comment: What opens and what closes a comment in that format.
        source_type: IPTC digital source type code, or None for a manifest that states none.

    Returns:
        The text under one comment line with the manifest as a `data:` URI.

    Source: C2PA 2.4 sections A.9.3.1 and A.9.4.
    """
    opening, closing = comment[0], f" {comment[1]}" if comment[1] else ""

    def line(manifest: bytes) -> str:
        return f"{opening} {BEGIN} {DATA_URI}{base64.b64encode(manifest).decode()} {END}{closing}\n"

    return _seal("", text, carrier=line, source_type=source_type)


def tamper(signed: str, *, what: Damage = "signature") -> str:
    """Break what `sign_text`, `sign_html` or `sign_structured` made.

    Args:
        signed: A signed document with an embedded manifest.
        what: `signature` flips one bit of the COSE signature, so that the signature fails;
            `content` changes the case of the document's last visible `e`, so that the signature holds and the
            binding fails.

    Returns:
        The document, still well formed, no longer valid.
    """
    if what == "content":
        visible = signed.partition("\ufeff")[0]
        at = visible.rindex("e")
        return signed[:at] + "E" + signed[at + 1 :]
    wrapper = re.search("\ufeff([\ufe00-\ufe0f\U000e0100-\U000e01ef]+)", signed)
    if wrapper:
        return signed[: wrapper.start(1)] + _selectors(_flip(_octets(wrapper[1]))) + signed[wrapper.end(1) :]
    blob = re.search(r"[A-Za-z0-9+/]{400,}={0,2}", signed)
    if blob is None:
        raise ValueError("no embedded manifest to tamper with")
    broken = base64.b64encode(_flip(base64.b64decode(blob[0]))).decode()
    return signed[: blob.start()] + broken + signed[blob.end() :]


def trust_anchor() -> str:
    """Give the test root certificate, PEM, to hand to a verifier as its trust anchor."""
    return (KEYS / "TEST-ONLY-root.pem").read_text(encoding="ascii")


def _seal(before: str, after: str, *, carrier: Carrier, source_type: str | None) -> str:
    """Find the carrier's length, then sign with exactly that exclusion."""
    start, size, manifest = len(before.encode()), 0, b"\0" * 3000
    for _ in range(8):
        if len(carrier(manifest).encode()) == size:
            return before + carrier(manifest) + after
        size = len(carrier(manifest).encode())
        content = before.encode() + b"\0" * size + after.encode()
        manifest = _manifest(content, exclusion=(start, size), source_type=source_type)
    raise RuntimeError("the carrier's length does not settle")


def _manifest(content: bytes, *, exclusion: tuple[int, int] | None, source_type: str | None) -> bytes:
    """Make a manifest store for `content`, without the bytes of `exclusion` (start, length)."""
    import c2pa

    start, length = exclusion or (0, 0)
    binding: dict[str, Any] = {
        "name": "all bytes but the manifest's own carrier",
        "alg": "sha256",
        "hash": list(hashlib.sha256(content[:start] + content[start + length :]).digest()),
        "pad": [],
    }
    if exclusion:
        binding["exclusions"] = [{"start": start, "length": length}]
    assertions: list[dict[str, Any]] = [{"label": "c2pa.hash.data", "data": binding}]
    stated = SOURCE_TYPES + source_type if source_type is not None else EMPTY
    action = {"action": "c2pa.created", "digitalSourceType": stated}
    assertions.append({"label": "c2pa.actions.v2", "data": {"actions": [action]}})
    definition = {
        "claim_version": 2,
        "claim_generator_info": [{"name": "headwater-example-signer", "version": "1"}],
        "assertions": assertions,
    }
    settings = c2pa.Settings.from_dict({"verify": {"verify_after_sign": False}})
    builder = c2pa.Builder(json.dumps(definition), context=c2pa.Context(settings))
    builder.set_no_embed()
    store = builder.sign(_signer(), "text/plain", io.BytesIO(content), io.BytesIO())
    return bytes(store)


def _signer() -> Any:
    import c2pa

    chain = (KEYS / "TEST-ONLY-signer.pem").read_bytes()
    key = (KEYS / "TEST-ONLY-signer.key").read_bytes()
    return c2pa.Signer.from_info(c2pa.C2paSignerInfo(c2pa.C2paSigningAlg.ED25519, chain, key, None))


def _script(manifest: bytes) -> str:
    return f'<script type="application/c2pa">{base64.b64encode(manifest).decode()}</script>'


def _link(manifest: bytes) -> str:
    blob = base64.b64encode(manifest).decode()
    return f'<link rel="c2pa-manifest" href="{DATA_URI}{blob}" type="application/c2pa">'


def _wrapper(manifest: bytes) -> str:
    """Encode the wrapper and pad it to a length which depends on the manifest's length alone."""
    frame = MAGIC + b"\x01" + len(manifest).to_bytes(4, "big") + manifest
    bare = "\ufeff" + _selectors(frame)
    # Selectors take three or four bytes; every gap of six or more is a sum of threes and fours.
    gap = 3 + 4 * len(frame) + 6 - len(bare.encode())
    threes = -gap % 4
    return bare + _selectors(b"\x00" * threes + b"\xff" * ((gap - 3 * threes) // 4))


def _selectors(octets: bytes) -> str:
    return "".join(chr(0xFE00 + b if b < 16 else 0xE0100 + b - 16) for b in octets)


def _octets(selectors: str) -> bytes:
    return bytes(ord(c) - 0xFE00 if ord(c) < 0xFE10 else ord(c) - 0xE0100 + 16 for c in selectors)


def _flip(store: bytes) -> bytes:
    """Flip one bit in the last 64-byte CBOR string: the Ed25519 signature of the active manifest."""
    at = store.rindex(b"\x58\x40") + 20
    return store[:at] + bytes([store[at] ^ 1]) + store[at + 1 :]


def make_keys(folder: Path = KEYS) -> None:
    """Write the test root, the test signer's chain and the test key.

    The private keys derive from fixed strings and Ed25519 is deterministic, so that the files come
    out the same on every machine.

    Args:
        folder: Where to write the three files.
    """
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    root, signer = (
        Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"headwater test {name}".encode()).digest())
        for name in ("root", "signer")
    )
    ca = _certificate("Headwater TEST ONLY root", root.public_key(), issuer=root, is_ca=True)
    leaf = _certificate("Headwater TEST ONLY signer", signer.public_key(), issuer=root, is_ca=False)
    folder.mkdir(exist_ok=True)
    (folder / "TEST-ONLY-root.pem").write_bytes(ca)
    (folder / "TEST-ONLY-signer.pem").write_bytes(leaf + ca)
    (folder / "TEST-ONLY-signer.key").write_bytes(
        signer.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    )


def _certificate(name: str, public: Any, *, issuer: Any, is_ca: bool) -> bytes:
    """Issue under the test root with the extensions of the C2PA certificate profile (section 14.5)."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    def named(common: str) -> x509.Name:
        parts = ((NameOID.ORGANIZATION_NAME, "Headwater examples"), (NameOID.COMMON_NAME, common))
        return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])

    usage = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"), False
    ) | {"encipher_only": False, "decipher_only": False}
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named("Headwater TEST ONLY root"))
        .public_key(public)
        .serial_number(1 if is_ca else 2)
        .not_valid_before(datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC))
        .not_valid_after(datetime.datetime(2054, 1, 1, tzinfo=datetime.UTC))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(digital_signature=not is_ca, key_cert_sign=is_ca, crl_sign=is_ca, **usage),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key()), critical=False
        )
    )
    if not is_ca:
        purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(purposes, critical=False)
    return builder.sign(issuer, None).public_bytes(Encoding.PEM)


def main() -> None:
    """Sign standard input to standard output, or write the test keys anew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["text", "html", "structured", "make-keys"])
    parser.add_argument("--source-type", default="trainedAlgorithmicMedia")
    chosen = parser.parse_args()
    if chosen.what == "make-keys":
        make_keys()
        return
    sign = {"text": sign_text, "html": sign_html, "structured": sign_structured}[chosen.what]
    signed = sign(sys.stdin.buffer.read().decode(), source_type=chosen.source_type)  # type: ignore[operator]
    sys.stdout.buffer.write(signed.encode())


if __name__ == "__main__":
    main()
