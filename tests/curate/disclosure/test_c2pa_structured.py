"""Manifests in the comments of structured text."""

import pytest

from tests.curate.disclosure.page import brief, html, measure
from tests.curate.disclosure.signer import ANCHOR, SIGNER

BLOCK = "# -----BEGIN C2PA MANIFEST----- {} -----END C2PA MANIFEST-----\n"


def read(text: str, *, media_type: str = "text/plain") -> list[tuple[str, str, str, str]]:
    return brief(measure(text, media_type=media_type, trust_anchors=ANCHOR))


@pytest.mark.parametrize("comment", [("#", ""), ("<!--", "-->"), ("/*", "*/")])
def test_a_signed_file_is_valid_and_a_tampered_one_is_not(comment: tuple[str, str]) -> None:
    signed = SIGNER.sign_structured("river: long\nsea: wide\n", comment=comment)
    assert read(signed) == [("c2pa-structured", "ai-generated", "document", "valid")]
    assert read(SIGNER.tamper(signed))[0][3] == "invalid"
    assert read(signed + "more: text\n")[0][3] == "invalid"


def test_a_reference_is_unverified() -> None:
    assert read(BLOCK.format("https://x.test/m.c2pa") + "a: 1\n") == [
        ("c2pa-structured", "none-stated", "document", "unverified")
    ]


@pytest.mark.parametrize(
    "text",
    [
        BLOCK.format(" "),
        BLOCK.format("https://x.test/1") * 2,
        BLOCK.format("data:application/c2pa;base64,!"),
        BLOCK.format("data:application/c2pa;base64,AAAA"),
    ],
)
def test_broken_blocks_are_malformed(text: str) -> None:
    assert read(text)[0][3] == "malformed"


def test_half_a_block_is_none_and_pages_have_their_own_carrier() -> None:
    assert read("-----BEGIN C2PA MANIFEST-----\n") == []
    assert read(html(body=f"<pre>{BLOCK.format('https://x.test/m')}</pre>"), media_type="text/html") == []
