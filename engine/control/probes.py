"""One probe of an instance: a request to it and its answer, at the mercy of network and instance as they are when it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.kernel.layout import ALIVE, DEAD_BLACK_HOLE, edge_dt, ticks
from engine.kernel.rng import stream_uniform

if TYPE_CHECKING:
    from engine.control.conductor import Conductor


NO_EDGE = np.zeros(1, edge_dt)[0]


def ask(
    c: Conductor, e: int | None, here: int, i: int, timeout_s: float, names: tuple[object, ...], spent: int = 0
) -> tuple[bool, int, str]:
    """Probe instance i over edge e (None: no edge of the document) from place ``here``, ``spent`` ticks on the way already: (passed, ticks
    from its start until that is known, why it failed). ``names`` tell the draws of one probe from those of any other."""
    s, seed = c.world[0], c.plan.seed
    there, edge, cut = s["inst"][i], s["edges"][e] if e is not None else NO_EDGE, s["path_cut"]
    a, z, timeout = here, int(there["place"]), ticks(timeout_s)
    silence = (False, timeout, f"no answer within {timeout_s:g} s")
    way = spent + int(s["lat"][a, z] + s["lat"][z, a] + edge["add"] + s["path_add"][a, z] + s["path_add"][z, a])
    if edge["cut_request"] or edge["cut_answer"] or cut[a, z] or cut[z, a] or there["down"] == DEAD_BLACK_HOLE or way > timeout:
        return silence
    if there["hung"] and there["down"] == ALIVE:
        return silence
    for direction, share, path in ((0, edge["lose_request"], (a, z)), (1, edge["lose_answer"], (z, a))):
        lost = 1.0 - (1.0 - float(share)) * (1.0 - float(s["path_loss"][path]))
        if lost > 0.0 and stream_uniform(seed, "probe loss", *names, direction) < lost:
            return silence
    if there["down"] != ALIVE:
        return False, way, "connection refused"
    share = float(there["throttle_share"])
    if share and stream_uniform(seed, "probe throttled", *names) < share:
        return False, way, "it answered that there are too many requests"
    share = float(there["error_share"])
    if share and stream_uniform(seed, "probe error", *names) < share:
        return False, way, "it answered with an error"
    share = float(there["flap_share"])
    if share and stream_uniform(seed, "probe flapping", *names) < share:
        return False, way, "the check failed though the target is well"
    return True, way, ""
