"""AWS Step Functions: a state machine that calls one task after the other, or all at once, and retries each."""

from __future__ import annotations

import dataclasses
from typing import ClassVar, Literal

from engine.behaviours import Backoff, CallPolicy, Station
from engine.components.base import Component, Limit, RegionPlaced, quantity
from engine.components.values import Constant, ServiceTime
from engine.geography import Geography

EXECUTIONS = 100_000  # at once, before starts wait; AWS allows more, no run here needs them
RECALLED = "what state machines made in the console retry, as remembered"


class StepFunctions(RegionPlaced):
    """An orchestrated chain: each execution calls its tasks in the order of the edges. It keeps nothing busy while it waits."""

    kind: Literal["step_functions"] = "step_functions"
    label: ClassVar = "Step Functions"
    category: ClassVar = "Messaging"
    glyph: ClassVar = "workflow"
    summary: ClassVar = "Calls tasks in order or in parallel and retries each; the chain is only as available as all of its tasks."
    placement: ClassVar = "region"
    behaviour: ClassVar = "station"
    tier: ClassVar = "compute"
    spans_azs: ClassVar = True
    az_loss: ClassVar = "Goes on: executions are kept in several AZs. Tasks in the AZ fail and are retried."
    region_loss: ClassVar = "Nothing starts; running executions are lost here, whereas the service takes a standard one up again."
    control_loss: ClassVar = "State machines cannot be changed; executions start and go on."
    limits: ClassVar = (
        Limit("Executions started per second, by Region and type", "ThrottlingException"),
        Limit("5 minutes an express execution, a year a standard one", "States.Timeout", "by the timeout of the edge into it"),
    )  # fmt: skip
    left_out: ClassVar = "Choices, maps and waits; state that outlives a Region. Callers wait for the whole execution, as with express."

    service: ServiceTime = quantity(Constant(constant=0.02), "s", "Time the transitions of an execution take beside its tasks.",
                                    label="Transitions", assumption="some tens of milliseconds for a few transitions",
                                    likely=(0.005, 0.2))  # fmt: skip
    calls: Literal["in_order", "parallel"] = quantity("in_order", "", "Tasks one after the other, or all at once, waiting for all.",
                                                      assumption="a chain")  # fmt: skip
    retries: int = quantity(3, "", "A failed task is tried this often again, after 1 s, 2 s, 4 s …, unless its edge says otherwise.", ge=0,
                            le=99, assumption=RECALLED, likely=(0, 6))  # fmt: skip

    def lower(self, geography: Geography) -> Station:
        return Station(self.sits(geography), EXECUTIONS, None, self.service.lower(), False, parallel=self.calls == "parallel")

    @classmethod
    def refuses_caller(cls, caller: type[Component]) -> str | None:
        return "a queue starts no execution; let a function consume the messages and start them" if caller.behaviour == "queue" else None

    def treat(self, policy: CallPolicy, said: set[str], callee: Component) -> CallPolicy:
        if said & {"attempts", "backoff", "retry_mode"}:
            return policy
        return dataclasses.replace(policy, attempts=1 + self.retries, backoff=Backoff("exponential", 1.0))
