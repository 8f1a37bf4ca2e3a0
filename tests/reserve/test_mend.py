"""Archives sealed in place are mended from parity or from copies; what was redacted does not come back."""

from __future__ import annotations

import gzip
import http.server
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from headwater.errors import SealError
from headwater.log.storage import Memory
from headwater.reserve import mend, redact, stripe, verify
from headwater.reserve.copies import Copies, Folder, copies_of
from headwater.reserve.reserve import Reserve, open_reserve
from tests.reserve.test_redact import order
from tests.reserve.worlds import KEYS, sealed

N = 60


@pytest.fixture
def world(tmp_path: Path) -> tuple[Path, Reserve]:
    """Give an archive and the reserve it is sealed in, with a copy elsewhere."""
    reserve, _ = sealed(tmp_path, N)
    (tmp_path / "copies").mkdir()
    (tmp_path / "copies" / "a.warc.gz").write_bytes((tmp_path / "a.warc.gz").read_bytes())
    return tmp_path / "a.warc.gz", reserve


def protect(reserve: Reserve) -> None:
    for file_sha256 in mend.check(reserve):
        stripe.protect(reserve.storage, file_sha256)


def spoil(path: Path, start: int, n: int) -> bytes:
    """Damage a file, and give it as it was."""
    data = path.read_bytes()
    path.write_bytes(data[:start] + bytes(one ^ 0xFF for one in data[start : start + n]) + data[start + n :])
    return data


def mended(reserve: Reserve, copies: Copies | None = None) -> list[tuple[str, str]]:
    return [(Path(one.path).name, one.source) for one in mend.repair_all(reserve, copies)]


def test_an_archive_is_mended_from_its_parity(world: tuple[Path, Reserve]) -> None:
    path, reserve = world
    protect(reserve)
    before = spoil(path, 3_000, 1_500)
    assert len(verify.whole(reserve).corrupt) > 2

    assert mended(reserve) == [("a.warc.gz", "parity")]
    assert path.read_bytes() == before
    assert mended(reserve) == []


def test_an_archive_without_parity_is_mended_from_a_copy(world: tuple[Path, Reserve]) -> None:
    path, reserve = world
    before = spoil(path, 3_000, 1_500)

    (told,) = mend.repair_all(reserve, None)
    assert (told.source, "no copy was named" in told.problem) == ("", True)
    assert mended(reserve, Folder(path.parent / "copies")) == [("a.warc.gz", "copy")]
    assert path.read_bytes() == before


def test_an_archive_in_two_halves_is_mended_from_a_damaged_copy(world: tuple[Path, Reserve]) -> None:
    """Each record is taken from where it is sound: no copy has to be whole."""
    path, reserve = world
    before = spoil(path, 500, 2_000)
    spoil(path.parent / "copies" / "a.warc.gz", len(before) - 2_000, 1_500)

    assert mended(reserve, Folder(path.parent / "copies")) == [("a.warc.gz", "copy")]
    assert path.read_bytes() == before


@pytest.mark.parametrize("size_bytes", [None, 0, 2_000])
def test_a_copy_that_lies_is_not_believed(world: tuple[Path, Reserve], size_bytes: int | None) -> None:
    path, reserve = world
    spoil(path, 3_000, 1_500)
    held, other = path.read_bytes(), path.parent / "copies" / "a.warc.gz"
    spoil(other, 3_000, 1_500)
    other.write_bytes(other.read_bytes()[:size_bytes])

    assert mended(reserve, Folder(path.parent / "copies")) == [("a.warc.gz", "")]
    assert path.read_bytes() == held
    assert mended(reserve, Folder(path.parent / "nowhere")) == [("a.warc.gz", "")]


def test_an_archive_that_is_gone_is_told(world: tuple[Path, Reserve]) -> None:
    path, reserve = world
    path.unlink()
    (told,) = mend.repair_all(reserve, Folder(path.parent / "copies"))

    assert (told.source, f"{path} is gone" in told.problem) == ("", True)


class _NoRanges(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def plain_server(world: tuple[Path, Reserve]) -> Iterator[str]:
    """Serve the copies as Python's own file server does, which knows no ranges."""
    handler = partial(_NoRanges, directory=str(world[0].parent / "copies"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


@pytest.mark.loopback
def test_any_file_server_holds_copies(world: tuple[Path, Reserve], plain_server: str) -> None:
    path, reserve = world
    before = spoil(path, 3_000, 1_500)

    assert mended(reserve, copies_of(plain_server)) == [("a.warc.gz", "copy")]
    assert path.read_bytes() == before


@pytest.mark.parametrize("scope", redact.SCOPES)
def test_neither_parity_nor_a_copy_brings_back_what_was_redacted(
    world: tuple[Path, Reserve], scope: str
) -> None:
    path, reserve = world
    protect(reserve)
    words = dict(reserve_texts(reserve))[5]
    reserve = redact.redact(reserve, order(5, scope=scope), KEYS)
    sound = spoil(path, 200, 2_000)

    assert mended(reserve, Folder(path.parent / "copies")) == [("a.warc.gz", "parity")]
    assert path.read_bytes() == sound
    assert words not in gzip.decompress(path.read_bytes())
    assert verify.whole(reserve).n_verified == N - 1


def reserve_texts(reserve: Reserve) -> Iterator[tuple[int, bytes]]:
    from headwater.reserve.payloads import walk

    yield from ((one.index, one.data) for one in walk(reserve))


@pytest.mark.parametrize("helped_by", ["parity", "copy"])
def test_a_redaction_that_was_published_and_not_carried_out_is_carried_out(
    world: tuple[Path, Reserve], helped_by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, reserve = world
    if helped_by == "parity":
        protect(reserve)
    words = dict(reserve_texts(reserve))[5]
    with monkeypatch.context() as during:
        during.setattr(redact, "carry_out", lambda *_: None)
        reserve = redact.redact(reserve, order(5), KEYS)
    spoil(path, reserve.leaf(9).place.offset + 20, 30)

    assert mended(reserve, Folder(path.parent / "copies")) == [("a.warc.gz", helped_by)]
    assert words not in gzip.decompress(path.read_bytes())
    assert (verify.whole(reserve).n_verified, verify.whole(reserve).corrupt) == (N - 1, ())


def test_what_is_damaged_is_not_protected(world: tuple[Path, Reserve]) -> None:
    path, reserve = world
    spoil(path, 3_000, 1_500)
    with pytest.raises(SealError, match=r"a\.warc\.gz") as told:
        mend.check(reserve)

    assert "repair" in told.value.hint


def test_where_records_are_damaged_the_rest_is_left_alone(world: tuple[Path, Reserve]) -> None:
    _, reserve = world
    storage = reserve.storage
    assert isinstance(storage, Memory)
    storage._objects[reserve.packs[0].records] = b"x"

    assert mended(open_reserve(storage)) == []
