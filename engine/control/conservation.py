"""Conservation: nothing is lost and nothing counted twice, at every look at a run; by counting one by one what the books say in sum."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.kernel import doors
from engine.kernel.layout import DETACHED, FREE, GHOST

if TYPE_CHECKING:
    from engine.control.conductor import Conductor


class Broken(RuntimeError):
    """The engine contradicted itself: a request was lost or counted twice. A defect of ours, never of the document."""


def check(c: Conductor) -> None:
    """Conservation: started = ok + failed + open, the open ones counted one by one; no instance busier than it can be."""
    w, s = c.world[0], c.series
    open_requests, frames, detached = doors.count_open(c.world)
    begun, ended = int(s.start_begun.sum()), int(s.start_ends.sum())
    if begun != ended + open_requests or begun != int(w["n_roots"]) or frames != int(w["in_use"]):
        booked = f"{frames} frames in use, {int(w['in_use'])} booked"
        raise Broken(f"{begun} requests started, {ended} ended, {open_requests} are open; {booked}")
    if int(w["n_detached"]) != int(w["n_detached_ended"]) + detached:
        raise Broken(f"{int(w['n_detached'])} detached calls began, {int(w['n_detached_ended'])} ended, {detached} are open")
    inst = w["inst"][: len(c.plan.instances)]
    if (inst["busy"] < 0).any() or (inst["busy"] > inst["slots"]).any() or (inst["queued"] > inst["capacity"]).any():
        raise Broken("an instance is busier than its slots or its queue allow")
    for log in w["logs"][: w["n_log"]]:
        mine = inst["acked"][log["first"] : log["first"] + log["members"]] if not log["many"] else inst["acked"][log["primary"]]
        acknowledged = int(mine.sum())
        if acknowledged != int(log["n"] + log["lost"]):
            raise Broken(f"{acknowledged} writes acknowledged, {int(log['n'])} durable, {int(log['lost'])} lost")
    for m in range(int(w["n_memory"])):
        row = w["memories"][m]
        if row["backlogs"] >= 0:
            dirty = int(w["backlogs"]["dirty"][row["backlogs"] : row["backlogs"] + w["n_keys"]].sum())
            if row["n_kept"] != row["t_flushed"] + row["t_lost"] + dirty:
                raise Broken(f"{row['n_kept']} writes kept, {row['t_flushed']} flushed, {row['t_lost']} lost, {dirty} there")
    check_queues(c)
    check_topics(c)
    check_sessions(c)


def check_queues(c: Conductor) -> None:
    """Conservation of messages: come in = deleted + dead-lettered + expired + waiting + taken, the last two counted one by one."""
    queues = c.world[0]["queues"][: c.world[0]["n_queue"]]
    found = np.zeros((len(queues), 2), np.int64)
    doors.count_messages(c.world, found)
    waiting = queues["n_waiting"]
    gone = queues["t_deleted"] + queues["t_dead"] + queues["t_expired"] + queues["t_redriven"]
    if (queues["t_in"] != gone + found.sum(axis=1)).any() or (found != np.stack([waiting, queues["n_hidden"]], axis=1)).any():
        raise Broken(f"messages were lost or counted twice: {queues['t_in']} came in, {gone} are gone, {found} are there")


def check_topics(c: Conductor) -> None:
    """Conservation of copies: messages × subscriptions = filtered + delivered + dead-lettered + dropped + under way, one by one."""
    w = c.world[0]
    topics, frames = w["topics"][: w["n_topic"]], w["frames"][: w["n_used"]]
    if len(topics):
        inst = frames["inst"][(frames["edge"] == DETACHED) & (frames["state"] != FREE) & (frames["state"] != GHOST)]
        under_way = np.bincount(inst, minlength=len(c.plan.instances))[topics["inst"]]
        ended = topics["t_delivered"] + topics["t_dead"] + topics["t_dropped"]
        copies = topics["t_messages"] * topics["n_subs"]
        if (topics["t_copies"] != ended + under_way).any() or (copies != topics["t_filtered"] + topics["t_copies"]).any():
            raise Broken(f"copies were lost or counted twice: {copies} of all messages, {ended} ended, {under_way} under way")


def check_sessions(c: Conductor) -> None:
    """Conservation of sessions: each lives on one instance at most, and what was lost has logged in again or not come back yet."""
    w = c.world[0]
    keepers, sessions, owners = w["keepers"][: w["n_keeper"]], int(w["n_session"]), c.plan.keepers()
    for first in np.unique(keepers["first"]) if sessions else ():
        homes = np.asarray(w["homes"][first : first + sessions])
        mine = keepers["first"] == first
        held = [int((homes == i + 1).sum()) for i, own in zip(owners, mine) if own]
        lost, again = int(keepers["t_lost"][mine].sum()), int(keepers["t_again"][mine].sum())
        if held != keepers["held"][mine].tolist() or lost != again + int((homes < 0).sum()):
            raise Broken(f"sessions: {held} there, {keepers['held'][mine].tolist()} booked; {lost} lost, {again} logged in again")
