"""Resolvers: what must hold in every run, what each policy does, and how long a failover by DNS takes."""

from __future__ import annotations

import dataclasses
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from engine.behaviours import Balancer, CallPolicy, Distribution, HealthCheck, Resolver, Source, Station
from engine.control.conductor import Conductor
from engine.document import parse
from engine.kernel.layout import ticks
from engine.live import REFUSED
from engine.lowering import lower
from engine.outcomes import OUTCOMES
from engine.validation.plans import down, fault, make_plan, random_fault
from engine.validation.plans_resolver import random_resolver_plan
from tests.documents import said
from tests.interpreted import assert_same_when_interpreted
from tests.test_invariants import OFTEN, SEEDS, equal, run

UNRESOLVED = OUTCOMES.index("unresolved")
NEVER_SENT = [OUTCOMES.index(o) for o in ("unresolved", "breaker_open", "bulkhead_full")]


@OFTEN
@given(SEEDS)
def test_the_same_seed_gives_the_same_bytes(seed: int) -> None:
    a, b = run(random_resolver_plan(seed, 12.0)), run(random_resolver_plan(seed, 12.0))
    assert equal(a.series, b.series) == [] and a.events == b.events


@OFTEN
@given(SEEDS)
def test_a_branch_equals_a_run_from_the_start_with_that_fault(seed: int) -> None:
    plan, r = random_resolver_plan(seed), random.Random(seed)
    second = r.randrange(1, 28)
    extra = dataclasses.replace(random_fault(r, plan, plan.duration_s), start_s=float(second), end_s=second + 5.0)
    with_fault = dataclasses.replace(plan, faults=(*plan.faults, extra))
    first = Conductor(plan, checkpoint_every_s=3.0)
    first.run_to(first.end)
    branch = first.branch(with_fault, ticks(second))
    branch.run_to(branch.end)
    assert equal(branch.sync(), run(with_fault).series) == []
    assert branch.series.equal_until(first.sync(), second)


@OFTEN
@given(SEEDS)
def test_calls_over_every_edge_are_conserved_and_records_add_up_to_what_the_callers_sent(seed: int) -> None:
    conductor = run(random_resolver_plan(seed, 20.0))
    plan, s = conductor.plan, conductor.series
    open_calls = s.edge_calls.sum(0) - s.edge_call_ends.sum((0, 2)) - s.edge_abandoned.sum(0)
    assert (open_calls >= 0).all()
    for n in plan.resolvers():
        into = [e for e, edge in enumerate(plan.edges) if edge.callee == n]
        never_sent = int(s.edge_attempt_ends[:, into][:, :, NEVER_SENT].sum())
        assert s.edge_attempts[:, into].sum() - never_sent == s.edge_attempts[:, plan.nodes[n].calls].sum()


INTERPRETED = """
import hashlib
from engine.validation.plans_resolver import random_resolver_plan
from tests.test_invariants import run
for seed in (2, 5, 12):
    series = run(random_resolver_plan(seed, 3.0)).series
    print(hashlib.sha256(b"".join(getattr(series, n).tobytes() for n in ("edge_attempt_ends", "inst_busy_s", "start_hist"))).hexdigest())
"""


def test_the_interpreted_kernel_gives_the_same_bytes_as_the_compiled_one() -> None:
    assert_same_when_interpreted(INTERPRETED)


QUICK = HealthCheck(10.0, 4.0, 3, 3)


def named(resolver: Resolver, *, faults=(), duration_s=60.0, rate=100.0, arrivals="even", weights=None, **keywords):
    """users → dns → one, two, three (instances 2, 3, 4 and 5, the last two of three); the run."""
    web = Station(("a",), 1000, None, Distribution("constant", 0.001))
    wide = dataclasses.replace(web, azs=("a", "b"))
    nodes = {"users": Source(((0.0, rate),), arrivals), "dns": resolver, "one": web, "two": web, "three": wide}
    policy = CallPolicy(1.0)
    edges = {("users", "dns"): policy, ("dns", "one"): policy, ("dns", "two"): policy, ("dns", "three"): policy}
    plan = make_plan(nodes, edges, duration_s=duration_s, faults=tuple(faults), **keywords)
    if weights:
        records = tuple(dataclasses.replace(e, weight=w) if w is not None else e for e, w in zip(plan.edges, (None, *weights), strict=True))
        plan = dataclasses.replace(plan, edges=records)
    return run(plan)


def share_of(conductor: Conductor, from_s: int = 0) -> list[float]:
    calls = conductor.series.edge_calls[from_s:, 1:].sum(0)
    return (calls / calls.sum()).tolist()


def test_each_policy_names_whom_it_says() -> None:
    def shares(policy, **keywords):
        return share_of(named(Resolver(policy, 5.0, QUICK), duration_s=300.0, **keywords))

    assert shares("failover") == shares("latency") == [1, 0, 0]
    assert shares("simple") == pytest.approx([1 / 3] * 3, abs=0.02) and shares("multivalue") == pytest.approx([1 / 3] * 3, abs=0.02)
    assert shares("weighted", weights=(6.0, 3.0, 1.0)) == pytest.approx([0.6, 0.3, 0.1], abs=0.02)


def test_a_location_gets_its_own_record_and_the_others_the_default() -> None:
    places: tuple[dict[str, Any], ...] = ({"locations": ["eu"]}, {"locations": ["us", "ca"]}, {})
    nodes: list[dict[str, Any]] = [{"id": "dns", "kind": "resolver", "policy": "geolocation"}]
    nodes += [{"id": id, "kind": "service"} for id in ("one", "two", "three")]
    edges = [{"from": "dns", "to": id, **place} for id, place in zip(("one", "two", "three"), places, strict=True)]
    people = {"eu": "one", "ca": "two", "jp": "three", None: "three"}
    for k, location in enumerate(people):
        nodes.append({"id": f"u{k}", "kind": "clients", "rate_per_s": 10, **({"location": location} if location else {})})
        edges.append({"from": f"u{k}", "to": "dns"})
    plan = lower(parse({"faultline": 1, "duration_s": 20, "nodes": nodes, "edges": edges}))
    series = run(plan).series
    calls = dict(zip((e.id for e in plan.edges), series.edge_calls.sum(0).tolist(), strict=True))
    assert calls["dns->one"] == calls["u0->dns"] and calls["dns->two"] == calls["u1->dns"]
    assert calls["dns->three"] == calls["u2->dns"] + calls["u3->dns"] > 300


def test_simple_records_know_no_health_and_the_others_leave_the_dead_out() -> None:
    dead = down(0.0, 1e9, [2], REFUSED)
    ok = {p: named(Resolver(p, 1.0, QUICK), duration_s=120.0, faults=(dead,)).series.start_ends[60:110, 0, 0].sum() / 5000
          for p in ("simple", "weighted", "failover", "multivalue")}  # fmt: skip
    assert ok == {"simple": pytest.approx(2 / 3, abs=0.05), "weighted": 1, "failover": 1, "multivalue": 1}


def test_with_nobody_healthy_all_are_named_again() -> None:
    conductor = named(Resolver("failover", 1.0, QUICK), duration_s=200.0, faults=(down(0.0, 100.05, [2, 3, 4, 5], REFUSED),))
    assert conductor.series.start_ends[100:110, 0, 0].sum() > 900, "the answer is there before any check has passed"


def test_a_check_through_a_balancer_is_answered_by_its_targets() -> None:
    web = Station(("a",), 100, None, Distribution("constant", 0.001))
    dns, front = Resolver("failover", 1.0, QUICK), Balancer("round_robin", None)
    nodes = {"users": Source(((0.0, 10.0),)), "dns": dns, "front": front, "web": web, "far": web}
    policy = CallPolicy(1.0)
    edges = {("users", "dns"): policy, ("dns", "front"): policy, ("dns", "far"): policy, ("front", "web"): policy}
    conductor = run(make_plan(nodes, edges, duration_s=120.0, faults=(down(20.0, 1e9, [3], REFUSED),)))
    assert [e.text for e in conductor.events if e.kind == "unhealthy"] == [
        "dns no longer names front: 3 checks in a row failed, connection refused"
    ]
    assert conductor.series.edge_calls[60:, 1].sum() == 0 < conductor.series.edge_calls[60:, 2].sum()


def test_an_empty_answer_reaches_callers_as_their_old_ones_expire_and_lasts_until_it_expires_itself() -> None:
    def empty(live) -> None:
        live.dns_empty[1] = True

    series = named(Resolver("failover", 30.0, None), duration_s=180.0, faults=(fault("dns_empty", 60.0, 120.0, empty),)).series
    failed = series.start_ends[:, 0, UNRESOLVED] / 100
    assert failed[:60].sum() == 0 and failed[92:118].min() == 1 and failed[152:].sum() == 0
    assert failed[60:90] == pytest.approx((np.arange(30) + 0.5) / 30, abs=0.15), "a linear rise over the TTL"
    assert failed[120:150] == pytest.approx(1 - (np.arange(30) + 0.5) / 30, abs=0.15), "and a linear fall"


def test_a_sticky_tail_ignores_the_ttl() -> None:
    dead = down(60.0, 1e9, [2], REFUSED)
    conductor = named(Resolver("failover", 10.0, QUICK, 0.2, 200.0), duration_s=300.0, faults=(dead,))
    refused = conductor.series.start_ends[:, 0, OUTCOMES.index("refused")] / 100
    assert refused[110:130].mean() == pytest.approx(0.2 * (1 - 35 / 200), abs=0.05) and refused[295:].sum() == 0


def doc(**edge):
    kinds = {"u": "clients", "dns": "resolver", "web": "service", "db": "store"}
    nodes = [{"id": id, "kind": kind} for id, kind in kinds.items()]
    return {"faultline": 1, "nodes": nodes, "edges": [{"from": "u", "to": "dns"}, {"from": "dns", "to": "web", **edge}]}


def test_a_resolver_in_a_document_says_what_is_wrong_with_its_edges() -> None:
    assert said(doc()) == said(doc(kind="resolve", weight=3)) == []
    why = "nobody calls over an edge from a resolver; set attempts on the edges into 'dns'"
    assert said(doc(attempts=3)) == [("edges.dns->web.attempts", why)]
    wrong = doc()
    wrong["edges"].append({"from": "web", "to": "db", "weight": 2})
    message = "matters only on an edge from a resolver or from a balancer whose algorithm is weighted; remove it"
    assert said(wrong) == [("edges.web->db.weight", message)]
    lonely = {**doc(), "edges": [{"from": "u", "to": "dns"}]}
    assert said(lonely) == [("nodes.dns", "names nothing; add an edge from it to each target")]
    straight = doc()
    straight["edges"].append({"from": "dns", "to": "db"})
    assert "follows its primary" in said(straight)[0][1]
    slow = {"kind": "latency", "target": "u->dns", "at_s": 1}
    assert "nothing passes over an edge to a resolver" in said({**doc(), "faults": [slow]})[0][1]
    assert said({**doc(), "faults": [{"kind": "dns_empty", "target": "dns", "at_s": 1, "for_s": 9}]}) == []


def test_a_multivalue_answer_holds_at_most_eight_records() -> None:
    names = [f"s{k}" for k in range(12)]
    short = Distribution("constant", 0.001)
    nodes = {
        "users": Source(((0.0, 400.0),)), "asker": Station(("a",), 999, None, short), "dns": Resolver("multivalue", 1e4, None),
        **{name: Station(("a",), 99, None, short) for name in names},
    }  # fmt: skip
    calls = [("users", "asker"), ("asker", "dns"), *(("dns", name) for name in names)]
    called = run(make_plan(nodes, dict.fromkeys(calls, CallPolicy(1.0)), duration_s=30.0)).series.edge_calls.sum(0)[2:]
    assert (called > 0).sum() == 8 and called[called > 0] / called.sum() == pytest.approx([1 / 8] * 8, abs=0.02)
