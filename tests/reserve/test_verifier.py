"""The verifier for those who have only Python: it says what the library says, of damaged reserves too."""

from __future__ import annotations

import importlib.util
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from types import ModuleType

import pytest
import zstandard

from headwater.errors import ConsistencyError
from headwater.log.storage import Directory
from headwater.reserve import content, imprint, prove, redact, rotate, seal, verify
from headwater.reserve import export as exporting
from headwater.reserve.reserve import Reserve, create, open_reserve
from headwater.sources.frame import sole_frame
from headwater.sources.shard import Limits
from tests.reserve.archives import Page, pages, warc_gz
from tests.reserve.test_redact import order
from tests.reserve.worlds import KEYS, NOW_S, keyring, plan, sealed

SCRIPT = Path(exporting.__file__).with_name(exporting.VERIFIER)
BARE = ("-I", "-S")  # Neither the user's packages nor the environment's: the standard library alone.


def run(*arguments: str, alone: bool = True) -> tuple[int, str, str]:
    """Run the verifier in a process of its own."""
    command = [sys.executable, *(BARE if alone else ()), str(SCRIPT), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


def folder_of(tmp_path: Path, mode: str = "in-place", n: int = 12) -> Reserve:
    held, _ = sealed(tmp_path, n, mode=mode, storage=Directory(tmp_path / "reserve"))
    return held


def test_it_is_short_and_imports_nothing_of_ours() -> None:
    text = SCRIPT.read_text()
    assert text.count("\n") <= 500
    assert "import headwater" not in text
    assert "from headwater" not in text


@pytest.mark.parametrize("alone", [True, False])
def test_a_proof_is_verified_and_its_twins_are_not(tmp_path: Path, *, alone: bool) -> None:
    held = folder_of(tmp_path)
    proof, payload = tmp_path / "a.proof", tmp_path / "a.txt"
    proof.write_bytes(prove.prove(held, 5))
    payload.write_bytes(content.read(held, 5))
    wanted = ("proof", str(proof), "--manifest", str(tmp_path / "reserve" / "reserve.json"))

    code, said, notes = run(*wanted, "--payload", str(payload), alone=alone)
    assert (code, said.split(":")[0]) == (0, "verified")
    assert ("ML-DSA-44 signatures were not checked" in notes) == alone
    payload.write_bytes(b"other words")
    assert run(*wanted, "--payload", str(payload))[0] == 1
    sound = proof.read_bytes()
    twins = [sound.replace(b"index 5", b"index 6"), sound.replace(b"\n12\n", b"\n13\n")]
    line = sound.split(b"\n")[1]
    twins.append(sound.replace(line, line[:40] + (b"A" if line[40:41] != b"A" else b"B") + line[41:]))
    for twin in twins:
        proof.write_bytes(twin)
        assert run(*wanted)[0] in {1, 2}
    (tmp_path / "other.json").write_bytes(b"{}")
    assert run("proof", str(proof), "--manifest", str(tmp_path / "other.json"))[0] == 2


@pytest.mark.parametrize("mode", ["in-place", "ingest"])
def test_a_reserve_and_its_export_are_verified(tmp_path: Path, mode: str) -> None:
    held = folder_of(tmp_path, mode, 300)
    assert exporting.export(held, Directory(tmp_path / "out")) == 300
    assert exporting.export(held, Directory(tmp_path / "out")) == 300
    assert (tmp_path / "out" / "log" / "tile" / "entries" / "000").exists()
    assert (tmp_path / "out" / "verify_reserve.py").read_bytes() == SCRIPT.read_bytes()

    for folder, more in (("reserve", ()), ("out", ("--sources", str(tmp_path)))):
        code, said, _ = run("reserve", str(tmp_path / folder), *more)
        assert (code, said) == (0, "verified: 300\n")
    held = redact.redact(held, order(5, scope="content+metadata"), KEYS)
    held = redact.redact(held, order(6), KEYS)
    exporting.export(held, Directory(tmp_path / "out"))
    for folder in ("reserve", "out"):
        code, said, _ = run("reserve", str(tmp_path / folder), "--sources", str(tmp_path))
        assert code == 0
        assert said.split("\n")[:2] == [
            "document 5: redacted: registry entry 2",
            "document 6: redacted: registry entry 3",
        ]
        assert run("reserve", str(tmp_path / folder), "--index", "5")[0] == 4


def flip(path: Path, at: float) -> None:
    data = bytearray(path.read_bytes())
    data[int(len(data) * at)] ^= 1
    path.write_bytes(data)


def flip_source(folder: Path) -> None:
    flip(folder / "a.warc.gz", 0.5)


def forge_date(folder: Path) -> None:
    from tests.reserve import test_redact

    test_redact.forge_date(open_reserve(Directory(folder / "reserve")), folder)


def flip_records(folder: Path) -> None:
    flip(folder / "reserve" / "records" / "000000000000", 0.5)


def flip_log(folder: Path) -> None:
    (segment,) = (folder / "reserve" / "log" / "segment").rglob("?" * 64)
    flip(segment, 0.99)


def flip_checkpoint(folder: Path) -> None:
    flip(folder / "reserve" / "log" / "checkpoint", 0.03)


def delete_silently(folder: Path) -> None:
    held = open_reserve(Directory(folder / "reserve"))
    before = {name: (folder / "reserve" / "registry" / name).read_bytes() for name in ("head", "checkpoint")}
    redact.redact(held, order(5, scope="content+metadata"), KEYS)
    for name, data in before.items():
        (folder / "reserve" / "registry" / name).write_bytes(data)


@pytest.mark.parametrize(
    "damage", [flip_source, forge_date, flip_records, flip_log, flip_checkpoint, delete_silently]
)
def test_it_says_of_damage_what_the_library_says(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    held = folder_of(tmp_path)
    damage(tmp_path)
    code, said, told = run("reserve", str(tmp_path / "reserve"))

    assert code in {1, 2}
    try:
        report = verify.whole(open_reserve(held.storage))
    except Exception:  # noqa: BLE001  # The library refuses the whole; so does the verifier.
        assert "verified" not in said + told
        return
    assert report.corrupt
    if damage not in {flip_records, flip_log}:
        n_corrupt = sum(one.n for one in report.corrupt)
        assert f"missing or corrupt: {n_corrupt}\n" in said
        assert f"verified: {report.n_verified}\n" in said or not report.n_verified


def test_a_seal_that_names_another_root_is_found_out(tmp_path: Path) -> None:
    held = folder_of(tmp_path)
    told = held.entries[-1]
    forged = replace(told, fields={**told.fields, "root": "ab" * 32})
    shutil.rmtree(tmp_path / "reserve" / "registry")
    held = create(held.storage, KEYS.manifest).append([held.entries[0], forged], KEYS.registry, time_s=NOW_S)
    assert (held.size, [one.kind for one in held.entries]) == (12, ["seal-intent", "seal"])

    with pytest.raises(ConsistencyError):
        verify.whole(held)
    code, said, _ = run("reserve", str(tmp_path / "reserve"))
    assert (code, "another root" in said) == (1, True)


def script() -> ModuleType:
    """Load the verifier as a module."""
    spec = importlib.util.spec_from_file_location("verify_reserve", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.mark.parametrize("n", [2**18 - 19, 2**18 - 18, 2**18 - 17, 2**18 + 5])
@pytest.mark.parametrize("ends", [True, False])
def test_head_and_body_are_cut_where_the_library_cuts_them(n: int, *, ends: bool) -> None:
    http = b"HTTP/1.1 200 OK\r\n" + b"a" * n + b"\r\n\r\n"[: 4 if ends else 2]
    record = Page(http=http, body=b"words" if ends else b"").record()
    frame = sole_frame(record, Limits(max_payload_bytes=2**20))
    assert frame is not None
    head, body = imprint.split(frame, Limits())

    assert script().split(record) == (head, bytes(body))


def test_an_archive_of_zstd_with_a_dictionary_is_verified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python reads zstd from 3.14 on; here zstandard does it instead."""
    made = script()

    def unzstd(frame: bytes, dictionary: bytes) -> bytes:
        held = zstandard.ZstdCompressionDict(dictionary) if dictionary else None
        return zstandard.ZstdDecompressor(dict_data=held).decompress(frame)

    monkeypatch.setattr(made, "unzstd", unzstd)
    some: list[bytes | bytearray | memoryview] = [page.record() for page in pages(40)]
    raw = zstandard.train_dictionary(2_000, some).as_bytes()
    frame = zstandard.ZstdCompressor(dict_data=zstandard.ZstdCompressionDict(raw)).compress
    for name, dictionary in (("a", raw), ("b", zstandard.compress(raw))):
        path = tmp_path / f"{name}.warc.zst"
        head = struct.pack("<II", 0x184D2A5D, len(dictionary)) + dictionary
        path.write_bytes(head + b"".join(map(frame, some)))
        held = create(Directory(tmp_path / name), KEYS.manifest)
        held, _ = seal.seal(held, plan([path], tmp_path / f"s-{name}"), KEYS)
        assert verify.whole(held).n_verified == 40
        for number in range(40):
            made.in_place(tmp_path / name, asdict(held.leaf(number)), None)
        path.write_bytes(head + b"".join(map(frame, reversed(some))))
        with pytest.raises(made.Wrong):
            made.in_place(tmp_path / name, asdict(held.leaf(0)), None)


def test_keys_that_changed_hands_are_followed(tmp_path: Path) -> None:
    held, after = folder_of(tmp_path), keyring(first=9)
    held = rotate.rotate(held, "documents", KEYS, after, time_s=NOW_S)
    held = rotate.rotate(held, "registry", KEYS, after, time_s=NOW_S)
    assert verify.whole(held).n_verified == 12
    (tmp_path / "b.warc.gz").write_bytes(warc_gz(pages(5, start=50)))
    held, _ = seal.seal(held, plan([tmp_path / "b.warc.gz"], tmp_path / "s2"), after)

    assert verify.whole(held).n_verified == 17
    assert run("reserve", str(tmp_path / "reserve"), alone=False)[:2] == (0, "verified: 17\n")
    exporting.export(held, Directory(tmp_path / "out"))
    assert run("reserve", str(tmp_path / "out"), "--sources", str(tmp_path))[:2] == (0, "verified: 17\n")
    stale = create(Directory(tmp_path / "reserve"), KEYS.manifest)
    (tmp_path / "c.warc.gz").write_bytes(warc_gz(pages(5, start=90)))
    stale, _ = seal.seal(stale, plan([tmp_path / "c.warc.gz"], tmp_path / "s3"), KEYS)
    assert run("reserve", str(tmp_path / "reserve"))[0] == 1


def test_the_signature_scheme_is_that_of_rfc_8032() -> None:
    """The first vectors of RFC 8032, section 7.1, and each with one bit changed."""
    made_of = script()
    vectors = [
        (
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            (
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
                "d25bf5f0595bbe24655141438e7a100b"
            ),
        ),
        (
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            (
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
                "387b2eaeb4302aeeb00d291612bb0c00"
            ),
        ),
    ]
    for public, message, signature in vectors:
        key, text, made = map(bytes.fromhex, (public, message, signature))
        made_of.ed25519(key, text, made)
        for at in range(0, 512, 37):
            wrong = bytearray(made)
            wrong[at // 8] ^= 1 << at % 8
            with pytest.raises(made_of.Wrong):
                made_of.ed25519(key, text, bytes(wrong))
        with pytest.raises(made_of.Wrong):
            made_of.ed25519(key, text + b"x", made)
