"""Releases as others read them: `datasets` loads the folder, `mlcroissant` validates its metadata."""

from __future__ import annotations

from pathlib import Path

import pytest

from headwater.curate.seal_release import seal
from tests.curate.crawls import crawl, run
from tests.reserve.worlds import KEYS, NOW_S

pytestmark = pytest.mark.interop


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    folder = tmp_path_factory.mktemp("release")
    run(crawl(folder / "crawl", n_files=2, n_pages=6), folder / "run")
    made = seal(folder / "run", folder / "release", KEYS.documents, time_s=NOW_S)
    return folder / "release", made.n_documents


def test_datasets_loads_every_document_of_a_release(sealed: tuple[Path, int], tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    root, n = sealed
    loaded = datasets.load_dataset(str(root), split="train", cache_dir=str(tmp_path))

    assert len(loaded) == n
    assert {"id", "text", "url"} <= set(loaded.column_names)


def test_mlcroissant_validates_a_release_and_reads_its_documents(sealed: tuple[Path, int]) -> None:
    mlcroissant = pytest.importorskip("mlcroissant")
    root, n = sealed
    dataset = mlcroissant.Dataset(jsonld=str(root / "croissant.json"))

    assert dataset.metadata.issues.errors == set()
    assert len(list(dataset.records("documents"))) == n
