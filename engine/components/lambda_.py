"""AWS Lambda: an environment for every request, in all AZs of a Region."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.behaviours import Distribution
from engine.components.base import Limit, Placing, quantity
from engine.components.function import Function
from engine.components.values import Exponential, ServiceTime
from engine.fields import LONGEST_S
from engine.geography import Geography

SCALING = "Lambda developer guide, scaling behaviour (2025): each function adds up to 1,000 environments every 10 s"
QUOTAS = "Lambda developer guide, quotas: 1,000 per Region and account, can be raised"
Runtime = Literal["python", "node", "go", "rust", "dotnet", "java", "java_snapstart"]
# Median and spread of the logarithm so that four of five cold starts lie in the range people report: ±1.28 σ.
COLD_STARTS: dict[str, tuple[float, float]] = {
    "python": (0.28, 0.27), "node": (0.28, 0.27), "go": (0.11, 0.25), "rust": (0.11, 0.25), "dotnet": (0.67, 0.23),
    "java": (2.7, 0.47), "java_snapstart": (0.35, 0.43),
}  # fmt: skip


class Lambda(Function):
    """Runs each request in an environment of its own. A new one starts cold; above the quota, or faster than a function may grow, requests
    are throttled."""

    kind: Literal["lambda"] = "lambda"  # type: ignore[assignment]  # a function of another kind
    label: ClassVar = "Lambda function"
    category: ClassVar = "Compute"
    summary: ClassVar = "One environment per request, cold when new; grows by 1,000 every 10 s up to the account's concurrency."
    placement: ClassVar[Placing] = "region"
    unplaced: ClassVar[Placing] = "region"
    one_region: ClassVar = True
    spans_azs: ClassVar = True
    az_loss: ClassVar = "Goes on: Lambda places environments in the remaining AZs. Those in the lost AZ are not singled out here."
    region_loss: ClassVar = "No invocation is accepted; afterwards every environment is cold."
    control_loss: ClassVar = "Functions cannot be deployed or configured; invocations and their scaling go on."
    limits: ClassVar = (
        Limit("1,000 concurrent environments in all functions of a Region", "429 TooManyRequestsException",
              "throttled; the functions of a Region share its `account_concurrency`", QUOTAS),
        Limit("1,000 more environments per function every 10 s, unused ones not accumulating", "429 TooManyRequestsException",
              "throttled", SCALING),
        Limit("From SQS: 5 concurrent batches at first, 300 more a minute, 1,250 at most for an event source", "messages wait in the queue",
              "as said; `max_concurrency` of the edge from the queue", "Lambda developer guide, scaling of SQS event sources (2025)"),
        Limit("Synchronous requests per second: 10 times the concurrency quota", "429 TooManyRequestsException",
              source="Lambda developer guide, quotas"),
        Limit("900 s a request at most, 3 s unless configured", "Task timed out, an error",
              "by the timeout of the edge into it", "botocore 1.43, service model of lambda"),
    )  # fmt: skip
    left_out: ClassVar = "What more memory speeds up, the function's own timeout (set the caller's), environments per AZ."

    runtime: Runtime = quantity("python", "", "What it is written in; decides how long a cold start takes unless that is given.",
                                assumption="the commonest choice")  # fmt: skip
    service: ServiceTime = quantity(Exponential(exponential=0.05), "s", "Time in a warm environment before dependencies are called.",
                                    label="Service time", assumption="50 ms of work", likely=(0.005, 1))  # fmt: skip
    cold_start_s: ServiceTime | None = quantity(  # type: ignore[assignment]  # its default follows from the runtime
        None, "s", "Time a new environment takes before it serves; as the runtime usually takes unless given.", label="Cold start",
        assumption="as practitioners report: Python, Node 0.2 to 0.4 s; Go, Rust 0.08 to 0.15; .NET 0.5 to 0.9; Java 1.5 to 5, with "
        "SnapStart 0.2 to 0.6. AWS says from under 0.1 to over 1 s", likely=(0.08, 5))  # fmt: skip
    keep_alive_s: float = quantity(600, "s", "An idle environment goes away after this long; the newest idle one is used first.", ge=0,
                                   le=LONGEST_S, label="Keep-alive", assumption="AWS does not say; minutes are observed",
                                   likely=(300, 3_600))  # fmt: skip
    concurrency_quota: int = quantity(1_000, "", "Most environments at once, as far as the account allows.", ge=1, le=100_000,
                                      label="Concurrency quota", source=QUOTAS)  # fmt: skip
    provisioned_concurrency: int = quantity(0, "", "Environments that are always warm; they count towards the limit.", ge=0, le=100_000,
                                            label="Provisioned", source="Lambda developer guide: none unless configured")  # fmt: skip
    scaling_per_10_s: int = quantity(1_000, "", "New environments per 10 s at most; what is not used does not accumulate.", ge=1,
                                     le=1_000, label="Scaling rate", source=SCALING)  # fmt: skip

    memory_mb: int = quantity(128, "MB", "Of each environment, for the cost alone.", ge=128, le=10_240, label="Memory",
                              source="botocore 1.43, service model of lambda: MemorySize")  # fmt: skip

    def home_azs(self, geography: Geography) -> list[str]:
        return [self.home(geography)]

    def cold(self) -> Distribution:
        """Its cold start: as given, else as its runtime usually takes."""
        median_s, sigma = COLD_STARTS[self.runtime]
        return Distribution("lognormal", median_s, sigma) if self.cold_start_s is None else self.cold_start_s.lower()
