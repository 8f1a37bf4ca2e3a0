"""Exact tails, intervals, false-discovery control, combination and conformal p-values.

Pure functions of numbers. Each states its null law, its range and its source, and each has an oracle
in `tests/stats`. `scipy` is imported where it is used, so that importing this package stays cheap.
"""

from headwater.stats.combine import bonferroni, cauchy, e_average, e_to_p, fisher, harmonic_mean
from headwater.stats.conformal import (
    conformal_p,
    effective_size,
    evened,
    least_calibration,
    mondrian_p,
    smoothed_p,
    weighted_p,
)
from headwater.stats.discovery import Discoveries, benjamini_hochberg, benjamini_yekutieli, storey, storey_pi0
from headwater.stats.intervals import clopper_pearson, wilson
from headwater.stats.tails import (
    binomial_lower,
    binomial_upper,
    hypergeometric_lower,
    hypergeometric_upper,
    poisson_lower,
    poisson_upper,
)

__all__ = [
    "Discoveries",
    "benjamini_hochberg",
    "benjamini_yekutieli",
    "binomial_lower",
    "binomial_upper",
    "bonferroni",
    "cauchy",
    "clopper_pearson",
    "conformal_p",
    "e_average",
    "e_to_p",
    "effective_size",
    "evened",
    "fisher",
    "harmonic_mean",
    "hypergeometric_lower",
    "hypergeometric_upper",
    "least_calibration",
    "mondrian_p",
    "poisson_lower",
    "poisson_upper",
    "smoothed_p",
    "storey",
    "storey_pi0",
    "weighted_p",
    "wilson",
]
