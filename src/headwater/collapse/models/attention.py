"""The forward pass of a pre-norm transformer as functions of named tensors, with a cache to sample."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from headwater.extras import require

_HEAD = 32  # dimensions of a head


@dataclass(frozen=True, slots=True)
class Shape:
    """Hold the sizes of a transformer.

    Attributes:
        n_types: Size of the vocabulary; one row more is the start of a block.
        block: Tokens of a block.
        layers: Number of layers.
        width: Dimensions of a token.
    """

    n_types: int
    block: int
    layers: int
    width: int


def initial(shape: Shape) -> dict[str, Any]:
    """Draw first weights from torch's generator.

    Args:
        shape: Sizes.

    Returns:
        Tensors by name.

    Source:
        Radford et al. (2019): normal of sd 0.02, residual outputs divided by sqrt(2 layers).
    """
    torch = require("torch", extra="lm")
    d = shape.width
    out = 0.02 / math.sqrt(2 * shape.layers)
    parameters = {
        "token": 0.02 * torch.randn(shape.n_types + 1, d),
        "place": 0.02 * torch.randn(shape.block, d),
        "norm": torch.ones(d),
    }
    for i in range(shape.layers):
        parameters |= {
            f"{i}.norm1": torch.ones(d),
            f"{i}.qkv": 0.02 * torch.randn(3 * d, d),
            f"{i}.out": out * torch.randn(d, d),
            f"{i}.norm2": torch.ones(d),
            f"{i}.up": 0.02 * torch.randn(4 * d, d),
            f"{i}.down": out * torch.randn(d, 4 * d),
        }
    return parameters


def forward(
    parameters: Mapping[str, Any], shape: Shape, tokens: Any, *, cache: list[Any] | None = None
) -> Any:
    """Compute the logits of what follows each token.

    Args:
        parameters: Tensors by name.
        shape: Sizes.
        tokens: Tensor (n, t).
        cache: One entry a layer, keys and values of earlier tokens or None; it is extended in place.

    Returns:
        Logits over the types, tensor (n, t, n_types).
    """
    functional = require("torch.nn.functional", extra="lm")
    seen = 0 if cache is None or cache[0] is None else cache[0][0].shape[2]
    x = parameters["token"][tokens] + parameters["place"][seen : seen + tokens.shape[1]]
    for i in range(shape.layers):
        p = {k.partition(".")[2]: v for k, v in parameters.items() if k.startswith(f"{i}.")}
        x = x + _attend(functional, p, _norm(functional, x, p["norm1"]), cache=cache, layer=i)
        hidden = functional.gelu(functional.linear(_norm(functional, x, p["norm2"]), p["up"]))
        x = x + functional.linear(hidden, p["down"])
    return functional.linear(_norm(functional, x, parameters["norm"]), parameters["token"][: shape.n_types])


def _norm(functional: Any, x: Any, weight: Any) -> Any:
    return functional.layer_norm(x, x.shape[-1:], weight)


def _attend(functional: Any, p: Mapping[str, Any], x: Any, *, cache: list[Any] | None, layer: int) -> Any:
    n, t, d = x.shape
    parts = functional.linear(x, p["qkv"]).view(n, t, 3, d // _HEAD, _HEAD).permute(2, 0, 3, 1, 4)
    query, key, value = parts[0], parts[1], parts[2]  # (n, heads, t, head)
    if cache is not None:
        if cache[layer] is not None:
            torch = require("torch", extra="lm")
            key, value = (torch.cat(pair, dim=2) for pair in zip(cache[layer], (key, value), strict=True))
        cache[layer] = (key, value)
    mixed = functional.scaled_dot_product_attention(query, key, value, is_causal=t > 1)
    return functional.linear(mixed.transpose(1, 2).reshape(n, t, d), p["out"])
