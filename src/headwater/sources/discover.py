"""Discovery: what a user names, as the list of inputs to read and of files that are passed over."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from headwater.errors import InputError
from headwater.sources.bzip2 import Bzip2
from headwater.sources.mediawiki import MARK
from headwater.sources.member import Gzip
from headwater.sources.opening import is_url, open_input
from headwater.sources.place import Tree, as_text, open_tree
from headwater.sources.window import Window
from headwater.sources.zstd import Zstd

_SUFFIXES = {
    "warc": (".warc", ".wet"),
    "jsonl": (".jsonl", ".ndjson", ".jsonlines"),
    "parquet": (".parquet", ".pq"),
    "hf-dataset": (".arrow",),
    "mediawiki": (".xml",),
}
_COMPRESSED = (".gz", ".zst", ".zstd", ".bz2")
_PACKED = {"warc": _COMPRESSED[:3], "jsonl": _COMPRESSED[:3], "mediawiki": _COMPRESSED}
_MARK_BYTES = 1 << 10
_NOT_THERE = "listed in state.json, and not there"
_NO_FILE = "a pipe, a device, a broken link or a link to a directory"
_FORMATS = "WARC, WET, JSON lines, Parquet, MediaWiki dumps and Hugging Face dataset directories"


@dataclass(frozen=True, slots=True)
class Found:
    """A file that discovery came upon.

    Attributes:
        path: Local path or fsspec URL to open.
        source: Name shown to people: relative to what the user named.
        kind: Key into `SOURCES`; empty for a file that is passed over.
        why: Why it is passed over; empty when it is not.
        named: Whether the user named this very file, and not a directory or pattern that holds it.
    """

    path: str
    source: str
    kind: str
    why: str = ""
    named: bool = False


def discover(names: Sequence[str], *, results: Path | None = None, besides: str = "") -> list[Found]:
    """Find the inputs that names stand for.

    A file that is named is read, whatever lies beside it. Of a directory, or of what a pattern
    matches, only the web archives are read as soon as there is one: the tables beside a crawl describe
    it and are not part of it. Without web archives, every file in a known format is read, except plain
    `.json` and files whose name or directory begins with a dot or an underscore.

    Args:
        names: Files, directories, glob patterns or fsspec URLs of these.
        results: Folder of results, which is no input though it stand in a directory that is named.
        besides: What else the caller reads, for the hint where there is nothing to read.

    Returns:
        Inputs and files passed over, in the order of the names, sorted by path within each; a path that
        several names reach appears once.

    Raises:
        InputError: If a name stands for nothing, or for nothing that can be read.
        UnavailableError: If a file or directory cannot be opened.
    """
    if not names:
        raise InputError("no source was named", hint=f"name {_FORMATS}")
    found: dict[str, Found] = {}
    for name in names:
        for one in _expand(name, results, f"Headwater reads {_FORMATS}{besides}"):
            known = found.get(one.path)
            if known is None or (one.kind and not known.kind):
                found[one.path] = one
            elif one.named:
                found[one.path] = replace(known, named=True)
    return _tell_apart(list(found.values()))


def kind_by_name(path: str) -> str:
    """Tell an input's kind from its file name; empty when the name does not say."""
    name = PurePosixPath(path).name.lower()
    bare = name
    for suffix in _COMPRESSED:
        bare = bare.removesuffix(suffix)
    for kind, suffixes in _SUFFIXES.items():
        if bare.endswith(suffixes) and (bare == name or name.endswith(_PACKED.get(kind, ()))):
            return kind
    return "jsonl" if name.endswith(_PACKED["jsonl"]) and bare.endswith(".json") else ""


def kind_by_content(path: str) -> str:
    """Tell an input's kind from its first bytes; empty when they do not say.

    Args:
        path: Local path or fsspec URL.

    Returns:
        Key into `SOURCES`, or empty.

    Raises:
        UnavailableError: If it cannot be opened.
    """
    with open_input(path) as file:
        head = file.read(1 << 16)
        packed = head.startswith(Bzip2.magic)
        head += file.read(1 << 20) if packed else b""  # Of a block nothing can be read before its end.
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith((b"ARROW1", b"\xff\xff\xff\xff")):
        return "hf-dataset"
    head = _unpacked(head)
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(b"<") and MARK in text[:_MARK_BYTES]:
        return "mediawiki"
    if packed:
        return ""
    return "warc" if head.startswith(b"WARC/") else "jsonl" if text.startswith(b"{") else ""


def _unpacked(head: bytes) -> bytes:
    """Decode a few first bytes of a compressed file; none when they do not decode."""
    codec = next((one for one in (Gzip(), Zstd(), Bzip2()) if head.startswith(one.magic)), None)
    if codec is None:
        return head
    decoder = codec.decoder(Window(None, data=head), 0)
    return decoder.read(_MARK_BYTES) if decoder else b""


def _expand(name: str, results: Path | None, hint: str) -> list[Found]:
    tree = open_tree(name)
    if tree is None and not is_url(name) and name and Path(name).exists():
        raise InputError(
            f"{name}: no file and no directory",
            hint="write it to a file first: inputs are read more than once",
        )
    if tree is None:
        raise InputError(
            f"{name or repr(name)}: no such file or directory"
            if not _is_pattern(name)
            else f"{name}: nothing matches",
            hint="check the spelling; quote a pattern so that the shell leaves it alone",
        )
    if tree.is_file:
        path = tree.paths[0]
        kind = kind_by_name(path) or kind_by_content(path)
        if not kind:
            raise InputError(f"{name}: not a format that can be read", hint=hint)
        return [Found(path, tree.relative(path), kind, named=True)]
    below = os.path.realpath(results) if results else ""
    found = [one for one in _choose(tree) if not (below and _is_below(one.path, below))]
    if not any(one.kind for one in found):
        first = f", such as {found[0].source}: {found[0].why}" if found else ""
        raise InputError(f"{name}: nothing to read among {len(found)} files{first}", hint=hint)
    return found


def _is_below(path: str, folder: str) -> bool:
    return not is_url(path) and Path(os.path.realpath(path)).is_relative_to(folder)


def _is_pattern(name: str) -> bool:
    return any(mark in name for mark in "*?[")


def _choose(tree: Tree) -> list[Found]:
    claimed = _dataset_files(tree)
    kinds = {path: _kind_in_tree(tree, path, claimed) for path in tree.paths}
    archives = any(kind == "warc" for kind, _ in kinds.values())
    listed = [f"{folder}/{name}" for folder, names in claimed.items() for name in sorted(names)]
    found = [Found(path, tree.relative(path), "", _NOT_THERE) for path in listed if path not in kinds]
    for path, (kind, why) in kinds.items():
        if archives and kind and kind != "warc":
            kind, why = "", "lies beside web archives; name it to read it"
        found.append(Found(path, tree.relative(path), kind, why))
    return found + [Found(path, tree.relative(path), "", _NO_FILE) for path in tree.others]


def _kind_in_tree(tree: Tree, path: str, claimed: dict[str, frozenset[str]]) -> tuple[str, str]:
    relative = tree.relative(path)
    if any(part.startswith((".", "_")) for part in relative.split("/")):
        return "", "hidden"
    directory, _, name = path.rpartition("/")
    if directory in claimed:
        mine = name in claimed[directory]
        return ("hf-dataset", "") if mine else ("", "not among the data files of the dataset")
    kind = kind_by_name(path)
    if kind == "mediawiki" and kind_by_content(path) != kind:
        return "", "XML, and no dump of a wiki"
    return (kind, "") if kind else ("", "not a format that can be read")


def _dataset_files(tree: Tree) -> dict[str, frozenset[str]]:
    """Give the data files of every directory that `save_to_disk` wrote, as its `state.json` lists them."""
    claimed = {}
    for path in tree.paths:
        directory, _, name = path.rpartition("/")
        if name != "state.json" or f"{directory}/dataset_info.json" not in tree.paths:
            continue
        with open_input(path) as file:
            names = _listed(file.read(1 << 24))
        if names:
            claimed[directory] = frozenset(names)
    return claimed


def _listed(state: bytes) -> Iterable[str]:
    try:
        files = json.loads(state)["_data_files"]
        return [str(one["filename"]) for one in files]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []


def _tell_apart(found: list[Found]) -> list[Found]:
    """Show the whole path of inputs whose names would be the same."""
    counts: dict[str, int] = {}
    for one in found:
        counts[one.source] = counts.get(one.source, 0) + 1
    return [one if counts[one.source] == 1 else replace(one, source=as_text(one.path)) for one in found]


__all__ = ["Found", "discover", "is_url", "kind_by_content", "kind_by_name"]
