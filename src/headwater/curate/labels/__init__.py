"""Every label there is; a new one is a file here and a line in `LABELS`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from headwater.curate.labels.capture import Capture
from headwater.curate.labels.detector import Detector
from headwater.curate.labels.disclosure import Disclosure
from headwater.curate.labels.duplicate import Duplicate
from headwater.curate.labels.label import Label
from headwater.curate.labels.language import Language
from headwater.curate.labels.membership import Membership
from headwater.curate.labels.quality import Quality
from headwater.curate.labels.statistical import Statistical
from headwater.curate.labels.translation import Translation
from headwater.curate.labels.vocabulary import Vocabulary
from headwater.curate.labels.watermark import Watermark
from headwater.curate.labels.writer import Writer

LABELS: Mapping[str, type[Label]] = MappingProxyType(
    {
        Capture.name: Capture,
        Language.name: Language,
        Quality.name: Quality,
        Vocabulary.name: Vocabulary,
        Disclosure.name: Disclosure,
        Translation.name: Translation,
        Writer.name: Writer,
        Statistical.name: Statistical,
        Detector.name: Detector,
        Watermark.name: Watermark,
        Membership.name: Membership,
        Duplicate.name: Duplicate,
    }
)
