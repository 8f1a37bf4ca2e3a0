"""Signs: nothing that a page's metas claim is missed by the search that comes first."""

from __future__ import annotations

from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from headwater.curate.disclosure import generator, meta, usage
from headwater.curate.disclosure.signs import Sign, signs
from tests.curate.disclosure.page import measure

PIECES = st.sampled_from(
    (
        *(
            "<meta ",
            "<META ",
            "name=",
            "content=",
            '"',
            "'",
            ">",
            " ",
            "<",
            "/",
            "=",
            "<!--",
            "-->",
            "<title>",
        ),
        *("ai-disclosure", "AI_Generated", "x:digitalSourceType", "robots", "noai", "NoImageAI", "&#45;"),
        *(
            "generator",
            "Lovable",
            "v0.dev",
            "ai&#45;generated",
            "ai-generated",
            "true",
            "tdm-reservation",
            "1",
        ),
    )
)


@given(st.lists(PIECES, max_size=24).map("".join))
def test_what_the_metas_claim_is_found(head: str) -> None:
    metas = meta.metas(head)
    wanted = chain(
        *(read(metas) for read in (meta.ai_disclosure, meta.ai_generated, meta.digital_source_type)),
        generator.ai_builder(metas),
        usage.tdmrep({}, metas),
        usage.robots({}, metas),
    )
    kinds = {claim.kind.value for claim in wanted}

    found = measure(head)

    assert kinds <= {claim["kind"] for claim in found}


@given(
    st.sampled_from([b"c2pa", b"Disclosure", b"DIGITALSOURCE"]),
    st.binary(max_size=60),
    st.binary(max_size=60),
)
def test_letters_of_any_case_are_seen_anywhere(needle: bytes, before: bytes, after: bytes) -> None:
    wanted = {b"c2pa": Sign.C2PA, b"Disclosure": Sign.ELEMENT, b"DIGITALSOURCE": Sign.SOURCE_TYPE}[needle]

    assert wanted in signs(before + needle + after)


def test_no_bytes_hold_no_sign() -> None:
    assert not signs(b"")


def test_a_greater_than_between_quotes_hides_no_name() -> None:
    assert Sign.QUOTED_META in signs(b'<meta content="a > b" name="ai-disclosure">')


def test_a_page_full_of_needles_takes_no_longer_than_a_read() -> None:
    assert not measure("<meta content='" + "gpt &#60;" * 100_000 + "'>")
