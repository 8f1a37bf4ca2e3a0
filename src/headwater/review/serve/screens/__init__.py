"""The screens of a campaign, in the order of the menu; one file a screen."""

from headwater.review.serve.screens import (
    account,
    adjudicate,
    batch,
    join,
    log,
    people,
    progress,
    reliability,
    review,
    sign_in,
    write,
)
from headwater.review.serve.visit import Screen, Visit

SCREENS: tuple[Screen, ...] = (
    review.SCREEN,
    write.SCREEN,
    adjudicate.SCREEN,
    batch.SCREEN,
    reliability.SCREEN,
    progress.SCREEN,
    log.SCREEN,
    people.SCREEN,
    account.SCREEN,
    sign_in.SCREEN,
    join.SCREEN,
)


def home(visit: Visit) -> str:
    """Name the screen on which somebody begins."""
    if visit.session is None:
        return sign_in.SCREEN.name
    role = visit.session.member.role
    return next(one.name for one in SCREENS if one.title and one.roles and role in one.roles)
