"""The waits before a retry, in AWS's own simulator.

Many clients change one row under optimistic locking: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015. The published
figures are means of 100 runs with the decimals cut off, so they vary by chance like ours: the interval is that of the difference.
"""

from __future__ import annotations

import math

import numpy as np

from engine.validation.case import Case, Effort, Row
from engine.validation.contest import Contest
from engine.validation.measuring import student_t

PLACE = 50
PUBLISHED_RUNS = 100
PUBLISHED = {  # of 10, 50 and 100 clients: calls, completion in ms
    "none": ((51, 381), (689, 1140), (2422, 2027)),
    "exponential": ((51, 3528), (624, 36532), (1853, 63412)),
    "equal jitter": ((42, 723), (347, 4245), (812, 6601)),
    "full jitter": ((39, 463), (332, 2878), (796, 4932)),
    "decorrelated": ((38, 435), (375, 2191), (1003, 4604)),
}


def contest(policy: str, clients: int, calls: int, completion_ms: int) -> Case:
    def rows(effort: Effort) -> list[Row]:
        here, runs = Contest(policy, clients), effort.contests
        found = np.array([here.run(seed) for seed in range(runs)])
        halves = student_t(runs - 1) * found.std(axis=0, ddof=1) * math.sqrt(1 / runs + 1 / PUBLISHED_RUNS)
        calls_row, time_row = zip(found.mean(axis=0), halves)
        cut_off = 1.0  # at most, of a figure whose decimals were cut off
        return [Row("calls", "", calls, *calls_row, cut_off), Row("completion", "ms", completion_ms, *time_row, cut_off)]

    title = f"{clients} clients, {policy}" if policy != "none" else f"{clients} clients, no back-off"
    return Case(title, "aws-arch-backoff-simulator: net 10 ± 2 ms, base 5 ms, cap 2 s", rows)


CASES = tuple(
    contest(policy, clients, *published)
    for policy, columns in PUBLISHED.items()
    for clients, published in zip((10, 50, 100), columns, strict=True)
)
