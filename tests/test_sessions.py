"""Users who come back: sticky balancers, sessions that live on instances and die with them, and sessions that live elsewhere."""

from __future__ import annotations

import dataclasses
import math
import random

import numpy as np
import pytest
from hypothesis import given

from engine import simulate
from engine.behaviours import Balancer, CallPolicy, Distribution, HealthCheck, Keys, Source, Station
from engine.document import parse
from engine.live import Live
from engine.plan import Plan
from engine.series import SESSION_COUNTS
from engine.validation.measuring import estimate
from engine.validation.plans import down, fault, make_plan, random_fault
from engine.validation.plans_sessions import random_session_plan, restart
from tests.documents import said
from tests.interpreted import assert_same_when_interpreted
from tests.test_invariants import OFTEN, SEEDS, assert_branch_is_exact, run
from tests.test_oracle import differences

FAST, FOREVER = Distribution("constant", 0.001), math.inf
AZS = ["us-east-1a", "us-east-1b"]


def served(rate: float, users: int, instances: int, stickiness_s: float, *faults, duration_s=60.0, algorithm="random", **kept) -> Plan:
    """Users who come back → a balancer without health checks → a service that keeps its sessions."""
    station = Station(tuple("ab"[k % 2] for k in range(instances)), 50, None, FAST, **{"keeps_sessions": True, **kept})
    front = Balancer(algorithm, None, stickiness_s=stickiness_s)
    nodes = {"users": Source(((0.0, rate),), sessions=Keys(users)), "front": front, "web": station}
    edges = {("users", "front"): CallPolicy(5.0), ("front", "web"): CallPolicy(1.0)}
    return make_plan(nodes, edges, duration_s=duration_s, faults=faults)


def counted(conductor, what: str, rows=slice(None)) -> int:
    return int(conductor.sync().session_counts[rows, :, SESSION_COUNTS.index(what)].sum())


# ---- kernel and oracle, and what must always hold ----
@pytest.mark.parametrize("seed", range(42))
def test_kernel_and_oracle_agree_on_every_count_of_a_random_system_with_sessions(seed: int) -> None:
    assert differences(random_session_plan(seed)) == {}


def test_random_systems_with_sessions_lose_some_in_every_way() -> None:
    lost = [counted(run(random_session_plan(seed)), "lost_sessions") for seed in range(14)]
    assert sum(n > 0 for n in lost) >= 7 and sum(lost) > 500


@OFTEN
@given(SEEDS)
def test_a_branch_equals_a_run_from_the_start_with_that_fault(seed: int) -> None:
    plan, r = dataclasses.replace(random_session_plan(seed), duration_s=20.0), random.Random(seed)
    extra = restart(r, plan) if seed % 2 else random_fault(r, plan, 20.0, store=False)
    assert_branch_is_exact(plan, extra, 1 + seed % 18)


INTERPRETED = """
import dataclasses, hashlib, sys
from engine.validation.plans_sessions import random_session_plan
sys.path.insert(0, "tests")
from test_invariants import run
for seed in (0, 1, 2, 3):
    series = run(dataclasses.replace(random_session_plan(seed), duration_s=3.0)).series
    names = ("edge_attempt_ends", "inst_busy_s", "start_hist", "session_counts")
    print(hashlib.sha256(b"".join(getattr(series, n).tobytes() for n in names)).hexdigest())
"""


def test_the_interpreted_kernel_gives_the_same_bytes() -> None:
    assert_same_when_interpreted(INTERPRETED)


# ---- exact values ----
def test_the_share_of_sessions_lost_is_the_share_of_instances_killed() -> None:
    """Each of the users is anywhere with the same chance: lost ~ Binomial(users, k / n)."""
    plan = served(400.0, 500, 10, FOREVER, down(40.00005, 50.0, [2, 3, 4], 1), duration_s=45.0)
    (share, half), = estimate(plan, 12, lambda c: counted(c, "lost_sessions", slice(40, 41)) / counted(c, "sessions", slice(39, 40)))
    assert abs(share - 0.3) <= half < 0.03


def test_without_stickiness_all_but_one_in_n_requests_find_no_session() -> None:
    """A request of a known session comes to any of n instances: with the chance 1 / n to the one that has it."""
    plan = served(400.0, 20, 4, 0.0)
    (share, half), = estimate(plan, 12, lambda c: counted(c, "new_logins", slice(10, 60)) / c.series.inst_arrived[10:, 2:].sum())
    assert abs(share - 0.75) <= half < 0.01


def test_a_cookie_that_expires_costs_the_session_when_the_next_choice_is_another() -> None:
    """Each of n users comes as a Poisson stream of rate r: the gap exceeds d with e^−rd, and (k − 1) / k of the new choices are others."""
    plan = served(200.0, 400, 5, 3.0)
    (share, half), = estimate(plan, 12, lambda c: counted(c, "new_logins", slice(30, 60)) / c.series.inst_arrived[30:, 2:].sum())
    assert abs(share - math.exp(-0.5 * 3.0) * 4 / 5) <= half < 0.01


def test_with_stickiness_that_lasts_nobody_loses_anything() -> None:
    conductor = run(served(200.0, 400, 5, FOREVER))
    assert counted(conductor, "lost_sessions") == 0
    assert counted(conductor, "sessions", slice(-1, None)) == 400


def test_users_of_a_closed_loop_have_a_session_each() -> None:
    nodes = {"users": Source(((0.0, 0.0),), users=30, think_s=0.5), "front": Balancer("round_robin", None, stickiness_s=FOREVER),
             "web": Station(("a", "b", "a"), 50, None, FAST, keeps_sessions=True)}  # fmt: skip
    plan = make_plan(nodes, {("users", "front"): CallPolicy(5.0), ("front", "web"): CallPolicy(1.0)}, duration_s=30.0)
    conductor = run(plan)
    assert counted(conductor, "sessions", slice(-1, None)) == 30 and counted(conductor, "lost_sessions") == 0


def test_a_session_stays_with_an_instance_the_balancer_went_back_to() -> None:
    """Withdrawn instances get no requests of theirs; when they are back, nobody returns to them by himself."""

    def apply(live: Live) -> None:
        live.withdrawn[[2, 3]] = True

    plan = served(400.0, 100, 4, FOREVER, fault("withdrawn", 20.00005, 30.0, apply))
    arrived = run(plan).sync().inst_arrived[:, 2:]
    assert arrived[25:30, :2].sum() == 0 and arrived[31:, :2].sum() == 0 and arrived[10:20, :2].sum() > 1_000


def test_a_session_that_died_costs_its_user_one_error_and_no_more() -> None:
    plan = served(400.0, 100, 4, FOREVER, fault("restart", 20.00005, 21.0, lambda live: live.flushes.__setitem__([2, 3], 1)))
    conductor = run(plan)
    lost = counted(conductor, "lost_sessions")
    ends = conductor.series.start_ends.sum(axis=(0, 1))
    assert 30 <= lost <= 70 and counted(conductor, "new_logins") == lost == ends[1:].sum()


def test_black_holes_keep_their_sessions_until_the_balancer_knows() -> None:
    """Whoever has a cookie comes back to the dead instance; whoever has none is not bound by an answer that never came."""
    nodes = {"users": Source(((0.0, 200.0),), sessions=Keys(100)),
             "front": Balancer("round_robin", HealthCheck(5.0, 1.0, 2, 2), stickiness_s=FOREVER),
             "web": Station(("a", "b"), 50, None, FAST, keeps_sessions=True)}  # fmt: skip
    edges = {("users", "front"): CallPolicy(5.0), ("front", "web"): CallPolicy(1.0)}
    conductor = run(make_plan(nodes, edges, duration_s=60.0, faults=(down(20.00005, 100.0, [2], 2),)))
    ends = conductor.sync().start_ends[:, 0]
    timeouts = ends[20:40, 1].sum()
    assert 400 <= timeouts <= 1_200  # half of 200/s for 5 to 11 s
    assert ends[35:, 1].sum() == 0 and ends[:, 3].sum() == counted(conductor, "lost_sessions") > 30


# ---- documents ----
def shop(*faults, web=None, lb=None, users=None, **more):
    nodes = [
        {"id": "users", "kind": "clients", "rate_per_s": 200, "sessions": {"count": 600}, **(users or {})},
        {"id": "lb", "kind": "alb", "stickiness_s": 86_400, **(lb or {})},
        {"id": "web", "kind": "ec2_asg", "azs": AZS, "instances": 6, "session_state": "instance", **(web or {})},
    ]
    edges = [{"from": "users", "to": "lb", "timeout_s": 5}, {"from": "lb", "to": "web", "timeout_s": 2}]
    data = {"faultline": 1, "seed": 3, "duration_s": 300, "regions": [{"id": "us-east-1", "azs": AZS}], "nodes": nodes, "edges": edges,
            "faults": [*faults], **more}  # fmt: skip
    assert said(data) == []
    return parse(data)


LOSS = {"kind": "az_power_loss", "target": AZS[0], "at_s": 100, "for_s": 150}


def test_sessions_on_the_instances_die_with_their_zone_and_sessions_outside_do_not() -> None:
    inside, outside = simulate(shop(LOSS)), simulate(shop(LOSS, web={"session_state": "outside"}))
    web = inside.summary["nodes"]["web"]
    assert 300 <= web["lost_sessions"] <= 310 and web["new_logins"] <= web["lost_sessions"]
    assert inside.summary["requests"]["failed"]["error"] == web["new_logins"] > 200
    assert "error" not in outside.summary["requests"]["failed"] and "lost_sessions" not in outside.summary["nodes"]["web"]
    told = list(inside.events[inside.events["text"].str.contains("sessions died")]["text"])
    assert len(told) == 3 and "web[0]" in told[0]


def test_an_instance_that_is_new_gets_its_share_at_once_only_when_sessions_live_elsewhere() -> None:
    """The group grows from two to four; users who have been here stay where they were."""
    growing = {"instances": 2, "concurrency": 4, "service": {"exponential": 0.03},
               "autoscaling": {"min": 2, "max": 4, "target": 0.4, "launch_s": 30, "period_s": 10, "metric_delay_s": 5}}  # fmt: skip

    def share_of_the_new(state, stickiness_s):
        web, lb = {**growing, "session_state": state}, {"stickiness_s": stickiness_s}
        rows = simulate(shop(web=web, users={"rate_per_s": 160}, lb=lb, duration_s=150)).instances
        by = rows[(rows["node"] == "web") & (rows["t_s"] > 110)].groupby("instance")["arrived_per_s"].sum()
        return by.iloc[2:].sum() / by.sum()

    assert share_of_the_new("instance", 86_400) < 0.01 < 0.45 < share_of_the_new("outside", 0)


def test_a_deployment_costs_the_sessions_of_each_batch_as_it_goes() -> None:
    rolled = {"kind": "bad_deployment", "target": "web", "at_s": 60, "for_s": 200, "error_share": 0, "batches": 3, "over_s": 90, "out_s": 5}
    series = simulate(shop(rolled)).nodes
    lost = series[series["node"] == "web"].set_index("t_s")["lost_sessions_per_s"]
    assert all(lost.loc[t] > 100 for t in (60, 90, 120)) and lost.loc[10:59].sum() == 0


def test_an_nlb_is_sticky_by_source_address_for_as_long_as_the_target_is_in_use() -> None:
    nlb = {"kind": "nlb", "stickiness": True, "stickiness_s": 0, "cross_zone": True}
    held = simulate(shop(lb=nlb)).summary["nodes"]["web"]
    loose = simulate(shop(lb={**nlb, "stickiness": False})).summary["nodes"]["web"]
    assert held["lost_sessions"] < 10 and held["sessions"] == 600  # the first requests of a user may overtake each other
    assert loose["lost_sessions"] > 10_000


@pytest.mark.parametrize("metric", ["lost_sessions", "new_logins", "sessions", "lost_sessions_per_s_max", "sessions_min"])
def test_an_expectation_may_name_what_became_of_sessions(metric: str) -> None:
    document = shop(LOSS, expect=[{"metric": metric, "node": "web", "at_least": 0, "because": "it is counted"}])
    assert [e["pass"] for e in simulate(document).summary["expectations"]] == [True]


def test_more_sessions_than_fit_are_said_before_a_run() -> None:
    data = shop(users={"sessions": {"count": 600_000}}).to_dict()
    data["nodes"].append({"id": "inner", "kind": "balancer", "stickiness_s": 60})
    data["edges"].append({"from": "web", "to": "inner"})
    data["nodes"].append({"id": "api", "kind": "service"})
    data["edges"].append({"from": "inner", "to": "api"})
    said_now = said(data)
    assert [path for path, _ in said_now] == ["nodes.users.sessions"] and "at most 524,288 fit" in said_now[0][1]


def test_a_closed_loop_needs_no_sessions_beside_its_users() -> None:
    data = {"faultline": 1, "nodes": [{"id": "u", "kind": "clients", "users": 5, "sessions": {}}, {"id": "s", "kind": "service"}],
            "edges": [{"from": "u", "to": "s"}]}  # fmt: skip
    assert [path for path, _ in said(data)] == ["nodes.u.sessions"]


def test_sessions_change_nothing_where_nobody_looks_at_them() -> None:
    """Draws of their own: with users who come back everything else is as it was."""
    plain, known = (simulate(shop(LOSS, users={"sessions": s}, lb={"stickiness_s": 0}, web={"session_state": "outside"}))
                    for s in (None, {"count": 600}))  # fmt: skip
    assert np.array_equal(plain.summary["latency_s"]["p99"], known.summary["latency_s"]["p99"])
    assert plain.summary["requests"] == known.summary["requests"]


def test_too_many_users_of_a_closed_loop_are_told_where_they_are() -> None:
    data = shop().to_dict()
    data["nodes"] += [{"id": f"loop-{k}", "kind": "clients", "users": 200_000} for k in range(6)]
    data["edges"] += [{"from": f"loop-{k}", "to": "lb"} for k in range(6)]
    assert [path for path, _ in said(data)] == ["nodes.loop-0.rate_per_s"]


def test_an_nlb_has_no_time_of_stickiness() -> None:
    nodes = [{"id": "u", "kind": "clients"}, {"id": "lb", "kind": "nlb", "stickiness_s": 60}, {"id": "s", "kind": "service"}]
    found = said({"faultline": 1, "nodes": nodes, "edges": [{"from": "u", "to": "lb"}, {"from": "lb", "to": "s"}]})
    assert [path for path, _ in found] == ["nodes.lb.stickiness_s"]
