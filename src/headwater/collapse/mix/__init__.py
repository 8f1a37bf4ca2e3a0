"""Every intervention there is; a new one is a file here and a line in `INTERVENTIONS`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from headwater.collapse.mix.bias import Bias
from headwater.collapse.mix.detector import Detector
from headwater.collapse.mix.intervention import Draft, Intervention, Stage
from headwater.collapse.mix.keep import Accumulate, AccumulateSubsample, Replace
from headwater.collapse.mix.manifest import Manifest
from headwater.collapse.mix.plan import Plan, draft_of, plan
from headwater.collapse.mix.review import HumanLoop, surprise
from headwater.collapse.mix.share import Fresh, Reserve
from headwater.collapse.mix.verifier import Verifier, imperfect
from headwater.collapse.mix.weigh import Golden, Importance, simulated_confidence

INTERVENTIONS: Mapping[str, type[Intervention]] = MappingProxyType(
    {
        Replace.name: Replace,
        Accumulate.name: Accumulate,
        AccumulateSubsample.name: AccumulateSubsample,
        Fresh.name: Fresh,
        Reserve.name: Reserve,
        Bias.name: Bias,
        Detector.name: Detector,
        Verifier.name: Verifier,
        HumanLoop.name: HumanLoop,
        Golden.name: Golden,
        Importance.name: Importance,
    }
)

__all__ = [
    "INTERVENTIONS",
    "Accumulate",
    "AccumulateSubsample",
    "Bias",
    "Detector",
    "Draft",
    "Fresh",
    "Golden",
    "HumanLoop",
    "Importance",
    "Intervention",
    "Manifest",
    "Plan",
    "Replace",
    "Reserve",
    "Stage",
    "Verifier",
    "draft_of",
    "imperfect",
    "plan",
    "simulated_confidence",
    "surprise",
]
