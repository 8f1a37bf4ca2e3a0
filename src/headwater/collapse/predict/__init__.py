"""Which closed forms apply to a recursion, what they expect of each statistic, and where there is none."""

from __future__ import annotations

from collections.abc import Iterable

from headwater.collapse.human import Corpus, Normal, NormalNd, Regression
from headwater.collapse.lab import Lab
from headwater.collapse.models.categorical import Categorical
from headwater.collapse.models.gaussian import Gaussian
from headwater.collapse.models.gaussian_nd import GaussianNd
from headwater.collapse.models.linear import Linear
from headwater.collapse.models.ngram import Ngram
from headwater.collapse.predict.curve import RECORDED_AS, Curve, observe
from headwater.collapse.predict.gaussian import scalars, vectors
from headwater.collapse.predict.regression import slopes
from headwater.collapse.predict.types import types

__all__ = ["Curve", "curves", "lawless", "observe"]


def curves(lab: Lab) -> tuple[Curve, ...]:
    """Find what theory says of a recursion.

    Args:
        lab: The recursion.

    Returns:
        One curve for each quantity with a closed form; none where the plan or the model has none.
    """
    if isinstance(lab.model, Gaussian) and isinstance(lab.human, Normal):
        return scalars(lab, lab.model, lab.human)
    if isinstance(lab.model, GaussianNd) and isinstance(lab.human, NormalNd):
        return vectors(lab, lab.model, lab.human)
    if isinstance(lab.model, Linear) and isinstance(lab.human, Regression):
        return slopes(lab, lab.model, lab.human)
    if isinstance(lab.model, Categorical | Ngram) and isinstance(lab.human, Corpus):
        return types(lab, lab.human)
    return ()


def lawless(lab: Lab, recorded: Iterable[str], found: Iterable[Curve]) -> tuple[str, ...]:
    """Say which recorded statistics have no law that can be held against them.

    Args:
        lab: The recursion.
        recorded: Names of statistics.
        found: Its `curves`.

    Returns:
        One line a statistic, in order.
    """
    known = {RECORDED_AS.get(c.quantity, c.quantity) for c in found if bool(c.compared.any())}
    what = f"{lab.model.name} on {type(lab.human).__name__}, {' + '.join(lab.plan.names())}"
    return tuple(f"no law for {name}: {what}" for name in recorded if name not in known)
