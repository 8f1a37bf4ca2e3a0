"""Claims of who wrote a text: said by somebody, kept apart from dates, and never a grade."""

from __future__ import annotations

from headwater.reserve import claim, dating
from tests.reserve.sealed import FILE, sealed
from tests.reserve.worlds import KEYS, NOW_S


def test_claims_of_a_document_and_of_its_file_are_found_and_say_nothing_of_its_date() -> None:
    held = sealed(12)
    _, of = dating.of_document(held, 3)
    made = [
        claim.claim("human", of=of, by="an editor", basis="colophon", now_s=NOW_S),
        claim.claim("machine", of={"file": FILE}, by="a reader", basis="style", now_s=NOW_S),
        claim.claim("mixed", of={"document": 4}, by="a reader", basis="style", now_s=NOW_S),
    ]
    held = held.append(made, KEYS.registry, time_s=NOW_S)

    found = claim.claims(held.leaf(3), 3, held.entries)

    assert [one["claim"] for _, one in found] == ["human", "machine"]
    assert [held.entries[number] for number, _ in found] == [one for _, one in found]
    assert dating.dated(held.leaf(3), 3, dating.numbered(held.entries)).grade == "E0"
