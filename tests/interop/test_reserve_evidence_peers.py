"""What we ask for and describe, judged by others: `openssl ts` on tokens, `mlcroissant` on metadata."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from headwater.errors import SignatureError
from headwater.log.storage import Directory
from headwater.reserve import export, stamp, stream
from headwater.reserve.evidence import Anchors
from tests.reserve.authorities import Authority
from tests.reserve.sealed import sealed as by_hand
from tests.reserve.test_sample import drawn
from tests.reserve.worlds import sealed

pytestmark = pytest.mark.interop
MLCROISSANT = Path(sys.executable).parent / "mlcroissant"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    return Authority(tmp_path_factory.mktemp("tsa") / "a")


def openssl_accepts(authority: Authority, data: bytes, token: bytes) -> bool:
    (authority.folder / "data").write_bytes(data)
    (authority.folder / "token").write_bytes(token)
    command = ["openssl", "ts", "-verify", "-data", "data", "-in", "token", "-CAfile", "root.pem"]
    return subprocess.run(command, cwd=authority.folder, capture_output=True, check=False).returncode == 0


def test_openssl_accepts_the_token_we_asked_for_and_of_nothing_else(authority: Authority) -> None:
    anchors = Anchors(tsa_roots=(authority.root.read_bytes(),))
    token = stamp.stamp(b"a checkpoint", stamp.by_openssl(authority.config, "config"), anchors)

    assert openssl_accepts(authority, b"a checkpoint", token)
    assert not openssl_accepts(authority, b"another one", token)


def test_an_answer_to_another_request_is_refused(authority: Authority) -> None:
    anchors = Anchors(tsa_roots=(authority.root.read_bytes(),))
    with pytest.raises(SignatureError):
        stamp.stamp(b"a checkpoint", lambda _: authority.stamp(b"a checkpoint"), anchors)


def croissant_accepts(path: Path) -> bool:
    if not MLCROISSANT.exists():
        pytest.skip("mlcroissant is not installed")
    command = [str(MLCROISSANT), "validate", "--jsonld", str(path)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("what", ["sample", "export"])
def test_mlcroissant_accepts_what_we_say_of_a_dataset(tmp_path: Path, what: str) -> None:
    if what == "sample":
        reserve, mix = drawn(by_hand(600), 300)
        stream.write(reserve, mix, tmp_path / "out", form="parquet")
    else:
        export.export(sealed(tmp_path, 12)[0], Directory(tmp_path / "out"))
    path = tmp_path / "out" / "croissant.json"

    assert croissant_accepts(path)
    value = json.loads(path.read_text())
    del value["distribution"][0]["sha256"]
    path.write_text(json.dumps(value))
    assert not croissant_accepts(path)


def test_mlcroissant_reads_the_documents_of_a_sample(tmp_path: Path) -> None:
    mlcroissant = pytest.importorskip("mlcroissant", reason="mlcroissant is not installed")
    reserve, mix = drawn(by_hand(600), 300)
    n = stream.write(reserve, mix, tmp_path / "out", form="parquet")
    found = mlcroissant.Dataset(jsonld=str(tmp_path / "out" / "croissant.json")).records("documents")

    assert sum(1 for _ in found) == n
