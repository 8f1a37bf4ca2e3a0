"""Releases: sealed, checked, asked for a document; and whatever is changed in one is found out."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater import canonical
from headwater.curate import release
from headwater.curate.config import Config
from headwater.curate.release import DATA, MANIFEST, File, Manifest
from headwater.curate.seal_release import seal
from headwater.curate.verify_release import find, own_keys, verify
from headwater.errors import FormatError, InputError, SealError, SignatureError, UnavailableError
from headwater.log import proof
from headwater.log.checkpoint import Policy
from headwater.log.note import VerifierKey
from tests.curate.crawls import crawl, prose, run
from tests.reserve.worlds import KEYS, NOW_S, keyring

SIGNERS = KEYS.documents
PUBLIC = [signer.key for signer in SIGNERS]


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seal the run of a small crawl."""
    folder = tmp_path_factory.mktemp("release")
    run(crawl(folder / "crawl", n_files=2, n_pages=6), folder / "run")
    seal(folder / "run", folder / "release", SIGNERS, time_s=NOW_S)
    return folder / "release"


@pytest.fixture
def mine(sealed: Path, tmp_path: Path) -> Path:
    """Copy the release, to be changed."""
    return Path(shutil.copytree(sealed, tmp_path / "mine"))


def tables(root: Path) -> list[Path]:
    return sorted((root / DATA).glob("*.parquet"))


def test_a_release_is_verified_by_the_keys_of_its_maker(sealed: Path) -> None:
    manifest, at = verify(sealed, PUBLIC)

    rows = [row for table in tables(sealed) for row in pq.read_table(table).to_pylist()]
    assert manifest.n_documents == at.size - 1 == len(rows) > 5
    assert {"README.md", "croissant.json", "training-summary.md"} < {one.path for one in manifest.files}


def test_the_same_run_is_sealed_to_the_same_bytes(sealed: Path, tmp_path: Path) -> None:
    seal(sealed.parent / "run", tmp_path / "again", SIGNERS, time_s=NOW_S)

    files = [path for path in sealed.rglob("*") if path.is_file() and "checkpoint" not in str(path)]
    for path in files:
        assert (tmp_path / "again" / path.relative_to(sealed)).read_bytes() == path.read_bytes()
    assert verify(tmp_path / "again", PUBLIC) == verify(sealed, PUBLIC)


def test_every_document_is_found_by_id_payload_and_text_with_a_proof(sealed: Path) -> None:
    manifest, at = verify(sealed, PUBLIC)
    row = pq.read_table(tables(sealed)[-1]).to_pylist()[-1]
    by_id = find(sealed, manifest, id_=row["id"])
    by_text = find(sealed, manifest, content=row["text"].encode())

    assert by_id is not None
    assert by_id == by_text
    assert by_id.index == manifest.n_documents
    named = tuple(VerifierKey(manifest.origin, key.algorithm, key.public) for key in PUBLIC)
    shown = proof.verify(
        proof.parse(by_id.proof), release.document_entry(row), Policy(manifest.origin, named)
    )
    assert shown == at
    assert find(sealed, manifest, id_="nobody") is None
    assert find(sealed, manifest, content=b"words that nobody wrote") is None


def flip_a_byte(root: Path) -> None:
    table = tables(root)[0]
    data = bytearray(table.read_bytes())
    data[len(data) // 2] ^= 1
    table.write_bytes(data)


def drop_a_row(root: Path) -> None:
    table = tables(root)[0]
    pq.write_table(pq.read_table(table).slice(1), table)


def drop_a_row_and_say_so(root: Path) -> None:
    drop_a_row(root)
    rewrite(root, n_less=1)


def change_the_policy(root: Path) -> None:
    path = root / "evidence" / "policy.toml"
    path.write_text(path.read_text().replace("exclude", "admit"))


def change_the_policy_and_say_so(root: Path) -> None:
    change_the_policy(root)
    rewrite(root)


def add_a_table(root: Path) -> None:
    pq.write_table(pa.table({"id": ["x"], "text": ["y"]}), root / DATA / "zz.parquet")


def lose_a_file(root: Path) -> None:
    (root / "training-summary.md").unlink()


def rewrite(root: Path, *, n_less: int = 0) -> None:
    """Make the manifest say what the files are now, as whoever changes them would."""
    held = release.parse((root / MANIFEST).read_bytes())
    files = tuple(release.described(root, one.path) for one in held.files)
    changed = Manifest(held.origin, held.run_id, held.version, held.n_documents - n_less, files)
    (root / MANIFEST).write_bytes(release.encode(changed))


@pytest.mark.parametrize(
    "change",
    [
        flip_a_byte,
        drop_a_row,
        drop_a_row_and_say_so,
        change_the_policy,
        change_the_policy_and_say_so,
        add_a_table,
        lose_a_file,
    ],
)
def test_whatever_is_changed_is_found_out(mine: Path, change: Callable[[Path], None]) -> None:
    change(mine)

    with pytest.raises(SealError):
        verify(mine, PUBLIC)


def test_another_makers_keys_do_not_verify_it(mine: Path) -> None:
    others = [signer.key for signer in keyring(first=50).documents]

    with pytest.raises(SignatureError):
        verify(mine, others)
    with pytest.raises(SignatureError, match="the keys are of elsewhere"):
        verify(mine, [VerifierKey("elsewhere", key.algorithm, key.public) for key in PUBLIC])


def test_one_of_two_keys_is_enough_to_look_and_a_missing_signature_is_not(mine: Path) -> None:
    assert verify(mine, PUBLIC[:1])
    path = mine / "log" / "checkpoint"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:-1]))

    with pytest.raises((SignatureError, FormatError)):
        verify(mine, PUBLIC)


def test_what_is_no_run_or_no_release_is_refused(sealed: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no finished run"):
        seal(tmp_path, tmp_path / "x", SIGNERS, time_s=NOW_S)
    with pytest.raises(InputError, match="is not empty"):
        seal(sealed.parent / "run", sealed, SIGNERS, time_s=NOW_S)
    with pytest.raises(UnavailableError, match="there is no release"):
        verify(tmp_path, PUBLIC)
    with pytest.raises(FormatError):
        own_keys("no key")


@given(st.binary(max_size=200))
def test_any_bytes_are_a_manifest_or_refused(data: bytes) -> None:
    with suppress(FormatError):
        assert release.encode(release.parse(data)) == data


@pytest.mark.parametrize("path", ["/etc/passwd", "../x", "a/../../x", "", "a//b", "a\\b"])
def test_a_path_out_of_the_release_is_refused(path: str) -> None:
    held = Manifest("o", "r", "v", 0, (File(path, "0" * 64, 1),))

    with pytest.raises(FormatError, match="no path below the release"):
        release.parse(release.encode(held))


@pytest.mark.parametrize(
    ("key", "value"),
    [("files", {}), ("n_documents", True), ("format", "other"), ("more", 1), ("files", [{"path": "x"}])],
)
def test_a_manifest_that_cannot_be_right_is_refused(key: str, value: object) -> None:
    whole = canonical.parse(release.encode(Manifest("o", "r", "v", 0, ())))

    with pytest.raises(FormatError):
        release.parse(canonical.encode(whole | {key: value}))


def test_the_summary_of_training_content_is_filled_from_the_run(sealed: Path) -> None:
    text = (sealed / "training-summary.md").read_text()

    manifest, _ = verify(sealed, PUBLIC)
    assert f"- Size: {manifest.n_documents:,} documents" in text
    assert "### 2.6 Other sources of data" in text
    assert "2021 (" in text
    assert "to be stated by the provider" in text


def test_a_tenth_of_all_domains_is_listed_by_what_was_admitted_from_them(tmp_path: Path) -> None:
    rows = [
        {"url": f"https://site{at:03d}.example/", "text": prose(at, n_words=100 + at)} for at in range(120)
    ]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    run(tmp_path / "in.jsonl", tmp_path / "run", config=Config(labels=("capture-1",)))
    seal(tmp_path / "run", tmp_path / "release", SIGNERS, time_s=NOW_S)
    text = (tmp_path / "release" / "training-summary.md").read_text()

    assert "The largest 12 of 120 domains, by characters admitted:" in text
    listed = [line for line in text.splitlines() if line.startswith("- site")]
    longest = sorted(rows, key=lambda row: -len(row["text"]))[:12]
    assert listed == [f"- {row['url'][8:-1]}: {len(row['text']):,}" for row in longest]


def test_croissant_describes_every_file_by_its_digest(sealed: Path) -> None:
    described = json.loads((sealed / "croissant.json").read_text())
    digests = {one["@id"]: one["sha256"] for one in described["distribution"] if "sha256" in one}
    manifest, _ = verify(sealed, PUBLIC)

    assert digests == {one.path: one.sha256 for one in manifest.files if one.path != "croissant.json"}
    assert described["isBasedOn"] == ["part0.warc.gz", "part1.warc.gz"]
