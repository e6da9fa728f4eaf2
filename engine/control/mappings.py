"""How many pollers a function has at a queue: more while messages wait and all have a batch in hand, those in use when none waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.kernel import doors
from engine.kernel.layout import ticks
from engine.kernel.rng import stream_uniform

if TYPE_CHECKING:
    from engine.control.conductor import Conductor, Process

LOOK_S = 1.0  # how often the service looks


def look(world: np.ndarray, t: int) -> tuple[int, int]:
    """(messages waiting in the queue, pollers with a batch in hand)."""
    s = world[0]
    taker = s["takers"][t]
    queue = s["queues"][s["edges"][taker["edge"]]["queue"]]
    return int(queue["n_waiting"]), int(taker["in_hand"])


def scale_pollers(c: Conductor, e: int) -> Process:
    """Look every second, and set the number of pollers."""
    edge = c.plan.edges[e]
    queue, function, rules = c.plan.nodes[edge.caller].id, c.plan.nodes[edge.callee].id, edge.pollers
    t, now_there = int(c.world[0]["edges"][e]["taker"]), float(rules.start)
    said = "start"
    yield c.wait(int(stream_uniform(c.plan.seed, "pollers", queue, function) * ticks(LOOK_S)))
    while True:
        waiting, in_hand = c.see(look, c.world, t)
        before = int(now_there)
        if waiting and in_hand >= before:
            now_there = min(float(rules.most), now_there + rules.per_minute * LOOK_S / 60)
        elif not waiting:
            now_there = max(float(rules.start), min(now_there, float(in_hand)))
        there = int(now_there)
        if there != before:
            c.do(doors.set_pollers, c.world, t, there, c.env.now)
            word = "most" if there == rules.most else "more" if there > before else "start" if there == rules.start else said
            if word != said and word != "start":
                why = f"{waiting:,} messages wait and all {before:,} pollers have a batch in hand"
                grows = f"it adds up to {rules.per_minute:g} a minute" if word == "more" else f"with {there:,} there are as many as may be"
                c.say("messages", function, f"{why}; {grows}", pollers=there)
            said = word
        yield c.wait(ticks(LOOK_S))
