"""Marking in vLLM: settings of its own watermark where it has one, a V1 logits processor for the rest."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, final

import numpy as np

from headwater.errors import ConfigError, InputError
from headwater.watermark import keys, sampler
from headwater.watermark.keys import Key
from headwater.watermark.sampler import Trail
from headwater.watermark.scheme import Scheme
from headwater.watermark.schemes import SCHEMES

SETTING: Final = "headwater_watermark"
_NATIVE: Final = {"gumbel-vllm-philox-1": "gumbel", "gumbel-vllm-philox-dual-1": "dual_key_gumbel"}


def engine_settings(scheme: Scheme, key: Key) -> dict[str, int | float | str]:
    """Give the values of vLLM's `WatermarkConfig` for a profile it has.

    They hold the secret: hand them to the engine, and print them nowhere.

    Args:
        scheme: A profile of vLLM.
        key: A key of it.

    Returns:
        For `LLM(watermark_config=…)`.

    Raises:
        InputError: If vLLM has no such scheme, or the key is of another profile.
    """
    if scheme.name not in _NATIVE:
        raise InputError(
            f"vLLM has no watermark like {scheme.name}",
            hint="use the logits processor headwater.watermark.generate.vllm:MarkLogits",
        )
    if key.profile != scheme.name:
        raise InputError(f"a key of {key.profile} marks no text by {scheme.name}")
    return {
        "algorithm": _NATIVE[scheme.name],
        "alpha": 0.1,
        "context_width": scheme.width,
        "deduplicate_contexts": "single_turn",
        "key": int.from_bytes(key.secret, "big"),
        "prf": "philox",
    }


@final
class Requests:
    """Mark the requests of a changing batch, as vLLM's interface asks.

    vLLM divides by the temperature after this, so laws come back multiplied by it. Greedy requests
    (temperature 0) are left alone: they cannot be marked.
    """

    __slots__ = ("_key", "_requests", "_scheme")

    def __init__(self, scheme: Scheme, key: Key) -> None:
        """Begin with an empty batch.

        Raises:
            InputError: If the key is of another profile.
        """
        Trail(scheme, key, n_prompt=0)
        self._scheme, self._key = scheme, key
        self._requests: dict[int, _Request] = {}

    def update(self, change: Any, *, swap: Any) -> None:
        """Follow the batch: removals, additions, moves, in this order.

        Args:
            change: vLLM's `BatchUpdate`, or None.
            swap: Its `MoveDirectionality.SWAP`.
        """
        if change is None:
            return
        for at in change.removed:
            self._requests.pop(at, None)
        for at, params, prompt, output in change.added:
            self._requests[at] = _Request(self._scheme, self._key, params, (prompt or [], output))
        for one, other, way in change.moved:
            moved, replaced = self._requests.pop(one, None), self._requests.pop(other, None)
            if moved is not None:
                self._requests[other] = moved
            if way == swap and replaced is not None:
                self._requests[one] = replaced

    def apply(self, logits: Any) -> Any:
        """Bend the logits of every request, in place.

        Args:
            logits: Tensor of shape (batch, n_types).
        """
        import torch

        for at, request in self._requests.items():
            if at < len(logits) and request.temperature > 0.0:
                row = request.bend(logits[at].detach().cpu().double().numpy())
                logits[at] = torch.from_numpy(row).to(logits)
        return logits


@final
class _Request:
    __slots__ = ("_output", "_prompt", "_top_p", "_trail", "temperature")

    def __init__(self, scheme: Scheme, key: Key, params: Any, texts: tuple[list[int], list[int]]) -> None:
        self._prompt, self._output = texts
        self._trail = Trail(scheme, key, n_prompt=len(self._prompt))
        self.temperature, self._top_p = float(params.temperature), float(params.top_p)

    def bend(self, logits: np.ndarray[Any, np.dtype[np.float64]]) -> Any:
        # The list of output tokens is the engine's own, and grows. Asynchronous scheduling puts -1 for what
        # is not known yet; no context holds it, and the token after it is left unmarked.
        known = [*self._prompt, *self._output]
        law = sampler.law_of(logits, temperature=self.temperature, top_p=self._top_p)
        if known and known[-1] >= 0:
            law = self._trail.tilt(law, np.array(known, dtype=np.int64).astype(np.uint32))
        with np.errstate(divide="ignore"):
            return self.temperature * np.log(law)


def configured(settings: Mapping[str, Any] | None) -> tuple[Scheme, Key]:
    """Read which scheme and key an engine was started with.

    Args:
        settings: vLLM's `additional_config`, with `{"headwater_watermark": {"profile": …, "key_file": …}}`.

    Raises:
        ConfigError: If a value is missing or unknown.
    """
    told = (settings or {}).get(SETTING)
    if not isinstance(told, Mapping) or set(told) != {"profile", "key_file"}:
        raise ConfigError(
            f"additional_config has no {SETTING} with profile and key_file",
            hint=f'--additional-config \'{{"{SETTING}": {{"profile": "…", "key_file": "…"}}}}\'',
        )
    if told["profile"] not in SCHEMES:
        raise ConfigError(f"no watermark profile {told['profile']!a}")
    return SCHEMES[told["profile"]], keys.read(Path(told["key_file"]))


def _processor() -> type:
    from vllm.v1.sample.logits_processor import (  # type: ignore[import-not-found,unused-ignore]
        LogitsProcessor,
        MoveDirectionality,
    )

    class MarkLogits(LogitsProcessor):  # type: ignore[misc]
        """Mark by what `additional_config` says."""

        def __init__(self, vllm_config: Any, device: Any, is_pin_memory: bool) -> None:  # noqa: FBT001
            self._requests = Requests(*configured(vllm_config.additional_config))

        def apply(self, logits: Any) -> Any:
            return self._requests.apply(logits)

        def is_argmax_invariant(self) -> bool:
            return False

        def update_state(self, batch_update: Any) -> None:
            self._requests.update(batch_update, swap=MoveDirectionality.SWAP)

    return MarkLogits


def __getattr__(name: str) -> type:
    """Make the class when asked for it: it must inherit from vLLM's.

    Raises:
        AttributeError: If it is another name.
    """
    if name != "MarkLogits":
        raise AttributeError(name)
    return _processor()
