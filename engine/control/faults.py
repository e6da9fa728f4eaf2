"""Faults take effect: at each start and end the live configuration is rebuilt from the design, and what changed goes into the world."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.control import lifecycle
from engine.control.misconfiguration import misconfigure
from engine.control.resolution import silence
from engine.control.stranded import book_stranded, logs
from engine.kernel import caches, doors, hangs, moves, promotions, registration, sessions
from engine.kernel.layout import TICKS_PER_S, ticks
from engine.live import Live

if TYPE_CHECKING:
    from engine.control.conductor import Conductor, Process


def boundaries(c: Conductor) -> list[int]:
    """Every instant at which a fault starts, changes or ends within the run, in ticks."""
    times = {ticks(t) for f in c.plan.faults for t in (f.start_s, *f.moments_s, f.end_s, f.over_s) if t * 1.0 < c.plan.duration_s}
    return sorted(times)


def strike(c: Conductor) -> Process:
    """Carry out all faults."""
    booked = dict.fromkeys(c.plan.backlogs(), 0)  # writes that caches had not flushed and lost, by instance
    writers, missing = logs(c), dict[int, int]()
    ended = dict.fromkeys(c.plan.keepers(), 0)  # sessions lost so far, by instance
    for time in boundaries(c):
        yield c.wait(time - c.env.now)
        live = Live(len(c.plan.instances), len(c.plan.edges), len(c.plan.places), time / TICKS_PER_S)
        for fault in c.plan.faults:
            start, end = ticks(fault.start_s), ticks(min(fault.end_s, 1e5))
            if start <= time < ticks(min(fault.over_s, 1e5)):
                fault.apply(live)
            if start == time:
                c.say("fault_start", None, fault.sentence, fault=fault.id, target=fault.target)
            if end == time:
                what = f"{fault.kind.replace('_', ' ')} of {fault.target}"
                c.say("fault_end", None, f"{what} is over, after {(end - start) / TICKS_PER_S:g} s", fault=fault.id, target=fault.target)
        c.live = live
        if ended:
            ended = c.see(lost_sessions, c)
        c.do(carry_out, c.world, live, time)
        book_unflushed(c, booked)
        book_stranded(c, writers, missing)
        tell_sessions(c, ended)
        silence(c, live)


def book_unflushed(c: Conductor, booked: dict[int, int]) -> None:
    """Caches that died or were emptied by now have lost what they had acknowledged and not flushed."""
    for i in booked:
        lost, since = c.see(unflushed, c, i)
        if lost > booked[i]:
            id = c.plan.nodes[c.plan.instances[i].node].id
            c.lose_writes(id, lost - booked[i], since)
            c.say("role", id, f"{id}: {lost - booked[i]:,} writes that {c.name(i)} had acknowledged and not flushed are lost")
            booked[i] = lost


def tell_sessions(c: Conductor, before: dict[int, int]) -> None:
    """Instances that died, or started anew, by now have lost the sessions that lived there."""
    lost = c.see(lost_sessions, c) if before else {}
    for i in before:
        if lost[i] > before[i]:
            id = c.plan.nodes[c.plan.instances[i].node].id
            died = lost[i] - before[i]
            c.say("role", id, f"{id}: {died:,} session{'s' * (died > 1)} died with {c.name(i)}; who is behind them has to log in again")


def lost_sessions(c: Conductor) -> dict[int, int]:
    """Sessions lost so far, by the instance they lived on."""
    keepers = c.world[0]["keepers"]["t_lost"]
    return {i: int(keepers[k]) for k, i in enumerate(c.plan.keepers())}


def unflushed(c: Conductor, i: int) -> tuple[int, int]:
    """(writes that cache instance i has lost so far, when the oldest of the latest loss was acknowledged)."""
    row = c.world[0]["memories"][int(c.world[0]["inst"]["memory"][i])]
    return int(row["t_lost"]), int(row["lost_since"])


def carry_out(world: np.ndarray, live: Live, now: int) -> None:
    """Make the world's configuration equal to ``live``; only differences act."""
    s = world[0]
    n, e, p = live.n_instances, live.n_edges, live.n_places
    inst, edges = s["inst"][:n], s["edges"][:e]
    inst["strain"], inst["slow"] = live.slow, live.slow * inst["chill"]
    inst["extra"] = np.rint(live.extra_s * TICKS_PER_S)
    inst["spike"], inst["spike_share"] = np.rint(live.spike_s * TICKS_PER_S), live.spike_share
    inst["error_share"] = live.error_share
    inst["throttle_share"] = live.throttle_share
    inst["flap_share"] = live.flap_share
    inst["paused"] = live.paused
    edges["add"] = np.rint(live.edge_add_s * 1e7).astype(np.int64)
    edges["cut_request"], edges["cut_answer"] = live.edge_cut[:, 0], live.edge_cut[:, 1]
    edges["lose_request"], edges["lose_answer"] = live.edge_loss[:, 0], live.edge_loss[:, 1]
    s["path_cut"][:p, :p] = live.path_cut
    s["path_add"][:p, :p] = np.rint(live.path_add_s * 1e7).astype(np.int64)
    s["path_loss"][:p, :p] = live.path_loss
    sources = s["sources"][: s["n_source"]]
    sources["hot_share"] = live.hot_share[sources["inst"]]
    sources["mixed"] = (sources["n_class"] > 0) | (sources["n_keys"] > 0) | (sources["hot_share"] > 0)
    inst["stopped"] = live.stopped
    inst["withdrawn"], inst["struck"], inst["hung"] = live.withdrawn, live.down, live.hung
    misconfigure(world, live)
    lifecycle.list_targets(world, n)
    if (inst["shifted"] != live.shifted).any():
        inst["shifted"] = live.shifted
        registration.relist_balancers(world)
    queues = s["queues"][: s["n_queue"]]
    queues["poison_share"] = live.poison_share[queues["inst"]]
    doors.cuts_changed(world)
    down = np.where(inst["absent"] > 0, inst["down"], live.down)
    for i in np.nonzero(inst["down"] != down)[0]:
        if down[i]:
            doors.kill(world, int(i), int(down[i]), now)
        else:
            doors.revive(world, int(i), now)
    for source, factor in enumerate(live.surge[sources["inst"]]):
        doors.set_surge(world, source, float(factor), now)
    for i in np.nonzero(inst["flushes"] < live.flushes)[0]:
        caches.flush(world, int(i))
        sessions.restart(world, int(i))
    inst["flushes"] = live.flushes
    promotions.links_changed(world, now)
    if len(queues):
        doors.wake_queues(world, now)
    if s["parked_head"] >= 0:
        moves.wake_topics(world)
    for i in np.nonzero((inst["hung_head"] > 0) & (inst["hung"] == 0))[0]:
        hangs.let_answers_go(world, int(i))
    doors.wake_writes(world, now)  # runs them too
