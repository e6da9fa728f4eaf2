"""What holds in every run of every system.

Systems are drawn at random from a seed, with random policies and overlapping faults, in families that cover every behaviour; a row counts
those in which it holds. Families are in `engine/validation/families.py`.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from engine.plan import Plan
from engine.validation import agreement, invariants
from engine.validation.case import Case, Effort, Row
from engine.validation.families import FAMILIES, Family

PLACE = 60
Wrong = Callable[[Plan, Family, random.Random], list[str]]


def everywhere(title: str, source: str, duration_s: float, wrong: Wrong) -> Case:
    """One row over all families, and one for each family in which a system fails, with the seeds to repeat it."""

    def rows(effort: Effort) -> list[Row]:
        n, failed = effort.systems, []
        for family in FAMILIES:
            bad = [seed for seed in range(n) if wrong(family.plan(seed, duration_s), family, random.Random(seed))]
            if bad:
                failed.append(Row(f"{family.name}, not seed {', '.join(map(str, bad))}", "systems", n, n - len(bad)))
        good = n * len(FAMILIES) - int(sum(row.exact - row.ours for row in failed))
        return [Row(f"of {len(FAMILIES)} families", "systems", n * len(FAMILIES), good), *failed]

    return Case(title, source, rows)


def heals(plan: Plan, family: Family, r: random.Random) -> list[str]:
    faults = [family.fault(r, plan, 2.0 + r.random() * 8, 10.5 + r.random() * 8) for _ in range(5)]
    return invariants.does_not_heal(plan, faults, 25.0)


def interpreted(effort: Effort) -> list[Row]:
    systems = max(1, effort.systems // 10)
    n = systems * len(FAMILIES)
    return [Row(f"of {len(FAMILIES)} families", "systems", n, 0 if invariants.differs_when_interpreted(systems) else n)]


def undisturbed(effort: Effort) -> list[Row]:
    good = [seed for seed in range(effort.systems) if not invariants.is_disturbed_by_a_stranger(seed)]
    return [Row("a system and a stranger", "systems", effort.systems, len(good))]


CASES = (
    everywhere(
        "Nothing is lost and nothing counted twice; no slot is taken twice",
        "started = ok + failed + in flight; published = delivered + dead + expired + there; acknowledged = durable + lost", 20.0,
        lambda plan, family, r: invariants.breaks_its_books(plan),
    ),
    everywhere("Time never goes back", "", 15.0, lambda plan, family, r: invariants.goes_back_in_time(plan, r)),
    everywhere("The same seed gives the same bytes", "", 12.0, lambda plan, family, r: invariants.differs_when_repeated(plan)),
    Case("The compiled kernel gives the bytes of the interpreted one", "the same source, run by Python", interpreted),
    everywhere(
        "Stopping anywhere and going on changes nothing", "forty random instants", 12.0,
        lambda plan, family, r: invariants.differs_when_split(plan, invariants.random_stops(r, plan)),
    ),
    everywhere(
        "A branch at t is a run from the start with that fault", "bit for bit, and all before t is shared", 25.0,
        lambda plan, family, r: invariants.differs_when_branched(plan, family.some_fault(r, plan, 25.0), r.randrange(1, 24)),
    ),
    everywhere(
        "A branch taken back is the run it came from", "", 20.0,
        lambda plan, family, r: invariants.differs_when_taken_back(plan, family.some_fault(r, plan, 20.0), r.randrange(4, 12)),
    ),
    everywhere("Overlapping faults heal in any order back to the design", "five at once", 25.0, heals),
    everywhere(
        "When traffic stops and faults have healed nothing is left behind", "", 20.0,
        lambda plan, family, r: invariants.leaves_behind(plan),
    ),
    Case("An unrelated node changes nothing", "draws are keyed by request, not by order", undisturbed),
    everywhere(
        "A second engine in plain SimPy agrees on every count", "written independently, driven by the same draws: not similar, equal", 15.0,
        lambda plan, family, r: list(agreement.differences(plan)),
    ),
)  # fmt: skip
