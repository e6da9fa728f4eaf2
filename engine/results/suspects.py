"""Which fault an ejection, a failover or a loss goes back to: the one that hit what was ejected or lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.events import Event
from engine.live import Live
from engine.plan import Plan, PlanFault
from engine.series import ROLES, Series

PRIMARY = ROLES.index("primary")


@dataclass(frozen=True)
class Reach:
    """What one fault alone does that a health check or a monitor can see. Slowness is not among it: a probe is still answered."""

    down: np.ndarray  # bool [instance]
    failing: np.ndarray  # bool [instance] errors or throttling, also in answer to probes
    edges: np.ndarray  # bool [edge] cut, lossy or delayed
    cut: np.ndarray  # bool [place, place] cut, lossy or delayed in either direction
    emptied: np.ndarray  # bool [instance] a cache that forgets everything

    @staticmethod
    def of(plan: Plan, fault: PlanFault) -> Reach:
        """Found by letting the fault act on a world in which nothing else is wrong."""
        live = Live(len(plan.instances), len(plan.edges), len(plan.places))
        fault.apply(live)
        edges = (live.edge_add_s > 0) | live.edge_cut.any(axis=1) | live.edge_loss.any(axis=1)
        cut = live.path_cut | (live.path_loss > 0) | (live.path_add_s > 0)
        failing = (live.error_share > 0) | (live.flap_share > 0) | (live.throttle_share > 0)
        return Reach(live.down > 0, failing, edges, cut | cut.T, live.flushes > 0)


class Suspects:
    """The faults of a run that have begun, as indices, by what they could have done."""

    def __init__(self, plan: Plan, series: Series, faults: Sequence[PlanFault]) -> None:
        self.plan, self.series, self.faults = plan, series, faults
        self._reach = [Reach.of(plan, fault) for fault in faults]
        named = [(n.id, n.count, i) for n in plan.nodes for i in range(n.first, n.first + n.count)]
        self._instances = {f"{id}[{plan.instances[i].index}]" if count > 1 else id: i for id, count, i in named}
        self._nodes = {n.id: index for index, n in enumerate(plan.nodes)}

    def of_ejection(self, event: Event) -> tuple[list[int], bool]:
        """Faults behind an ``unhealthy`` event, and whether they are known to have hit its target."""
        instance, balancer = self._instances.get(str(event.data.get("target"))), self._nodes.get(event.node or "")
        if instance is None or balancer is None:
            return self.latest(event.t_s), False
        return self._chosen(event.t_s, lambda reach: self._cuts_off(reach, balancer, instance))

    def of_failover(self, node_id: str | None, at_s: float) -> list[int]:
        """Faults behind a store's loss of its primary, noticed from this instant on."""
        lost = self._primaries(node_id, at_s)
        return self._chosen(at_s, lambda reach: any(self._silences(reach, i) for i in lost))[0]

    def of_lost_writes(self, node_id: str, at_s: float) -> list[int]:
        """Faults behind writes a store or a cache lost at an instant: those that hit a member of it."""
        members = list(self.plan.instances_of(self._nodes[node_id]))
        return self._chosen(at_s, lambda reach: any(reach.emptied[i] or self._silences(reach, i) for i in members))[0]

    def latest(self, at_s: float, among: Iterable[int] | None = None) -> list[int]:
        """The faults that started last at or before an instant; several when they started together."""
        started = [i for i in (range(len(self.faults)) if among is None else among) if self.faults[i].start_s <= at_s]
        last = max((self.faults[i].start_s for i in started), default=0.0)
        return [i for i in started if self.faults[i].start_s == last]

    def _chosen(self, at_s: float, fits: Callable[[Reach], bool]) -> tuple[list[int], bool]:
        """Of the faults that fit, the latest that still lasts, else the latest that is over; the latest of all when none fits."""
        fitting = [i for i, reach in enumerate(self._reach) if fits(reach)]
        lasting = [i for i in fitting if self.faults[i].end_s >= at_s]
        found = self.latest(at_s, lasting) or self.latest(at_s, fitting)
        return (found, True) if found else (self.latest(at_s), False)

    def _cuts_off(self, reach: Reach, balancer: int, instance: int) -> bool:
        plan = self.plan
        here, there = [plan.instances[i].place for i in plan.instances_of(balancer)], plan.instances[instance]
        between = [e for e, edge in enumerate(plan.edges) if edge.caller == balancer and edge.callee == there.node]
        hit = reach.down[instance] or reach.failing[instance] or reach.edges[between].any() or reach.cut[here, there.place].any()
        return bool(hit)

    def _silences(self, reach: Reach, instance: int) -> bool:
        return bool(reach.down[instance] or reach.cut[self.plan.instances[instance].place].any())

    def _primaries(self, node_id: str | None, at_s: float) -> list[int]:
        """The primary of a store at an instant; all of its members where no role tells."""
        node = self._nodes.get(node_id or "")
        members = [] if node is None else list(self.plan.instances_of(node))
        row = min(int(at_s), self.series.reached_s - 1)
        return [i for i in members if row >= 0 and self.series.inst_role[row, i] == PRIMARY] or members
