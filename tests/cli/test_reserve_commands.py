"""The commands of a reserve that date, sample, audit and repair it, each as a user types it."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from headwater import canonical
from headwater.cli.main import run
from headwater.log import keys as key_files
from headwater.log.storage import Directory
from headwater.reserve import keyring
from tests.log.samples import COSIGNER, NOW_S
from tests.log.witness_server import Witness, serving
from tests.reserve.archives import pages, warc_gz
from tests.reserve.authorities import Authority
from tests.reserve.evidence.test_opentimestamps import HEADER, PROOF
from tests.reserve.sealed import sealed, text
from tests.reserve.worlds import KEYS

BEACON = "drand:test:7=" + "5f1c" * 16
Type = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    sealed(700, Directory(tmp_path / "reserve"))
    (tmp_path / "keys").mkdir()
    for log, ring in (("documents", KEYS.documents), ("registry", KEYS.registry)):
        for one in ring:
            key_files.write(keyring.path(tmp_path / "keys", log, one.algorithm.name), one)
    return tmp_path


def typing(capsys: pytest.CaptureFixture[str]) -> Type:
    """Give a function that types a command of a reserve: exit status, output, and what is said."""

    def typed(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            run(["reserve", *words])
        printed = capsys.readouterr()
        return int(str(left.value.code)), printed.out, printed.err

    return typed


@pytest.fixture
def type_(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Type:
    monkeypatch.chdir(folder)
    return typing(capsys)


def draw(type_: Type, *more: str) -> tuple[int, str, str]:
    assert type_("sample", "reserve", "--n", "300", "--keys", "keys") == (
        0,
        "intent logged: registry entry 1, 300 of 700 documents\n",
        "",
    )
    return type_("sample", "reserve", "--intent", "1", "--seed-from", BEACON, "--out", "drawn", *more)


def test_a_sample_is_drawn_handed_over_and_drawn_again(folder: Path, type_: Type) -> None:
    code, out, _ = draw(type_)
    table = pq.read_table(folder / "drawn" / "documents.parquet").to_pylist()

    assert code == 0
    assert f"{len(table)} documents of" in out
    assert {row["text"] for row in table} == {text(row["index"]).decode() for row in table}
    assert {(row["grade"], row["date"]) for row in table} == {("E0", "2019-03-04T05:06:07Z")}
    assert type_("check-sample", "drawn", "--reserve", "reserve")[0] == 0


def test_a_sample_that_was_chosen_is_found_out(folder: Path, type_: Type) -> None:
    draw(type_, "--format", "jsonl")
    path = folder / "drawn" / "mix.json"
    value = json.loads(path.read_bytes())
    value["bundles"].reverse()
    path.write_bytes(canonical.encode(value))

    assert type_("check-sample", "drawn", "--reserve", "reserve")[0] == 1
    assert len((folder / "drawn" / "documents.jsonl").read_text().splitlines()) >= 300


def test_a_receipt_is_issued_and_checked(folder: Path, type_: Type) -> None:
    draw(type_)
    (folder / "weights").write_bytes(b"weights")
    issue = ("--model", "tiny", "--weights", "weights", "--keys", "keys", "--out", "receipt.json")

    assert type_("receipt", "drawn", "--reserve", "reserve", *issue)[:2] == (
        0,
        "receipt in receipt.json, registry entry 2\n",
    )
    assert type_("receipt", "drawn", "--reserve", "reserve", "--check", "receipt.json")[0] == 0
    assert type_("receipt", "drawn", "--reserve", "reserve", *issue)[0] == 2
    (folder / "receipt.json").write_text("{}")
    assert type_("receipt", "drawn", "--reserve", "reserve", "--check", "receipt.json")[0] == 2


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")
@pytest.mark.loopback
def test_a_checkpoint_is_time_stamped_over_http_and_here(folder: Path, type_: Type) -> None:
    authority = Authority(folder / "tsa")
    root = ("--keys", "keys", "--tsa-root", str(authority.root))
    with authority.serving() as url:
        code, out, _ = type_("timestamp", "reserve", "--tsa", url, *root)
        assert (code, out[:12], out[-17:]) == (0, "time-stamped", "registry entry 1\n")
    local = ("--openssl", str(authority.config), "--section", "config")
    assert type_("timestamp", "reserve", *local, *root)[0] == 0
    assert type_("timestamp", "reserve", *root)[0] == 2
    other = Authority(folder / "other")
    assert type_("timestamp", "reserve", *local, "--keys", "keys", "--tsa-root", str(other.root))[0] == 1
    assert type_("timestamp", "reserve", "--tsa", "http://127.0.0.1:9/", *root)[0] == 3


@pytest.mark.loopback
def test_a_witness_signs_and_its_line_is_stored(folder: Path, type_: Type) -> None:
    log = (KEYS.manifest.origin, KEYS.documents[0].key.public)
    with serving(Witness(COSIGNER.name, COSIGNER.seed, log, NOW_S)) as url:
        assert type_("witness", "reserve", "--url", url, "--key", str(COSIGNER.key)) == (
            0,
            "stored 1 cosignatures\n",
            "",
        )
    assert COSIGNER.name in (folder / "reserve" / "log" / "checkpoint").read_text()


def test_evidence_is_logged_and_false_evidence_is_not(folder: Path, type_: Type) -> None:
    (folder / "hello.txt").write_bytes(b"Hello World!\n")
    (folder / "other.txt").write_bytes(b"other\n")
    (folder / "proof.ots").write_bytes(PROOF)
    (folder / "headers").write_text(HEADER.hex())
    (folder / "trust.toml").write_text('headers = ["headers"]\n')
    options = ("--keys", "keys", "--method", "opentimestamps-1", "--anchors", "trust.toml")

    assert type_("date", "reserve", "proof.ots", "--file", "hello.txt", *options)[:2] == (
        0,
        "E4: there by 2015-05-28T17:41:18Z, registry entry 1\n",
    )
    assert (folder / "reserve" / "evidence" / hashlib.sha256(PROOF).hexdigest()).read_bytes() == PROOF
    assert type_("date", "reserve", "proof.ots", "--file", "other.txt", *options)[0] == 1
    assert type_("date", "reserve", "proof.ots", "--document", "3", *options)[0] == 1
    assert type_("date", "reserve", "proof.ots", *options)[0] == 2
    (folder / "trust.toml").write_text('heads = ["headers"]\n')
    assert type_("date", "reserve", "proof.ots", "--file", "hello.txt", *options)[0] == 2


def wound(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 0xFF
    path.write_bytes(data)


CONTENT, RECORDS = "content/000000000000.00", "records/000000000000"


def test_damage_is_found_and_restored_from_parity(folder: Path, type_: Type) -> None:
    reserve = folder / "reserve"
    assert type_("protect", "reserve")[0] == 0
    before = (reserve / CONTENT).read_bytes()
    wound(reserve / CONTENT, 500)

    code, out, err = type_("audit", "reserve", "--seed-from", BEACON, "--bundles", "3", "--keys", "keys")
    assert (code, "logged: registry entry 1" in out, "faults in 700 documents" in err) == (1, True, True)
    assert type_("repair", "reserve")[:2] == (0, f"{CONTENT}: restored from parity\n1 objects restored\n")
    assert (reserve / CONTENT).read_bytes() == before
    assert type_("audit", "reserve", "--seed-from", BEACON, "--bundles", "9")[0] == 0
    assert type_("repair", "reserve")[1] == "nothing is damaged\n"


@pytest.mark.parametrize("path", [CONTENT, RECORDS, "segment"])
def test_damage_is_restored_from_a_mirror_since_the_root_decides(
    folder: Path, type_: Type, path: str
) -> None:
    reserve, mirror = folder / "reserve", folder / "mirror"
    shutil.copytree(reserve, mirror)
    found = next((reserve / "log" / "segment").glob("*/*")) if path == "segment" else reserve / path
    before = found.read_bytes()
    wound(found, len(before) // 2)

    assert type_("repair", "reserve")[0] == 1
    assert type_("repair", "reserve", "--from", "mirror")[0] == 0
    assert found.read_bytes() == before


def test_a_mirror_that_lies_is_not_believed(folder: Path, type_: Type) -> None:
    reserve, mirror = folder / "reserve", folder / "mirror"
    shutil.copytree(reserve, mirror)
    wound(reserve / CONTENT, 500)
    wound(mirror / CONTENT, 510)
    damaged = (reserve / CONTENT).read_bytes()

    assert type_("repair", "reserve", "--from", "mirror")[0] == 1
    assert (reserve / CONTENT).read_bytes() == damaged


@pytest.mark.parametrize(
    "words",
    [
        ("sample", "reserve", "--n", "5"),
        ("sample", "reserve", "--keys", "keys"),
        ("sample", "reserve", "--n", "9999", "--keys", "keys"),
        ("sample", "reserve", "--n", "9", "--strata", "colour", "--keys", "keys"),
        ("sample", "reserve", "--intent", "0", "--seed-from", BEACON, "--out", "new"),
        ("sample", "reserve", "--intent", "0", "--seed-from", "heads", "--out", "new"),
        ("sample", "reserve", "--intent", "0"),
        ("audit", "reserve", "--seed-from", "tails"),
    ],
)
def test_what_makes_no_sense_is_said_in_one_line_with_a_way_out(type_: Type, words: tuple[str, ...]) -> None:
    code, out, err = type_(*words)

    assert (code, out) == (2, "")
    assert err.startswith("headwater: ")
    assert err.count("\n") <= 2


@pytest.mark.parametrize("command", ["serve", "protect", "repair"])
def test_where_there_is_no_reserve_it_says_so(type_: Type, command: str) -> None:
    code, _, err = type_(command, "nowhere")

    assert code == 3
    assert "no reserve here" in err


def test_an_archive_sealed_in_place_is_mended_from_parity_and_from_copies(folder: Path, type_: Type) -> None:
    (folder / "copies").mkdir()
    for place in (folder, folder / "copies"):
        (place / "a.warc.gz").write_bytes(warc_gz(pages(60)))
    seal = ("seal", "other", "a.warc.gz", "--in-place", "--keys", "own", "--workers", "1")
    assert type_("keygen", "example.com/other", "--keys", "own")[0] == 0
    assert type_(*seal)[0] == 0
    before = (folder / "a.warc.gz").read_bytes()
    (folder / "a.warc.gz").write_bytes(before[:3_000])
    assert type_("repair", "other")[0] == 1
    code, _, err = type_("protect", "other")
    assert (code, "then protect" in err) == (1, True)
    code, out, _ = type_("repair", "other", "--archives", "copies")
    assert (code, out.splitlines()[0].endswith("a.warc.gz: restored from copy")) == (0, True)
    assert (folder / "a.warc.gz").read_bytes() == before

    assert type_("protect", "other")[1] == "2 objects and 1 archives protected\n"
    wound(folder / "a.warc.gz", 3_000)
    assert type_("audit", "other", "--seed-from", BEACON)[0] == 1
    code, out, _ = type_("repair", "other")
    assert (code, out.splitlines()[0].endswith("a.warc.gz: restored from parity")) == (0, True)
    assert (folder / "a.warc.gz").read_bytes() == before
    assert type_("audit", "other", "--seed-from", BEACON)[0] == 0
