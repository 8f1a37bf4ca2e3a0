"""Capture: claims copied, hosts and registrable domains named, nothing in a URL or a header is fatal."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate.labels.capture import Capture
from tests.curate.samples import plain

LABEL = Capture()


def place(url: str) -> tuple[str | None, str | None]:
    """Give host and domain of a URL."""
    row = LABEL.measure(plain("", url=url))
    return row["host"], row["domain"]


@pytest.mark.parametrize(
    ("url", "host", "domain"),
    [
        ("https://www.example.org/a/b?c#d", "www.example.org", "example.org"),
        ("https://example.org", "example.org", "example.org"),
        ("http://a.b.c.example.co.uk:8080/", "a.b.c.example.co.uk", "example.co.uk"),
        ("http://WWW.Example.ORG./", "www.example.org", "example.org"),
        ("https://user:pass@www.example.org/", "www.example.org", "example.org"),
        ("//www.example.org/", "www.example.org", "example.org"),
        ("http://foo.bar.kawasaki.jp/", "foo.bar.kawasaki.jp", "foo.bar.kawasaki.jp"),
        ("http://city.kawasaki.jp/", "city.kawasaki.jp", "city.kawasaki.jp"),
        ("http://me.github.io/x", "me.github.io", "me.github.io"),
        ("http://co.uk/", "co.uk", "co.uk"),
        ("http://localhost:8000/", "localhost", "localhost"),
        ("http://www.example.org:99999/", "www.example.org", "example.org"),
    ],
)
def test_a_registrable_domain_follows_the_public_suffix_list(url: str, host: str, domain: str) -> None:
    assert place(url) == (host, domain)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://192.168.0.1/", "192.168.0.1"),
        ("http://8.8.8.8:80/x", "8.8.8.8"),
        ("http://[2001:db8::1]:80/", "2001:db8::1"),
        ("http://[::FFFF:1.2.3.4]/", "::ffff:1.2.3.4"),
    ],
)
def test_an_address_is_its_own_domain(url: str, host: str) -> None:
    assert place(url) == (host, host)


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("http://www.xn--mller-kva.de/", "xn--mller-kva.de"),
        ("http://www.müller.de/", "müller.de"),
        ("http://a.www.xn--55qx5d.cn/", "www.xn--55qx5d.cn"),
        ("http://a.www.公司.cn/", "www.公司.cn"),
    ],
)
def test_an_international_domain_is_named_in_either_form(url: str, domain: str) -> None:
    assert place(url)[1] == domain


@pytest.mark.parametrize(
    "url", ["", "urn:isbn:1", "mailto:a@b.org", "http:///x", "http://[::1", "http://]/", "http://."]
)
def test_a_url_without_a_host_has_no_domain(url: str) -> None:
    assert place(url) == (None, None)


@given(st.text(), st.sampled_from(["", "http://", "https://[", "//", "http://a."]))
def test_any_url_can_be_measured(tail: str, head: str) -> None:
    host, domain = place(head + tail)

    assert (host is None) == (domain is None)
    assert host is None or host.lower().endswith(domain or "-")


def modified(value: str) -> str | None:
    """Give what is made of a Last-Modified field."""
    found: str | None = LABEL.measure(plain("", headers=(("Last-Modified", value),)))["last_modified"]
    return found


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"),
        ("Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37Z"),
        ("Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37Z"),
        ("Wed, 01 Jan 2020 00:30:00 +0200", "2019-12-31T22:30:00Z"),
        ("Wed, 01 Jan 2020 00:30:00 -0500", "2020-01-01T05:30:00Z"),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("Sun, 31 Feb 2021 08:49:37 GMT", None),
        ("yesterday", None),
        ("0", None),
        ("", None),
        ("Wed, 01 Jan 2020 00:00:00 -9999", None),
        ("Wed, 01 Jan 99999 00:00:00 GMT", None),
    ],
)
def test_an_http_date_is_given_in_utc(value: str, expected: str | None) -> None:
    assert modified(value) == expected


@given(
    st.text()
    | st.from_regex(r"[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}", fullmatch=True)
)
def test_any_date_is_a_date_or_none(value: str) -> None:
    found = modified(value)

    assert found is None or re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", found)


def test_claims_are_copied_and_absent_ones_are_null() -> None:
    whole = LABEL.measure(plain("", captured="2020-02-03T04:05:06Z", captured_from="warc-date", status=404))
    empty = LABEL.measure(plain("", captured="", captured_from="", status=0, url=""))

    assert (whole["captured"], whole["captured_from"], whole["status"]) == (
        "2020-02-03T04:05:06Z",
        "warc-date",
        404,
    )
    assert whole["media_type"] == "text/plain"
    assert [empty[name] for name in ("captured", "captured_from", "last_modified", "host")] == [None] * 4


def test_the_year_of_capture_is_a_fact_for_the_report() -> None:
    assert list(Capture.view.tally({"captured": "2021-05-04T00:00:00Z"})) == ["captured 2021"]
    assert list(Capture.view.tally({"captured": None})) == ["no capture date"]
