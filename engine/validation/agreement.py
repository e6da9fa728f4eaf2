"""The compiled kernel against the plain SimPy oracle, driven by the same draws: not similar, equal."""

from __future__ import annotations

from collections import Counter

import numpy as np

from engine.behaviours import Source
from engine.kernel.layout import TICKS_PER_S
from engine.oracle import Oracle
from engine.outcomes import OUTCOMES
from engine.plan import Plan
from engine.series import CACHE_COUNTS, QUEUE_COUNTS, SESSION_COUNTS, SPAN, TOPIC_COUNTS, Series
from engine.validation.measuring import play


def table(counts: Counter[tuple[int, int, str]], like: np.ndarray) -> np.ndarray:
    out = np.zeros_like(like)
    for (second, column, outcome), n in counts.items():
        if second < len(out):
            out[second, column, OUTCOMES.index(outcome)] += n
    return out


def followed(plan: Plan, series: Series) -> list[tuple[object, ...]]:
    """The kernel's traces as rows that `engine.oracle.state.Span.row` gives for the oracle's."""
    rows = [dict(zip(SPAN, row)) for row in series.spans.tolist()]
    out = []
    for row in rows:
        p = rows[row["parent"]] if row["parent"] >= 0 else None
        above = (p["edge"], p["inst"], p["tries"], p["sent"]) if p else None
        words = [OUTCOMES[row[name]] if row[name] >= 0 else "" for name in ("outcome", "seen")]
        started = row["started"] if row["finished"] >= 0 else -1  # see `Span.row`
        times = [row["sent"], row["arrived"], started, row["finished"], row["answered"]]
        out.append((row["root"], above, row["edge"], row["inst"], row["tries"], *times, *words))
    return out


def differences(plan: Plan) -> dict[str, int]:
    """How many counts differ, by name; empty when kernel and oracle agree on every second of every edge, source and instance."""
    ours, oracle = play(plan).series, Oracle(plan, exact=True).run()
    found = {
        "attempts": np.abs(table(oracle.attempt_ends, ours.edge_attempt_ends) - ours.edge_attempt_ends).sum(),
        "calls": np.abs(table(oracle.call_ends, ours.edge_call_ends) - ours.edge_call_ends).sum(),
        "requests": np.abs(table(oracle.start_ends, ours.start_ends) - ours.start_ends).sum(),
    }
    copies = [oracle.servers[i] for i in plan.copies()]
    found["stale reads"] = sum(abs(oracle.stale[s] - int(ours.copy_stale[:, k].sum())) for k, s in enumerate(copies))
    found["conflicts"] = sum(abs(oracle.conflicts[s] - int(ours.copy_conflicts[:, k].sum())) for k, s in enumerate(copies))
    found["lag"] = np.abs(np.array(oracle.lags).reshape(-1, len(copies)) - ours.copy_lag_writes[: len(oracle.lags)]).sum() if copies else 0
    found["lost writes"] = int(oracle.lost_writes != ours.lost_writes)
    memories = [oracle.memories[oracle.servers[i]] for i in plan.memories()]
    for name, mine in (("hits", ours.cache_hits), ("misses", ours.cache_misses)):
        found[name] = sum(abs(getattr(m, name) - int(mine[:, k].sum())) for k, m in enumerate(memories))
    late = [sum(len(b.writes) for b in m.backlogs.values()) for m in memories]
    found["unflushed writes"] = np.abs(np.array(late) - ours.cache_unflushed[-1]).sum() if late else 0
    for k, name in enumerate(CACHE_COUNTS):
        found[name] = sum(abs(getattr(m, name) - int(ours.cache_counts[:, i, k].sum())) for i, m in enumerate(memories))
    servers = [i for i, x in enumerate(plan.instances) if not isinstance(plan.nodes[x.node].behaviour, Source)]
    for name, theirs, mine in (
        ("arrived", oracle.arrived, ours.inst_arrived), ("completed", oracle.completed, ours.inst_completed),
        ("rejected", oracle.rejected, ours.inst_rejected), ("killed", oracle.killed, ours.inst_killed),
        ("wasted", oracle.wasted, ours.inst_wasted),
    ):  # fmt: skip
        found[name] = sum(abs(theirs[i] - int(mine[:, i].sum())) for i in servers)
    found["wasted time"] = sum(abs(oracle.wasted_ticks[i] - round(ours.inst_wasted_s[:, i].sum() * TICKS_PER_S)) for i in servers)
    found["traces"] = len(set(followed(plan, ours)) ^ {span.row() for span in oracle.spans})
    names, kinds = np.zeros_like(ours.total_class_ends), oracle.class_ends
    for (kind, outcome), n in kinds.items():
        names[kind, OUTCOMES.index(outcome)] += n
    found["classes"] = np.abs(names - ours.total_class_ends).sum()
    for k in range(ours.total_latency_s.shape[0]):
        latencies = np.sort(np.array(oracle.latencies[k])) if oracle.latencies[k] else np.zeros(0)
        found[f"latency of source {k}"] = round(abs(latencies.sum() - ours.total_latency_s[k] * 1e7))
    for q, (n, _) in enumerate(plan.readers()):
        for k, what in enumerate(QUEUE_COUNTS[2:], 2):
            box = list(oracle.boxes.values())[q]
            counted = np.array([box.counts[second, what] for second in range(len(ours.queue_counts))])
            found[f"{plan.nodes[n].id} {what} of reader {q}"] = np.abs(counted - ours.queue_counts[:, q, k]).sum()
    for k, i in enumerate(plan.keepers()):
        for c, what in enumerate(SESSION_COUNTS[1:], 1):
            counted = np.array([oracle.session_counts[second, i, what] for second in range(len(ours.session_counts))])
            found[f"{what} of instance {i}"] = np.abs(counted - ours.session_counts[:, k, c]).sum()
        living = sum(home is oracle.servers[i] for home in oracle.homes.values())
        found[f"sessions of instance {i}"] = abs(living - int(ours.session_counts[-1, k, 0]))
    for t, n in enumerate(plan.topics()):
        for k, what in enumerate(TOPIC_COUNTS[1:], 1):
            counted = np.array([oracle.topics[n].counts[second, what] for second in range(len(ours.topic_counts))])
            found[f"{plan.nodes[n].id} {what}"] = np.abs(counted - ours.topic_counts[:, t, k]).sum()
    return {name: int(n) for name, n in found.items() if n}
