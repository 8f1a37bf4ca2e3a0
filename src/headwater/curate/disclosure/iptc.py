"""The IPTC digital source types, under all the names they go by, and what each claims of a text."""

from __future__ import annotations

from typing import Final

from headwater.curate.disclosure.claim import Says

# IPTC NewsCodes scheme "Digital Source Type" with its retired codes, which old pages still carry, and
# the two codes C2PA 2.4 adds (18.15.2): what a code claims of the text it is attached to.
CODES: Final[dict[str, Says]] = {
    "trainedalgorithmicmedia": Says.AI_GENERATED,
    "trainedalgorithmicdata": Says.AI_GENERATED,
    "compositewithtrainedalgorithmicmedia": Says.AI_ASSISTED,
    "compositesynthetic": Says.AI_ASSISTED,
    # "Pure algorithm, not based on any sampled data": a machine made it, though no model did.
    "algorithmicmedia": Says.AI_GENERATED,
    "datadrivenmedia": Says.AI_GENERATED,
    "algorithmicallyenhanced": Says.AI_ASSISTED,
    "digitalcapture": Says.HUMAN,
    "computationalcapture": Says.HUMAN,
    "multiframecomputationalcapture": Says.HUMAN,
    "negativefilm": Says.HUMAN,
    "positivefilm": Says.HUMAN,
    "print": Says.HUMAN,
    "humanedits": Says.HUMAN,
    "minorhumanedits": Says.HUMAN,
    "compositecapture": Says.HUMAN,
    "digitalcreation": Says.HUMAN,
    "digitalart": Says.HUMAN,
    "softwareimage": Says.NONE_STATED,
    "screencapture": Says.NONE_STATED,
    "virtualrecording": Says.NONE_STATED,
    "composite": Says.NONE_STATED,
    "empty": Says.NONE_STATED,
}

# Short names schema.org's IPTCDigitalSourceEnumeration uses that differ from the IPTC code.
_SCHEMA_ORG_ENDING: Final = "digitalsource"
_ALIASES: Final[dict[str, str]] = {"multiframecomputational": "multiframecomputationalcapture"}


def source_type(value: str) -> Says | None:
    """Tell what a digital source type claims.

    Args:
        value: `http(s)://cv.iptc.org/newscodes/digitalsourcetype/CODE`, `digsrctype:CODE`,
            `http(s)://schema.org/CODEDigitalSource`, a bare code or a bare enumeration name;
            letter case, white space around it and a fragment or slash at the end are ignored.

    Returns:
        What it claims, or None when it is no digital source type.

    Source: https://cv.iptc.org/newscodes/digitalsourcetype/ and
        https://schema.org/IPTCDigitalSourceEnumeration
    """
    if len(value) > 200:
        return None
    name = value.strip().lower().rstrip("/#")
    for cut in ("/", "#", ":"):
        name = name.rpartition(cut)[2]
    name = name.replace("-", "").replace("_", "").replace(" ", "")
    if name.endswith(_SCHEMA_ORG_ENDING):
        name = name.removesuffix(_SCHEMA_ORG_ENDING)
    return CODES.get(_ALIASES.get(name, name))
