"""A shard: the piece of one input that one worker reads, named by content and not by place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

from headwater.record import Record, Skip
from headwater.sources.opening import Hash, digest_and_size


@dataclass(frozen=True, slots=True)
class Shard:
    """A half-open range of one input.

    Attributes:
        path: Local path or fsspec URL to open.
        source: The input's name as shown to people, relative to what the user named.
        kind: Key into `SOURCES`, such as `warc`, `jsonl`, `parquet`.
        digest: SHA-256 of the whole input, 64 hex digits.
        size: Size of the whole input, in `unit`.
        start: First position that belongs to the shard, in `unit`.
        stop: First position that does not.
        unit: `bytes`, or `rows` for columnar inputs; `bytes` too for one that as a whole cannot be read.
        text_field: Field of a row that holds its text; empty for the first of `row.TEXT_FIELDS` that does.
    """

    path: str
    source: str
    kind: str
    digest: str
    size: int
    start: int
    stop: int
    unit: str = "bytes"
    text_field: str = ""

    @property
    def name(self) -> str:
        """Give the name output files carry: digest prefix and start, zero-padded."""
        return f"{self.digest[:16]}-{self.start:014d}"

    def to_json(self) -> dict[str, Any]:
        """Give the plain-value form that engines carry between processes."""
        return asdict(self)


def cut_bytes(whole: Shard, shard_bytes: int) -> list[Shard]:
    """Cut a shard that covers its input into ranges of `shard_bytes`.

    Args:
        whole: The shard to cut; `start` 0, `stop` equal to `size`.
        shard_bytes: Width of a range, at least 1.

    Returns:
        Shards in order, touching; `whole` itself when it is no larger than one range.
    """
    if whole.size <= shard_bytes:
        return [whole]
    starts = range(0, whole.size, max(1, shard_bytes))
    return [replace(whole, start=at, stop=min(at + shard_bytes, whole.size)) for at in starts]


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one record, in bytes, so that output never depends on load.

    Attributes:
        max_payload_bytes: Largest body after decoding; a larger one is skipped as `payload-too-large`.
        max_header_bytes: Largest WARC or HTTP header block.
        max_expansion: Largest ratio of decoded to encoded body once it exceeds 1 MiB, and of compressed
            JSON lines without a record once they exceed 64 MiB; what exceeds it is skipped as
            `expansion-too-large`.
    """

    max_payload_bytes: int = 16 * 2**20
    max_header_bytes: int = 256 * 2**10
    max_expansion: int = 200


class Source(Protocol):
    """A reader of one input format."""

    def shards(
        self,
        path: str,
        source: str,
        *,
        shard_bytes: int,
        text_field: str = "",
        hashed: Hash = digest_and_size,
    ) -> list[Shard]:
        """Split an input into shards that depend on its content and `shard_bytes` alone.

        Args:
            path: Local path or fsspec URL.
            source: The input's name as shown to people.
            shard_bytes: Aim at this many input bytes a shard; an input below it is one shard.
            text_field: Field of a row that holds its text; archives have none.
            hashed: From a path to SHA-256 and size.

        Returns:
            Shards in order, ranges touching, covering the input; one empty shard for an empty input.

        Raises:
            FormatError: If the input as a whole is not of this format (Parquet with no text column).
            UnavailableError: If it cannot be opened.
        """
        ...

    def read(self, shard: Shard, limits: Limits) -> Iterator[Record | Skip]:
        """Read the records that start in the shard; account for every other byte.

        Offsets and lengths of what is yielded tile the input without gap or overlap from the
        first record start at or after `shard.start` (or `shard.start` itself for the first shard)
        to the end of the last record that starts before `shard.stop`. Bytes at the head of a later
        shard which belong to a record that started in the one before are not mentioned.
        No input makes it raise; what cannot be read is a `Skip`.

        What lies between the last item of a shard and the first of the next, or in both, is settled by
        `curate.seam` from each shard's first and last position. The items of a compressed member with
        many records have no length but the last, which takes the member's.

        Args:
            shard: What to read.
            limits: Bounds on one record.

        Yields:
            Records and skips in source order.

        Raises:
            UnavailableError: If the input cannot be opened or the device fails.
        """
        ...
