"""The bare peer: a process pool, fastwarc, resiliparse, one Parquet file an input; no labels, no care.

Usage: pool_job.py OUT WORKERS INPUT...
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from fastwarc.warc import ArchiveIterator, WarcRecordType
from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.encoding import bytes_to_str, detect_encoding


def job(source: str, target: str) -> int:
    """Read one file and write its texts."""
    urls, texts = [], []
    with Path(source).open("rb") as stream:
        for record in ArchiveIterator(stream, record_types=WarcRecordType.response):
            body = record.reader.read()
            html = bytes_to_str(body, record.http_charset or detect_encoding(body) or "utf-8")
            texts.append(extract_plain_text(html, main_content=True, preserve_formatting=True))
            urls.append(record.headers["WARC-Target-URI"])
    pq.write_table(pa.table({"url": urls, "text": texts}), target, compression="zstd")
    return len(texts)


def main() -> None:
    """Run the pool."""
    out, workers, sources = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    out.mkdir(parents=True)
    with ProcessPoolExecutor(workers) as pool:
        targets = [str(out / f"{at}.parquet") for at in range(len(sources))]
        print(sum(pool.map(job, sources, targets)))


if __name__ == "__main__":
    main()
