"""What simulators get wrong.

Each of these was measured in a simulator people use; here are the same systems.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from engine.behaviours import Autoscaling, Backoff, Balancer, CallPolicy, Distribution, HealthCheck, Source, Station
from engine.control.conductor import Conductor
from engine.live import REFUSED, Live
from engine.outcomes import OUTCOMES
from engine.plan import Plan, PlanFault
from engine.series import STAGES, percentile_s
from engine.validation.case import Quantity, once, replicated
from engine.validation.measuring import mean_s, quantile, share_of
from engine.validation.plans import down, fault, make_plan, mm

PLACE = 70
OK, TIMEOUT = share_of(0), share_of(OUTCOMES.index("timeout"))
SECOND = Distribution("constant", 1.0)


def together(servers: int, batch: int) -> Plan:
    """Batches of requests that arrive in the same instant, service 1 s."""
    plan = mm(1.0, servers, SECOND, duration_s=60.0)
    source = Source(((0.0, batch / 10.0),), "even", batch)
    return replace(plan, nodes=(replace(plan.nodes[0], behaviour=source), plan.nodes[1]))


def slowest_s(c: Conductor) -> float:
    return float(c.series.total_slowest_s[0])


def crash() -> Plan:
    return mm(10.0, 1, Distribution("constant", 0.5), duration_s=20.0, faults=(down(5.0, 10.0, [1], REFUSED),))


def black_hole() -> Plan:
    nodes = {"users": Source(((0.0, 50.0),), "even"), "web": Station(("a",), 50, None, Distribution("constant", 0.01))}
    return make_plan(nodes, {("users", "web"): CallPolicy(2.0)}, duration_s=20.0, faults=(down(0.0, 1e9, [1]),))


def balanced(
    rate: float, service: Distribution, faults: tuple[PlanFault, ...] = (), check: HealthCheck | None = None, duration_s: float = 60.0
) -> Plan:
    """Clients → a balancer by least outstanding requests → four instances of eight slots (instances 2 … 5)."""
    nodes = {"users": Source(((0.0, rate),)), "front": Balancer("least_outstanding", check), "web": Station(("a",) * 4, 8, None, service)}
    edges = {("users", "front"): CallPolicy(60.0), ("front", "web"): CallPolicy(60.0)}
    return make_plan(nodes, edges, duration_s=duration_s, faults=faults)


def one_is_slow() -> Plan:
    """An instance takes a hundred times as long, 1 s: eight are served there, everything beyond waits and is outstanding too."""
    slow = fault("slow", 0.0, 1e9, lambda live: live.slow.__imul__(np.array([1.0, 1.0, 100.0, 1.0, 1.0, 1.0])))
    return balanced(400.0, Distribution("exponential", 0.01), (slow,))


def share_to_first(c: Conductor) -> float:
    return float(c.series.inst_arrived[:, 2].sum() / c.series.inst_arrived[:, 2:].sum())


def refusing(check: HealthCheck | None) -> Plan:
    return balanced(400.0, Distribution("exponential", 0.05), (down(10.0, 1e9, [2], REFUSED),), check, duration_s=90.0)


def refused(c: Conductor) -> float:
    """Share of the requests started in the last half minute that were refused."""
    ends = c.series.start_ends[60:90, 0]
    return float(ends[:, OUTCOMES.index("refused")].sum() / ends.sum())


def cut_and_healed() -> Plan:
    def cut(live: Live) -> None:
        live.edge_cut[0] = True

    nodes = {"users": Source(((0.0, 100.0),), "even"), "web": Station(("a",), 60, None, Distribution("constant", 0.5))}
    healing = fault("partition", 5.0, 8.0, cut)
    return make_plan(nodes, {("users", "web"): CallPolicy(2.0, bulkhead=400)}, duration_s=30.0, client_s=0.4, faults=(healing,))


def slow_downs() -> Plan:
    def slow(start_s: float, end_s: float, factor: float) -> PlanFault:
        return fault("slow", start_s, end_s, lambda live: live.slow.__imul__(np.array([1.0, factor])))

    return mm(1.0, 1, Distribution("constant", 0.01), duration_s=40.0, faults=(slow(10.0, 30.0, 2.0), slow(20.0, 40.0, 3.0)))


def work(from_s: int, what: str, exact: float) -> Quantity:
    def busy(c: Conductor) -> float:
        rows = slice(from_s, from_s + 10)
        return float(c.series.inst_busy_s[rows, 1].sum() / c.series.inst_completed[rows, 1].sum())

    return Quantity(what, "s", exact, busy, 1e-3)


def too_late() -> Plan:
    nodes = {"users": Source(((0.0, 5.0),), "even"), "web": Station(("a",), 50, None, Distribution("constant", 1.5))}
    return make_plan(nodes, {("users", "web"): CallPolicy(1.0)}, duration_s=20.0)


def jittered() -> Plan:
    """A thousand clients are refused in the same instant and try again once, within ten seconds (full jitter)."""
    nodes = {"users": Source(((0.0, 100.0), (9.0, 0.0)), "even", 1000), "web": Station(("a",), 1000, None, SECOND)}
    policy = CallPolicy(1.0, 2, Backoff("exponential", 10.0, math.inf, "full"))
    return make_plan(nodes, {("users", "web"): policy}, duration_s=12.0, faults=(down(0.0, 1e9, [1], REFUSED),))


def retries(c: Conductor) -> np.ndarray:
    """Second attempts by second."""
    return (c.series.edge_attempts - c.series.edge_calls)[:, 0]


def pause() -> Plan:
    nodes = {"users": Source(((0.0, 100.0), (5.0, 0.0), (15.0, 100.0)), "even"),
             "web": Station(("a",), 9, None, Distribution("constant", 0.01))}  # fmt: skip
    return make_plan(nodes, {("users", "web"): CallPolicy(1.0)}, duration_s=20.0)


def p99_of_a_second(c: Conductor) -> float:
    s = c.series
    return percentile_s(s.start_hist[30, 0], 0.99, float(s.start_fastest_s[30, 0]), float(s.start_slowest_s[30, 0]))


def growing(rate: float) -> Plan:
    """A group of two instances of two slots, 40 ms a request: 40/s, from 100 s on ``rate``. It tracks 50 % CPU in points of 10 s."""
    rules = Autoscaling(
        initial=2, least=2, most=8, metric="cpu", target=0.5, period_s=10.0, metric_delay_s=5.0, points_out=3, launch_s=30.0,
        check_s=5.0,
    )  # fmt: skip
    web = Station(("a", "b") * 4, 2, None, Distribution("constant", 0.04), autoscaling=rules)
    users, long = Source(((0.0, 40.0), (100.0, rate)), "even"), CallPolicy(60.0)
    nodes = {"users": users, "front": Balancer("round_robin", None), "web": web}
    return make_plan(nodes, {("users", "front"): long, ("front", "web"): long}, duration_s=300.0)


def serving(second: int) -> Callable[[Conductor], float]:
    return lambda c: float((c.series.inst_stage[second, 2:] == STAGES.index("in_service")).sum())


def decided_s(c: Conductor) -> float:
    return next(e.t_s for e in c.events if e.kind == "scaling" and "→" in e.text)


def begun(c: Conductor) -> np.ndarray:
    return c.series.start_begun[:, 0]


CASES = (
    once(
        "A queue in front of a client is time the client waits", "elsewhere it reported zero; two at once on one server: 1 s and 2 s",
        lambda: together(1, 2), Quantity("mean latency", "s", 1.5, mean_s), Quantity("longest", "s", 2.0, slowest_s),
    ),
    once(
        "Four simultaneous arrivals on four idle servers take 1 s each", "elsewhere 1, 2, 3 and 4 s",
        lambda: together(4, 4), Quantity("mean latency", "s", 1.0, mean_s), Quantity("longest", "s", 1.0, slowest_s),
    ),
    once(
        "A crashed server does not finish its work and comes back empty", "elsewhere what was in service completed",
        crash,
        Quantity("completed while it is down", "", 0, lambda c: int(c.series.inst_completed[5:10, 1].sum())),
        Quantity(
            "killed, of those in service and waiting", "", 1,
            lambda c: float(c.series.inst_killed[5, 1] / (c.series.inst_queue[4, 1] + 1)),
        ),
        Quantity("completed in the first second back", "", 2, lambda c: int(c.series.inst_completed[10, 1]), sign="≤"),
    ),
    once(
        "A black hole never answers; only the timeout tells", "elsewhere 100 % succeeded",
        black_hole, Quantity("share that succeeds", "", 0.0, OK), Quantity("share that times out", "", 1.0, TIMEOUT),
        Quantity("attempts over before the timeout", "", 0, lambda c: int(c.series.edge_attempt_ends[:2].sum())),
    ),
    replicated(
        "Least outstanding breaks ties at random", "elsewhere to server 0; four idle instances: a quarter each",
        lambda: balanced(10.0, Distribution("exponential", 0.0001), duration_s=600.0),
        Quantity("share of the first", "", 0.25, share_to_first),
    ),
    once(
        "Least outstanding counts what waits, too", "elsewhere only work in service; eight slots of 1 s cannot take more than 8/s of 400/s",
        one_is_slow, Quantity("share of the slow one", "", 0.05, share_to_first, sign="≤"),
        Quantity("most that wait there", "", 4, lambda c: int(c.series.inst_queue_peak[:, 2].max()), sign="≤"),
    ),
    once(
        "A cut that heals leaves no slot lost", "elsewhere for ever; 60 slots, 50 busy: after it all succeed again",
        cut_and_healed,
        Quantity("slots taken at the end", "", 50, lambda c: int(c.world[0]["inst"]["busy"][1]), allowance=1),
        Quantity("share that succeeds after it", "", 1.0, lambda c: float(c.series.start_ends[8:27, 0, 0].sum() / 1900)),
        Quantity(
            "timed out: all with a message on the wire", "", 100 * (3.0 + 0.9) - 50 - 20 + 50 + 20,
            lambda c: int(c.series.start_ends[:, 0, OUTCOMES.index("timeout")].sum()),
        ),
    ),
    once(
        "Overlapping faults multiply and heal one by one", "elsewhere the first to heal ended both; 10 ms, twice and three times as slow",
        slow_downs, work(0, "work without a fault", 0.01), work(10, "with the first", 0.02), work(20, "with both", 0.06),
        work(30, "with the second", 0.03),
    ),
    once(
        "Least outstanding sends nearly everything to the dead, because a refusal is fast", "real; it is why health checks exist",
        lambda: refusing(None), Quantity("share refused", "", 0.8, refused, sign="≥"),
    ),
    once(
        "… and health checks end it", "every 5 s, two failures: ejected after 10 s at most",
        lambda: refusing(HealthCheck(5, 1, 2, 2)), Quantity("share refused", "", 0.0, refused),
    ),
    once(
        "A success after the timeout is none, and in no percentile", "elsewhere in both; timeout 1 s, service 1.5 s",
        too_late, Quantity("share that succeeds", "", 0.0, OK),
        Quantity("latencies counted", "", 0, lambda c: int(c.series.total_hist.sum())),
        Quantity("completed at the server all the same", "", 80, lambda c: int(c.series.inst_completed[:, 1].sum()), sign="≥"),
    ),
    once(
        "Autoscaling takes its alarm, its metric's delay and the launch time",
        "elsewhere capacity came at once; load jumps at 100 s: three points of 10 s, 5 s until the last is known, 30 s to launch",
        lambda: growing(100.0),
        Quantity("decided at", "s", 135.0, decided_s),
        Quantity("in service in the second before 165 s", "instances", 2, serving(164)),
        Quantity("in service in the second after", "instances", 4, serving(165)),
        Quantity("at rest: 100/s · 40 ms / (2 slots · 50 %)", "instances", 4, serving(299)),
    ),
    replicated(
        "Clients do not share their jitter", "elsewhere all drew the same; a thousand retries spread over ten seconds: a tenth in each",
        jittered,
        Quantity("share in the first half", "", 0.5, lambda c: float(retries(c)[:5].sum() / retries(c).sum())),
        Quantity("share in the busiest second", "", 0.2, lambda c: float(retries(c).max() / retries(c).sum()), sign="≤"),
    ),
    once(
        "Percentiles are measured, not multiples of the mean", "elsewhere p99 = factor × mean; constant service: all are the service time",
        lambda: mm(10.0, 1000, Distribution("constant", 0.01), duration_s=60.0),
        *(Quantity(f"p{p}", "s", 0.01, quantile(p / 100)) for p in (50, 95, 99)),
        Quantity("p99 of a second", "s", 0.01, p99_of_a_second),
    ),
    once(
        "Arrivals go on after a window without any", "elsewhere they stopped for good",
        pause, Quantity("started before", "", 500, lambda c: int(begun(c)[:5].sum()), allowance=1),
        Quantity("started in the gap", "", 0, lambda c: int(begun(c)[5:15].sum()), allowance=1),
        Quantity("started after", "", 500, lambda c: int(begun(c)[15:].sum()), allowance=1),
    ),
)  # fmt: skip
