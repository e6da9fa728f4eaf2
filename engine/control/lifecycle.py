"""The life of an instance of a group, as it changes the data plane: it appears, is listed, is taken off the lists, and ends.

A group's instances are places that are used again: where one has ended the next is launched. Faults hit the place, so a launch takes one
that no fault has singled out, if there is one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.behaviours import Station
from engine.kernel import doors, registration
from engine.kernel.layout import ALIVE, DEAD_REFUSED
from engine.kernel.rng import stream_uniform
from engine.plan import Plan
from engine.series import STAGES

if TYPE_CHECKING:
    from engine.control.conductor import Conductor

IN_SERVICE, WARMING, LAUNCHING, DRAINING, TERMINATED = range(len(STAGES))


def first_stages(plan: Plan) -> np.ndarray:
    """Stage of every instance at the start: int8 [I]. Whoever belongs to no group is in service for ever, dead or alive."""
    stages = np.full(len(plan.instances), IN_SERVICE, np.int8)
    for n in plan.groups():
        node = plan.nodes[n]
        assert isinstance(node.behaviour, Station) and node.behaviour.autoscaling
        stages[node.first + node.behaviour.autoscaling.initial : node.first + node.count] = TERMINATED
    return stages


def list_targets(world: np.ndarray, n: int) -> None:
    """Bring the lists of targets up to date for the first ``n`` instances: an instance is on them when its group has enrolled it and no
    fault has withdrawn it."""
    inst = world[0]["inst"][:n]
    wanted = (inst["enrolled"] > 0) & (inst["withdrawn"] == 0)
    for i in np.nonzero(wanted != (inst["registered"] > 0))[0]:
        (registration.register if wanted[i] else registration.deregister)(world, int(i))


def enrol(world: np.ndarray, i: int, enrolled: bool, now: int) -> None:
    """Put instance i on the lists, or take it off: what it has in hand goes on."""
    world[0]["inst"]["enrolled"][i] = enrolled
    list_targets(world, i + 1)
    if enrolled and world[0]["n_queue"]:
        doors.wake_queues(world, now)


def appear(world: np.ndarray, i: int, now: int) -> None:
    """A new instance runs in place i, unless a fault has struck the place."""
    row = world[0]["inst"][i]
    row["absent"] = 0
    if row["struck"]:
        row["down"] = row["struck"]
    else:
        doors.revive(world, i, now)
    enrol(world, i, True, now)


def vanish(world: np.ndarray, i: int, now: int) -> tuple[int, int]:
    """Instance i ends with whatever it has left; its connections are closed. Returns how many requests were cut off and sessions lost."""
    row = world[0]["inst"][i]
    killed = int(row["n_killed"])
    lost = int(world[0]["keepers"]["held"][row["keeper"] - 1]) if row["keeper"] else 0
    enrol(world, i, False, now)
    row["absent"] = 1
    doors.kill(world, i, int(DEAD_REFUSED), now)
    return int(row["n_killed"]) - killed, lost


# ---- looks at the truth, for `Conductor.see` ----
def has_work(c: Conductor, i: int) -> bool:
    """Whether anybody waits for an answer of instance i, or a slot of it is busy."""
    s = c.world[0]
    targets = s["targets"][: s["n_target"]]
    return bool(targets["out"][targets["inst"] == i].any() or s["inst"]["busy"][i])


def freest(c: Conductor, places: list[int]) -> int:
    """The place to launch in: the first that no fault has hit, else the first."""
    inst = c.world[0]["inst"]
    hit = [any((r["struck"], r["slow"] != 1, r["extra"], r["error_share"], r["throttle_share"])) for r in inst[places]]
    return places[hit.index(False)] if False in hit else places[0]


def is_refused(c: Conductor, i: int) -> bool:
    """Whether a launch in place i is turned down: for want of capacity, or because this call to the control plane happens to fail."""
    if is_full(c, i) or not c.live.launch_failures[i]:
        return is_full(c, i)
    at = c.plan.instances[i]
    return stream_uniform(c.plan.seed, "launch call", c.plan.nodes[at.node].id, at.index, int(c.env.now)) < c.live.launch_failures[i]


def is_full(c: Conductor, i: int) -> bool:
    """Whether nothing can be launched in place i, however often one asks."""
    return bool(c.live.no_launch[i])


def is_struck(c: Conductor, i: int) -> bool:
    """Whether place i has lost power, or its process dies as it starts."""
    return bool(c.world[0]["inst"]["struck"][i] != ALIVE)


def is_uncontrolled(c: Conductor, i: int) -> bool:
    """Whether the control plane that looks after instance i is down."""
    return bool(c.live.uncontrolled[i])
