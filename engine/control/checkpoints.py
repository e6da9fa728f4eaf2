"""Copies of the used part of the world, and worlds made from them.

Tables by start time need care: a row is final once none of its requests is open, so a checkpoint keeps only the rows from the oldest open
request on, and takes the older ones from the world it is restored beside.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from engine.kernel import doors
from engine.kernel import layout as L

SCALARS = [n for n in L.world_dt.names or () if L.world_dt[n].shape == ()]
USED = {
    "heap": "heap_n", "inst": "n_row", "edges": "n_edge", "pools": "n_pool", "sites": "n_site",
    "targets": "n_target", "healthy": "n_target", "probes": "n_target", "wires": "n_wire", "timers": "n_timer", "sources": "n_source",
    "attempt_ends": "n_edge", "call_ends": "n_edge", "hist": "n_edge", "total_begun": "n_source", "total_latency": "n_source",
    "total_ends": "n_source", "total_hist": "n_source", "total_degraded": "n_source", "extras": "n_edge", "calls": "n_call",
    "queues": "n_queue",
    "topics": "n_topic", "takers": "n_taker", "shards": "n_shard",
    "carried": "n_edge",
    "total_fastest": "n_source", "total_slowest": "n_source", "blame": "n_edge", "class_begun": "n_class", "class_ends": "n_class",
    "addresses": "n_address", "moved": "n_address", "logs": "n_log", "ring": "n_ring", "versions": "n_version",
    "idle": "n_idle", "memories": "n_memory", "entries": "n_entry",
    "views": "n_view", "view_since": "n_view", "view_shares": "n_view",
    "fetches": "n_fetch", "backlogs": "n_backlog",
    "keepers": "n_keeper", "homes": "n_home", "cookies": "n_cookie",
}  # fmt: skip
CONSTANT = {
    "nodes": "n_node", "steps": "n_step", "dists": "n_dist", "tables": "n_table", "segments": "n_segment", "classes": "n_share",
    "pulls": "n_pull",
    "view_rows": "n_view", "view_names": "n_view", "via": "n_target",
    "subs": "n_sub", "accounts": "n_account",
}  # fmt: skip
PLACES = ("lat", "wire_of", "path_cut", "path_add", "path_loss", "hop_of")
BY_START = ("start_begun", "start_latency", "start_ends", "start_degraded")
BY_BIN = ("start_hist", "start_fastest", "start_slowest")


@dataclass
class Checkpoint:
    """State at ``time`` (ticks), after that instant's control events; ``n_seen`` observations and ``n_events`` log lines came before."""

    time: int
    n_seen: int
    n_events: int
    state: dict[str, Any]
    first_row: int  # first row by start second kept here

    @cached_property
    def nbytes(self) -> int:
        """Memory of the copied tables."""
        return sum(v.nbytes for v in self.state.values() if isinstance(v, np.ndarray))


def _oldest_open_second(s: np.void) -> int:
    frames = s["frames"][: s["n_used"]]
    open_roots = frames["born"][(frames["edge"] == -1) & (frames["state"] != L.FREE) & (frames["state"] != L.THINK)]
    return int(min(open_roots.min() if len(open_roots) else s["now"], s["now"]) // L.TICKS_PER_S)


def take(world: np.ndarray, time: int, n_seen: int, n_events: int) -> Checkpoint:
    """Copy what a run at ``time`` needs to go on."""
    s = world[0]
    oldest, end = _oldest_open_second(s), time // L.TICKS_PER_S + 1
    n, n_places = int(s["n_source"]), int(s["n_place"])
    state: dict[str, Any] = {name: s[name].item() for name in SCALARS}
    for name, count in USED.items():
        state[name] = s[name][: int(s[count])].copy()
    frames = s["frames"][: s["n_used"]]
    state["in_use_at"] = np.flatnonzero(frames["state"] != L.FREE)
    state["frames"] = frames[state["in_use_at"]]
    state["next_free"] = frames["next"].astype(np.int32)
    messages = s["messages"][: s["n_messages"]]
    state["messages_at"] = np.flatnonzero(messages["state"] != L.MESSAGE_FREE)
    state["messages"] = messages[state["messages_at"]]
    state["next_free_message"] = messages["next"].astype(np.int32)
    for name in PLACES:
        state[name] = s[name][:n_places, :n_places].copy()
    for name in BY_START:
        state[name] = s[name][oldest * n : end * n].copy()
    hist_bin = int(s["hist_bin"])
    for name in BY_BIN:
        state[name] = s[name][oldest // hist_bin * n : (end // hist_bin + 1) * n].copy()
    followed = state["frames"]["span"]
    state["first_span"] = int(min(followed[followed >= 0], default=s["n_span"]))  # those before it are final
    state["spans"] = s["spans"][state["first_span"] : s["n_span"]].copy()
    return Checkpoint(time, n_seen, n_events, state, oldest)


def restore(checkpoint: Checkpoint, beside: np.ndarray) -> np.ndarray:
    """A new world in the checkpoint's state. ``beside`` is the world it was taken from, at that time or later."""
    world = L.new_world()
    s, old = world[0], beside[0]
    for name in SCALARS:
        s[name] = checkpoint.state[name]
    for name in USED:
        rows = checkpoint.state[name]
        s[name][: len(rows)] = rows
    frames = s["frames"][: s["n_used"]]
    frames["next"] = checkpoint.state["next_free"]  # of free frames nothing else is ever read
    frames[checkpoint.state["in_use_at"]] = checkpoint.state["frames"]
    messages = s["messages"][: s["n_messages"]]
    messages["next"] = checkpoint.state["next_free_message"]
    messages[checkpoint.state["messages_at"]] = checkpoint.state["messages"]
    for name, count in CONSTANT.items():
        used = int(old[count])
        s[name][:used] = old[name][:used]
    n_places, n = int(s["n_place"]), int(s["n_source"])
    for name in PLACES:
        s[name][:n_places, :n_places] = checkpoint.state[name]
    first = checkpoint.first_row * n
    for name in BY_START:
        rows = checkpoint.state[name]
        s[name][:first] = old[name][:first]
        s[name][first : first + len(rows)] = rows
    first = checkpoint.first_row // int(s["hist_bin"]) * n
    for name in BY_BIN:
        rows = checkpoint.state[name]
        s[name][:first] = old[name][:first]
        s[name][first : first + len(rows)] = rows
    first, rows = checkpoint.state["first_span"], checkpoint.state["spans"]
    s["spans"][:first] = old["spans"][:first]
    s["spans"][first : first + len(rows)] = rows
    if s["queues"]["fifo"][: s["n_queue"]].any():
        doors.index_message_groups(world)
    return world


SMALL_BYTES = 2 * 1024 * 1024


class Shelf:
    """The checkpoints of a run, oldest first, within a memory budget: when it is spent, every second one goes and the interval doubles.

    Large ones come more rarely, in proportion: copying a crowded world every few seconds would cost more than simulating it again.
    """

    def __init__(self, interval: int, budget_bytes: int = 192 * 1024 * 1024) -> None:
        self.interval, self.budget_bytes = interval, budget_bytes
        self.kept: list[Checkpoint] = []

    def due(self, now: int) -> bool:
        """Whether a new checkpoint is wanted at ``now`` (ticks)."""
        if not self.kept:
            return True
        last = self.kept[-1]
        return now >= last.time + int(self.interval * max(1.0, last.nbytes / SMALL_BYTES))

    def add(self, checkpoint: Checkpoint) -> None:
        """Keep it, thinning out the older ones if need be."""
        self.kept.append(checkpoint)
        while len(self.kept) > 2 and sum(c.nbytes for c in self.kept) > self.budget_bytes:
            self.kept = [c for k, c in enumerate(self.kept) if k % 2 == 0]
            self.interval *= 2

    def before(self, time: int) -> Checkpoint:
        """The last one strictly before ``time``, or the first of all."""
        earlier = [c for c in self.kept if c.time < time]
        return earlier[-1] if earlier else self.kept[0]

    def until(self, checkpoint: Checkpoint) -> Shelf:
        """A shelf for a branch: everything up to and including ``checkpoint``."""
        other = Shelf(self.interval, self.budget_bytes)
        other.kept = [c for c in self.kept if c.time <= checkpoint.time]
        return other
