"""From a finished run to a release: files copied, described and committed to a signed log."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from headwater import __version__
from headwater.curate import publish, release, training_summary
from headwater.curate.labels.capture import Capture
from headwater.curate.layout import FOLDERS, LEDGER, REPORT, RUN, SKIPPED, STATISTICS, SUMMARY, Layout
from headwater.curate.release import DATA, EVIDENCE, LOG, MANIFEST, File, Manifest
from headwater.curate.store import read_rows, write_text
from headwater.curate.summarise import load
from headwater.curate.summary import Summary
from headwater.errors import InputError
from headwater.log import sequencer
from headwater.log.checkpoint import Signer
from headwater.log.storage import Directory
from headwater.reserve import croissant
from headwater.sources.shard import Shard

_POLICY = f"{EVIDENCE}/policy.toml"
_DESCRIBED = ("id", "url", "text", "captured", "payload_digest")


def seal(root: Path, out: Path, signers: Sequence[Signer], *, time_s: int) -> Manifest:
    """Make a release of a finished run.

    Args:
        root: Folder of the run.
        out: Folder of the release; new or empty.
        signers: Keys; their name and the run's are the name of the release's log.
        time_s: Now, in POSIX seconds.

    Returns:
        What was sealed.

    Raises:
        InputError: If there is no finished run, or the folder holds something.
        UnavailableError: If a disk fails.
    """
    layout = Layout(root)
    if not (layout.plan.exists() and publish.is_published(layout)):
        raise InputError(f"{root} holds no finished run", hint="run headwater curate SOURCE... --out first")
    if out.exists() and any(out.iterdir()):
        raise InputError(f"{out} is not empty", hint="choose a new or empty folder for --out")
    plan, summary = publish.plan_of(layout), load(layout)
    origin = release.origin_of(signers[0].name, plan["run_id"])
    shards = [Shard(**shard).name for shard in plan["shards"]]
    _copy(root, out, shards)
    write_text(out / _POLICY, summary.policy_toml)
    write_text(out / "training-summary.md", training_summary.write(summary, _domains(layout, shards)))
    write_text(out / "README.md", _card(origin, summary))
    paths = sorted(str(path.relative_to(out).as_posix()) for path in out.rglob("*") if path.is_file())
    files = tuple(release.described(out, path) for path in paths)
    described = _croissant(origin, summary, files, time_s=time_s)
    write_text(out / croissant.PATH, described)
    files = tuple(sorted((*files, release.described(out, croissant.PATH)), key=lambda one: one.path))
    n = sum(row.n for row in summary.reasons if row.action == "admit")
    manifest = Manifest(origin, plan["run_id"], __version__, n, files)
    write_text(out / MANIFEST, release.encode(manifest).decode())
    _commit(out, manifest, signers, time_s=time_s)
    return manifest


def _copy(root: Path, out: Path, shards: Sequence[str]) -> None:
    for shard in shards:
        _put(root / FOLDERS["admit"] / f"{shard}.parquet", out / DATA / f"{shard}.parquet")
    for name in (LEDGER, SKIPPED, STATISTICS, SUMMARY, REPORT, RUN):
        _put(root / name, out / EVIDENCE / name)


def _domains(layout: Layout, shards: Sequence[str]) -> Mapping[str, int]:
    """Count the characters that were admitted from each domain, where the run knows domains."""
    n_chars: Counter[str] = Counter()
    for shard in shards:
        named = layout.label(Capture.name, shard)
        if not named.exists():
            continue
        domain_of = {row["id"]: row["domain"] for row in read_rows(named)}
        for row in read_rows(layout.root / FOLDERS["admit"] / f"{shard}.parquet"):
            if domain := domain_of[row["id"]]:
                n_chars[domain] += len(row["text"])
    return n_chars


def _put(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _commit(out: Path, manifest: Manifest, signers: Sequence[Signer], *, time_s: int) -> None:
    storage = Directory(out / LOG)
    sequencer.create(storage, manifest.origin)
    first = release.content_entry(release.encode(manifest))
    sequencer.append(storage, chain([first], _entries(out, manifest.files)))
    named = [Signer(manifest.origin, one.algorithm, one.seed) for one in signers]
    sequencer.publish(storage, named, time_s=time_s)


def _entries(out: Path, files: Sequence[File]) -> Iterator[bytes]:
    for document in release.documents(out, files):
        yield release.document_entry(document)


def _croissant(origin: str, summary: Summary, files: Sequence[File], *, time_s: int) -> str:
    """Describe the release, with its tables as one set of files."""
    from headwater.reserve.entry import moment

    kinds = dict.fromkeys(_DESCRIBED, "string")
    some = [croissant.File(one.path, _media(one.path), one.sha256, one.size_bytes) for one in files]
    some.sort(key=lambda one: not one.name.startswith(f"{DATA}/"))
    about = (
        f"Corpus decided by Headwater {summary.version}, run {summary.run_id}, under the policy "
        f"{summary.policy}; release.json and the log beside it commit to every file and document."
    )
    value: dict[str, Any] = json.loads(
        croissant.describe(origin, about, some, columns=kinds, published=moment(time_s))
    )
    tables = {"@type": "cr:FileSet", "@id": "tables", "name": "tables", "includes": f"{DATA}/*.parquet"}
    value["distribution"].append(tables | {"encodingFormat": "application/x-parquet"})
    for field in value["recordSet"][0]["field"]:
        field["source"] = {"fileSet": {"@id": "tables"}, "extract": field["source"]["extract"]}
    value["isBasedOn"] = [source.source for source in summary.sources]
    return json.dumps(value, indent=1, sort_keys=True) + "\n"


def _media(path: str) -> str:
    kinds: Mapping[str, str] = {
        "parquet": "application/x-parquet",
        "json": "application/json",
        "html": "text/html",
        "toml": "application/toml",
        "md": "text/markdown",
    }
    return kinds[path.rpartition(".")[2]]


def _card(origin: str, summary: Summary) -> str:
    """Write the page by which `datasets` finds the tables."""
    n = sum(row.n for row in summary.reasons if row.action == "admit")
    return (
        f"---\nconfigs:\n- config_name: default\n  data_files: {DATA}/*.parquet\n---\n"
        f"# {origin}\n\n{n:,} documents, admitted by Headwater {summary.version} under the policy "
        f"`{summary.policy}` (run `{summary.run_id}`).\n\n"
        "Check it with `headwater curate verify` and a key of its maker. Why each document was admitted, "
        f"and what was not, stands in `{EVIDENCE}/`; what it was made from in `training-summary.md`.\n"
    )
