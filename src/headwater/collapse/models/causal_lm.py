"""Any Hugging Face causal language model by name or path, fine-tuned each generation (extra `lm`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from headwater.collapse.models.model import Data, Floats, tokens
from headwater.collapse.sampling import FAITHFUL, Sampling
from headwater.errors import InputError, UnavailableError
from headwater.extras import pretrained, require


@dataclass(frozen=True, slots=True, eq=False)
class FittedCausalLm:
    """Hold a fine-tuned model.

    Attributes:
        network: The model.
        prompts: What its samples continue, shape (m, p); one start token where none was given.
        n_new: Tokens of a sample.
        types: Types in the training set.
        device: Where it runs.
    """

    network: Any
    prompts: Data
    n_new: int
    types: int
    device: str

    def sample(self, size: int, rng: np.random.Generator, *, sampling: Sampling = FAITHFUL) -> Data:
        """Continue prompts, in order; give the new tokens, int64, shape (size, n_new)."""
        sampling.only("temperature", "top_p", "beam", model="causal-lm")
        torch = require("torch", extra="lm")
        options: dict[str, Any] = {"num_beams": sampling.beam, "do_sample": sampling.beam == 1}
        if sampling.beam == 1:
            options |= {"temperature": sampling.temperature, "top_p": sampling.top_p, "top_k": 0}
        out = []
        with torch.random.fork_rng(devices=[]), torch.no_grad():
            torch.manual_seed(int(rng.integers(2**63)))
            for start in range(0, size, 32):
                rows = np.arange(start, min(start + 32, size)) % len(self.prompts)
                prompt = torch.from_numpy(self.prompts[rows]).to(self.device)
                made = self.network.generate(
                    prompt,
                    attention_mask=torch.ones_like(prompt),
                    min_new_tokens=self.n_new,
                    max_new_tokens=self.n_new,
                    pad_token_id=0,
                    **options,
                )
                out.append(made[:, prompt.shape[1] :].cpu().numpy())
        return np.concatenate(out).astype(np.int64)

    def score(self, data: Data) -> Floats:
        """Give the log probability of each block given its first token, shape (n,)."""
        torch = require("torch", extra="lm")
        blocks = torch.from_numpy(np.asarray(data, dtype=np.int64))
        rows = []
        with torch.no_grad():
            for batch in blocks.split(16):
                on_device = batch.to(self.device)
                logits = self.network(on_device).logits[:, :-1]
                losses = torch.nn.functional.cross_entropy(
                    logits.flatten(0, 1), on_device[:, 1:].flatten(), reduction="none"
                )
                rows.append(-losses.view(len(batch), -1).sum(dim=1).cpu())
        return np.asarray(torch.cat(rows).numpy(), dtype=np.float64)

    def summary(self) -> Mapping[str, float]:
        """Give the number of types in the training set."""
        return {"types": float(self.types)}


@dataclass(frozen=True, slots=True, eq=False)
class CausalLm:
    """Fine-tune a causal language model, every generation from the same weights.

    Attributes:
        model: Name or path, as `transformers` understands it, such as facebook/opt-125m.
        epochs: Passes over the data, >= 1.
        rate: Learning rate.
        rows: Blocks of a training step.
        prompts: Token numbers that samples continue, shape (m, p); None starts from nothing.
        download: Whether weights may be fetched; otherwise they must be on this machine.
        device: Where to run, such as cpu or cuda:0.

    Raises:
        InputError: If a number is out of range.
    """

    name: ClassVar[str] = "causal-lm"
    weighted: ClassVar[bool] = False
    model: str = "facebook/opt-125m"
    epochs: int = 5
    rate: float = 2e-5
    rows: int = 16
    prompts: Data | None = None
    download: bool = False
    device: str = "cpu"

    def __post_init__(self) -> None:
        if min(self.epochs, self.rows) < 1 or not 0.0 < self.rate < np.inf:
            raise InputError("epochs, rows and learning rate are positive")

    def fit(self, data: Data, *, rng: np.random.Generator, weights: Floats | None = None) -> FittedCausalLm:
        """Train further on blocks of tokens.

        Args:
            data: Token numbers of the model's own tokenizer, shape (n, block), block >= 2.
            rng: Where dropout and the order of batches come from.
            weights: Not honoured; a run draws samples again by weight.

        Returns:
            The fine-tuned model.

        Raises:
            InputError: If a token is outside the model's vocabulary or a block has one token.
            UnavailableError: If libraries or weights are not there.
        """
        x = tokens(data, dimensions=2, model=self.name)
        network = self._load()
        if int(x.max()) >= network.config.vocab_size or x.shape[1] < 2:
            raise InputError(f"blocks have two tokens at least, below {network.config.vocab_size}")
        torch = require("torch", extra="lm")
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(int(rng.integers(2**63)))
            self._train(torch, network, torch.from_numpy(x))
        start = network.config.bos_token_id
        prompts = np.array([[0 if start is None else start]]) if self.prompts is None else self.prompts
        return FittedCausalLm(network.eval(), prompts, x.shape[1], int(np.unique(x).size), self.device)

    def config(self) -> Any:
        """Read what kind of network it is, without its weights.

        Raises:
            UnavailableError: If libraries or the model are not there.
        """
        return self._read("AutoConfig")

    def _load(self) -> Any:
        return self._read("AutoModelForCausalLM").to(self.device)

    def _read(self, kind: str) -> Any:
        if not (self.download or self._is_here()):
            raise UnavailableError(
                f"no weights of {self.model} here", hint="give a local path, or allow the download"
            )
        return pretrained(kind, self.model, download=self.download)

    def _is_here(self) -> bool:
        # Asked beforehand: transformers looks for converted weights on the network even when told not to.
        cached = require("huggingface_hub", extra="lm").try_to_load_from_cache
        try:
            return Path(self.model).is_dir() or isinstance(cached(self.model, "config.json"), str)
        except ValueError:  # It is no name that a model can have.
            return False

    def _train(self, torch: Any, network: Any, x: Any) -> None:
        network.train()
        optimiser = torch.optim.AdamW(network.parameters(), lr=self.rate)
        for _ in range(self.epochs):
            for rows in torch.randperm(len(x)).split(self.rows):
                batch = x[rows].to(self.device)
                loss = network(batch, labels=batch).loss
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
