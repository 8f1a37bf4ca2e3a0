"""AI site builders, and ordinary generators."""

import pytest

from tests.curate.disclosure.page import brief, html, measure


@pytest.mark.parametrize(
    "content",
    [
        "Lovable",
        "lovable.dev",
        "v0.dev",
        "v0.app",
        "Hostinger Horizons",
        "Bolt.new",
        "10Web | WVC_v 1.27.36 | WordPress 7.1.2",
        "GPT Engineer",
    ],
)
def test_ai_builders_are_known(content: str) -> None:
    claims = measure(html(f'<meta name="generator" content="{content}">'))
    assert brief(claims) == [("generator-ai-builder", "ai-assisted", "site", "asserted")]


@pytest.mark.parametrize(
    "content",
    [
        "WordPress 6.4",
        "Hugo 0.120",
        "Wix.com Website Builder",
        "Bolt",
        "Framer 1a2b",
        "Jekyll v4.3",
        "Lovable DOCX Tool",
        "GPT4All docs",
        "Docusaurus v0.dev-mode",
        "Durable Functions docs",
        "10Web Booster",
    ],
)
def test_ordinary_generators_are_not(content: str) -> None:
    assert measure(html(f'<meta name="generator" content="{content}">')) == []
