"""A sample as training reads it: documents one by one, a folder to hand over, iterables of two libraries."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from headwater.errors import SealError, UnavailableError
from headwater.log import checkpoint
from headwater.log.storage import Directory, Storage
from headwater.reserve import content, croissant, entry, records
from headwater.reserve import mix as mixes
from headwater.reserve.dating import dated, numbered
from headwater.reserve.mix import Drawn, Mix
from headwater.reserve.records import Row
from headwater.reserve.reserve import Reserve
from headwater.reserve.sample import Handed, hand_over, open_bundle
from headwater.sources.opening import digest_and_size
from headwater.sources.shard import Limits

MANIFEST = "mix.json"
_BATCH_ROWS = 1024


@dataclass(frozen=True, slots=True)
class Document:
    """A document of a sample.

    Attributes:
        index: Its place in the log.
        text: Its payload; bytes that are no UTF-8 are replaced.
        uri: Where it was captured.
        captured: When, as its source claims.
        grade: How good the evidence for its date is, E0 to E4.
        date: The moment by which it was there; empty where nothing says so.
        language: As its source declares it.
        media_type: Such as `text/html`.
        licence: An SPDX expression, or `unknown`.
        payload_sha256: Digest of the payload's bytes, hex.
    """

    index: int
    text: str
    uri: str
    captured: str
    grade: str
    date: str
    language: str
    media_type: str
    licence: str
    payload_sha256: str


def documents(reserve: Reserve, bundles: Iterable[Drawn]) -> Iterator[Document]:
    """Read the documents of drawn bundles, each checked against what was sealed.

    Args:
        reserve: What was drawn from.
        bundles: Of a mix manifest, or some of them.

    Yields:
        Documents in the order of the draw; what was redacted since is passed over.

    Raises:
        SealError: If one is not there, or not what was sealed.
    """
    if reserve.checkpoint is None:
        return
    shown, limits = numbered(reserve.entries), Limits()
    for one in bundles:
        wanted = set(one.documents()) - set(reserve.redactions)
        for opened in open_bundle(reserve, one.index, reserve.checkpoint):
            index, leaf = opened.index, opened.leaf
            if leaf is None or index not in wanted:
                continue
            where = content.extent(reserve, index, opened.row, leaf)
            payload = content.check(reserve, index, (leaf, opened.row, where), limits=limits)
            found = dated(leaf, index, shown)
            yield Document(
                index,
                payload.decode("utf-8", "replace"),
                leaf.uri,
                leaf.captured,
                found.grade,
                found.date,
                leaf.language,
                leaf.media_type,
                leaf.licence,
                leaf.payload_sha256,
            )


def write_jsonl(found: Iterable[Document], path: Path) -> int:
    """Write documents as JSON lines.

    Args:
        found: What to write.
        path: A new file.

    Returns:
        How many there were.
    """
    n = 0
    with path.open("x", encoding="utf-8") as file:
        for one in found:
            file.write(json.dumps(asdict(one), ensure_ascii=False) + "\n")
            n += 1
    return n


def write_parquet(found: Iterable[Document], path: Path) -> int:
    """Write documents as Parquet.

    Args:
        found: What to write.
        path: A new file.

    Returns:
        How many there were.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    texts = [name for name in Document.__dataclass_fields__ if name != "index"]
    schema = pa.schema([("index", pa.int64()), *((name, pa.string()) for name in texts)])
    n = 0
    with path.open("xb") as file, pq.ParquetWriter(file, schema, compression="zstd") as writer:
        rest = iter(found)
        while some := list(islice(rest, _BATCH_ROWS)):
            writer.write_table(pa.Table.from_pylist([asdict(one) for one in some], schema))
            n += len(some)
    return n


# Format -> how a sample is written, the name of its file, and the file's media type.
WRITERS: dict[str, tuple[Callable[[Iterable[Document], Path], int], str, str]] = {
    "jsonl": (write_jsonl, "documents.jsonl", "application/jsonlines"),
    "parquet": (write_parquet, "documents.parquet", "application/x-parquet"),
}


def write(reserve: Reserve, mix: Mix, folder: Path, *, form: str) -> int:
    """Write a sample: documents, manifest and proof, and Croissant metadata.

    Args:
        reserve: What was drawn from.
        mix: The manifest.
        folder: A new folder, in one that exists.
        form: Key into `WRITERS`.

    Returns:
        How many documents there are.
    """
    target = Directory(folder)
    store(target, mix, hand_over(reserve, mix))
    how, name, media_type = WRITERS[form]
    n = how(documents(reserve, mix.bundles), folder / name)
    digest, size = digest_and_size(str(folder / name))
    manifest = croissant.file_of(MANIFEST, "application/json", mixes.encode(mix))
    at = checkpoint.parse(mix.checkpoint)[0]
    said = croissant.describe(
        reserve.manifest.origin,
        f"{n} of {at.size} sealed documents, drawn by {mix.beacon.name}; {MANIFEST} proves it.",
        [croissant.File(name, media_type, digest, size), manifest],
        columns=dict.fromkeys(Document.__dataclass_fields__, "string") | {"index": "int64"},
        published=entry.parse(mix.intent).time,
    )
    target.create(croissant.PATH, said)
    return n


def store(target: Storage, mix: Mix, handed: Handed) -> None:
    """Write what a third party needs to draw again.

    Args:
        target: A new folder.
        mix: The manifest.
        handed: What `hand_over` gave; heads are left out.
    """
    for index, data in handed.bundles.items():
        target.create(f"bundle/{index:012d}", data)
        rows = [Row(row.record, row.salt) for row in handed.rows[index]]
        target.create(f"record/{index:012d}", records.encode(rows))
    target.create(MANIFEST, mixes.encode(mix))


def load(source: Storage) -> tuple[Mix, Handed]:
    """Read what `store` wrote; nothing is verified.

    Args:
        source: The folder.

    Returns:
        The manifest, and what it needs.

    Raises:
        UnavailableError: If there is no sample.
        SealError: If a bundle or its records are not there.
        FormatError: If one does not parse.
    """
    data = source.read(MANIFEST)
    if data is None:
        raise UnavailableError(
            f"there is no sample here: no {MANIFEST}", hint="draw one: headwater reserve sample"
        )
    mix = mixes.parse(data)
    bundles: dict[int, bytes] = {}
    rows: dict[int, list[Row]] = {}
    for one in mix.bundles:
        bundle, pack = (source.read(f"{name}/{one.index:012d}") for name in ("bundle", "record"))
        if bundle is None or pack is None:
            raise SealError(f"bundle {one.index} of the sample is not there")
        bundles[one.index], rows[one.index] = bundle, records.parse(pack)
    return mix, Handed(bundles, rows)


def dataset(reserve: Reserve, mix: Mix) -> Any:
    """Give a sample as an iterable of the `datasets` library.

    Args:
        reserve: What was drawn from.
        mix: The manifest.

    Returns:
        A `datasets.IterableDataset`, one shard a bundle.

    Raises:
        UnavailableError: If the library is not installed.
    """
    try:
        import datasets
    except ImportError as error:
        raise UnavailableError(
            "the library `datasets` is not installed", hint="pip install datasets"
        ) from error

    # The library names a dataset by pickling its arguments: plain ones, and the reserve by its own name.
    bundles = [(one.index, one.kept) for one in mix.bundles]
    return datasets.IterableDataset.from_generator(_Rows(reserve), gen_kwargs={"bundles": bundles})


@dataclass(frozen=True, slots=True)
class _Rows:
    """Documents of some bundles as dictionaries."""

    reserve: Reserve

    def __call__(self, bundles: list[tuple[int, bytes]]) -> Iterator[dict[str, Any]]:
        drawn = [Drawn(index, kept) for index, kept in bundles]
        yield from (asdict(one) for one in documents(self.reserve, drawn))


def torch_dataset(reserve: Reserve, mix: Mix) -> Any:
    """Give a sample as an iterable of PyTorch; workers share its bundles.

    Args:
        reserve: What was drawn from.
        mix: The manifest.

    Returns:
        A `torch.utils.data.IterableDataset` of dictionaries.

    Raises:
        UnavailableError: If PyTorch is not installed.
    """
    try:
        from torch.utils.data import IterableDataset, get_worker_info
    except ImportError as error:
        raise UnavailableError("PyTorch is not installed", hint="pip install 'headwater[lm]'") from error

    class Sample(IterableDataset):  # type: ignore[type-arg]
        """Documents of the bundles that are this worker's."""

        def __iter__(self) -> Iterator[dict[str, Any]]:
            info = get_worker_info()
            at, n = (info.id, info.num_workers) if info is not None else (0, 1)
            return (asdict(one) for one in documents(reserve, mix.bundles[at::n]))

    return Sample()
