"""What was measured before a worker died, so that the next one goes on behind the record that did it."""

from __future__ import annotations

import shutil
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pyarrow as pa

Entry = Mapping[str, Any]


class Journal:
    """Entries in the order they were made, one file a try; a torn end is no entry.

    A process that is killed has handed every entry to the kernel; one that loses power may not have, which
    is why a run that resumes begins without journals.

    Args:
        folder: Where it lies.
        schema: Arrow schema of an entry; its first column names the record.
    """

    def __init__(self, folder: Path, schema: pa.Schema) -> None:
        """Open what there is for reading, and a new file behind it for writing."""
        folder.mkdir(parents=True, exist_ok=True)
        tries = sorted(folder.iterdir())
        self._schema = schema
        self._known = read_entries(tries)
        self._next = next(self._known, None)
        self._open = ExitStack()
        # Unbuffered: what a record's predecessors gave must outlive the process.
        file = self._open.enter_context((folder / f"{len(tries):06d}").open("wb", buffering=0))
        self._writer = self._open.enter_context(pa.ipc.new_stream(file, schema))

    def recall(self, record_id: str) -> Entry | None:
        """Give what an earlier try made of a record, if that is the next one it noted."""
        entry = self._next
        if entry is None or entry[self._schema.names[0]] != record_id:
            return None
        self._next = next(self._known, None)
        return entry

    def keep(self, entry: Entry) -> None:
        """Note what was made of a record."""
        self._writer.write_batch(pa.RecordBatch.from_pylist([entry], schema=self._schema))

    def close(self) -> None:
        """Close the files."""
        self._known.close()
        self._open.close()


def drop(folder: Path) -> None:
    """Remove a journal, if there is one."""
    shutil.rmtree(folder, ignore_errors=True)


def read_entries(paths: Sequence[Path]) -> Generator[Entry]:
    """Read what several tries noted, in order, as far as each got."""
    for path in paths:
        with suppress(pa.ArrowInvalid, OSError), path.open("rb") as file, pa.ipc.open_stream(file) as reader:
            for batch in reader:
                yield from batch.to_pylist()
