"""A plain function, without a vendor: an environment of its own for every request, made when there is none to spare."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from engine.behaviours import Distribution
from engine.behaviours import Function as FunctionBehaviour
from engine.components.base import AzPlaced, Placing, quantity
from engine.components.values import Exponential, Lognormal, ServiceTime
from engine.fields import LONGEST_S
from engine.geography import Geography

AWS = "Lambda developer guide, scaling behaviour: 1 000 environments every 10 s for each function"


class Function(AzPlaced):
    """Serves each request in an environment that does nothing else meanwhile, dependencies included. Without an idle one a new one is made,
    which takes a cold start; beyond the scaling rate or the concurrency limit a request is answered `throttled`."""

    kind: Literal["function"] = "function"
    label: ClassVar = "Function"
    category: ClassVar = "Building blocks"
    glyph: ClassVar = "function"
    summary: ClassVar = "Scales by itself, one environment per request; new ones start cold, and there are quotas."
    placement: ClassVar[Placing] = "azs"
    behaviour: ClassVar = "function"
    tier: ClassVar = "compute"

    service: ServiceTime = quantity(Exponential(exponential=0.05), "s", "Time in a warm environment before dependencies are called.",
                                    label="Service time", assumption="50 ms of work")  # fmt: skip
    cold_start_s: ServiceTime = quantity(Lognormal(lognormal=0.3, sigma=0.4), "s", "Time a new environment takes before it serves.",
                                         label="Cold start", assumption="a small function in Python or Node, 200 to 400 ms")  # fmt: skip
    keep_alive_s: float = quantity(600, "s", "An idle environment goes away after this long; the newest idle one is used first.", ge=0,
                                   le=LONGEST_S, label="Keep-alive", assumption="providers do not say; minutes are observed")  # fmt: skip
    concurrency_quota: int = quantity(1_000, "", "Most environments at once, as far as the account allows.", ge=1, le=100_000,
                                      label="Concurrency quota", source="Lambda developer guide, quotas: 1 000 per Region")  # fmt: skip
    reserved_concurrency: int | None = quantity(None, "", "Most environments of this function, reserved for it; replaces the quota.", ge=1,
                                                le=100_000, label="Reserved")  # fmt: skip
    provisioned_concurrency: int = quantity(0, "", "Environments that are always warm; they count towards the limit.", ge=0, le=100_000,
                                            label="Provisioned", assumption="none: they cost money while idle")  # fmt: skip
    scaling_per_10_s: int = quantity(1_000, "", "New environments per 10 s at most; what is not used does not accumulate.", ge=1,
                                     le=100_000, label="Scaling rate", source=AWS)  # fmt: skip

    def home_azs(self, geography: Geography) -> list[str]:
        azs = super().home_azs(geography)
        return azs if len(azs) == 1 else [self.home(geography)]

    def sits(self, geography: Geography) -> tuple[str, ...]:
        return tuple(self.home_azs(geography))

    @property
    def limit(self) -> int:
        """Most environments at once."""
        return self.reserved_concurrency or self.concurrency_quota

    def cold(self) -> Distribution:
        """Time a new environment takes before it serves."""
        return self.cold_start_s.lower()

    def environments(self, geography: Geography) -> tuple[str, int, int] | None:
        return self.home(geography), self.limit, self.reserved_concurrency or 0

    def lower(self, geography: Geography) -> FunctionBehaviour:
        return FunctionBehaviour(
            self.service.lower(), self.cold(), self.keep_alive_s, self.limit, self.provisioned_concurrency,
            float(self.scaling_per_10_s),
        )  # fmt: skip

    def check(self, geography: Geography) -> Iterator[tuple[str, str]]:
        yield from super().check(geography)
        if self.provisioned_concurrency > self.limit:
            most = f"the limit of {self.limit:,} environments"
            yield "provisioned_concurrency", f"must be at most {most}, not {self.provisioned_concurrency:,}"
