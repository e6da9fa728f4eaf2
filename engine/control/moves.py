"""Operators move messages: dead letters back to where they came from (redrive), archived ones to the subscribers again (replay)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from engine.kernel import moves
from engine.kernel.layout import ALIVE, MESSAGE_FREE, TICKS_PER_S, ticks
from engine.plan import PlanFault, Redrive, Replay

if TYPE_CHECKING:
    from engine.control.conductor import Conductor, Process

STEP_S = 0.1  # some messages every so often: the rate is kept on average


def operators(c: Conductor) -> Iterator[Process]:
    """Everything the plan has operators do, each a process."""
    for fault in c.plan.faults:
        if isinstance(fault.action, Redrive):
            yield redrive(c, fault, fault.action)
        elif isinstance(fault.action, Replay):
            yield replay(c, fault, fault.action)


def instants(fault: PlanFault, per_s: float) -> Iterator[tuple[int, int]]:
    """(instant in ticks, how many messages may have been moved by then) of every step, until the operator is told to stop."""
    start, end, k = ticks(fault.start_s), ticks(min(fault.end_s, 1e5)), 0
    while start + (k := k + 1) * ticks(STEP_S) < end:
        yield start + k * ticks(STEP_S), int(per_s * k * STEP_S + 1e-9)


def waiting_in(world: np.ndarray, q: int, to: int) -> int | None:
    """Messages waiting in queue q; None when it, or the queue they go to, cannot be reached."""
    queues, inst = world[0]["queues"], world[0]["inst"]
    if inst[queues[q]["inst"]]["down"] != ALIVE or inst[queues[to]["inst"]]["down"] != ALIVE:
        return None
    return int(queues[q]["n_waiting"])


def redrive(c: Conductor, fault: PlanFault, action: Redrive) -> Process:
    """Move messages until none is waiting any more. What fails again comes back, and is moved again."""
    node, other = c.plan.nodes[action.queue].id, c.plan.nodes[action.to].id
    q, to, moved = c.plan.queues().index(action.queue), c.plan.queues().index(action.to), 0
    yield c.wait(ticks(fault.start_s))
    for time, allowed in instants(fault, action.per_s):
        yield c.wait(time - c.env.now)
        waiting = c.see(waiting_in, c.world, q, to)
        if waiting == 0:
            c.say("messages", node, f"the redrive to {other} is done: {node} is empty, {moved:,} messages were moved", moved=moved)
            return
        if waiting is not None:
            n = min(waiting, allowed - moved)
            moved += n
            c.do(moves.redrive, c.world, q, to, n, time)
    c.say("messages", node, f"the redrive to {other} is stopped after {moved:,} messages", moved=moved)


def archived(world: np.ndarray, t: int, after: int, until: int, most: int) -> tuple[int, int] | None:
    """(how many, published when at the latest) of the next messages in a topic's archive, about ``most`` of them: those of one instant go
    together. None when the topic cannot be reached; (0, after) when nothing is left."""
    s = world[0]
    topic = s["topics"][t]
    if s["inst"][topic["inst"]]["down"] != ALIVE:
        return None
    messages = s["messages"][: s["n_messages"]]
    born = messages["born"][(messages["state"] != MESSAGE_FREE) & (messages["queue"] == topic["archive"])]
    born = np.sort(born[(born > after) & (born <= until)])
    if not len(born):
        return 0, after
    last = int(born[min(most, len(born)) - 1]) if most > 0 else after
    return int((born <= last).sum()), last


def replay(c: Conductor, fault: PlanFault, action: Replay) -> Process:
    """Deliver archived messages again until there are no more of the time asked for."""
    node, t, moved = c.plan.nodes[action.topic].id, c.plan.topics().index(action.topic), 0
    same = [f for f in c.plan.faults if isinstance(f.action, Replay) and f.action.topic == action.topic]
    turn, after, until = 1 + same.index(fault) % 255, ticks(action.from_s) - 1, ticks(action.to_s)
    yield c.wait(ticks(fault.start_s))
    for time, allowed in instants(fault, action.per_s):
        yield c.wait(time - c.env.now)
        found = c.see(archived, c.world, t, after, until, allowed - moved)
        if found is None:
            continue
        if found[0] == 0 and found[1] == after and (allowed > moved):
            c.say("messages", node, f"the replay of {node} is done: {moved:,} messages were delivered again", moved=moved)
            return
        c.do(moves.replay, c.world, t, after, found[1], turn)
        moved, after = moved + found[0], found[1]
    c.say("messages", node, f"the replay of {node} is stopped after {moved:,} messages, at {after / TICKS_PER_S:g} s", moved=moved)
