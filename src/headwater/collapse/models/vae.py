"""A small variational auto-encoder on flattened images in [0, 1], in torch (extra `lm`)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from headwater.collapse.models.model import Data, Floats, numbers, one_thread
from headwater.collapse.sampling import FAITHFUL, Sampling
from headwater.errors import InputError
from headwater.extras import require


@dataclass(frozen=True, slots=True, eq=False)
class FittedVae:
    """Hold the two networks.

    Attributes:
        encoder: From (n, d) to means and log variances (n, 2 z).
        decoder: From (n, z) to images (n, d).
        latent: z.
        beta: Weight of the divergence; the decoder's noise variance is beta / 2.
    """

    encoder: Any
    decoder: Any
    latent: int
    beta: float

    def sample(self, size: int, rng: np.random.Generator, *, sampling: Sampling = FAITHFUL) -> Data:
        """Draw images without the decoder's noise, shape (size, d)."""
        sampling.only("temperature", "scale", model="vae")
        torch = require("torch", extra="lm")
        z = math.sqrt(sampling.scale * sampling.temperature) * rng.standard_normal((size, self.latent))
        with one_thread(torch), torch.no_grad():
            return np.asarray(self.decoder(torch.from_numpy(z.astype(np.float32))).numpy(), dtype=np.float64)

    def score(self, data: Data) -> Floats:
        """Bound the log density of each image from below, shape (n,)."""
        torch = require("torch", extra="lm")
        x = torch.from_numpy(np.asarray(data, dtype=np.float32))
        with one_thread(torch), torch.no_grad():
            mean, log_variance = self.encoder(x).chunk(2, dim=1)
            error = ((x - self.decoder(mean)) ** 2).sum(dim=1)
            divergence = _divergence(mean, log_variance)
        bound = -error / self.beta - 0.5 * x.shape[1] * math.log(math.pi * self.beta) - divergence
        return np.asarray(bound.numpy(), dtype=np.float64)

    def summary(self) -> Mapping[str, float]:
        """Give the total variance of a fixed set of 512 samples."""
        images = self.sample(512, np.random.default_rng(0))
        return {"variance": float(images.var(axis=0).sum())}


@dataclass(frozen=True, slots=True)
class Vae:
    """Fit a variational auto-encoder with two hidden layers on either side.

    Attributes:
        latent: Dimensions of the latent space, >= 1.
        width: Units of a hidden layer.
        epochs: Passes over the data, >= 1.
        beta: Weight of the divergence against the squared error, above 0.

    Raises:
        InputError: If a number is out of range.
    """

    name: ClassVar[str] = "vae"
    weighted: ClassVar[bool] = False
    latent: int = 8
    width: int = 96
    epochs: int = 60
    beta: float = 0.1

    def __post_init__(self) -> None:
        if min(self.latent, self.width, self.epochs) < 1 or not 0.0 < self.beta < math.inf:
            raise InputError("latent, width, epochs and beta are positive")

    def fit(self, data: Data, *, rng: np.random.Generator, weights: Floats | None = None) -> FittedVae:
        """Fit to flattened images.

        Args:
            data: In [0, 1], shape (n, d).
            rng: Where first weights, batches and noise come from.
            weights: Not honoured; a run draws samples again by weight.

        Returns:
            The fitted model.

        Raises:
            InputError: If an image lies outside [0, 1].
            UnavailableError: If torch is not installed.

        Source:
            Kingma and Welling (2014), arXiv 1312.6114; beta after Higgins et al. (2017).
        """
        x = numbers(data, dimensions=2, model=self.name)
        if float(x.min()) < 0.0 or float(x.max()) > 1.0:
            raise InputError("the images of a vae lie in [0, 1]", hint="divide by the largest value")
        torch = require("torch", extra="lm")
        with one_thread(torch), torch.random.fork_rng(devices=[]):
            torch.manual_seed(int(rng.integers(2**63)))
            encoder = self._network(torch, x.shape[1], 2 * self.latent)
            decoder = self._network(torch, self.latent, x.shape[1]).append(torch.nn.Sigmoid())
            self._train(torch, encoder, decoder, torch.from_numpy(x.astype(np.float32)))
        return FittedVae(encoder.eval(), decoder.eval(), self.latent, self.beta)

    def _network(self, torch: Any, n_in: int, n_out: int) -> Any:
        nn, width = torch.nn, self.width
        return nn.Sequential(
            nn.Linear(n_in, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, n_out)
        )

    def _train(self, torch: Any, encoder: Any, decoder: Any, x: Any) -> None:
        optimiser = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=1e-3)
        for _ in range(self.epochs):
            for rows in torch.randperm(len(x)).split(32):
                batch = x[rows]
                mean, log_variance = encoder(batch).chunk(2, dim=1)
                z = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
                error = ((batch - decoder(z)) ** 2).sum(dim=1)
                loss = (error + self.beta * _divergence(mean, log_variance)).mean()
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()


def _divergence(mean: Any, log_variance: Any) -> Any:
    return 0.5 * (mean**2 + log_variance.exp() - 1.0 - log_variance).sum(dim=1)
