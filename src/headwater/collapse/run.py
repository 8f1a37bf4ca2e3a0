"""One recursion run: its trajectories, its human share, and its check against theory."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from headwater.collapse.engines import ENGINES, choose
from headwater.collapse.lab import Lab, Mapper, Trace
from headwater.collapse.predict import Curve, curves, lawless, observe
from headwater.errors import InputError, VerificationError

Floats = NDArray[np.float64]
MAX_Z = 6.0  # means of variances are skewed, and a run compares thousands of them


@dataclass(frozen=True, slots=True)
class Deviation:
    """Compare one mean of a simulation with what theory expects.

    Attributes:
        quantity: What was compared.
        generation: When.
        observed: Mean over replicates.
        expected: By theory.
        se: Standard error of the mean.
        z: What the difference exceeds the theory's own slack by, in standard errors, signed.
    """

    quantity: str
    generation: int
    observed: float
    expected: float
    se: float
    z: float


@dataclass(frozen=True, slots=True)
class Check:
    """Say what a simulation was held against, and what has no law.

    Attributes:
        compared: Every comparison, none beyond chance.
        no_law: One line for each recorded statistic of which theory says nothing that can be compared.
    """

    compared: tuple[Deviation, ...]
    no_law: tuple[str, ...]

    def __str__(self) -> str:
        """Name the quantities compared, with the worst of each, and what has no law, one a line."""
        worst: dict[str, Deviation] = {}
        for d in self.compared:
            if d.quantity not in worst or abs(d.z) > abs(worst[d.quantity].z):
                worst[d.quantity] = d
        lines = [f"{q}: {d.z:+.1f} standard errors, generation {d.generation}" for q, d in worst.items()]
        return "\n".join([*lines, *self.no_law])


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Hold what a recursion did.

    Attributes:
        lab: The recursion.
        engine: Which engine ran it.
        trace: What was recorded.
        theory: What closed forms expect; empty where there are none.
    """

    lab: Lab
    engine: str
    trace: Trace
    theory: tuple[Curve, ...]

    @property
    def statistics(self) -> Mapping[str, Floats]:
        """Give what was recorded, one row a generation and one column a replicate."""
        return self.trace.statistics

    @property
    def human_share(self) -> Floats:
        """Give the effective human share of every training set, in the same shape."""
        return self.trace.human_share

    def expected_share(self) -> Floats:
        """Give the human share that theory expects, by generation; NaN if unknown."""
        size = self.lab.size
        return np.array([self.lab.plan.expected_share(g, size=size) for g in range(self.lab.generations + 1)])

    def deviations(self) -> tuple[Deviation, ...]:
        """Compare the simulation with theory, and say by how much they differ.

        Returns:
            One entry for each quantity and generation, the human share included; empty for an engine
            that computed expectations. A comparison without any spread has z = 0 or infinity.
        """
        if self.engine == "exact":
            return ()
        found = []
        for curve in self.theory:
            values = observe(curve.quantity, dict(self.trace.statistics), self.lab)
            expected = np.where(curve.compared, curve.expected, np.nan)
            found += _compare(curve.quantity, values, expected, slack=curve.slack)
        for d in _compare("human_share", self.trace.human_share, self.expected_share()):
            # One sample more or less is a matter of rounding.
            found.append(_with_slack(d, 1.0 / (self.lab.size * max(abs(d.expected), 1e-9))))
        return tuple(found)

    def check(self, *, max_z: float = MAX_Z) -> Check:
        """Refuse a simulation that theory contradicts.

        Args:
            max_z: Standard errors that are still believed to be chance, above 0.

        Returns:
            All comparisons, when none is beyond it, and the statistics that have no law: what is not compared
            is said, and does not pass in silence.

        Raises:
            InputError: If there are fewer than two replicates to estimate standard errors from.
            VerificationError: If a mean is further from its expectation; the worst is named.
        """
        if self.engine != "exact" and self.lab.replicates < 2:
            raise InputError("a check needs two replicates", hint="run more")
        found = self.deviations()
        worst = max(found, key=lambda d: abs(d.z), default=None)
        if worst is not None and abs(worst.z) > max_z:
            raise VerificationError(
                f"{worst.quantity} of generation {worst.generation} is {worst.observed:.6g}, and theory"
                f" expects {worst.expected:.6g}: {worst.z:+.1f} standard errors",
                hint="either the engine or the theory is wrong here; please report it with the seed",
            )
        return Check(found, self._lawless())

    def _lawless(self) -> tuple[str, ...]:
        if self.engine == "exact":
            return ()
        found = lawless(self.lab, self.statistics, self.theory)
        unknown = bool(np.isnan(self.expected_share()).any())
        return (*found, f"no law for human_share: {' + '.join(self.lab.plan.names())}") if unknown else found


def run(lab: Lab, rng: np.random.Generator, *, engine: str = "auto", mapper: Mapper = map) -> Run:
    """Run a recursion.

    Args:
        lab: The recursion.
        rng: Where randomness comes from.
        engine: "auto", or the name of one of `ENGINES`.
        mapper: Runs the replicates of the generic engine, such as the `map` of a process pool.

    Returns:
        What it did, with the closed forms that apply.

    Raises:
        InputError: If the engine cannot run the recursion or the data is unusable.
    """
    name = choose(lab, engine)
    return Run(lab, name, ENGINES[name].simulate(lab, rng, mapper=mapper), curves(lab))


def _compare(quantity: str, values: Floats, expected: Floats, *, slack: float = 0.0) -> list[Deviation]:
    n = values.shape[1]
    mean = values.mean(axis=1)
    se = values.std(axis=1, ddof=1) / math.sqrt(n) if n > 1 else np.zeros(len(mean))
    rows = zip(mean.tolist(), expected.tolist(), se.tolist(), strict=True)
    return [
        _with_slack(Deviation(quantity, g, o, e, s, _z(o - e, s, abs(e))), slack)
        for g, (o, e, s) in enumerate(rows)
        if math.isfinite(e)
    ]


def _with_slack(d: Deviation, slack: float) -> Deviation:
    difference = d.observed - d.expected
    if math.isnan(d.observed) and not math.isnan(d.expected):
        return replace(d, z=math.inf)
    beyond = math.copysign(max(0.0, abs(difference) - slack * abs(d.expected)), difference)
    return replace(d, z=_z(beyond, d.se, abs(d.expected)))


def _z(difference: float, se: float, scale: float) -> float:
    # Means that agree to twelve digits agree, whatever their standard error.
    if math.isnan(difference) or abs(difference) <= 1e-12 * (1.0 + scale):
        return 0.0
    return difference / se if se > 0.0 else math.copysign(math.inf, difference)
