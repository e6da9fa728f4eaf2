"""The two ways to a month's quantities: the clients' mean rates through the drawing, or what a run counted, scaled up."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from engine.cost.base import MONTH_S, Use
from engine.cost.estimate import Estimate, NodeCost
from engine.cost.flows import Flows
from engine.plan import HOPS
from engine.results.totals import window
from engine.series import QUEUE_COUNTS, STAGES

if TYPE_CHECKING:
    from engine.advice.demand import Demand
    from engine.advice.design import Design
    from engine.document import Scenario
    from engine.plan import Plan
    from engine.series import Series

OF_DRAWING = "The clients' mean rates, every call once, nothing failing; a month of 730 hours like that."
OF_RUN = "What the run counted in {seconds:,} s after the warm-up, faults and retries included; a month of 730 hours at that mean rate."


def of_drawing(scenario: Scenario) -> Estimate:
    """The estimate before any run."""
    from engine.advice.demand import Demand
    from engine.advice.design import Design

    design = Design(scenario)
    plan, demand = design.plan, Demand(design, frozenset(), scenario.duration_s)
    arrived = np.array([demand.rate_per_s[node.id] * MONTH_S for node in plan.nodes])
    flows = Flows(plan, _messages(design, demand), arrived)
    uses = []
    for n, node in enumerate(plan.nodes):
        there, back, answer_kb = flows.through[n]
        handed = sum(part for _, part in demand.split(node.id)) * arrived[n]
        uses.append(Use(
            design.component(node.id), len(design.present(node.id)), arrived[n], handed, demand.writes_per_s(node.id) * MONTH_S,
            arrived[n] * demand.hold_s[node.id], there, back, answer_kb, len(node.calls),
        ))  # fmt: skip
    return _estimate(plan, uses, flows, OF_DRAWING)


def _messages(design: Design, demand: Demand) -> np.ndarray:
    """Requests and answers per month [edge, direction, kind of hop], places of both ends met as often as there are instances."""
    plan = design.plan
    messages = np.zeros((len(plan.edges), 2, len(HOPS)))
    for id in design.order:
        if design.does(id) == "resolver":
            continue
        for edge, part in demand.split(id):
            per_month = demand.rate_per_s[id] * part * MONTH_S
            resolved = design.does(design.callee(edge)) == "resolver"
            named = demand.split(design.callee(edge)) if resolved else [(edge, 1.0)]
            for record, share in named:
                pairs = [(a, b) for a in demand.places(id) for b in demand.places(design.callee(record), asked=True)]
                for a, b in pairs:
                    messages[design.edge_index[edge.id], :, plan.hop(a, b)] += per_month * share / len(pairs)
    return messages


def of_run(scenario: Scenario, plan: Plan, series: Series) -> Estimate | None:
    """The estimate from a run's counters; None as long as no full second has passed after the warm-up."""
    rows = window(plan, series)
    measured_s = rows.stop - rows.start
    if measured_s <= 0:
        return None
    factor = MONTH_S / measured_s
    arrived = _by_node(plan, series.inst_arrived[rows]) * factor
    busy_s = _by_node(plan, series.inst_busy_s[rows]) * factor
    there_on_average = _by_node(plan, series.inst_stage[rows] != STAGES.index("terminated")) / measured_s
    flows = Flows(plan, series.total_messages * factor, arrived)
    writes = _write_share(plan, series)
    uses = []
    for n, node in enumerate(plan.nodes):
        there, back, answer_kb = flows.through[n]
        uses.append(Use(
            scenario.node(node.id), float(there_on_average[n]), float(arrived[n]), _handed(plan, series, n, rows) * factor,
            float(arrived[n]) * writes, float(busy_s[n]), there, back, answer_kb, len(node.calls),
        ))  # fmt: skip
    return _estimate(plan, uses, flows, OF_RUN.format(seconds=measured_s))


def _by_node(plan: Plan, values: np.ndarray) -> np.ndarray:
    total = values.sum(axis=0, dtype=np.float64)
    return np.array([total[node.first : node.first + node.count].sum() for node in plan.nodes])


def _handed(plan: Plan, series: Series, n: int, rows: slice) -> float:
    """Units of work a queue handed over. A consumer that has nothing else to do counts them; otherwise every message is taken for one."""
    if n not in plan.queues():
        return float(sum(series.edge_attempts[rows, e].sum() for e in plan.nodes[n].calls))
    consumers = [plan.edges[e].callee for e in plan.nodes[n].calls]
    if all(sum(edge.callee == c for edge in plan.edges) == 1 for c in consumers):
        return float(sum(_by_node(plan, series.inst_arrived[rows])[c] for c in consumers))
    return float(series.queue_counts[rows, plan.queues().index(n), QUEUE_COUNTS.index("delivered")].sum())


def _write_share(plan: Plan, series: Series) -> float:
    """Of all requests, those that change something; without a class it is a write."""
    begun = series.total_class_begun
    total = float(begun.sum())
    return float(sum(begun[k] for k in {0, plan.write_kind()} if k >= 0)) / total if total else 0.0


def _estimate(plan: Plan, uses: list[Use], flows: Flows, basis: str) -> Estimate:
    from engine.cost import PRICES  # here, because the search for prices comes by this module

    nodes, carried = [], set()
    for n, (node, use) in enumerate(zip(plan.nodes, uses)):
        price = PRICES.get(node.kind)
        if node.behaviour.behaviour == "source":
            continue  # nobody buys clients
        lines = tuple(line for line in price.lines(use) if math.isfinite(line.usd)) if price else ()
        nodes.append(NodeCost(node.id, node.kind, node.label, price is not None, lines, price.left_out if price else ""))
        carried |= {n} if price and price.carries else set()
    return Estimate(basis, tuple(nodes), tuple(flows.transfer(carried)))
