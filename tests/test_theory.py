"""Exact results: every case of `engine.validation` with little effort. `make verify` takes the time for narrow intervals.

The helpers serve tests of theory that stand beside what they test.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from engine.behaviours import Distribution
from engine.plan import Plan
from engine.series import Series, percentile_s
from engine.validation.case import SHORT, Case
from engine.validation.cases import groups
from engine.validation.measuring import intervals, play, student_t
from engine.validation.verify import judged

REPLICATIONS = 16
STUDENT_T = student_t(REPLICATIONS - 1)


def run(plan: Plan) -> Series:
    return play(plan).series


def estimate(make: Callable[[int], Plan], *measures: Callable[[Series], float]) -> list[tuple[float, float]]:
    """(mean, half width of the 99.9 % interval) of each measure over independent seeds."""
    values = [[measure(series) for measure in measures] for series in (run(make(seed)) for seed in range(REPLICATIONS))]
    return list(intervals(np.array(values)))


def mean_s(series: Series) -> float:
    return float(series.total_latency_s[0] / series.total_ends[0, 0])


def quantile(share: float) -> Callable[[Series], float]:
    return lambda series: percentile_s(series.total_hist[0], share)


def exponential(mean: float) -> Distribution:
    return Distribution("exponential", mean)


def assert_close(found: tuple[float, float], exact: float, relative: float = 0.0) -> None:
    value, half_width = found
    assert abs(value - exact) <= half_width + relative * exact, f"{value:.6g} ± {half_width:.2g}, exact {exact:.6g}"
    assert half_width < 0.05 * exact, "an interval this wide would prove nothing"


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{group.id}: {case.title}") for group in groups() for case in group.cases])
def test_the_case_holds(case: Case) -> None:
    found = judged(case, SHORT)
    assert found["passed"], [row for row in found["rows"] if not row["passed"]] or found


def test_students_t_is_that_of_the_tables() -> None:
    assert [round(student_t(n), 3) for n in (3, 4, 15, 99)] == [12.924, 8.610, 4.073, 3.392]
