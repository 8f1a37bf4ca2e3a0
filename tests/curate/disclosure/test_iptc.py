"""Names of digital source types."""

import pytest

from headwater.curate.disclosure.iptc import CODES, source_type


@pytest.mark.parametrize(
    "form",
    [
        "{}",
        "http://cv.iptc.org/newscodes/digitalsourcetype/{}",
        "https://cv.iptc.org/newscodes/digitalsourcetype/{}/",
        "digsrctype:{}",
        " {} ",
    ],
)
@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_is_known_in_every_form(form: str, code: str) -> None:
    assert source_type(form.format(code)) is CODES[code]


@pytest.mark.parametrize(
    ("name", "claim"),
    [
        ("TrainedAlgorithmicMediaDigitalSource", "ai-generated"),
        ("https://schema.org/CompositeWithTrainedAlgorithmicMediaDigitalSource", "ai-assisted"),
        ("schema:MinorHumanEditsDigitalSource", "human"),
        ("MultiFrameComputationalDigitalSource", "human"),
        ("http://c2pa.org/digitalsourcetype/empty", "none-stated"),
        ("http://c2pa.org/digitalsourcetype/trainedAlgorithmicData", "ai-generated"),
    ],
)
def test_schema_org_and_c2pa_names(name: str, claim: str) -> None:
    assert source_type(name) == claim


@pytest.mark.parametrize(
    "value", ["", "human", "x" * 10_000, "https://schema.org/Article", "DigitalSource", "///"]
)
def test_other_words_are_no_source_type(value: str) -> None:
    assert source_type(value) is None
