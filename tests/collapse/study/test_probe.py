"""A probed model behaves as the model, and what is seen is recorded in every generation."""

from __future__ import annotations

import numpy as np

from headwater.collapse import Lab, Normal, models, run
from headwater.collapse.models import Fitted
from headwater.collapse.study.probe import Probe


def look(fitted: Fitted, data: np.ndarray) -> dict[str, float]:
    """See the largest training value."""
    return {"largest": float(data.max())}


def test_what_is_seen_joins_the_summary_and_nothing_else_changes() -> None:
    plain = Lab(models.Gaussian(), Normal(), 50, 4, replicates=3)
    probed = Lab(Probe(models.Gaussian(), look), Normal(), 50, 4, replicates=3)

    bare = run(plain, np.random.default_rng(1), engine="generic").statistics
    seen = run(probed, np.random.default_rng(1)).statistics

    assert set(seen) == {"mean", "variance", "largest"}
    np.testing.assert_array_equal(seen["variance"], bare["variance"])
    assert bool(np.all(seen["largest"] > seen["mean"]))
    fitted = Probe(models.Gaussian(), look).fit(np.array([0.0, 2.0]), rng=np.random.default_rng(0))
    assert fitted.score(np.array([1.0])) == models.Gaussian().fit(
        np.array([0.0, 2.0]), rng=np.random.default_rng(0)
    ).score(np.array([1.0]))
