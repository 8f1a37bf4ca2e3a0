"""Let SmolLM2 write the texts of this study again, arm by arm; an hour or two on one core.

Each batch is kept when it is finished, so the same command goes on where it was killed. Where a processor
rounds in another way, a token may be drawn differently, and so is all of its text from there on.
"""

from __future__ import annotations

import hashlib
import sys
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from headwater.watermark.bench import samples
from headwater.watermark.bench.samples import N_FIRST
from headwater.watermark.generate import smollm2
from headwater.watermark.keys import Key
from headwater.watermark.schemes import SCHEMES
from headwater.watermark.tokenizer import TOKENIZERS
from headwater.watermark.tokenizer.tokenizer import load

# One token each, so that the prompts of a batch have one length.
THINGS = (
    "river", "bridge", "garden", "winter", "summer", "market", "village", "harbor",
    "forest", "mountain", "island", "desert", "castle", "kitchen", "library", "school",
    "hospital", "factory", "station", "train", "ship", "engine", "clock", "lamp",
    "mirror", "window", "door", "wall", "roof", "road", "field", "farm",
    "horse", "dog", "cat", "bird", "fish", "whale", "bear", "wolf",
    "tree", "flower", "apple", "bread", "water", "fire", "wind", "rain",
    "snow", "storm", "sun", "moon", "star", "king", "queen", "soldier",
    "doctor", "teacher", "painter", "singer", "child", "mother", "friend", "letter",
)  # fmt: skip
ASKED = (
    "Write an essay about the {}.",
    "Tell me a story about a {}.",
    "Describe the history of the {}.",
    "Write a letter to a friend about your {}.",
    "Explain to a child what a {} is.",
    "Write a newspaper article about a famous {}.",
    "Why do people write poems about the {}?",
    "Give me advice about finding a good {}.",
)
BATCH = 64


@dataclass(frozen=True, slots=True)
class Arm:
    """Say how the texts of one arm are marked.

    Attributes:
        profile: Of the mark; empty for none.
        n_batches: Of 64 texts, each of one question about 64 things.
        n_tokens: Of a text.
        temperature: That tokens are drawn at.
    """

    profile: str
    n_batches: int
    n_tokens: int
    temperature: float = 1.0


ARMS = {
    "gumbel-aes-1": Arm("gumbel-aes-1", 2, 200),
    "unmarked long": Arm("", 2, 100),
    "unmarked": Arm("", 8, 32),
    "short gumbel-aes-1": Arm("gumbel-aes-1", 8, 16),
    "short tournament-aes-1": Arm("tournament-aes-1", 8, 16),
    "greenlist-aes-1": Arm("greenlist-aes-1", 1, 200),
    "gumbel-aes-1 at 0.7": Arm("gumbel-aes-1", 1, 200, 0.7),
    "short gumbel-aes-dual-1": Arm("gumbel-aes-dual-1", 8, 16),
    "short gumbel-vllm-philox-1": Arm("gumbel-vllm-philox-1", 8, 16),
    "short gumbel-sglang-murmur3-1": Arm("gumbel-sglang-murmur3-1", 8, 16),
    "short tournament-google-lcg-1": Arm("tournament-google-lcg-1", 8, 16),
    "short gumbel-vllm-philox-dual-1": Arm("gumbel-vllm-philox-dual-1", 8, 16),
    "short gumbel-sglang-murmur3-dual-1": Arm("gumbel-sglang-murmur3-dual-1", 8, 16),
    "short tournament-hf-table-1": Arm("tournament-hf-table-1", 8, 16),
    "tournament-aes-1": Arm("tournament-aes-1", 1, 200),
}


def key(profile: str, text: int) -> Key:
    """Make the key of one text, each another, so that texts are independent."""
    scheme = SCHEMES[profile]
    secret = bytearray(hashlib.shake_256(f"{profile} {text}".encode()).digest(scheme.key_bytes))
    secret[::8] = bytes(byte & 0x7F for byte in secret[::8])
    return Key(profile, bytes(secret))


def main(folder: Path) -> None:
    """Write what is not there yet: the same batch of arms of one length together, a file each."""
    folder.mkdir(parents=True, exist_ok=True)
    cut, model = load(TOKENIZERS["smollm2"]), None
    sittings: dict[tuple[int, int], list[str]] = {}
    for name, arm in ARMS.items():
        for batch in range(arm.n_batches):
            if not (folder / f"{name}-{batch}.npz").exists():
                sittings.setdefault((arm.n_tokens, batch), []).append(name)
    for (n_tokens, batch), names in sorted(sittings.items()):
        model = model or smollm2.load()
        texts = [(ARMS[name], batch * BATCH + at) for name in names for at in range(BATCH)]
        asked = [smollm2.request(cut, ASKED[batch].format(thing)) for thing in THINGS]
        written = smollm2.generate(
            model,
            asked * len(names),
            [marking(arm, text) for arm, text in texts],
            n_tokens=n_tokens,
            rngs=[
                np.random.default_rng([zlib.crc32((arm.profile or "unmarked").encode()), text])
                for arm, text in texts
            ],
            to_end=False,
        )
        for at, name in enumerate(names):
            keep(folder / f"{name}-{batch}.npz", written[at * BATCH : (at + 1) * BATCH])


def marking(arm: Arm, text: int) -> smollm2.Marking:
    """Say how a text of an arm is marked."""
    if not arm.profile:
        return smollm2.Marking(temperature=arm.temperature)
    return smollm2.Marking(SCHEMES[arm.profile], key(arm.profile, text), arm.temperature)


def keep(path: Path, written: Sequence[smollm2.Written]) -> None:
    """Write a batch of an arm, whole or not at all."""
    part = path.with_suffix(".part.npz")
    np.savez(
        part,
        tokens=np.stack([text.tokens for text in written]).astype(np.uint16),
        log_chances=np.stack([text.log_chances for text in written]),
        entropies=np.stack([text.entropies_nats for text in written]),
    )
    part.rename(path)
    sys.stderr.write(f"{path.name}\n")


def pack(folder: Path, out: Path) -> None:
    """Put all whole batches of a folder into one file, arm by arm."""
    arms = []
    for name, arm in ARMS.items():
        paths = [folder / f"{name}-{batch}.npz" for batch in range(arm.n_batches)]
        if not all(path.exists() for path in paths):
            sys.stderr.write(f"{name} is not finished, and is left out\n")
            continue
        told = [np.load(path) for path in paths]
        log_chances = np.concatenate([each["log_chances"] for each in told])
        n = len(log_chances)
        means = np.stack([log_chances[:, :N_FIRST].mean(axis=1), log_chances.mean(axis=1)], axis=1)
        secrets = b"".join(key(arm.profile, text).secret for text in range(n)) if arm.profile else b""
        arms.append(
            samples.Arm(
                name,
                arm.profile,
                arm.temperature,
                np.concatenate([each["tokens"] for each in told]),
                np.frombuffer(secrets, dtype=np.uint8).reshape(n, -1),
                means,
                np.concatenate([each["entropies"] for each in told]).mean(axis=1),
            )
        )
    samples.write(out, arms)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
    pack(Path(sys.argv[1]), Path(__file__).with_name("samples.npz"))
