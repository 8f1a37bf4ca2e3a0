"""Discovery: what a name stands for, in one order, and what is passed over aloud."""

from __future__ import annotations

import json
import os
from pathlib import Path

import fsspec
import pyarrow as pa
import pytest

from headwater.errors import FormatError, InputError, UnavailableError
from headwater.sources.discover import Found, discover, kind_by_content, kind_by_name
from headwater.sources.plan import plan
from tests.sources.samples import gz, pages, read_shards
from tests.sources.test_jsonl import lines
from tests.sources.test_parquet import table, write_parquet, write_stream

PAGE = gz(pages(1)[0])


def kinds(found: list[Found]) -> dict[str, str]:
    return {one.source: one.kind for one in found}


def fill(folder: Path, *names: str) -> None:
    for number, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gz(pages(number + 1)[number]) if "warc" in name else lines(number + 1))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.warc", "warc"),
        ("A.WARC.GZ", "warc"),
        ("a.warc.zst", "warc"),
        ("a.warc.wet.gz", "warc"),
        ("a.jsonl", "jsonl"),
        ("a.ndjson.zst", "jsonl"),
        ("a.json.gz", "jsonl"),
        ("a.json", ""),
        ("a.parquet", "parquet"),
        ("a.parquet.gz", ""),
        ("data-00000-of-00001.arrow", "hf-dataset"),
        ("a.txt", ""),
        ("warc", ""),
    ],
)
def test_a_name_says_its_kind(name: str, kind: str) -> None:
    assert kind_by_name(f"dir.warc/{name}") == kind


def test_a_crawl_is_its_web_archives_and_what_lies_beside_is_passed_over(tmp_path: Path) -> None:
    fill(
        tmp_path, "b/2.warc.gz", "a.warc.gz", "truth.jsonl", "manifest.json", "README.md", ".cache/x.warc.gz"
    )
    found = discover([str(tmp_path)])

    assert [one.source for one in found] == sorted(one.source for one in found)
    assert kinds(found) == {
        ".cache/x.warc.gz": "",
        "README.md": "",
        "a.warc.gz": "warc",
        "b/2.warc.gz": "warc",
        "manifest.json": "",
        "truth.jsonl": "",
    }
    assert {one.source: one.why for one in found}[
        "truth.jsonl"
    ] == "lies beside web archives; name it to read it"


def test_a_file_that_is_named_is_read(tmp_path: Path) -> None:
    fill(tmp_path, "a.warc.gz", "truth.jsonl")
    found = discover([str(tmp_path), str(tmp_path / "truth.jsonl")])

    assert kinds(found) == {"a.warc.gz": "warc", "truth.jsonl": "jsonl"}


def test_a_directory_without_archives_gives_every_known_format(tmp_path: Path) -> None:
    fill(tmp_path, "b.jsonl", "a.ndjson", "c.json", "_SUCCESS")
    write_parquet(tmp_path / "d.parquet", table(2))

    assert kinds(discover([str(tmp_path)])) == {
        "_SUCCESS": "",
        "a.ndjson": "jsonl",
        "b.jsonl": "jsonl",
        "c.json": "",
        "d.parquet": "parquet",
    }


def test_a_pattern_follows_the_rule_of_directories(tmp_path: Path) -> None:
    fill(tmp_path, "x/1.warc.gz", "x/2.warc.gz", "x/truth.jsonl", "y/3.jsonl")

    assert kinds(discover([f"{tmp_path}/x/*"])) == {
        "1.warc.gz": "warc",
        "2.warc.gz": "warc",
        "truth.jsonl": "",
    }
    assert kinds(discover([f"{tmp_path}/*/3*"])) == {"y/3.jsonl": "jsonl"}
    assert kinds(discover([f"{tmp_path}/**/*.jsonl"])) == {"x/truth.jsonl": "jsonl", "y/3.jsonl": "jsonl"}


def test_a_dataset_directory_is_the_files_its_state_lists(tmp_path: Path) -> None:
    home = tmp_path / "train"
    home.mkdir()
    write_stream(home / "data-00000-of-00001.arrow", table(3))
    write_stream(home / "cache-1234.arrow", table(3))
    (home / "state.json").write_text(json.dumps({"_data_files": [{"filename": "data-00000-of-00001.arrow"}]}))
    (home / "dataset_info.json").write_text("{}")
    (tmp_path / "dataset_dict.json").write_text('{"splits": ["train"]}')
    found = discover([str(tmp_path)])

    assert {one.source for one in found if one.kind} == {"train/data-00000-of-00001.arrow"}
    assert plan(found, shard_bytes=1 << 30)[0].size == 3


@pytest.mark.parametrize("state", ["", "[]", '{"_data_files": 3}', "[" * 100_000])
def test_a_state_file_that_says_nothing_leaves_all_arrow_files(tmp_path: Path, state: str) -> None:
    write_stream(tmp_path / "data.arrow", table(1))
    (tmp_path / "state.json").write_text(state)
    (tmp_path / "dataset_info.json").write_text("{}")

    assert kinds(discover([str(tmp_path)]))["data.arrow"] == "hf-dataset"


def test_names_that_would_be_the_same_are_shown_whole(tmp_path: Path) -> None:
    fill(tmp_path, "x/1.warc.gz", "y/1.warc.gz")
    found = discover([f"{tmp_path}/x", f"{tmp_path}/y"])

    assert [one.source for one in found] == [f"{tmp_path}/x/1.warc.gz", f"{tmp_path}/y/1.warc.gz"]


def test_a_path_reached_twice_is_read_once(tmp_path: Path) -> None:
    fill(tmp_path, "1.warc.gz")

    assert len(discover([str(tmp_path), f"{tmp_path}/", f"{tmp_path}/*.gz"])) == 1


def test_urls_are_found_as_paths_are() -> None:
    for name in ("crawl/1.warc.gz", "crawl/deep/2.warc.gz", "crawl/truth.jsonl"):
        with fsspec.open(f"memory://discover/{name}", "wb") as file:
            file.write(PAGE)

    assert kinds(discover(["memory://discover/crawl"])) == {
        "1.warc.gz": "warc",
        "deep/2.warc.gz": "warc",
        "truth.jsonl": "",
    }
    assert kinds(discover(["memory://discover/crawl/*.gz"])) == {"1.warc.gz": "warc"}
    assert discover(["memory://discover/crawl/1.warc.gz"])[0].path == "memory://discover/crawl/1.warc.gz"
    with pytest.raises(InputError, match="no such file"):
        discover(["memory://discover/elsewhere"])


def test_a_file_url_is_found(tmp_path: Path) -> None:
    fill(tmp_path, "1.warc.gz")

    assert kinds(discover([f"file://{tmp_path}"])) == {"1.warc.gz": "warc"}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("gone.warc", "gone.warc: no such file or directory"),
        ("*.gone", "nothing matches"),
        (".", "nothing to read"),
    ],
)
def test_a_name_that_stands_for_nothing_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(InputError, match=message.replace(".", r"\.").replace("*", r"\*")) as caught:
        discover([name])

    assert caught.value.hint
    assert "\n" not in str(caught.value)


def test_nothing_named_and_an_unknown_scheme_are_refused() -> None:
    with pytest.raises(InputError, match="no source"):
        discover([])
    with pytest.raises(UnavailableError, match="cannot list"):
        discover(["nosuchscheme://x/y"])


def test_a_file_with_a_foreign_name_is_told_by_its_bytes(tmp_path: Path) -> None:
    write_parquet(tmp_path / "p", table(1))
    write_stream(tmp_path / "s", table(1))
    contents = {
        "w": pages(1)[0],
        "g": PAGE,
        "j": b"\xef\xbb\xbf\n{}",
        "t": b"words",
        "b": b"\x1f\x8bxx",
        "e": b"",
    }
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)

    told = {name: kind_by_content(str(tmp_path / name)) for name in [*contents, "p", "s"]}

    assert told == {
        "w": "warc", "g": "warc", "j": "jsonl", "t": "", "b": "", "e": "", "p": "parquet", "s": "hf-dataset",
    }  # fmt: skip
    with pytest.raises(InputError, match="not a format"):
        discover([str(tmp_path / "t")])


def broken(folder: Path) -> dict[str, str]:
    """Write tables that cannot be read, and one that can; give the reason each is skipped for."""
    write_parquet(folder / "good.parquet", table(3))
    (folder / "cut.parquet").write_bytes((folder / "good.parquet").read_bytes()[:-9])
    (folder / "empty.parquet").write_bytes(b"")
    (folder / "junk.arrow").write_bytes(b"junk")
    write_parquet(folder / "notext.parquet", pa.table({"body": ["x"]}))
    write_stream(folder / "notext.arrow", pa.table({"body": ["x"]}))
    return {
        "cut.parquet": "file-unreadable",
        "empty.parquet": "file-unreadable",
        "junk.arrow": "file-unreadable",
        "notext.arrow": "text-column-missing",
        "notext.parquet": "text-column-missing",
    }


@pytest.mark.parametrize("pattern", ["", "/*"])
def test_a_table_that_cannot_be_read_does_not_stop_a_directory(tmp_path: Path, pattern: str) -> None:
    reasons = broken(tmp_path)
    shards = plan(discover([f"{tmp_path}{pattern}"]), shard_bytes=1 << 30)
    readings = {shard.source: read_shards([shard]) for shard in shards}

    assert len(readings.pop("good.parquet").records) == 3
    assert {source: reading.reasons[0] for source, reading in readings.items()} == reasons
    for source, reading in readings.items():
        size = (tmp_path / source).stat().st_size
        assert [(s.offset, s.length, s.n_records, s.lost) for s in reading.skips] == [(0, size, 0, True)]
        assert reading.skips[0].detail


@pytest.mark.parametrize(
    "name", ["cut.parquet", "empty.parquet", "junk.arrow", "notext.arrow", "notext.parquet"]
)
@pytest.mark.parametrize("beside", [False, True])
def test_a_table_that_is_named_and_cannot_be_read_is_refused(
    tmp_path: Path, name: str, *, beside: bool
) -> None:
    broken(tmp_path)
    names = [str(tmp_path)] * beside + [str(tmp_path / name)]
    with pytest.raises(FormatError, match=r"cannot be read as|no text column") as caught:
        plan(discover(names), shard_bytes=1 << 30)

    assert caught.value.hint


def test_the_same_bytes_are_read_once(tmp_path: Path) -> None:
    for name in ("a.warc.gz", "b.warc.gz"):
        (tmp_path / name).write_bytes(PAGE)
    copies: list[tuple[str, str]] = []
    shards = plan(
        discover([str(tmp_path)]),
        shard_bytes=10,
        on_copy=lambda one, shard: copies.append((one.source, shard.source)),
    )

    assert {shard.source for shard in shards} == {"a.warc.gz"}
    assert [shard.start for shard in shards] == list(range(0, len(PAGE), 10))
    assert copies == [("b.warc.gz", "a.warc.gz")]
    assert len({shard.name for shard in shards}) == len(shards)


def test_what_is_no_file_is_passed_over_aloud(tmp_path: Path) -> None:
    fill(tmp_path, "in/a.jsonl", "other/b.jsonl")
    os.mkfifo(tmp_path / "in" / "pipe.jsonl")
    (tmp_path / "in" / "device.jsonl").symlink_to("/dev/zero")
    (tmp_path / "in" / "broken.jsonl").symlink_to("gone.jsonl")
    (tmp_path / "in" / "loop.jsonl").symlink_to("loop.jsonl")
    (tmp_path / "in" / "up").symlink_to("..")
    (tmp_path / "in" / "link").symlink_to("../other")

    for name in (tmp_path / "in", tmp_path / "in" / "*"):
        told = {one.source: one.why for one in discover([str(name)], results=tmp_path / "out")}
        assert told.pop("a.jsonl") == ""
        if name.name == "in":
            assert set(told) == {"pipe.jsonl", "device.jsonl", "broken.jsonl", "loop.jsonl", "up", "link"}
        assert all(why.startswith("a pipe") for one, why in told.items() if "/" not in one)


def test_a_pipe_that_is_named_is_refused_with_a_way_out(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jsonl")

    with pytest.raises(InputError, match="no file and no directory") as caught:
        discover([str(tmp_path / "pipe.jsonl")])
    assert "write it to a file" in caught.value.hint


def test_an_empty_name_is_no_directory() -> None:
    with pytest.raises(InputError, match=r"^'': no such file"):
        discover([""])


def test_results_inside_a_source_are_no_input(tmp_path: Path) -> None:
    fill(tmp_path, "in/a.jsonl", "in/out/corpus/b.jsonl", "in/out2/c.jsonl")

    found = discover([str(tmp_path / "in")], results=tmp_path / "in" / "out")
    assert kinds(found) == {"a.jsonl": "jsonl", "out2/c.jsonl": "jsonl"}
    with pytest.raises(InputError, match=r"nothing to read among 0 files$"):
        discover([str(tmp_path / "in")], results=tmp_path)


def test_a_data_file_that_a_dataset_lists_and_lacks_is_told(tmp_path: Path) -> None:
    write_stream(tmp_path / "here.arrow", table(3))
    (tmp_path / "dataset_info.json").write_text("{}")
    names = ("gone.arrow", "here.arrow")
    (tmp_path / "state.json").write_text(json.dumps({"_data_files": [{"filename": name} for name in names]}))

    told = {one.source: one.kind or one.why for one in discover([str(tmp_path)])}
    assert told["gone.arrow"] == "listed in state.json, and not there"
    assert told["here.arrow"] == "hf-dataset"
    (tmp_path / "here.arrow").unlink()
    with pytest.raises(InputError, match=r"such as gone.arrow: listed in state.json"):
        discover([str(tmp_path)])


def test_an_error_of_a_driver_is_one_line_with_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("no answer\nfrom anyone")

    monkeypatch.setattr(fsspec.get_filesystem_class("memory"), "isfile", refuse)
    with pytest.raises(UnavailableError, match=r"^cannot list memory://x: no answer$") as caught:
        discover(["memory://x"])
    assert "credentials" in caught.value.hint


def test_folders_with_names_that_are_not_utf8_are_told_apart_as_text(tmp_path: Path) -> None:
    folders = [os.fsdecode(os.fsencode(tmp_path) + name) for name in (b"/\xff", b"/\xfe")]
    for number, folder in enumerate(folders):
        os.mkdir(folder)  # noqa: PTH102 - the name is not text
        (Path(folder) / "a.jsonl").write_bytes(lines(number + 1))

    for one in discover(folders):
        one.source.encode()
        assert one.source.endswith("\ufffd/a.jsonl")
