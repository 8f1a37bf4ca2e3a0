"""Votes that can be checked by anyone: signed statements, who may sign them, and the log that keeps them."""

from headwater.review.attest.adjudication import Adjudication
from headwater.review.attest.authorship import Authorship
from headwater.review.attest.judgement import LABELS, Interaction, Judgement
from headwater.review.attest.ledger import Cast, append, read
from headwater.review.attest.retraction import Retraction
from headwater.review.attest.roll import ROLES, Member, Roll

__all__ = [
    "LABELS",
    "ROLES",
    "Adjudication",
    "Authorship",
    "Cast",
    "Interaction",
    "Judgement",
    "Member",
    "Retraction",
    "Roll",
    "append",
    "read",
]
