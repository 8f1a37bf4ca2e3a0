"""The reviewers of a loop: what is shown to them, how they err, and what is concluded from their votes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from headwater.curate.store import atomic, intact
from headwater.loop import curation
from headwater.loop.scene import Scene
from headwater.review import pool
from headwater.review.draw import Beside, Plan, draw
from headwater.review.exchange.ballot import GOLD, RULING, Ballot
from headwater.review.exchange.rows import encode_jsonl, parse_jsonl
from headwater.review.outcome import Outcome, aggregate, encode
from headwater.review.pool import Candidate

VOTES, OUTCOMES, BATCH = "votes.jsonl", "outcomes.jsonl", "batch.json"
_FIRST, _MOST = 3, 7  # votes on a document: so many, and more where they disagree
_SETTLED = 6  # of seven; what fewer agree on is adjudicated
_POOL = "kept"


@dataclass(frozen=True, slots=True)
class Panel:
    """Let simulated people vote.

    Attributes:
        scene: How many there are, and how they err.
        rng: Chooses who is asked, and what each says.
    """

    scene: Scene
    rng: np.random.Generator

    def vote(self, document: str, pi: float | None, *, generated: bool) -> Iterator[Ballot]:
        """Cast votes on one document: three, and up to seven while they disagree."""
        said: list[bool] = []
        for who in self.rng.permutation(self.scene.reviewers)[:_MOST].tolist():
            if len(said) >= _FIRST and len(set(said)) == 1:
                return
            error = 1.0 - self.scene.caught if generated else self.scene.wronged
            said.append(generated != (self.rng.random() < error))
            yield Ballot(document, f"reviewer {who}", "ai" if said[-1] else "human", pi)

    def judge(self, document: str, pi: float | None, *, generated: bool) -> list[Ballot]:
        """Cast votes on one document, and rule where they leave it open."""
        votes = list(self.vote(document, pi, generated=generated))
        n_ai = sum(one.label == "ai" for one in votes)
        if n_ai in {0, len(votes)} or max(n_ai, len(votes) - n_ai) >= _SETTLED:
            return votes
        ruled = generated != (self.rng.random() < self.scene.misruled)
        return [*votes, Ballot(document, RULING, "ai" if ruled else "human", pi)]


def ask(
    curated: Path, folder: Path, *, before: Path, generated: Mapping[str, bool], panel: Panel, seed: str
) -> bytes:
    """Show reviewers a batch of what was kept, and conclude from all votes so far.

    Args:
        curated: Folder of the finished run.
        folder: Of the generation; the batch's manifest, all votes so far and the outcomes go there.
        before: Votes of the generations before; there may be none.
        generated: Address of a page -> whether a model wrote it, which reviewers are not told.
        panel: The reviewers.
        seed: Of the batch.

    Returns:
        The outcomes, as `curate --judgements` takes them; empty where nobody said anything.

    Raises:
        FormatError: If the votes before are damaged.
    """
    ballots: list[Ballot] = []
    if before.exists():
        with intact(before):
            ballots = parse_jsonl(before.read_bytes())
    asked = {one.document for one in ballots}
    every = list(pool.candidates(curated, "all"))
    kept = [one for one in every if one.action != "exclude"]
    judged = frozenset(one.record for one in kept if one.digest in asked)
    gold = _known(curated, [one for one in every if one.digest not in asked], panel)
    left = [one for one in kept if one.record not in judged and one.text not in gold]
    if left and panel.scene.reviewed:
        plan = Plan(seed, n=panel.scene.reviewed, pool=_POOL)
        batch = draw(curated, plan, Beside(judged=judged, gold=gold))
        _put(folder / BATCH, batch.data)
        url = curation.addresses(curated)
        for one in batch.manifest.items:
            if one.document in batch.gold:
                label = batch.gold[one.document]
                ballots.append(Ballot(one.document, GOLD, label, None))
                ballots += panel.vote(one.document, None, generated=label == "ai")
            else:
                ballots += panel.judge(one.document, one.pi, generated=generated[url[one.record]])
    _put(folder / VOTES, encode_jsonl(ballots))
    concluded = aggregate(ballots, rng=panel.rng).outcomes if ballots else ()
    data = encode(_here(concluded, kept))
    _put(folder / OUTCOMES, data)
    return data


def _known(curated: Path, among: Sequence[Candidate], panel: Panel) -> dict[str, str]:
    """Choose gold: pages whose writer a mark, a disclosure or the reserve tells, text -> label."""
    gold: dict[str, str] = {}
    for label, sure in (("ai", curation.excluded(curated)), ("human", curation.proved(curated))):
        found = [one.text for one in among if one.record in sure]
        some = panel.rng.permutation(len(found))[: panel.scene.gold]
        gold |= {found[at]: label for at in some.tolist()}
    return gold


def _here(concluded: Sequence[Outcome], kept: Sequence[Candidate]) -> Iterator[Outcome]:
    """Name documents as this run does; what it did not keep is left out."""
    by_digest = {one.document: one for one in concluded}
    for one in kept:
        if one.digest in by_digest:
            yield replace(by_digest[one.digest], document=one.record)


def _put(path: Path, data: bytes) -> None:
    with atomic(path) as temporary:
        temporary.write_bytes(data)
