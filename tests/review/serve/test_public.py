"""The log of a campaign as strangers read it: its tiles over HTTP, its roll inside, its witnesses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from headwater.errors import ConsistencyError
from headwater.log import checkpoint, tile
from headwater.log.checkpoint import Policy
from headwater.log.reader import Reader
from headwater.log.tree import leaf_hash
from headwater.log.witness import Witness
from headwater.review.attest import Roll, ledger, read
from headwater.review.serve import witnesses
from headwater.review.serve.app import app
from headwater.review.serve.screens.log import verify
from headwater.review.serve.sealer import seal
from headwater.review.store import people
from tests.log import witness_server
from tests.log.samples import COSIGNER, NOW_S
from tests.review.serve.test_vote import token
from tests.review.serve.worlds import Browser, World, served


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with served(tmp_path) as made:
        ann = made.joined("validator", "ann")
        for label in ("human", "ai"):
            assert ann.form("/review/vote", token=token(ann.open("/review")), label=label).status == 303
        seal(made.desk)
        yield made


def entries(world: World) -> list[bytes]:
    """Read the whole log."""
    reader = Reader(world.desk.campaign.log)
    return [reader.entry(at) for at in range(reader.head().size)]


def test_a_stranger_reads_the_head_and_the_hashes_and_no_vote(world: World) -> None:
    eve, ann, ada = world.browser(), world.joined("validator", "ben"), world.joined("auditor", "ada")
    seal(world.desk)
    head = eve.get("/log/checkpoint")
    at = checkpoint.verify(head.body, world.desk.campaign.policy)
    said = entries(world)
    hashes = eve.get(f"/log/tile/0/000.p/{at.size}").body
    assert [hashes[one : one + 32] for one in range(0, len(hashes), 32)] == [leaf_hash(one) for one in said]
    bundle = f"/log/tile/entries/000.p/{at.size}"
    assert [one.get(bundle).status for one in (eve, ann, ada)] == [404, 404, 200]
    answer = ada.get(bundle)
    assert answer.body == b"".join(len(one).to_bytes(2, "big") + one for one in said)
    assert answer.header("cache-control") == "no-store"
    assert answer.header("access-control-allow-origin") == ""
    opened = Browser(app(world.desk, open_entries=True))
    assert opened.get(bundle).body == answer.body
    for path in (
        "/log/tile/0/001",
        "/log/../keys/log",
        "/log/keys/log",
        "/log/tile/entries/x",
        "/log/verify",
    ):
        assert opened.get(path).status in {404, 405}, path
    assert tile.parse_path(bundle.removeprefix("/log/")).width == at.size


def test_the_roll_is_in_the_log(world: World) -> None:
    boss = world.joined("admin", "boss")
    assert boss.json("/people/revoke.json", name="review.example/campaign/ann").status == 200
    signed, desk = seal(world.desk), world.desk
    members, said = desk.look(people.roll), entries(world)
    assert len(read(said, signed, desk.campaign.policy)) == 2
    assert len(read(said, signed, desk.campaign.policy, members)) == 2
    with pytest.raises(ConsistencyError, match="roll is not that"):
        read(said, signed, desk.campaign.policy, Roll(members.members[:1]))
    assert [ledger.MEMBER_FORMAT.encode() in one for one in said] == [True, False, False, True, True]


@pytest.mark.loopback
def test_witnesses_sign_every_head_and_tell_of_another_history(world: World) -> None:
    campaign = world.desk.campaign
    named = (campaign.origin, campaign.signer.key.public)
    running = witness_server.Witness(COSIGNER.name, COSIGNER.seed, named, NOW_S)
    with witness_server.serving(running) as url:
        assert witnesses.add(campaign, Witness(url, (COSIGNER.key,))) == 1
        ann = world.joined("curator", "cy")
        assert ann.get("/log.json").told["witnesses"] == [{"name": COSIGNER.name, "url": url, "signed": True}]
        policy = Policy(campaign.origin, (campaign.signer.key,), (COSIGNER.key,), 1)
        assert checkpoint.verify(seal(world.desk), policy).size == 4
        assert verify(world.desk)["n_cosigned"] == 1
        running.root = bytes(32)  # It has seen another history.
        world.joined("validator", "late")
        found = verify(world.desk)
        assert not found["sound"]
        assert "not" in found["why"]
    world.joined("validator", "later")
    found = verify(world.desk)  # It does not answer any more: said, and no fault of the log.
    assert (found["sound"], found["n_cosigned"]) == (True, 0)
    assert "has not signed this head yet" in ann.get("/log").text
