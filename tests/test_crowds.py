"""More than a run can hold, all in one instant: it ends with the message, and never beyond its tables."""

from __future__ import annotations

import pytest

from engine.behaviours import Behaviour, CallPolicy, Distribution, Source, Station
from engine.build import build_world
from engine.control.conductor import Conductor
from engine.document import ScenarioError
from engine.kernel import doors
from engine.kernel.layout import DEAD_REFUSED, HEADROOM, ticks
from engine.plan import Plan
from engine.validation.plans import make_plan


def crowd(batch: int, work_s: float, duration_s: float = 10.0) -> Plan:
    """Requests that arrive together, work equally long and then all call the next at once."""
    nodes = {
        "users": Source(((0.0, 1.0 * batch),), "even", batch=batch),
        "front": Station(("a",), 1_000_000, None, Distribution("constant", work_s)),
        "db": Station(("a",), 1_000_000, None, Distribution("constant", 1.0)),
    }
    return make_plan(nodes, {("users", "front"): CallPolicy(500.0), ("front", "db"): CallPolicy(500.0)}, duration_s=duration_s)


def test_a_tick_in_which_too_much_happens_ends_the_run_in_its_midst() -> None:
    """5,000 requests and their calls are 10,000 frames; when all of them call once more in one tick there is room for 500."""
    conductor = Conductor(crowd(5_000, 0.02))
    conductor.world[0]["limit"] = 10_500
    conductor.run_to(conductor.end)
    assert conductor.saturated_at is not None
    assert 10_500 < conductor.world[0]["in_use"] <= 10_510
    conductor.sync()  # everything is accounted for


def test_of_those_who_die_together_nobody_is_answered_beyond_the_room_there_is() -> None:
    conductor = Conductor(crowd(60_000, 1_000.0))
    conductor.run_to(ticks(4.5))
    s = conductor.world[0]
    before = int(s["in_use"])
    assert before == 2 * 5 * 60_000
    s["limit"] = before - HEADROOM + 1_000
    doors.kill(conductor.world, 1, int(DEAD_REFUSED), conductor.now)
    assert s["in_use"] <= before + 1_000


def test_more_users_than_frames_are_refused() -> None:
    nodes: dict[str, Behaviour] = {f"users-{k}": Source(((0.0, 0.0),), users=200_000, think_s=100.0) for k in range(12)}
    nodes["web"] = Station(("a",), 1, None, Distribution("constant", 0.01))
    plan = make_plan(nodes, {(name, "web"): CallPolicy(1.0) for name in nodes if name != "web"})
    with pytest.raises(ScenarioError, match="2,400,000 users; one run holds at most 2,200,000"):
        build_world(plan)
