"""The peers: other detectors that run on a CPU, as they ship or trained on the same texts as ours.

Usage: detectors_job.py PEER [TRAINING] < TEXTS > SCORES; PEER is lmscan, zippy or fasttext. Each line is a
JSON string; those of TRAINING are objects with `text` and `generated`, which fasttext alone reads. A score is
higher where a machine is likelier.
"""

from __future__ import annotations

import json
import math
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

Score = Callable[[str], float]


def lmscan() -> Score:
    """Give lmscan's own probability, as it ships."""
    import lmscan

    return lambda text: float(lmscan.scan(text).ai_probability)


def zippy() -> Score:
    """Give the confidence of ZipPy's ensemble, as it ships; below 0 for human."""
    from zippy.zippy import EnsembledZippy

    detector = EnsembledZippy()

    def score(text: str) -> float:
        found = detector.run_on_text_chunked(text)
        return 0.0 if found is None else float(found[1]) * (1.0 if found[0] == "AI" else -1.0)

    return score


def fasttext(training: Path) -> Score:
    """Train fastText's classifier on words, pairs of words and parts of words; give its log odds."""
    import fasttext

    lines = []
    for line in training.read_text("utf-8").splitlines():
        example = json.loads(line)
        lines.append(f"__label__{int(example['generated'])} {' '.join(example['text'].lower().split())}\n")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "train.txt"
        path.write_text("".join(lines), "utf-8")
        model = fasttext.train_supervised(
            str(path), lr=0.5, dim=32, epoch=10, wordNgrams=2, minn=2, maxn=4, thread=1, verbose=0
        )

    def score(text: str) -> float:
        asked = " ".join(text.lower().split()) + "\n"
        found = {label: chance for chance, label in model.f.predict(asked, 2, 0.0, "strict")}
        generated = min(max(found.get("__label__1", 0.0), 1e-9), 1.0 - 1e-9)
        return math.log(generated / (1.0 - generated))

    return score


def main() -> None:
    """Score what comes in."""
    peer, training = sys.argv[1], [Path(path) for path in sys.argv[2:]]
    peers: dict[str, Callable[..., Score]] = {"lmscan": lmscan, "zippy": zippy, "fasttext": fasttext}
    score = peers[peer](*training)
    for line in sys.stdin:
        sys.stdout.write(f"{score(json.loads(line))!r}\n")


if __name__ == "__main__":
    main()
