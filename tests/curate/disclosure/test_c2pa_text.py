"""Manifests in plain text, and in text pasted into pages."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.curate.disclosure.c2pa_text import MAGIC, MARK, find, normalised
from tests.curate.disclosure.page import brief, html, measure
from tests.curate.disclosure.signer import ANCHOR, SIGNER

TEXT = "The river is lo\u0301ng.\nIt flows to the sea.\n"
SIGNED = SIGNER.sign_text(TEXT)


def plain(text: str, *, anchors: str = ANCHOR) -> list[tuple[str, str, str, str]]:
    return brief(measure(text, media_type="text/plain", trust_anchors=anchors))


def test_signed_text_is_valid_under_its_anchor_and_untrusted_without() -> None:
    assert plain(SIGNED) == [("c2pa-text", "ai-generated", "document", "valid")]
    assert plain(SIGNED, anchors="") == [("c2pa-text", "ai-generated", "document", "valid-untrusted")]


def test_text_that_was_decomposed_on_the_way_still_verifies() -> None:
    head, mark, rest = SIGNED.partition(MARK)
    assert plain(unicodedata.normalize("NFD", head) + mark + rest)[0][3] == "valid"


@pytest.mark.parametrize("what", ["signature", "content"])
def test_tampered_text_is_invalid_and_keeps_its_claim(what: str) -> None:
    assert plain(SIGNER.tamper(SIGNED, what=what)) == [("c2pa-text", "ai-generated", "document", "invalid")]


@pytest.mark.parametrize("altered", ["x" + SIGNED, SIGNED + "x", SIGNED + SIGNED])
def test_added_text_breaks_the_binding(altered: str) -> None:
    assert {claim[3] for claim in plain(altered)} == {"invalid"}


@pytest.mark.parametrize(
    ("code", "claim"),
    [
        ("digitalCapture", "human"),
        ("compositeWithTrainedAlgorithmicMedia", "ai-assisted"),
        (None, "none-stated"),
    ],
)
def test_other_source_types_claim_other_things(code: str | None, claim: str) -> None:
    assert plain(SIGNER.sign_text("A text.", source_type=code)) == [("c2pa-text", claim, "document", "valid")]


def test_a_cut_wrapper_is_malformed() -> None:
    assert plain(SIGNED[:-2000]) == [("c2pa-text", "none-stated", "document", "malformed")]


@pytest.mark.parametrize("body", ["<p>{}</p>", "<article><p>{}</p></article>", "<pre>{}</pre>", "{}"])
def test_signed_text_pasted_into_a_page_is_found_and_verified(body: str) -> None:
    claims = measure(html(body=body.format(SIGNED)), trust_anchors=ANCHOR)
    assert brief(claims) == [("c2pa-text", "ai-generated", "element", "valid")]


def test_signed_text_whose_form_a_page_has_lost_is_unverified_not_invalid() -> None:
    body = f"<p>{SIGNED.replace('flows', '<b>fl</b>ows more')}</p>"
    assert brief(measure(html(body=body))) == [("c2pa-text", "ai-generated", "element", "unverified")]


def test_ordinary_variation_selectors_are_no_wrapper() -> None:
    assert plain("\ufeffA heart \u2764\ufe0f and \u845b\U000e0100.") == []


def test_a_million_selectors_are_read_in_bounded_time() -> None:
    assert plain(MARK + "\ufe01" * 1_000_000) == [("c2pa-text", "none-stated", "document", "malformed")]


@given(st.binary(min_size=1, max_size=300), st.text(max_size=40), st.text(max_size=40))
@settings(max_examples=60, deadline=None)
def test_any_manifest_in_any_text_is_found_again(manifest: bytes, before: str, after: str) -> None:
    frame = MAGIC + b"\x01" + len(manifest).to_bytes(4, "big") + manifest
    carrier = "\ufeff" + "".join(chr(0xFE00 + b if b < 16 else 0xE0100 + b - 16) for b in frame)
    text = before + carrier + "." + after
    found = next(iter(find(text)))
    assert found.manifest == manifest
    content, start, length = normalised(text, found)
    assert content[start : start + length] == carrier.encode()
