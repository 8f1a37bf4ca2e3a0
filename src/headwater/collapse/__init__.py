"""Model collapse: theory, engines, models, mixing plans, recursion runs and forecasts.

`run(Lab(...), rng)` runs a recursion and `Run.check()` holds it against theory; `forecast` predicts from
counts alone. Parts are imported by name: `theory`, `models`, `mix`, `engines`, `forecast`.
"""

from headwater.collapse.human import Corpus, Law, Normal, NormalNd, Regression
from headwater.collapse.lab import Lab
from headwater.collapse.run import Check, Deviation, Run, run
from headwater.collapse.sampling import Sampling

__all__ = [
    "Check",
    "Corpus",
    "Deviation",
    "Lab",
    "Law",
    "Normal",
    "NormalNd",
    "Regression",
    "Run",
    "Sampling",
    "run",
]
