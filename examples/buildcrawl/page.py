"""A page of the sample: what the server answered, and what is true of it."""

from __future__ import annotations

import json
import random
import uuid
from dataclasses import dataclass, field, replace
from hashlib import sha256

Headers = tuple[tuple[str, str], ...]
NAMESPACE = uuid.UUID("5f0c1d6e-7c1f-5d0e-9b0a-2a6f1c3e8d47")


@dataclass(frozen=True)
class Truth:
    """What is true of one page; `headwater curate` never reads it.

    Attributes:
        origin: `human`, `generated`, or `none` where there is no text.
        kinds: The disclosures the page carries, in the project's names.
        c2pa: `valid-untrusted` or `invalid`; None without a manifest that can be checked.
        language: Base language subtag; `und` where there is no text.
        source: Where the text comes from: `package==version:path`, the model, or `authored-for-sample`.
        licence: SPDX expression or `public-domain`.
        charset: The encoding the body really has; empty for bytes that are not text.
        duplicate_of: URL of the page this one repeats.
        group: URL that names a group of copies; of each group one page is admitted and the others are
            excluded as duplicates, and which one is for the tool to say.
        expected: `admit`, `quarantine`, `exclude`, `skip`, or None where nothing is promised.
        reason: Reason of the decision or of the skip, where it is determined.
        note: What the page is there to show.
    """

    origin: str
    language: str
    source: str
    licence: str
    kinds: tuple[str, ...] = ()
    c2pa: str | None = None
    charset: str = "utf-8"
    duplicate_of: str | None = None
    group: str | None = None
    expected: str | None = None
    reason: str | None = None
    note: str = ""


@dataclass(frozen=True)
class Page:
    """One capture.

    Attributes:
        url: Target URI under a reserved name.
        captured: RFC 3339 UTC timestamp.
        body: The message body as sent, codings applied.
        headers: HTTP response fields in order, without framing ones, which `frame` adds.
        truth: What is true of it.
        status: HTTP status code and phrase.
        decoded: The body before content codings; empty when `body` is it.
        kind: WARC record type.
    """

    url: str
    captured: str
    body: bytes
    headers: Headers
    truth: Truth
    status: str = "200 OK"
    decoded: bytes = field(default=b"", repr=False)
    kind: str = "response"

    @property
    def record_id(self) -> str:
        """Give the WARC record id: a name-based UUID of URL, date and record type."""
        return f"<urn:uuid:{uuid.uuid5(NAMESPACE, f'{self.kind} {self.captured} {self.url}')}>"

    @property
    def plain(self) -> bytes:
        """Give the body before content codings."""
        return self.decoded or self.body

    def with_headers(self, *extra: tuple[str, str]) -> Page:
        """Give the same page with more response fields."""
        return replace(self, headers=self.headers + extra)

    def truth_line(self, file: str) -> str:
        """Give the page's line of `truth.jsonl`.

        Args:
            file: Name of the WARC file that holds the page.

        Returns:
            One JSON object without a line break.
        """
        truth = self.truth
        row = {
            "url": self.url,
            "record_id": self.record_id,
            "file": file,
            "captured": self.captured,
            "origin": truth.origin,
            "kinds": list(truth.kinds),
            "c2pa": truth.c2pa,
            "language": truth.language,
            "charset": truth.charset,
            "source": truth.source,
            "licence": truth.licence,
            "duplicate_of": truth.duplicate_of,
            "duplicate_group": truth.group,
            "expected": truth.expected,
            "reason": truth.reason,
            "note": truth.note,
        }
        return json.dumps(row, ensure_ascii=False)


def dice(name: str) -> random.Random:
    """Give the random numbers that belong to a name, the same on every machine."""
    return random.Random(int.from_bytes(sha256(name.encode()).digest()[:8], "big"))
