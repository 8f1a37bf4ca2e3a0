"""WARC and WET, plain, gzip or zstd: documents out, every byte accounted for, damage stepped over."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar, final

from headwater.record import Record, Skip
from headwater.sources.capture import Place, item
from headwater.sources.frame import Frame, find_record, frames, sole_frame
from headwater.sources.member import Codec, Gzip, Member, WholeMember
from headwater.sources.opening import Hash, digest_and_size, open_input
from headwater.sources.shard import Limits, Shard, cut_bytes
from headwater.sources.window import Tap, Window
from headwater.sources.zstd import Zstd, read_dictionary

T = TypeVar("T")
Make = Callable[[Frame, Place, Limits], T]
Quick = Callable[[bytes, Place], T | None]

_FOREVER = 1 << 62
# A shard starts this far before its range, so that what looks like a record inside a record is seen for
# what it is: reading falls into step with the true records after one of them.
LOOKBACK_BYTES = 1 << 20


@final
class Warc:
    """Read WARC files; WET files are WARC files of `conversion` records."""

    def shards(
        self,
        path: str,
        source: str,
        *,
        shard_bytes: int,
        text_field: str = "",
        hashed: Hash = digest_and_size,
    ) -> list[Shard]:
        """Split by byte ranges; see `Source.shards`."""
        digest, size = hashed(path)
        whole = Shard(path, source, "warc", digest, size, 0, size)
        return cut_bytes(whole, shard_bytes)

    def read(self, shard: Shard, limits: Limits) -> Iterator[Record | Skip]:
        """Read the records that start in the shard.

        Args:
            shard: What to read.
            limits: Bounds on one record.

        Returns:
            Records and skips in source order; see `Source.read`.
        """
        return scan(shard, limits, item)


def scan(shard: Shard, limits: Limits, make: Make[T], *, quick: Quick[T] | None = None) -> Iterator[T | Skip]:
    """Read a shard like `Warc.read`, and make something else of each record.

    Args:
        shard: What to read.
        limits: Bounds on one record.
        make: From a frame and its place to what is yielded.
        quick: Tried first on the bytes of a compressed member that was whole; None leaves it to `make`.

    Yields:
        What `make` and `quick` gave, and skips for what is no record.

    Raises:
        UnavailableError: If the input cannot be opened or the device fails.
    """
    with open_input(shard.path) as file:
        window = Window(file)
        codec = _codec(window, shard.path)
        if codec is None:
            for frame in frames(window, _plain_head(window, shard, limits), shard.stop, limits):
                place = Place(shard.source, shard.digest, frame.offset, frame.length, str(frame.offset))
                yield make(frame, place, limits)
        else:
            yield from _compressed(_Job(window, codec, shard, limits, make, quick))


def frames_at(path: str, offsets: Iterable[int], limits: Limits) -> Iterator[Frame | None]:
    """Read single records of a file.

    Args:
        path: Local path or fsspec URL.
        offsets: Where a record, or the compressed member that holds nothing else, begins; best ascending.
        limits: Bounds on one record.

    Yields:
        For each offset its frame, perhaps a faulty one; None when no whole member of one record begins there.

    Raises:
        UnavailableError: If the file cannot be opened or the device fails.
    """
    with open_input(path) as file:
        yield from frames_in(file, path, offsets, limits)


def frames_in(file: Tap, path: str, offsets: Iterable[int], limits: Limits) -> Iterator[Frame | None]:
    """Read single records of a file that is open.

    Args:
        file: The file.
        path: Its path, which says how it is compressed where its first bytes do not.
        offsets: As for `frames_at`.
        limits: Bounds on one record.

    Yields:
        As `frames_at` does.

    Raises:
        UnavailableError: If the device fails.
    """
    window = Window(file, chunk_bytes=1 << 16)
    codec = _codec(window, path)
    for offset in offsets:
        if codec is None:
            yield next(frames(window, offset, offset + 1, limits), None)
            continue
        member = codec.open(window, offset, limits.max_payload_bytes + 2 * limits.max_header_bytes)
        found = list(islice(frames(member.window, 0, _FOREVER, limits), 2)) if member else []
        yield found[0] if member and len(found) == 1 and not member.finish()[1] else None


def _codec(window: Window, path: str) -> Codec | None:
    """Choose by the first bytes; by the name when damage makes them unreadable."""
    window.have(0, 8)
    head = window.peek(0, 4)
    if head.startswith(b"WARC"):
        return None
    if head.startswith(Gzip.magic):
        return Gzip()
    if head == Zstd.magic or head[1:] == b"\x2a\x4d\x18":
        return Zstd(read_dictionary(window))
    name = path.lower()
    return Gzip() if name.endswith((".gz", ".gzip")) else Zstd() if name.endswith((".zst", ".zstd")) else None


def _plain_head(window: Window, shard: Shard, limits: Limits) -> int:
    """Find where the first record of the shard starts; not before `stop` when there is none."""
    at = 0
    if shard.start:
        at = find_record(window, max(0, shard.start - LOOKBACK_BYTES), shard.stop)
        if at < 0:
            return shard.stop
        for frame in frames(window, at, shard.start, limits):
            at = frame.offset + frame.length
        if window.have(at, 5) and window.peek(at, at + 5) != b"WARC/":
            found = find_record(window, at, shard.stop)
            return found if found >= 0 else shard.stop
    return at


@dataclass(frozen=True, slots=True)
class _Job(Generic[T]):
    """A shard of a compressed file being read."""

    file: Window
    codec: Codec
    shard: Shard
    limits: Limits
    make: Make[T]
    quick: Quick[T] | None

    def open(self, at: int) -> Member | None:
        limit_bytes = self.limits.max_payload_bytes + 2 * self.limits.max_header_bytes
        return self.codec.open(self.file, at, limit_bytes)

    def whole(self, member: WholeMember, at: int) -> T | Skip | None:
        """Make something of a member that holds one record; None when it holds anything else."""
        place = _inside(self.shard, at, member.end - at, 0)
        made = self.quick(member.data, place) if self.quick else None
        if made is None and (sole := sole_frame(member.data, self.limits)):
            made = self.make(sole, place, self.limits)
        return made


def _compressed(job: _Job[T]) -> Iterator[T | Skip]:
    shard = job.shard
    at = _compressed_head(job) if shard.start else 0
    while 0 <= at < shard.stop:
        member = job.open(at)
        if member is None:
            end = _next_or_stop(job, at, shard.stop)
            yield _stretch(job.file, shard, at, end)
            at = end
        elif isinstance(member, WholeMember) and (made := job.whole(member, at)) is not None:
            yield made
            at = member.end
        else:
            at = yield from _member(job, member, at)


def _compressed_head(job: _Job[T]) -> int:
    """Find where the first member of the shard starts; -1, or not before `stop`, when there is none."""
    start, stop = job.shard.start, job.shard.stop
    at = _find_member(job, max(0, start - LOOKBACK_BYTES), stop)
    while 0 <= at < start:
        member = job.open(at)
        end, fault = member.finish() if member else (at, "none")
        at = _find_member(job, at + 1, stop) if fault else end
    return at


def _member(job: _Job[T], member: Member, at: int) -> Generator[T | Skip, None, int]:
    """Yield the items of one member; return where the next one starts.

    All items stand at the member's offset. The last one takes its length, the others none.
    """
    held: list[Frame] = []
    index = 0
    for frame in frames(member.window, 0, _FOREVER, job.limits):
        if frame.fault == "padding":
            continue
        held.append(frame)
        if len(held) > 2:
            yield job.make(held.pop(0), _inside(job.shard, at, 0, index), job.limits)
            index += 1
    end, fault = member.finish()
    if not held and not fault:
        yield Skip(job.shard.source, at, end - at, "empty-member", n_records=0, lost=False)
        return end
    sound = at
    if fault:
        sound = end if len(held) > 1 else at
        # Past `stop` too, as far as it was sound: another width of shards must not move its end.
        end = _next_or_stop(job, at, min(max(job.shard.stop, sound + 1), job.shard.size))
        sound = min(sound, end - 1)
    if len(held) > 1:
        yield job.make(held[0], _inside(job.shard, at, sound - at, index), job.limits)
    if fault:
        # What was read last is not to be trusted; what was read before it was followed by a record.
        yield Skip(job.shard.source, sound, end - sound, fault)
    else:
        yield job.make(held[-1], _inside(job.shard, at, end - at, index + len(held) - 1), job.limits)
    return end


def _inside(shard: Shard, offset: int, length: int, index: int) -> Place:
    """Place a record in a member: named by the member alone when it is the first, as it nearly always is."""
    position = f"{offset}:{index}" if index else str(offset)
    return Place(shard.source, shard.digest, offset, length, position, in_member=True)


def _find_member(job: _Job[T], start: int, stop: int) -> int:
    """Find the next member that decodes to the beginning of a WARC record; -1 when there is none."""
    while (start := job.file.scan(job.codec.magic, start, stop)) >= 0:
        if job.codec.begins(job.file, start, b"WARC/"):
            return start
        start += 1
    return -1


def _next_or_stop(job: _Job[T], at: int, stop: int) -> int:
    found = _find_member(job, at + 1, stop)
    return found if found >= 0 else stop


def _stretch(file: Window, shard: Shard, start: int, end: int) -> Skip:
    """Account for bytes between members: padding when they are all zero, lost when not."""
    at = start
    while at < end and (held := file.have(at, min(1 << 20, end - at))):
        if file.peek(at, at + held).strip(b"\0"):
            return Skip(shard.source, start, end - start, "bytes-unrecognised", n_records=0)
        at += held
    return Skip(shard.source, start, end - start, "padding", n_records=0, lost=False)
