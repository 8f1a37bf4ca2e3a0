"""Every kind of detector that may stand in for our score; a new one is a file and a line in `DETECTORS`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from headwater.curate.detectors import classifier, curvature, language_model, outside, ratio
from headwater.curate.detectors.detector import Kind

DETECTORS: Mapping[str, Kind] = MappingProxyType(
    {
        "curvature": Kind(curvature.open_score, language_model.digest),
        "ratio": Kind(ratio.open_score, language_model.digest),
        "classifier": Kind(classifier.open_score, language_model.digest),
        "callable": Kind(outside.open_score, outside.digest),
    }
)
