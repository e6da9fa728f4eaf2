"""The health of each node, second by second, as the truth is: ok, strained, failing or down."""

from __future__ import annotations

import numpy as np

from engine.plan import Plan

OK, STRAINED, FAILING, DOWN = range(4)
HEALTH = ("ok", "strained", "failing", "down")

# Where the levels lie is our choice, shared by canvas, charts and report (an assumption, not a vendor's figure).
STRAINED_UTILISATION = 0.70
FAILING_ERROR_RATIO = 0.01
FAILING_LOAD = 1.0


def health(plan: Plan, columns: dict[str, np.ndarray], serving: np.ndarray, p99_objective_s: float | None) -> np.ndarray:
    """Health of every node: int8 [T, N]. Needs the columns utilisation, load, p99_s and error_ratio, all [T, N].

    strained: utilisation ≥ 70 % or p99 above half the objective · failing: errors above 1 % or load ≥ 1 · down: no instance serves,
    which a standby does not. A second without traffic (NaN) speaks for ok. Clients are never down.
    """
    level = np.zeros(columns["utilisation"].shape, np.int8)
    limit_s = np.inf if p99_objective_s is None else p99_objective_s / 2
    with np.errstate(invalid="ignore"):
        level[(columns["utilisation"] >= STRAINED_UTILISATION) | (columns["p99_s"] > limit_s)] = STRAINED
        level[(columns["error_ratio"] > FAILING_ERROR_RATIO) | (columns["load"] >= FAILING_LOAD)] = FAILING
    down = serving == 0
    down[:, plan.sources()] = False
    level[down] = DOWN
    return level
