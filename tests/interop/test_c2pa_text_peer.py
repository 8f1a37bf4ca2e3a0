"""Our carriers against `c2pa-text`, an independent implementation of C2PA 2.4 A.7 to A.9."""

import pytest

from headwater.curate.disclosure import c2pa_html, c2pa_structured, c2pa_text
from tests.curate.disclosure.signer import SIGNER

peer = pytest.importorskip("c2pa_text")
pytestmark = pytest.mark.interop

STORE = bytes(range(256)) * 20
PAGE = "<!doctype html><html><head><title>é</title></head><body><p>Text.</p></body></html>"


@pytest.mark.parametrize("text", ["Hello.", "Größe\u0301\n", "\u202eabc", "x" * 10_000])
def test_what_the_peer_embeds_in_text_we_find_where_it_says(text: str) -> None:
    embedded = peer.embed_manifest(text, STORE)
    found = list(c2pa_text.find(embedded))
    assert [wrapper.manifest for wrapper in found] == [STORE]
    content, start, length = c2pa_text.normalised(embedded, found[0])
    assert content == embedded.encode()
    assert (STORE, start, length) == peer.find_wrapper_info(embedded)


def test_padding_after_the_manifest_is_read_alike() -> None:
    target = peer.worst_case_wrapper_byte_length(len(STORE))
    embedded = "Text." + peer.encode_wrapper_padded(STORE, target)
    found = next(iter(c2pa_text.find(embedded)))
    assert (found.manifest, found.end - found.start) == (STORE, len(embedded) - 5)


def test_what_the_peer_embeds_in_html_we_find_where_it_says() -> None:
    embedded = peer.embed_html_inline(PAGE, STORE)
    found = c2pa_html.find(embedded.html.encode())
    assert found is not None
    assert found.manifest == STORE
    assert found.exclusions == {(embedded.exclusion_start, embedded.exclusion_length)}


@pytest.mark.parametrize("placement", list(peer.Placement))
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_what_the_peer_embeds_in_comments_we_find_where_it_says(placement: object, newline: str) -> None:
    reference = peer.encode_data_uri(STORE)
    host = f"a: 1{newline}b: 2"
    embedded = peer.embed_structured(host, reference, "#", placement=placement, newline=newline)
    found = c2pa_structured.find(embedded.text.encode())
    assert found is not None
    assert found.manifest == STORE
    assert (embedded.exclusion_start, embedded.exclusion_length) in found.exclusions


def test_what_the_example_signer_embeds_the_peer_extracts() -> None:
    assert peer.validate_text(SIGNER.sign_text("Text.")).valid
    assert peer.extract_html(SIGNER.sign_html(PAGE)).method == "inline"
    assert peer.extract_structured(SIGNER.sign_structured("a: 1\n")).manifest is not None
