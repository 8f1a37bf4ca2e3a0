"""The peer: datatrove reads, extracts and writes; its own reader, writer and executor as they ship.

Usage: datatrove_job.py OUT WORKERS EXTRACTOR FOLDER; EXTRACTOR is resiliparse or trafilatura (its default).
"""

from __future__ import annotations

import sys

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.extractors import Trafilatura
from datatrove.pipeline.extractors.base import BaseExtractor
from datatrove.pipeline.readers import WarcReader
from datatrove.pipeline.writers import ParquetWriter
from resiliparse.extract.html2text import extract_plain_text


class Resiliparse(BaseExtractor):  # type: ignore[misc]
    """The same extractor, with the same options, as ours."""

    name = "resiliparse"

    def __init__(self) -> None:
        """Allow ten seconds a page, so that a loaded machine loses none."""
        super().__init__(timeout=10)

    def extract(self, text: str) -> str:
        """Extract the main text."""
        return str(extract_plain_text(text, main_content=True, preserve_formatting=True))


def main() -> None:
    """Run the pipeline."""
    out, workers, extractor, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
    step = Resiliparse() if extractor == "resiliparse" else Trafilatura(timeout=10)
    LocalPipelineExecutor(
        pipeline=[WarcReader(folder, glob_pattern="*.warc.gz"), step, ParquetWriter(out)],
        tasks=workers,
        workers=workers,
        logging_dir=out + "-logs",
    ).run()


if __name__ == "__main__":
    main()
