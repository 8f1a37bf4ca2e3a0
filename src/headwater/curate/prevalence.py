"""How much of a finished run is generated, as a frozen result that the page draws and `--json` prints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from headwater import __version__
from headwater.curate.calibrate import check, finished, labelled
from headwater.curate.calibration import Calibration
from headwater.curate.calibration import parse as parse_calibration
from headwater.curate.estimate import StratumLaw, estimate
from headwater.curate.policy import parse
from headwater.curate.sighting import Sighting, sightings
from headwater.curate.summary import PrevalencePart, Silence


@dataclass(frozen=True, slots=True)
class Prevalence:
    """How much of a crawl is generated.

    Attributes:
        run_id: Of the run.
        calibration: SHA-256 of the calibration.
        seed: Of the bootstrap.
        version: Headwater version.
        parts: The whole first, then languages, months and domains.
        silent: What nothing can be said of, most first.
        strata: Every stratum that both kinds are known of.
    """

    run_id: str
    calibration: str
    seed: int
    version: str
    parts: tuple[PrevalencePart, ...]
    silent: tuple[Silence, ...]
    strata: tuple[StratumLaw, ...]

    def of(self, dimension: str) -> tuple[PrevalencePart, ...]:
        """Give the parts of one dimension, in order."""
        return tuple(part for part in self.parts if part.dimension == dimension)


def prevalence(
    root: Path, *, calibration: bytes, generated: Sequence[Path] = (), seed: int = 0
) -> Prevalence:
    """Estimate which share of a finished run is generated.

    Args:
        root: Folder of the run.
        calibration: Human scores, as `calibration.encode` writes them.
        generated: Folders of finished runs over texts that are known to be generated.
        seed: Of the bootstrap.

    Returns:
        The estimate; equal runs, calibrations and seeds give equal ones.

    Raises:
        ConfigError: If the calibration does not go with the labels.
        FormatError: If it is none.
        InputError: If a folder holds no finished run with the labels that are needed.
    """
    human, plan = parse_calibration(calibration), finished(root)
    config = plan["config"]
    check(human, config["labels"], detector=config.get("detector", ""))
    policy = parse(config["policy"])
    found = estimate(
        sightings(labelled(root), policy, scored_by=human.label),
        human,
        generated=_known(generated, human),
        rng=np.random.default_rng(seed),
    )
    return Prevalence(
        plan["run_id"], human.digest, seed, __version__, found.parts, found.silent, found.strata
    )


def _known(runs: Sequence[Path], human: Calibration) -> Iterator[Sighting]:
    for run in runs:
        config = finished(run)["config"]
        check(human, config["labels"], detector=config.get("detector", ""))
        seen = sightings(labelled(run), parse(config["policy"]), scored_by=human.label)
        yield from (replace(one, origin="generated") for one in seen)
