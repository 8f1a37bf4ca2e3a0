"""The label `disclosure-1` as the pipeline sees it."""

import pickle
import time

import pyarrow as pa
import pytest

from headwater.curate.disclosure.claim import Kind
from headwater.curate.labels.disclosure import Disclosure
from tests.curate.disclosure.page import brief, document, html, measure
from tests.curate.disclosure.signer import ANCHOR, SIGNER

PLAIN = html(body="<article><h1>Rivers</h1><p>A river is long. ChatGPT did not write this.</p></article>")


def test_rows_fit_the_schema() -> None:
    label = Disclosure()
    page = document(html('<meta name="ai-disclosure" content="ai-generated">').encode())
    table = pa.Table.from_pylist([dict(label.measure(page)), {"claims": []}], schema=label.schema)
    assert table.column("claims")[0][0]["kind"].as_py() == "meta-ai-disclosure"
    assert label.name == "disclosure-1"


def test_the_label_travels_between_processes() -> None:
    assert pickle.loads(pickle.dumps(Disclosure("pem"))) == Disclosure("pem")


@pytest.mark.parametrize("media_type", ["text/html", "text/plain"])
def test_an_ordinary_document_discloses_nothing(media_type: str) -> None:
    headers = (("Content-Type", "text/html"), ("Link", '<https://x.test/>; rel="canonical"'))
    assert measure(PLAIN, media_type=media_type, headers=headers) == []


def test_headers_come_first_and_nothing_is_repeated() -> None:
    page = html('<meta name="ai-disclosure" content="ai-generated"><meta name="ai-generated" content="true">')
    headers = (("AI-Disclosure", "mode=none"), ("tdm-reservation", "1"))
    assert [claim["kind"] for claim in measure(page, headers=headers)] == [
        "http-ai-disclosure",
        "usage-tdmrep",
        "meta-ai-disclosure",
        "meta-ai-generated",
    ]


def test_claims_are_capped_and_values_are_cut() -> None:
    page = html("".join(f'<meta name="ai-generated" content="{n}{"x" * 500}">' for n in range(200)))
    claims = measure(page)
    assert len(claims) == 64
    assert {len(claim["value"]) for claim in claims} == {200}


def test_one_document_can_disclose_in_every_way() -> None:
    trained = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    head = (
        '<meta name="ai-disclosure" content="ai-generated"><meta name="ai-generated" content="true">'
        '<meta name="generator" content="Lovable"><meta name="robots" content="noai">'
        f'<meta name="digitalSourceType" content="{trained}">'
        f'<script type="application/ld+json">{{"@type":"Article","digitalSourceType":"{trained}"}}</script>'
    )
    body = (
        '<main ai-disclosure="ai-generated"><div itemscope itemtype="https://schema.org/Article">'
        f'<meta itemprop="digitalSourceType" content="{trained}"></div>'
        f"<p>{SIGNER.sign_text('A signed text.')}</p>\n<p>As an AI language model, I cannot swim.</p></main>"
    )
    headers = (
        ("AI-Disclosure", "mode=machine-generated"),
        ("Link", '<https://x.test/m.c2pa>; rel="c2pa-manifest"'),
        ("Content-Usage", "train-ai=n"),
        ("tdm-reservation", "1"),
    )
    claims = measure(SIGNER.sign_html(html(head, body)), headers=headers, trust_anchors=ANCHOR)
    assert {claim["kind"] for claim in claims} == set(Kind) - {Kind.C2PA_STRUCTURED}
    assert ("c2pa-html", "ai-generated", "document", "valid") in brief(claims)
    assert ("c2pa-text", "ai-generated", "element", "valid") in brief(claims)


@pytest.mark.parametrize(
    "before",
    [
        "<!-- </head> -->",
        "<!-->",
        "<script>document.write('<body>')</script>",
        "<script>var s = '</head>'</script>",
        "<style>/* </head */</style>",
        "<title>How to close </head></title>",
        '<meta name="description" content="<body> > </head>">',
    ],
)
@pytest.mark.parametrize("name", ["ai-disclosure", "ai&#45;disclosure", "ai&#x2d;disclosure"])
def test_text_that_looks_like_the_end_of_the_head_hides_nothing(before: str, name: str) -> None:
    page = f'<html><head>{before}<meta name="{name}" content="ai-generated"></head><body>x'

    assert [claim["kind"] for claim in measure(page)] == ["meta-ai-disclosure"]


def test_what_follows_the_head_does_not_speak_for_the_page() -> None:
    meta = '<meta name="ai-disclosure" content="ai-generated">'

    assert not measure(f"<html><head></head>{meta}<body>x")
    assert not measure(f"<html><BODY>{meta}x")


@pytest.mark.parametrize("line", ["Regenerate response", "As an AI, I can"])
def test_leftovers_in_a_text_about_assistants_cost_time_linear_in_it(line: str) -> None:
    text = "ChatGPT, an LLM, a chatbot. " * 700 + f"\n{line}" * 40_000
    start = time.process_time()

    measure(text, media_type="text/plain")

    assert time.process_time() - start < 2
