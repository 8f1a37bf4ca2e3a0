"""The share of a corpus that is marked, by two passes over its texts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from headwater.errors import InputError
from headwater.watermark import family
from headwater.watermark.census import census
from headwater.watermark.page import Marker
from tests.curate.crawls import prose
from tests.watermark.pages import marked, marker


def crawl() -> Iterator[str]:
    """Thirty pages by people, all with one footer, and four marked by one key."""
    footer = prose(999, 300)
    for number in range(30):
        yield f"{prose(number, 300)} {footer}"
    text = marked(1)
    quarter = len(text) // 4
    yield from (text[at : at + quarter] for at in range(0, 4 * quarter, quarter))


def test_the_share_of_each_key_is_in_its_interval() -> None:
    found, other, elsewhere = census(crawl, [marker(1), marker(2), marker(3, "tournament-aes-1", "gpt2")])

    assert found.n_documents == 34
    assert found.low <= 4 / 34 <= found.high
    assert found.low > 0
    assert found.log_p < -20
    for one in (other, elsewhere):
        assert one.low == 0.0
        assert one.log_p > -10


def test_what_pages_share_is_left_out() -> None:
    """A marked footer is on every page: it is evidence once at most, and makes no page a marked one."""
    footer = marked(1)
    (found,) = census(lambda: (f"{prose(number, 300)} {footer}" for number in range(20)), [marker(1)])

    assert found.n_found == 0
    assert found.log_p > -10


def test_copies_count_as_none_and_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="no document"):
        census(lambda: [marked(1), marked(1)], [marker(1)])
    with pytest.raises(InputError, match="no key"):
        census(crawl, [])


def test_a_key_without_its_tag_is_refused() -> None:
    one = marker(1, "payload-aes-1")
    secret = Marker(one.name, one.tokenizer, one.scheme, family.untagged(one.scheme, one.key))

    with pytest.raises(InputError, match="no tag"):
        census(crawl, [secret])
