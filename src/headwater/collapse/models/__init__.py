"""Every model there is; a new one is a file here and a line in `MODELS`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from headwater.collapse.models.categorical import Categorical, zipf
from headwater.collapse.models.causal_lm import CausalLm
from headwater.collapse.models.digits import PcaGaussian, load_digits
from headwater.collapse.models.gaussian import Gaussian
from headwater.collapse.models.gaussian_nd import GaussianNd
from headwater.collapse.models.kde import Kde
from headwater.collapse.models.linear import Linear
from headwater.collapse.models.mixture import Mixture
from headwater.collapse.models.model import Fitted, Model
from headwater.collapse.models.ngram import Ngram
from headwater.collapse.models.transformer import Transformer
from headwater.collapse.models.vae import Vae

MODELS: Mapping[str, type[Model]] = MappingProxyType(
    {
        Gaussian.name: Gaussian,
        GaussianNd.name: GaussianNd,
        Mixture.name: Mixture,
        Kde.name: Kde,
        Categorical.name: Categorical,
        Linear.name: Linear,
        Ngram.name: Ngram,
        PcaGaussian.name: PcaGaussian,
        Vae.name: Vae,
        Transformer.name: Transformer,
        CausalLm.name: CausalLm,
    }
)

__all__ = [
    "MODELS",
    "Categorical",
    "CausalLm",
    "Fitted",
    "Gaussian",
    "GaussianNd",
    "Kde",
    "Linear",
    "Mixture",
    "Model",
    "Ngram",
    "PcaGaussian",
    "Transformer",
    "Vae",
    "load_digits",
    "zipf",
]
