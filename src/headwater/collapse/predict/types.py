"""What theory expects of types: how many are left, and how likely two draws differ."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from headwater.collapse import theory
from headwater.collapse.human import Corpus
from headwater.collapse.lab import Lab
from headwater.collapse.mix import Fresh, Golden, Reserve
from headwater.collapse.models.categorical import Categorical
from headwater.collapse.predict.curve import Curve

Floats = NDArray[np.float64]
_MANY = 30
_LOSS = {"accumulate": theory.loss_accumulate, "accumulate-subsample": theory.loss_subsample}


def types(lab: Lab, human: Corpus) -> tuple[Curve, ...]:
    """Find the curves of a categorical law or an n-gram on a corpus.

    Args:
        lab: The recursion.
        human: Its corpus.

    Returns:
        Curves of types and, for a categorical law whose samples are drawn one by one, of heterozygosity.
    """
    names, exact = set(lab.plan.names()), isinstance(lab.model, Categorical)
    if not lab.plan.sampling().faithful() or ("golden" in names and not exact):
        return ()
    alone = all(block == 1 for block in _blocks(lab, human))
    if exact and not alone:
        return ()  # Words come in bursts, and blocks keep them together.
    kept = names - {"bias", "replace"}
    if exact and len(kept) == 1 and kept <= set(_LOSS):
        return (_pooled(lab, human, kept.pop()),)
    if not kept <= {"fresh", "reserve", "golden"}:
        return ()
    return _mixed(lab, human, exact=exact)


def _blocks(lab: Lab, human: Corpus) -> list[int]:
    """List the lengths of the blocks that human samples are drawn in."""
    plan = lab.plan.interventions
    of_corpus = len(human.data) != lab.size or any(isinstance(i, Fresh) and i.share > 0.0 for i in plan)
    return [human.block] * of_corpus + [i.block for i in plan if isinstance(i, Reserve)]


def _pooled(lab: Lab, human: Corpus, keep: str) -> Curve:
    """Give the heterozygosity of data that accumulates, from the first training set on."""
    p = np.bincount(np.asarray(human.data)) / len(human.data)
    left = 1.0 - _LOSS[keep](np.arange(1, lab.generations + 2), lab.size)
    if len(human.data) == lab.size and lab.size > 1:
        left = left / (1.0 - 1.0 / lab.size)  # The first draw did not take place.
    initial = 1.0 - float(p @ p)
    return Curve("heterozygosity", initial * left, np.ones(left.size, dtype=np.bool_), 0.0, "F5")


def _mixed(lab: Lab, human: Corpus, *, exact: bool) -> tuple[Curve, ...]:
    """Give types and heterozygosity beside human samples of the corpus or of reserves."""
    given: list[tuple[int, NDArray[np.int64]]] = []
    for one in lab.plan.interventions:
        if isinstance(one, Fresh):
            given.append((round(one.share * lab.size), np.asarray(human.data)))
        elif isinstance(one, Reserve) and round(one.share * lab.size):
            if one.samples is None:
                return ()
            given.append((round(one.share * lab.size), np.asarray(one.samples)))
    n_human = sum(n for n, _ in given)
    if n_human > lab.size:
        return ()
    k = max(int(np.max(data)) for data in [np.asarray(human.data), *(data for _, data in given)]) + 1
    counts = np.bincount(np.asarray(human.data), minlength=k) * (lab.size / len(human.data))
    fresh = sum((n / len(data) * np.bincount(data, minlength=k) for n, data in given), np.zeros(k))
    golden = any(isinstance(i, Golden) for i in lab.plan.interventions) and 0 < n_human < lab.size
    weight = theory.golden_weight(n_human / (lab.size - n_human)) if golden else None
    shares, drawn = theory.Shares(lab.size, n_human, weight), len(human.data) != lab.size
    expected = theory.mixed_types(lab.generations, shares, counts=counts, human=fresh, drawn=drawn)
    # The Poisson law holds for many types; the last few depend on each other.
    found = [Curve("types", expected, expected >= _MANY, 2e-3 if exact else 0.05, "F12")]
    if exact:
        p, q = counts / counts.sum(), fresh / n_human if n_human else np.zeros(k)
        h = theory.mixed_heterozygosity(lab.generations, shares, truth=p, human=q, drawn=drawn)
        early = np.arange(lab.generations + 1) < 2 * lab.size
        found.append(Curve("heterozygosity", h, early, 0.0, "F10"))
    return tuple(found)
