"""A sample that a third party draws again; every way to choose documents by hand is found out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.errors import FormatError, HeadwaterError, InclusionError, InputError, VerificationError
from headwater.log.tile import ENTRIES, tile_at
from headwater.reserve import mix as mixes
from headwater.reserve import sample
from headwater.reserve.mix import Mix
from headwater.reserve.order import Beacon
from headwater.reserve.reserve import Reserve
from headwater.reserve.sample import Handed, Trust
from tests.log.samples import damaged
from tests.reserve.sealed import sealed
from tests.reserve.worlds import KEYS, NOW_S

N = 1300
BEACON = Beacon("drand:test:1", bytes(range(32)))
TRUST = Trust(KEYS.manifest.policy, KEYS.manifest.registry_policy)


@pytest.fixture(scope="module")
def reserve() -> Reserve:
    return sealed(N)


def drawn(reserve: Reserve, n: int, strata: Sequence[str] = ()) -> tuple[Reserve, Mix]:
    intent = sample.intend(reserve, n, strata=strata, now_s=NOW_S)
    with_it = reserve.append([intent], KEYS.registry, time_s=NOW_S)
    return with_it, sample.draw(with_it, len(with_it.entries) - 1, BEACON)


def test_a_sample_is_whole_bundles_and_is_drawn_again(reserve: Reserve) -> None:
    with_it, mix = drawn(reserve, 500)

    assert len(mix.bundles) in {2, 3}
    assert sample.verify(mix, sample.hand_over(with_it, mix), TRUST) == len(list(mix.documents())) >= 500
    assert drawn(reserve, 500)[1].bundles == mix.bundles


def test_strata_get_their_share(reserve: Reserve) -> None:
    with_it, mix = drawn(reserve, 300, ("lang", "evidence"))
    kept = Counter(with_it.leaf(index).language.partition("-")[0] for index in mix.documents())

    assert kept["en"] == pytest.approx(kept["de"] * 2, abs=2)
    assert set(kept) == {"en", "de", "sw"}
    assert sample.verify(mix, sample.hand_over(with_it, mix), TRUST) == sum(kept.values())


def test_another_beacon_draws_another_sample(reserve: Reserve) -> None:
    with_it, mix = drawn(reserve, 500)
    number = len(with_it.entries) - 1
    others = {sample.draw(with_it, number, Beacon("b", bytes([at] * 32))).bundles for at in range(8)}

    assert len(others | {mix.bundles}) > 4


def forgeries(mix: Mix, reserve: Reserve) -> Mapping[str, Mix]:
    first, *rest = mix.bundles
    other = next(at for at in range(5) if at not in {one.index for one in mix.bundles})
    swapped = (replace(first, index=other), *rest)
    hashes = mixes.prove([one.index for one in swapped], reserve.size, reserve.log.nodes(reserve.size))
    return {
        "another bundle": replace(mix, bundles=swapped, hashes=hashes),
        "another order": replace(mix, bundles=(*rest, first)),
        "a bundle dropped": replace(mix, bundles=tuple(rest)),
        "a document dropped": replace(mix, bundles=(replace(first, kept=b"\x7f" + first.kept[1:]), *rest)),
        "another beacon": replace(mix, beacon=Beacon("drand:test:2", bytes(32))),
        "a hash changed": replace(mix, hashes=(bytes(32), *mix.hashes[1:])),
        "a hash too many": replace(mix, hashes=(*mix.hashes, bytes(32))),
        "a hash too few": replace(mix, hashes=mix.hashes[:-1]),
        "a redaction made up": replace(mix, redacted={next(mix.documents()): 0}),
        "another intent": replace(mix, intent=mix.intent.replace(b'"n":500', b'"n":501')),
    }


@pytest.mark.parametrize(
    "name",
    [
        "another bundle",
        "another order",
        "a bundle dropped",
        "a document dropped",
        "another beacon",
        "a hash changed",
        "a hash too many",
        "a hash too few",
        "a redaction made up",
        "another intent",
    ],
)
def test_a_forged_manifest_is_found_out(reserve: Reserve, name: str) -> None:
    with_it, mix = drawn(reserve, 500)
    forged = forgeries(mix, with_it)[name]

    with pytest.raises((VerificationError, FormatError)):
        sample.verify(forged, sample.hand_over(with_it, forged), TRUST)


def test_a_changed_entry_or_record_is_found_out(reserve: Reserve) -> None:
    with_it, mix = drawn(reserve, 300)
    whole = sample.hand_over(with_it, mix)
    rows, entries = whole.rows, whole.bundles
    first = mix.bundles[0].index
    with pytest.raises(InclusionError):
        sample.verify(mix, Handed({**entries, first: entries[first][:-1] + b"\0"}, rows), TRUST)
    changed = [rows[first][0]._replace(salt=bytes(16)), *rows[first][1:]]
    with pytest.raises(VerificationError):
        sample.verify(mix, Handed(entries, {**rows, first: changed}), TRUST)
    gone = [rows[first][0]._replace(record=b""), *rows[first][1:]]
    with pytest.raises(VerificationError, match="no redaction"):
        sample.verify(mix, Handed(entries, {**rows, first: gone}), TRUST)


def test_what_cannot_be_drawn_is_refused(reserve: Reserve) -> None:
    for n in (0, N + 1):
        with pytest.raises(InputError):
            sample.intend(reserve, n, now_s=NOW_S)
    with pytest.raises(InputError, match="stratum"):
        sample.intend(reserve, 5, strata=["colour"], now_s=NOW_S)
    with pytest.raises(InputError, match="no intent"):
        sample.draw(reserve, 0, BEACON)


@pytest.mark.parametrize("size", [1, 255, 256, 257, 1300])
@given(data=st.data())
def test_bundles_are_tied_to_a_tree_of_any_size(size: int, data: st.DataObject) -> None:
    from headwater.log.reader import Reader
    from tests.log.samples import log_of

    reader = Reader(log_of(size))
    at = reader.checkpoint()[0]
    n = -(-size // 256)
    some = data.draw(st.sets(st.integers(0, n - 1), min_size=1))
    found = {index: reader.tile(tile_at(ENTRIES, index, size)) for index in some}

    assert set(mixes.verify_bundles(found, at, mixes.prove(sorted(some), size, reader.nodes(size)))) == some


def test_a_manifest_encodes_to_itself_and_any_other_bytes_are_refused(reserve: Reserve) -> None:
    data = mixes.encode(drawn(reserve, 300)[1])
    assert mixes.encode(mixes.parse(data)) == data

    @given(damaged(data))
    def check(some: bytes) -> None:
        try:
            parsed = mixes.parse(some)
        except FormatError:
            return
        assert mixes.encode(parsed) == some

    check()


def test_the_proof_of_a_sample_is_small(reserve: Reserve) -> None:
    mix = drawn(reserve, 500)[1]

    assert len(mix.hashes) * 32 / len(list(mix.documents())) < 1.5
    assert isinstance(mix, Mix)
    with pytest.raises(HeadwaterError):
        mixes.parse(b"{}")
