"""The evaluation finds marks, calls human text marked as often as it says, and draws one whole page."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headwater.cli.bench import _lines
from headwater.cli.main import run as command
from headwater.errors import FormatError, InputError, UnavailableError
from headwater.report.watermark import render
from headwater.watermark.attacks import ATTACKS
from headwater.watermark.attacks.attack import Scene
from headwater.watermark.bench import bench, power, quality, samples
from tests.watermark.bench import worlds

ARMS = {
    "gumbel-aes-1": worlds.arm("gumbel-aes-1", "gumbel-aes-1"),
    "greenlist-aes-1": worlds.arm("greenlist-aes-1", "greenlist-aes-1"),
    "unmarked": worlds.arm("unmarked", ""),
}


def silent(_step: str, _done: int, _total: int) -> None:
    """Show nothing."""


@pytest.fixture(scope="module")
def found() -> bench.Bench:
    return bench.run(ARMS, worlds.scene(), n_tests=2_000, rng=np.random.default_rng(1), show=silent)


def test_a_file_of_samples_is_read_back_and_its_bytes_depend_on_nothing_else(tmp_path: Path) -> None:
    samples.write(tmp_path / "a.npz", list(ARMS.values()))
    samples.write(tmp_path / "b.npz", list(samples.read(tmp_path / "a.npz").values()))
    read = samples.read(tmp_path / "b.npz")

    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    assert list(read) == list(ARMS)
    assert np.array_equal(read["gumbel-aes-1"].tokens, ARMS["gumbel-aes-1"].tokens)
    assert read["gumbel-aes-1"].key(3) == ARMS["gumbel-aes-1"].key(3)


@pytest.mark.parametrize("field", ["tokens", "keys", "log_chances", "entropies", "profile", "temperature"])
def test_samples_that_lack_or_bend_a_field_are_refused(tmp_path: Path, field: str) -> None:
    samples.write(tmp_path / "a.npz", [ARMS["gumbel-aes-1"]])
    held = dict(np.load(tmp_path / "a.npz"))
    name = f"gumbel-aes-1/{field}"
    for bent in (None, np.array(["x", "y"]), np.zeros((3, 3, 3))):
        changed = {key: value for key, value in held.items() if key != name}
        np.savez(tmp_path / "b.npz", **(changed if bent is None else changed | {name: bent}))

        with pytest.raises(FormatError, match="no samples"):
            samples.read(tmp_path / "b.npz")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(data=st.binary(max_size=300))
def test_any_bytes_are_no_samples(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.npz").write_bytes(data)

    with pytest.raises(FormatError):
        samples.read(tmp_path / "x.npz")


def test_a_torn_file_and_a_missing_one_are_named(tmp_path: Path) -> None:
    samples.write(tmp_path / "a.npz", [ARMS["unmarked"]])
    whole = (tmp_path / "a.npz").read_bytes()
    (tmp_path / "a.npz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FormatError):
        samples.read(tmp_path / "a.npz")
    with zipfile.ZipFile(tmp_path / "z.npz", "w") as file:
        file.writestr("a/tokens.npy", b"no array")
    with pytest.raises(FormatError):
        samples.read(tmp_path / "z.npz")
    with pytest.raises(UnavailableError):
        samples.read(tmp_path / "none.npz")


def test_marks_are_found_and_longer_texts_better(found: bench.Bench) -> None:
    rows = {(row.arm, row.group): row for row in found.by_length}

    assert rows["gumbel-aes-1", "100 tokens"].share(3)[0] == 1.0
    assert rows["gumbel-aes-1", "100 tokens"].median_log_p < rows["gumbel-aes-1", "50 tokens"].median_log_p
    assert {row.n for row in found.by_entropy if row.arm == "gumbel-aes-1"} == {2, 3}


def test_human_text_is_found_no_more_often_than_the_level_says(found: bench.Bench) -> None:
    for row in found.false:
        assert row.n >= 2_000
        assert row.share(0)[1] <= found.levels[0]


def test_what_is_found_of_human_text_is_printed_by_its_level(found: bench.Bench) -> None:
    lines = _lines(found).splitlines()
    (row,) = [row for row in found.false if row.group == "100 tokens" and row.arm == "gumbel-aes-1"]
    share, low, high = (each / 1e-6 for each in row.share(3))
    (line,) = [line for line in lines if line.startswith("human  gumbel-aes-1 ") and "100 tokens" in line]

    assert lines[0] == "levels  0.001  0.0001  1e-05  1e-06"
    assert line.endswith(f"{share:.2f} ({low:.2f} to {high:.2f})")
    assert f"{row.n:,}" in line


def test_tests_of_human_text_are_counted_however_many(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = worlds.scene()

    def tested() -> power.Found:
        rng = np.random.default_rng(4)
        return power.false_alarms(
            "gumbel-aes-1", scene.human_tokens, 50, n_tests=900, rng=rng, show=lambda *_: None
        )

    whole = tested()
    monkeypatch.setattr(power, "_KEPT", 1)
    few = tested()

    assert (few.n, few.counts) == (whole.n, whole.counts)
    assert few.median_log_p <= 0.0


def test_every_attack_is_tried_and_what_destroys_a_mark_does(found: bench.Bench) -> None:
    rows = {(row.arm, row.group): row for row in found.attacks}

    assert {group.split()[0] for _, group in rows} == set(ATTACKS)
    assert rows["gumbel-aes-1", "retokenisation 0"].share(3)[0] == 1.0
    assert rows["gumbel-aes-1", "homoglyphs 1"].share(0)[0] == 0.0
    assert rows["gumbel-aes-1", "case 1"].share(0)[0] <= 0.25


def test_quality_stands_beside_the_unmarked_arm(found: bench.Bench) -> None:
    told = {row.arm: row for row in found.quality}

    assert told["unmarked"].z == 0.0
    assert abs(told["gumbel-aes-1"].z or 0.0) < 4.0
    assert (told["greenlist-aes-1"].z or 0.0) < told["gumbel-aes-1"].se + 4.0
    assert set(told["gumbel-aes-1"].diversity) == {"distinct-2-1", "self-bleu-4-1", "repetition-4-1"}
    assert quality.judge(ARMS["gumbel-aes-1"], None, n_texts=4, n_tokens=50).z is None


def test_the_page_is_one_file_and_the_same_every_time(found: bench.Bench) -> None:
    page = render(found, names=("samples.npz", "human.txt"))

    assert page == render(found, names=("samples.npz", "human.txt"))
    assert "<script" not in page
    assert "https://" not in page
    assert "translation" in page
    assert all(f"attack-{name}" in page for name in ATTACKS)
    assert json.dumps(found.to_json())


def test_without_neighbours_synonyms_are_left_out_and_named() -> None:
    scene = Scene(worlds.scene().cut, worlds.human())
    some = {"gumbel-aes-1": worlds.arm("gumbel-aes-1", "gumbel-aes-1", n=3, n_tokens=30)}
    told = bench.run(some, scene, n_tests=100, rng=np.random.default_rng(1), show=silent)

    assert told.left_out == ("synonyms: no embeddings of SmolLM2 at hand",)
    assert not any(row.group.startswith("synonyms") for row in told.attacks)
    assert told.quality[0].z is None


def test_no_marked_text_and_too_little_human_text_are_refused() -> None:
    with pytest.raises(InputError, match="no marked text"):
        bench.run({"unmarked": ARMS["unmarked"]}, worlds.scene(), n_tests=1, rng=np.random.default_rng(1),
                  show=silent)  # fmt: skip
    with pytest.raises(InputError, match="too short"):
        bench.run(ARMS, Scene(worlds.scene().cut, "A mill."), n_tests=1, rng=np.random.default_rng(1),
                  show=silent)  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("none.npz",), 3, "cannot read none.npz"),
        (("torn.npz",), 2, "holds no samples"),
        (("good.npz", "--human", "latin.txt"), 2, "latin.txt is not UTF-8 at byte 1"),
        (("good.npz", "--human", "none.txt"), 3, "cannot read none.txt"),
        (("good.npz", "--tests", "0"), 2, "--tests"),
    ],
)
def test_bad_input_is_one_line(
    arguments: tuple[str, ...],
    code: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("torn.npz").write_bytes(b"PK")
    Path("latin.txt").write_bytes(b"a\xff")
    samples.write(Path("good.npz"), [ARMS["unmarked"]])
    with pytest.raises(SystemExit) as end:
        command(["watermark", "bench", *arguments])
    told = capsys.readouterr()

    assert (end.value.code, told.out) == (code, "")
    assert said in told.err
    assert "Traceback" not in told.err
