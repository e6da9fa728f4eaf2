"""How the oracle's queues hand messages over, and what becomes of those that are not deleted in time."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import simpy

from engine.kernel.layout import TICKS_PER_S, ticks
from engine.oracle.boxes import Box, Boxes, Delivery, Mapping, Message
from engine.oracle.clock import QUEUE, After
from engine.oracle.draws import Draws
from engine.oracle.state import Job, Server

Process = Generator[simpy.Event, Any, Any]


class Deliveries(Boxes):
    """The part of `Oracle` between a queue and its consumers."""

    draws: Draws
    mappings: dict[int, Mapping]
    arrived: Counter[int]
    completed: Counter[int]

    def next_in(self, box: Box) -> Message | None:
        """The message that goes next."""
        if self.room_in_flight(box) <= 0:
            return None
        heads = [some[0] for some in (box.back, box.fresh) if some]
        return min(heads, key=lambda m: m.born) if heads else None

    @staticmethod
    def room_in_flight(box: Box) -> float:
        """How many more may be taken now."""
        most = box.rules.in_flight
        return math.inf if most is None else most - sum(m.place == "taken" for m in box.messages)

    def could_take(self, box: Box, e: int, server: Server) -> bool:
        """Whether a consumer is there, idle enough and within reach."""
        a, b = box.server.place, server.place
        reached = not any(self.cut[e]) and (a, b) not in self.path_cut and (b, a) not in self.path_cut
        room = self.mappings[e].room if e in self.mappings else server.busy < server.slots
        able = server.registered and not server.stopped and not server.down and room
        return reached and able and not box.server.down

    def serve_box(self, box: Box) -> None:
        """Consumers take turns."""
        while self.next_in(box):
            n = len(box.consumers)
            order = [(box.turn + k) % n for k in range(n)]
            ready = next((k for k in order if self.could_take(box, *box.consumers[k])), None)
            if ready is None:
                return
            box.turn = (ready + 1) % n
            self.hand_over(box, *box.consumers[ready])

    def serve_consumer(self, server: Server) -> None:
        """A consumer with a free slot takes the oldest of what its queues offer."""
        while True:
            offers = [(box, e) for box in self.boxes.values() for e, s in box.consumers
                      if s is server and self.next_in(box) and self.could_take(box, e, s)]  # fmt: skip
            if not offers:
                return
            box, e = min(offers, key=lambda offer: self.next_in(offer[0]).born)  # type: ignore[union-attr]
            self.hand_over(box, e, server)

    def hand_over(self, box: Box, e: int, server: Server) -> None:
        """One message, or a batch, goes to one slot."""
        first = self.next_in(box)
        assert first is not None
        room = int(min(self.room_in_flight(box), 1e9))
        if self.in_order(box):
            batch = box.order[first.group][: min(room, first.most or box.rules.batch)]
            first.most = 0
            (box.back if first in box.back else box.fresh).remove(first)
        else:
            batch = []
            while len(batch) < min(room, box.rules.batch) and (message := self.next_in(box)):
                (box.back if message in box.back else box.fresh).remove(message)
                batch.append(message)
        key = self.draws.delivery(first.key, first.receives + 1)
        for message in batch:
            message.place = "taken"
            message.receives += 1
            self.count(box, "redelivered", int(message.receives > 1))
        self.count(box, "delivered", len(batch))
        delivery = Delivery(e, key, batch, self.env.now + ticks(box.rules.visibility_timeout_s))
        if not any(d.due == delivery.due for d in box.flying):
            self.env.process(self.reappear(box, delivery.due))
        box.flying.append(delivery)
        job = Job(e, box.server, server, key, None, first.about.alone(), abandoned=True, parts=len(batch))
        if e in self.mappings:
            self.mappings[e].open.add(job)
        else:
            server.busy += 1
        self.env.process(self.work_on(box, delivery, server, job))

    # ---- coming back ----
    def delete(self, box: Box, delivery: Delivery) -> None:
        """In time, or without effect."""
        if box.server.down:
            return
        if delivery.over:
            self.count(box, "late_deletes")
            return
        delivery.over = True
        box.flying.remove(delivery)
        self.ended(delivery, "ok")
        for message in delivery.messages:
            self.remove(box, message)
        self.count(box, "deleted", len(delivery.messages))
        self.completed[box.server.number] += len(delivery.messages)
        self.serve_box(box)

    def ended(self, delivery: Delivery, outcome: str) -> None:
        """Book the end of a delivery as its queue sees it."""
        second = self.env.now // TICKS_PER_S
        self.attempt_ends[second, delivery.edge, outcome] += 1
        self.call_ends[second, delivery.edge, outcome] += 1

    def reappear(self, box: Box, due: int) -> Process:
        """Everything not deleted in time waits again, or has failed too often."""
        yield After(self.env, due - self.env.now, QUEUE + 2 * box.number / 10_000)
        dead = self.boxes[self.plan.node_index(box.rules.dead_letter)] if box.rules.dead_letter else None
        wake: list[Server] = []
        for delivery in [d for d in box.flying if d.due == due]:
            delivery.over = True
            box.flying.remove(delivery)
            self.ended(delivery, "timeout")
            if delivery.held:
                self.mappings[delivery.edge].held -= 1
                wake.append(next(s for e, s in box.consumers if e == delivery.edge))
            for message in delivery.messages:
                message.place = "blocked"
            if box.rules.bisect:
                delivery.messages[0].most = len(delivery.messages) // 2
            for message in delivery.messages[:1] if self.in_order(box) else delivery.messages:
                self.offer_again(box, message, dead)
        self.serve_box(box)
        if dead:
            self.serve_box(dead)
        for server in wake:
            self.serve_consumer(server)

    def offer_again(self, box: Box, message: Message, dead: Box | None) -> None:
        """Back into the line, or out of the queue; then the next of its group is asked the same."""
        rules = box.rules
        too_old = rules.retention_s < 1e5 and message.born + ticks(rules.retention_s) <= self.env.now
        if not too_old and not (rules.max_receives and message.receives >= rules.max_receives):
            message.place = "back"
            box.back.append(message)
            return
        group = box.order[message.group]
        group.remove(message)
        box.messages.remove(message)
        if too_old:
            self.count(box, "expired")
        else:
            self.count(box, "dead_lettered")
            if dead:
                message.key = self.draws.delivery(message.key, 0)
                self.arrived[dead.server.number] += 1
                self.keep(dead, message)
        if self.in_order(box) and group:
            self.offer_again(box, group[0], dead)

    if TYPE_CHECKING:  # in `Consumers`

        def work_on(self, box: Box, delivery: Delivery, server: Server, job: Job) -> Process: ...
