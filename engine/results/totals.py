"""The totals of a run: requests exactly from the warm-up on, nodes and edges from the full seconds after it.

What was under way at nodes and edges when the warm-up ended counts as if it had begun then, so that what began is never less than what
ended. A window of seconds counts what began and what ended in it as it was.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine.outcomes import CAUSES
from engine.plan import HOPS, Plan
from engine.results.columns import by_node, capacity_s, serving
from engine.results.numbers import counts, number, ratio
from engine.results.percentiles import PERCENTILES, extremes_s, percentiles_s
from engine.series import CACHE_COUNTS, EXTRAS, QUEUE_COUNTS, SESSION_COUNTS, STAGES, TOPIC_COUNTS, Series

OF_EDGE = ("calls", "attempts", "abandoned", "in_flight", "amplification", *EXTRAS)  # what an edge has beside its outcomes


def requests(series: Series) -> dict[str, Any]:
    """Requests started at or after the warm-up, all clients together: started, ok (some degraded), failed by first cause, open."""
    ends = series.total_ends.sum(axis=0)
    started = int(series.total_begun.sum())
    return {
        "started": started,
        "ok": int(ends[0]),
        "degraded": int(series.total_degraded.sum()),
        "failed": counts(CAUSES, ends[1:]),
        "in_flight": started - int(ends.sum()),
    }


def by_class(plan: Plan, series: Series) -> dict[str, dict[str, Any]]:
    """The same by class of request; empty when no client names classes."""
    names = plan.classes()
    found = {}
    for k, name in enumerate(names):
        started, ends = int(series.total_class_begun[k]), series.total_class_ends[k]
        if started and len(names) > 1:
            failed = counts(CAUSES, ends[1:])
            found[name or "(none)"] = {"started": started, "ok": int(ends[0]), "failed": failed, "in_flight": started - int(ends.sum())}
    return found


def failed_at(plan: Plan, series: Series) -> dict[str, dict[str, int]]:
    """Where the failed requests failed first: edge id → cause → count; edges nothing failed at are left out."""
    blame = {edge.id: counts(CAUSES, series.total_blame[index, 1:]) for index, edge in enumerate(plan.edges)}
    return {edge: causes for edge, causes in blame.items() if causes}


def availability(series: Series) -> float | None:
    """ok / (ok + failed) of the requests in the totals; None when none has ended."""
    ends = series.total_ends.sum(axis=0)
    return ratio(ends[0], ends.sum())


def latency_s(series: Series) -> dict[str, float | None]:
    """Mean and percentiles of the ok requests in the totals, seconds from the first attempt to the answer."""
    ok = int(series.total_ends[:, 0].sum())
    within_s = extremes_s(series.total_fastest_s, series.total_slowest_s, 0)
    values = percentiles_s(series.total_hist.sum(axis=0), list(PERCENTILES.values()), within_s)
    mean = ratio(series.total_latency_s.sum(), ok)
    return {"mean": mean} | {name.removesuffix("_s"): number(float(value)) for name, value in zip(PERCENTILES, values)}


def nodes(plan: Plan, series: Series, rows: slice | None = None) -> dict[str, dict[str, Any]]:
    """Totals by node over full seconds, by default those after the warm-up.

    ``utilisation`` and ``load`` are shares of the capacity in service (0 where that has no bound).
    ``peak_queue`` adds up the instances' peaks of the same second, so with several instances it can lie a little high.
    ``wasted`` are attempts done although nobody waited for them any more, ``wasted_s`` the slot-seconds they took.
    ``present`` are those still there at the end: arrived = completed + rejected + killed + present.
    For clients ``arrived`` counts the requests they started, ``completed`` those that were answered, ``present`` those still open.
    """
    chosen, rows = rows is not None, rows or window(plan, series)
    before, until = slice(0, rows.start), slice(0, rows.stop)

    def total(values: np.ndarray, of: slice = rows) -> np.ndarray:
        return by_node(plan, values[of].sum(axis=0, dtype=np.float64)[None, :])[0]

    counts = serving(plan, series)
    capacity = total(capacity_s(plan, series.inst_up_s) * counts)
    peaks = by_node(plan, series.inst_queue_peak[rows])
    stores, queues, topics = plan.stores(), plan.queues(), plan.topics()
    summed = ("arrived", "completed", "rejected", "killed", "cancelled", "wasted", "wasted_s")
    columns = {name: total(getattr(series, f"inst_{name}")) for name in summed}
    columns |= {name: total(getattr(series, f"inst_{name}") * counts) for name in ("busy_s", "offered_s")}
    duplicates = series.edge_extras[rows, :, EXTRAS.index("duplicates")].sum(axis=0)
    stays = series.inst_arrived - series.inst_completed - series.inst_rejected - series.inst_killed - series.inst_cancelled
    columns["present"] = total(stays, until)
    columns["arrived"] += 0 if chosen else total(stays, before)
    for source, node in enumerate(plan.sources()):
        begun = series.start_begun[rows, source].sum() if chosen else series.total_begun[source]
        ends = series.start_ends[rows, source].sum(axis=0) if chosen else series.total_ends[source]
        columns["arrived"][node], columns["completed"][node], columns["present"][node] = begun, ends[0], begun - ends.sum()
    return {
        node.id: {
            "arrived": int(columns["arrived"][n]),
            "completed": int(columns["completed"][n]),
            "utilisation": _share(columns["busy_s"][n], capacity[n], most=1.0),
            "load": _share(columns["offered_s"][n], capacity[n]),
            "peak_queue": int(peaks[:, n].max(initial=0)),
            "killed": int(columns["killed"][n]),
            "rejected": int(columns["rejected"][n]),
            "cancelled": int(columns["cancelled"][n]),
            "wasted": int(columns["wasted"][n]),
            "wasted_s": float(columns["wasted_s"][n]),
            "duplicates": int(sum(duplicates[e] for e, edge in enumerate(plan.edges) if edge.callee == n)),
            "present": int(columns["present"][n]),
        }
        | _paid_for(plan, series, n, rows)
        | (_cache(plan, series, n, rows) if node.behaviour.behaviour == "cache" else {})
        | (_store(plan, series, n, rows) if n in stores and node.behaviour.behaviour == "store" else {})
        | (_shards(plan, series, n, rows) if n in stores and node.behaviour.behaviour == "cache" else {})
        | (_queue(plan, series, n, rows, chosen) if n in queues else {})
        | (_topic(plan, series, n, rows) if n in topics else {})
        | (_sessions(plan, series, n, rows) if getattr(node.behaviour, "keeps_sessions", False) else {})
        for n, node in enumerate(plan.nodes)
    }


def work(plan: Plan, series: Series) -> dict[str, float | None]:
    """What the answers cost, over the full seconds after the warm-up: slot-seconds, those spent for callers who had given up, and how many
    attempts there were for each call and each request. Goodput counts requests answered well, by the second they started in."""
    rows = window(plan, series)
    busy_s, wasted_s = (float((values * serving(plan, series))[rows].sum()) for values in (series.inst_busy_s, series.inst_wasted_s))
    calls, attempts = (int(values[rows].sum()) for values in (series.edge_calls, series.edge_attempts))
    return {
        "busy_s": busy_s,
        "wasted_s": wasted_s,
        "wasted_share": ratio(wasted_s, busy_s),
        "goodput_per_s": ratio(float(series.total_ends[:, 0].sum()), rows.stop - plan.warmup_s),
        "amplification": ratio(attempts, calls),
        "attempts_per_request": ratio(attempts, int(series.start_begun[rows].sum())),
    }


def lost_work(nodes: dict[str, dict[str, Any]], edges: dict[str, dict[str, Any]]) -> dict[str, int]:
    """What was done twice, for nobody, or went under, over all nodes and edges: attempts, messages of a lossy network, writes."""
    of_nodes = {name: sum(int(node.get(name, 0)) for node in nodes.values()) for name in ("duplicates", "wasted", "killed", "lost_writes")}
    return of_nodes | {"lost_messages": sum(edge["lost_messages"] for edge in edges.values())}


def error_budget(series: Series, objective: float | None) -> dict[str, float | None] | None:
    """How many of the requests in the totals might fail, how many did, and which share of that is left; below 0 it is overdrawn. None
    without an objective."""
    if objective is None:
        return None
    ends = series.total_ends.sum(axis=0)
    allowed, failed = (1 - objective) * float(ends.sum()), int(ends[1:].sum())
    spent = ratio(failed, allowed)
    return {"objective": objective, "allowed": allowed, "failed": failed, "left_share": None if spent is None else 1 - spent}


def _paid_for(plan: Plan, series: Series, n: int, rows: slice) -> dict[str, float]:
    """Seconds of instances from launch to termination, and those spent launching; seconds of environments of functions."""
    node, behaviour = plan.nodes[n], plan.nodes[n].behaviour.behaviour
    if behaviour == "function":
        return {"environment_s": float(series.inst_environments[rows, plan.functions().index(n)].sum())}
    if behaviour not in ("station", "cache", "store"):
        return {}
    stage = series.inst_stage[rows, node.first : node.first + node.count]
    there, launching = stage != STAGES.index("terminated"), stage == STAGES.index("launching")
    return {"instance_s": float(there.sum()), "launching_s": float(launching.sum())}


def _store(plan: Plan, series: Series, n: int, rows: slice) -> dict[str, int]:
    """Writes of the whole run, warm-up included: every one acknowledged is durable or lost. Stale reads of the window."""
    mine = [k for k, i in enumerate(plan.copies()) if plan.instances[i].node == n]
    first, count = plan.nodes[n].first, plan.nodes[n].count
    return {
        "acknowledged_writes": int(series.acked[first : first + count].sum()),
        "lost_writes": int(series.lost[first : first + count].sum()),
        "stale_reads": int(series.copy_stale[rows][:, mine].sum()),
        "conflicting_writes": int(series.copy_conflicts[rows][:, mine].sum()),
    }


def _cache(plan: Plan, series: Series, n: int, rows: slice) -> dict[str, Any]:
    """Look-ups of the window."""
    mine = [m for m, i in enumerate(plan.memories()) if plan.instances[i].node == n]
    hits, misses = int(series.cache_hits[rows][:, mine].sum()), int(series.cache_misses[rows][:, mine].sum())
    counts = series.cache_counts[rows][:, mine].sum(axis=(0, 1))
    return {"hits": hits, "misses": misses, "hit_ratio": ratio(hits, hits + misses)} | dict(zip(CACHE_COUNTS, map(int, counts)))


def _shards(plan: Plan, series: Series, n: int, rows: slice) -> dict[str, int]:
    """A cache with replicas. Used as a store it has lost what went with a shard and what a promoted replica lacked, over the whole run."""
    counts = _store(plan, series, n, rows)
    if plan.only_remembers(n):
        return {"stale_reads": counts["stale_reads"]}
    mine = [m for m, i in enumerate(plan.memories()) if plan.instances[i].node == n]
    return counts | {"lost_writes": counts["lost_writes"] + int(series.cache_counts[:, mine, CACHE_COUNTS.index("lost_writes")].sum())}


def _queue(plan: Plan, series: Series, n: int, rows: slice, chosen: bool) -> dict[str, Any]:
    """A message queue in messages: what happened in the full seconds, what is there after the last, the greatest age.

    arrived = completed (deleted) + rejected + dead_lettered + expired + redriven + present; ``arrived`` counts what came from another
    queue too. The readers of a stream add up: with several, each record is there once for each.
    """
    q, first = [k for k, (node, _) in enumerate(plan.readers()) if node == n], plan.nodes[n].first
    counts, oldest_s = series.queue_counts[:, q].sum(axis=1), series.queue_oldest_s[rows][:, q]
    counts[:, 2] = series.queue_counts[:, q[0], 2]
    series_before, counts = counts, counts[rows]
    there = counts[-1] if len(counts) else np.zeros(len(QUEUE_COUNTS), np.int64)
    row: dict[str, Any] = {name: int(there[k] if k < 2 else counts[:, k].sum()) for k, name in enumerate(QUEUE_COUNTS)}
    before = 0 if chosen or rows.start == 0 else int(series_before[rows.start - 1, :2].sum())
    row |= {"arrived": int(series.inst_arrived[rows, first].sum()) + before, "present": row["waiting"] + row["in_flight"]}
    row["oldest_s"] = float(oldest_s.max(initial=0))
    return row | _ages(plan, series, n, rows)


def _ages(plan: Plan, series: Series, n: int, rows: slice) -> dict[str, Any]:
    """The greatest iterator age of each shard of a stream, of the reader furthest behind."""
    every = [node for node, _ in plan.readers() for _ in range(plan.queue(node).shards)]
    ages = series.queue_shard_age_s[rows][:, [k for k, node in enumerate(every) if node == n]]
    shards = plan.queue(n).shards
    return {"iterator_age_s": [float(ages[:, k::shards].max(initial=0)) for k in range(shards)]} if shards else {}


def _topic(plan: Plan, series: Series, n: int, rows: slice) -> dict[str, Any]:
    """A topic: messages published and replayed, and what became of their copies in the full seconds; copies under way after the last.

    Over the whole run (published + replayed) × subscriptions = filtered + delivered + dead_lettered + dropped + in_flight.
    """
    counts = series.topic_counts[rows, plan.topics().index(n)]
    return {name: int((counts[-1, 0] if len(counts) else 0) if k < 1 else counts[:, k].sum()) for k, name in enumerate(TOPIC_COUNTS)}


def _sessions(plan: Plan, series: Series, n: int, rows: slice) -> dict[str, int]:
    """Sessions that live on a node's instances after the last full second; those lost, and requests that had to log in again, in all."""
    mine = [k for k, i in enumerate(plan.keepers()) if plan.instances[i].node == n]
    counts = series.session_counts[rows][:, mine].sum(axis=1)
    return {name: int((counts[-1, 0] if len(counts) else 0) if k < 1 else counts[:, k].sum()) for k, name in enumerate(SESSION_COUNTS)}


def _share(part_s: float, whole_s: float, most: float = math.inf) -> float | None:
    share = ratio(part_s, whole_s)
    return None if share is None else min(share, most)


def edges(plan: Plan, series: Series, rows: slice | None = None) -> dict[str, dict[str, Any]]:
    """Totals by edge over full seconds: calls and attempts begun, calls ended by outcome, attempts per call, and the `series.EXTRAS`.

    ``abandoned`` are calls whose caller died or was cancelled, ``in_flight`` those still open at the end; over the whole run
    calls = ok + failed + abandoned + in_flight. ``degraded`` counts failed calls that fell back: they are in ``failed`` too.
    """
    chosen, rows = rows is not None, rows or window(plan, series)
    begun, retries = series.edge_calls[rows].sum(axis=0), (series.edge_attempts - series.edge_calls)[rows].sum(axis=0)
    ends, abandoned = series.edge_call_ends[rows].sum(axis=0), series.edge_abandoned[rows].sum(axis=0)
    extras = series.edge_extras[rows].sum(axis=0)
    stays = series.edge_calls - series.edge_call_ends.sum(axis=2) - series.edge_abandoned
    calls = begun if chosen else begun + stays[: rows.start].sum(axis=0)
    if not chosen:
        for edge, source in _only_edges(plan):
            calls[edge], ends[edge] = series.total_begun[source], _as_requests(plan, series, edge, source)
    in_flight = stays[: rows.stop].sum(axis=0) if chosen else calls - ends.sum(axis=1) - abandoned
    return {
        edge.id: {
            "calls": int(calls[e]),
            "attempts": int(calls[e] + retries[e]),
            "ok": int(ends[e, 0]),
            "failed": counts(CAUSES, ends[e, 1:]),
            "abandoned": int(abandoned[e]),
            "in_flight": int(in_flight[e]),
            "amplification": ratio(calls[e] + retries[e], calls[e]),
            **{name: int(extras[e, k]) for k, name in enumerate(EXTRAS)},
        }
        for e, edge in enumerate(plan.edges)
    }


def _only_edges(plan: Plan) -> list[tuple[int, int]]:
    """(edge, index of the clients) where clients call nothing else and have no fallback: the end of a call is that of a request there."""
    only = [(plan.nodes[n].calls[0], source) for source, n in enumerate(plan.sources()) if len(plan.nodes[n].calls) == 1]
    return [(edge, source) for edge, source in only if plan.edges[edge].policy.fallback == 0]


def _as_requests(plan: Plan, series: Series, edge: int, source: int) -> np.ndarray:
    """Outcomes [N_OUT] of the calls that are the requests of the totals, started after the warm-up.

    How many were ok and how many failed the requests say exactly. By which outcome the calls failed only the edge knows, by the instant
    they did; as many as are too many there were under way when the warm-up ended, and the earliest are taken for those.
    """
    ended = series.total_ends[source]
    failures = series.edge_call_ends[math.floor(plan.warmup_s) :, edge, 1:].astype(np.int64)
    running = np.cumsum(failures.reshape(-1))
    extra = max(0, int(failures.sum()) - int(ended[1:].sum()))
    kept = np.diff(np.maximum(running - extra, 0), prepend=0)
    return np.concatenate([ended[:1], kept.reshape(failures.shape).sum(axis=0)])


def window(plan: Plan, series: Series, from_s: float | None = None, to_s: float | None = None) -> slice:
    """The full seconds inside [from_s, to_s], by default from the end of the warm-up to where the run has come."""
    first = math.ceil(plan.warmup_s if from_s is None else from_s)
    last = series.reached_s if to_s is None else min(math.floor(to_s), series.reached_s)
    return slice(min(first, series.reached_s), max(min(first, series.reached_s), last))


def traffic(plan: Plan, series: Series) -> dict[str, dict[str, float]]:
    """What the network carried after the warm-up, by kind of hop: requests with their answers as ``requests``, and ``gb`` both ways.

    Data transfer is billed by the kind of way: free within an AZ, per GB between AZs, between Regions and to the internet.
    """
    size_kb = np.array([(edge.request_kb, edge.response_kb) for edge in plan.edges]).reshape(-1, 2, 1)
    requests, kb = series.total_messages[:, 0].sum(axis=0), (series.total_messages * size_kb).sum(axis=(0, 1))
    return {hop: {"requests": int(requests[k]), "gb": float(kb[k]) / 1e6} for k, hop in enumerate(HOPS)}
