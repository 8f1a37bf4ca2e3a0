"""What each stage of the first pass takes of a page, in one process, against extraction and other ways.

The web pages are those of `benchmarks/curate.py`, from `make peers`; without them the sample serves.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from crawlcopies import sample_pages, web_pages, write
from measured import Row, show
from resiliparse.parse.html import HTMLTree

from headwater.curate import decide, evidence
from headwater.curate import write as write_pass
from headwater.curate.config import Config
from headwater.curate.disclosure.signs import NEEDLES, signs
from headwater.curate.document import Document
from headwater.curate.extract import EXTRACTORS, decode, open_document
from headwater.curate.labels import LABELS
from headwater.curate.layout import Layout
from headwater.curate.nesting import MAX_DEPTH, is_deeper, nests_too_deep
from headwater.curate.store import Tables
from headwater.record import Record
from headwater.sources import SOURCES
from headwater.sources.shard import Limits

HERE = Path(__file__).parent
WORDS = (b"c2pa", b"disclosure", b"digitalsource", *NEEDLES)


def main() -> int:
    """Measure, print, and say by the exit status whether every bar is met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--quick", action="store_true", help="one repetition")
    parser.add_argument(
        "--peers", type=Path, default=HERE.parent / ".venv-peers", help="where the web pages are"
    )
    options = parser.parse_args()
    pages = web_pages(options.peers / "pages") if (options.peers / "pages").is_dir() else sample_pages()
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as folder:
        write(Path(folder) / "in", pages, copies=1, n_files=1)
        stages = Stages(Path(folder), n_repeats=1 if options.quick else 7)
        return show([*stages.rows(), *stages.choices()], as_json=options.json)


class Stages:
    """The pages, opened once, and the time of everything done to them."""

    def __init__(self, folder: Path, *, n_repeats: int) -> None:
        """Open the pages, and load what the pass loads."""
        self._folder, self._n_repeats = folder, n_repeats
        (path,) = (folder / "in").iterdir()
        self._shard = SOURCES["warc"].shards(str(path), path.name, shard_bytes=2**40)[0]
        self._records = self._read()
        self._documents = [open_document(record, EXTRACTORS["main"]) for record in self._records]
        self._markups = [decode(record) for record in self._records]
        self._labels = {name: LABELS[name]() for name in Config().labels}
        kb = sum(len(record.payload) for record in self._records) / len(self._records) / 1e3
        self._of = f"{len(self._records)} pages of {kb:.0f} kB"
        self._extraction = self._ms(self._extract)
        config, self._layout = Config(), Layout(folder / "run")
        common: dict[str, Any] = {**config.evidence(), "root": str(self._layout.root), "cpu_limit_s": 0}
        self._item = common | {"shard": self._shard.to_json(), "floor": 0}
        self._later = (
            common | config.to_json() | {"shard": self._shard.name, "calibrated": False, "judged": ""}
        )
        self._later["documents"] = [str(self._layout.documents(self._shard.name))]

    def rows(self) -> list[Row]:
        """Hold every stage against parsing a page and taking its main content, which any curation pays."""
        rows = [
            self._against_extraction("read, inflate, frame, SHA-256 of the payload", self._read),
            self._against_extraction("decode", partial(_each, decode, self._records)),
            self._against_extraction("depth", partial(_each, _is_too_deep, self._documents)),
        ]
        for name, label in self._labels.items():
            label.measure(self._documents[0])  # What loads late is no page's.
            rows.append(self._against_extraction(name, partial(_each, label.measure, self._documents)))
        self._write()  # Arrow looks for pandas once.
        rows.append(self._against_extraction("write the text", self._write))
        ms = self._ms(partial(self._again, evidence, self._item))
        peer = f"parse and main content {self._extraction:.3f} CPU-ms"
        what = f"the first pass as a whole, {len(self._labels)} labels, {self._of}"
        rows.append(Row(what, ms, "CPU-ms a page", peer, ms / self._extraction, ">= 0"))
        for name, step in (("decide", decide), ("write what was decided", write_pass)):
            rows.append(self._against_extraction(name, partial(self._again, step, self._later)))
        return rows

    def choices(self) -> list[Row]:
        """Hold what was chosen against what was not."""
        payloads = [record.payload for record in self._records]
        return [
            self._against(
                "search for every sign of a disclosure",
                partial(_each, signs, payloads),
                f"bytes.find, word by word ({len(WORDS)})",
                partial(_each, _find_each, payloads),
            ),
            self._against(
                "is a page too deep, by a selector",
                partial(_each, _is_deep, self._documents),
                "a walk of the tree",
                partial(_each, _walk, self._documents),
            ),
        ]

    def _ms(self, work: Callable[[], object]) -> float:
        """Give milliseconds of CPU a page, the median of some times."""
        took = []
        for _ in range(self._n_repeats):
            start = time.process_time()
            work()
            took.append(time.process_time() - start)
        return 1e3 * median(took) / len(self._records)

    def _against_extraction(self, name: str, work: Callable[[], object]) -> Row:
        ms, peer = self._ms(work), f"parse and main content {self._extraction:.3f} CPU-ms"
        return Row(f"{name}, {self._of}", ms, "CPU-ms a page", peer, ms / self._extraction, "<= 1.0")

    def _against(self, name: str, ours: Callable[[], object], peer: str, theirs: Callable[[], object]) -> Row:
        ms, their_ms = self._ms(ours), self._ms(theirs)
        peer = f"{peer} {their_ms:.3f} CPU-ms"
        return Row(f"{name}, {self._of}", ms, "CPU-ms a page", peer, ms / their_ms, "<= 1.0")

    def _read(self) -> list[Record]:
        return [found for found in SOURCES["warc"].read(self._shard, Limits()) if isinstance(found, Record)]

    def _extract(self) -> None:
        for markup in self._markups:
            EXTRACTORS["main"](HTMLTree.parse(markup))

    def _again(self, step: Any, item: dict[str, Any]) -> None:
        """Run a pass on the shard, though it was done; each finds what the pass before it left."""
        self._layout.commit(step.STEP, self._shard.name).unlink(missing_ok=True)
        step.run(item)

    def _write(self) -> None:
        path = self._folder / "documents.parquet"
        with Tables({path: evidence.DOCUMENT_SCHEMA}).open() as tables:
            for document in self._documents:
                row = evidence.document_row(document.record, document.text)
                tables.add({path: [row]}, weight_bytes=2_048 + 4 * len(document.text))


def _each(work: Callable[[Any], object], items: Sequence[Any]) -> None:
    for item in items:
        work(item)


def _is_too_deep(document: Document) -> bool:
    return nests_too_deep(document.source, document.tree)


def _is_deep(document: Document) -> bool:
    return is_deeper(document.tree, MAX_DEPTH)


def _walk(document: Document) -> int:
    """Measure the depth node by node."""
    deepest, level, node = 0, 0, document.tree.body
    while node is not None:
        deepest = max(deepest, level)
        if node.first_child is not None:
            node, level = node.first_child, level + 1
            continue
        while node is not None and node.next is None and level > 0:
            node, level = node.parent, level - 1
        node = node.next if node is not None and level > 0 else None
    return deepest


def _find_each(payload: bytes) -> int:
    lower = payload.lower()
    return sum(lower.find(word) >= 0 for word in WORDS)


if __name__ == "__main__":
    sys.exit(main())
