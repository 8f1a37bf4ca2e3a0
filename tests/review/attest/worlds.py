"""A campaign of three people, its batch, and votes."""

from __future__ import annotations

import hashlib
from typing import Any

from headwater import canonical
from headwater.log import envelope
from headwater.log.algorithm import ED25519
from headwater.log.checkpoint import Signer
from headwater.review import manifest
from headwater.review.attest import Interaction, Judgement, Member, Roll, judgement

NOW_S = 1_700_000_000
# Seeds that anyone can see: for tests, and for nothing else.
ANN, BEN, EVE = (
    Signer(f"review.example/{name}", ED25519, bytes(range(at, at + 32)))
    for at, name in enumerate(("ann", "ben", "eve"), 50)
)
ROLL = Roll(
    (
        Member(ANN.key, "validator", NOW_S - 100),
        Member(BEN.key, "adjudicator", NOW_S - 100, NOW_S + 100),
    )
)
TEXTS = (
    "A mill stood by the weir, and it turned.",
    "As of my last update, mills turn.",
    "Ḿ\u0301 \U0001f3de",
)
DISPLAYED = tuple(f"<pre>{text}</pre>".encode() for text in TEXTS)


def sha(data: bytes) -> str:
    """Hash bytes."""
    return hashlib.sha256(data).hexdigest()


PI = (0.0031, None, 1)
MANIFEST = canonical.encode(
    {
        "detectors": {},
        "draw": {},
        "format": manifest.FORMAT,
        "items": [
            {
                "document": sha(text.encode()),
                "id": sha(text.encode())[:16],
                "p_human": 0.5,
                "pi": pi,
                "record": f"{at:032x}",
                "score": 0.0,
                "slice": "active" if pi else "probe",
                "stratum": at,
                "why": {},
            }
            for at, (text, pi) in enumerate(zip(TEXTS, PI, strict=True))
        ],
        "n_documents": 900,
        "seed": "a beacon",
        "selector": {"name": "active-1"},
        "sketch": "ab" * 32,
    }
)


def vote(at: int = 0, number: int = 0, **changed: Any) -> Judgement:
    """Make the vote of a number on a text."""
    told: dict[str, Any] = {
        "document": sha(TEXTS[at].encode()),
        "displayed": sha(DISPLAYED[at]),
        "label": "human",
        "confidence": 4,
        "spans": (),
        "guideline": sha(b"guideline"),
        "batch": sha(MANIFEST),
        "pi": PI[at],
        "nonce": f"{number:032x}",
        "leased_s": NOW_S - 17,
        "voted_s": NOW_S,
        "interaction": Interaction(n_typed=1, shown_ms=17_200),
        "assistance": "none",
    }
    return Judgement(**told | changed)


def cast(signer: Signer, at: int = 0, number: int = 0, **changed: Any) -> bytes:
    """Make a signed vote."""
    return envelope.seal(judgement.statement(vote(at, number, **changed)), [signer])
