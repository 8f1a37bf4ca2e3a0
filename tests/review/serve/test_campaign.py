"""One campaign on either database: votes, undo, adjudication, writing, an end, the log."""

from __future__ import annotations

from pathlib import Path

from headwater.review.serve.screens.log import verify
from headwater.review.store.ballots import standing
from tests.review.serve.test_vote import token
from tests.review.serve.worlds import served
from tests.review.store.worlds import check


def test_a_campaign_from_votes_to_its_log(address: str, tmp_path: Path) -> None:
    with served(tmp_path, ("a mill\x00", "half \ud800"), address=address) as world:
        for name, label in (("ann", "human"), ("ben", "ai")):
            one = world.joined("validator", name)
            for _ in range(2):
                assert one.form("/review/vote", token=token(one.open("/review")), label=label).status == 303
        last = one.get("/review.json").told["last"]["statement"]
        assert one.json("/review/undo.json", statement=last).told["undone"]
        assert one.form("/review/vote", token=token(one.open("/review")), label="human").status == 303

        cy, wim, dee = (world.joined(role, role) for role in ("adjudicator", "writer", "admin"))
        item = cy.get("/adjudicate.json").told["item"]
        fields = {name: str(item[name]) for name in ("number", "nonce", "now_s")}
        assert cy.json("/adjudicate/settle.json", label="mixed", **fields).told["new"]
        nonce = wim.get("/write.json").told["nonce"]
        told = {"text": "mine", "licence": "CC0-1.0", "nonce": nonce, "consents": "yes"}
        assert wim.json("/write/hand-in.json", **told).status == 200
        assert dee.json("/people/revoke.json", name="review.example/campaign/ben").status == 200
        for screen in ("batch", "reliability", "progress", "log", "people", "account"):
            assert dee.get(f"/{screen}").status == 200
        assert check(world.desk.store) == {"human": 3, "ai": 1}
        batch = dee.get("/batch.json").told["batches"][0]["digest"]
        cast = world.desk.look(lambda db: standing(db, batch))
        assert sorted((one.validator.rpartition("/")[2], one.label) for one in cast) == [
            ("adjudicator", "mixed"),
            ("ann", "human"),
            ("ann", "human"),
            ("ben", "ai"),
            ("ben", "human"),
        ]
        found = verify(world.desk)
        assert (found["sound"], found["n_votes"], found["n_retracted"]) == (True, 6, 1)
