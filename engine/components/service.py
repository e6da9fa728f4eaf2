"""A plain service, without a vendor: instances with slots and a queue in front of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from engine.behaviours import Station
from engine.components.autoscaling import AutoscalingFields
from engine.components.base import AzPlaced, quantity
from engine.components.values import Constant, ServiceTime
from engine.geography import Geography


class Service(AzPlaced):
    """Serves a request in a slot of one instance, then calls its dependencies, in the order of its edges or all at once."""

    kind: Literal["service"] = "service"
    label: ClassVar = "Service"
    category: ClassVar = "Building blocks"
    glyph: ClassVar = "box"
    summary: ClassVar = "Instances that each serve a fixed number of requests at once and queue the rest."
    placement: ClassVar = "azs"
    behaviour: ClassVar = "station"
    tier: ClassVar = "compute"

    instances: int = quantity(1, "", "Servers, spread evenly over the AZs.", ge=1, le=2_000, assumption="the smallest service")
    concurrency: int = quantity(1, "", "Requests one instance serves at once.", ge=1, le=100_000, label="Slots per instance",
                                assumption="one worker per instance")  # fmt: skip
    service: ServiceTime = quantity(Constant(constant=0.01), "s", "Time a request occupies a slot before its dependencies are called.",
                                    label="Service time", assumption="10 ms of work")  # fmt: skip
    queue_capacity: int | None = quantity(None, "", "Requests that may wait at one instance; without a limit the queue is unbounded.",
                                          ge=0, le=1_000_000_000, label="Queue capacity")  # fmt: skip
    discipline: Literal["fifo", "lifo"] = quantity("fifo", "", "Who is served next: the first that came, or the last.",
                                                   assumption="what most servers do")  # fmt: skip
    shed_above: float | None = quantity(
        None, "×", "Answers `shed` at once to whoever finds this many requests, waiting ones included, as a share of the slots.", gt=0,
        le=1_000_000, label="Sheds above")  # fmt: skip
    calls: Literal["in_order", "parallel"] = quantity(
        "in_order", "", "How several dependencies are called: one after the other, or all at once, waiting for all; the first failure "
        "decides.", assumption="the plainest program")  # fmt: skip
    holds_slot: bool = quantity(True, "", "Whether a request keeps its slot while it waits for its dependencies; off = asynchronous I/O.",
                                label="Waits in its slot", assumption="a thread or worker per request")  # fmt: skip

    session_state: Literal["outside", "instance"] = quantity(
        "outside", "", "Where what is known of a user lives: outside, in a store, a cache or a token, so that any instance will do; or on "
        "the instance, where it dies with it: another one answers an error, once, and the user logs in again.", label="Session state",
        assumption="stateless, as REL05-BP06 of the Well-Architected Framework asks for")  # fmt: skip

    autoscaling: AutoscalingFields | None = quantity(None, "", "Changes the number of instances and replaces dead ones; `instances` is "
                                                     "where it starts. Without it nothing is launched.", label="Autoscaling")  # fmt: skip

    def sits(self, geography: Geography) -> tuple[str, ...]:
        places = self.autoscaling.places(len(self.home_azs(geography))) if self.autoscaling else self.instances
        return self.spread(geography, places)

    def most_instances(self) -> int:
        return self.autoscaling.places(len(self.azs or "abc")) if self.autoscaling else self.instances

    def check(self, geography: Geography) -> Iterator[tuple[str, str]]:
        yield from super().check(geography)
        if self.autoscaling:
            yield from self.autoscaling.check(self.instances)

    def names(self) -> Iterator[tuple[str, str, str]]:
        if self.autoscaling and self.autoscaling.queue:
            yield "autoscaling.queue", self.autoscaling.queue, "queue"

    def lower(self, geography: Geography) -> Station:
        return Station(
            self.sits(geography), self.concurrency, self.queue_capacity, self.service.lower(), self.holds_slot,
            lifo=self.discipline == "lifo", shed_above=self.shed_above, parallel=self.calls == "parallel",
            autoscaling=self.autoscaling.lower(self.instances) if self.autoscaling else None,
            keeps_sessions=self.session_state == "instance",
        )  # fmt: skip
