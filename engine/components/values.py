"""Values several kinds share: service times, request rates, arrivals, health checks and failover clocks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from engine.behaviours import Distribution, Failover, HealthCheck, Keys
from engine.components.shapes import Numbers, Ramp, RateField, Sine, Spike, Steady, Steps, Trace, Users
from engine.fields import LONGEST_S, Id, OneOf, Strict, listed, quantity
from engine.geography import Geography


class Constant(Strict):
    """Every request takes the same time."""

    constant: float = quantity(0.01, "s", "Time each request takes.", ge=0, le=LONGEST_S, label="Time")

    def lower(self) -> Distribution:
        return Distribution("constant", self.constant)


class Exponential(Strict):
    """Memoryless service: many short requests, a few long ones."""

    exponential: float = quantity(0.01, "s", "Mean time a request takes.", gt=0, le=LONGEST_S, label="Mean")

    def lower(self) -> Distribution:
        return Distribution("exponential", self.exponential)


class Lognormal(Strict):
    """Skewed service with a tail, as measured latencies usually are."""

    lognormal: float = quantity(0.01, "s", "Median time a request takes.", gt=0, le=LONGEST_S, label="Median")
    sigma: float = quantity(0.5, "", "Spread of the logarithm; 0.5 puts p99 at 3.2 medians, 1 at 10.", ge=0, le=4,
                            assumption="a moderate tail", label="Sigma")  # fmt: skip

    def lower(self) -> Distribution:
        return Distribution("lognormal", self.lognormal, self.sigma)


class Erlang(Strict):
    """The sum of k exponential steps: the more steps, the more regular."""

    erlang: float = quantity(0.01, "s", "Mean time a request takes.", gt=0, le=LONGEST_S, label="Mean")
    k: int = quantity(4, "", "Number of steps; 1 is exponential, many are nearly constant.", ge=1, le=100, label="Steps",
                      assumption="half the spread of an exponential")  # fmt: skip

    def lower(self) -> Distribution:
        return Distribution("erlang", self.erlang, shape=float(self.k))


class Pareto(Strict):
    """A power law: most requests are short, and a few are longer than anybody would think."""

    pareto: float = quantity(0.005, "s", "Shortest time a request takes.", gt=0, le=LONGEST_S, label="Shortest")
    alpha: float = quantity(2.5, "", "Tail index; the mean is shortest · α / (α − 1), the variance infinite below 2.", gt=1, le=100,
                            label="Alpha", assumption="a heavy tail with a variance")  # fmt: skip

    def lower(self) -> Distribution:
        return Distribution("pareto", self.pareto, shape=self.alpha)


class Empirical(Strict):
    """Measured times, drawn from as they were; between two neighbouring values all are alike.

    A file has one number a line, in seconds, and lies beside the document. Reading the document replaces its name by the numbers.
    """

    empirical: Annotated[list[Annotated[float, Field(ge=0, le=LONGEST_S)]], Numbers] = quantity(
        ..., "s", "Measured times; or a CSV file of them.", label="Times", min_length=1, max_length=20_000,
        start=[0.005, 0.01, 0.02])  # fmt: skip

    def lower(self) -> Distribution:
        return Distribution("empirical", max(self.empirical), samples_s=tuple(map(float, self.empirical)))


ServiceTime = Annotated[
    Constant | Exponential | Lognormal | Erlang | Pareto | Empirical,
    OneOf("service time", labels={"constant": "Constant", "exponential": "Exponential", "lognormal": "Lognormal", "erlang": "Erlang",
                                  "pareto": "Pareto", "empirical": "Measured"}),
]  # fmt: skip

Rate = Annotated[
    RateField | Steady | Spike | Steps | Ramp | Sine | Trace | Users,
    OneOf("rate", later=("diurnal",), labels={
        "number": "Steady", "steady": "Steady, as a shape", "spike": "Spike", "steps": "Steps", "ramp": "Ramp", "sine": "Wave",
        "trace": "Trace", "users": "Users who think",
    }),
]  # fmt: skip


class Batch(Strict):
    """Several requests at once; batches come as many times more rarely."""

    batch: int = quantity(..., "", "Requests that arrive together.", ge=1, le=10_000, label="Batch size", start=4)


Arrivals = Annotated[
    Literal["poisson", "even"] | Batch,
    OneOf("arrivals", labels={"poisson": "Poisson", "even": "Evenly spaced", "batch": "In batches"}),
]


class RequestClass(Strict):
    """One kind of request among those a client sends. `write` changes what it is about, every other class reads it."""

    name: Id = quantity(..., "", "Name of the class; `write` is a write, any other a read.", label="Name",
                       start="read")  # fmt: skip
    share: float = quantity(..., "", "Share of the requests, 0 to 1; the shares of all classes add up to 1.", gt=0, le=1, label="Share",
                            start=1, sums_to=1)  # fmt: skip


class KeysFields(Strict):
    """What requests are about: so many things, some more popular than others."""

    count: int = quantity(10_000, "", "How many different things there are.", ge=1, le=1_000_000, label="Keys",
                          assumption="the catalogue of a small shop")  # fmt: skip
    zipf: float = quantity(1.0, "", "Popularity falls with rank^−zipf: 0 all alike, about 1 as on the web.", ge=0, le=4,
                           source="Breslau et al., Web Caching and Zipf-like Distributions, INFOCOM 1999: 0.64 to 0.83 at proxies; "
                           "1 is Zipf's law itself", label="Zipf exponent")  # fmt: skip

    def lower(self) -> Keys:
        return Keys(self.count, self.zipf)


class SessionsFields(KeysFields):
    """Users who come back: so many, some more often than others. What is not on the list of a sticky balancer or in a service's memory is
    nobody's business."""

    count: int = quantity(1_000, "", "How many users there are.", ge=1, le=1_000_000, label="Users",
                          assumption="a small site's visitors of an hour", likely=(100, 100_000))  # fmt: skip
    zipf: float = quantity(0.0, "", "How often each of them comes: with rank^−zipf, 0 all alike.", ge=0, le=4, label="Zipf exponent",
                           assumption="people are alike, programs are not", likely=(0, 1))  # fmt: skip


class HealthCheckFields(Strict):
    """Probes of each target and how many results in a row change the balancer's mind."""

    interval_s: float = quantity(30, "s", "Time between two probes of a target.", gt=0, le=3_600, label="Interval",
                                 assumption="as an ALB does")  # fmt: skip
    timeout_s: float = quantity(5, "s", "A probe without an answer for this long has failed.", gt=0, le=3_600, label="Timeout",
                                assumption="as an ALB does")  # fmt: skip
    unhealthy: int = quantity(2, "", "Failures in a row that take a target out.", ge=1, le=100, label="Unhealthy after",
                              assumption="as an ALB does")  # fmt: skip
    healthy: int = quantity(5, "", "Successes in a row that bring it back.", ge=1, le=100, label="Healthy after",
                            assumption="as an ALB does")  # fmt: skip

    def lower(self) -> HealthCheck:
        return HealthCheck(self.interval_s, self.timeout_s, self.unhealthy, self.healthy)

    def check(self) -> Iterator[tuple[str, str]]:
        if self.timeout_s > self.interval_s:
            yield "timeout_s", f"a probe must be over before the next one: at most interval_s = {self.interval_s:g}, not {self.timeout_s:g}"


class TargetCheckFields(HealthCheckFields):
    """Probes of a balancer's targets."""

    deep: bool = quantity(False, "", "A probe of a service waits for a slot and is worked on like a request, so that an overloaded or slow "
                          "target can fail it. Off: the process answers it beside its work, as it accepts a connection.", label="Deep",
                          assumption="most health endpoints do no work")  # fmt: skip

    def lower(self) -> HealthCheck:
        return HealthCheck(self.interval_s, self.timeout_s, self.unhealthy, self.healthy, self.deep)


class FailoverFields(Strict):
    """The clocks of a promotion: how the loss of the primary is noticed and how long each step to a new one takes."""

    monitor_interval_s: float = quantity(5, "s", "The primary is probed this often.", gt=0, le=3_600, label="Monitor interval",
                                         assumption="a self-managed pair with a watcher")  # fmt: skip
    monitor_timeout_s: float = quantity(2, "s", "A probe without an answer for this long is a miss.", gt=0, le=3_600,
                                        label="Monitor timeout", assumption="a self-managed pair with a watcher")  # fmt: skip
    misses: int = quantity(3, "", "Misses in a row before the primary is taken for lost.", ge=1, le=100, label="Misses",
                           assumption="one or two misses may be a hiccup")  # fmt: skip
    decide_s: float = quantity(5, "s", "Fencing the old primary and choosing the standby.", ge=0, le=3_600, label="Decide",
                               assumption="a self-managed pair with a watcher")  # fmt: skip
    promote_s: float = quantity(20, "s", "Log recovery on the standby until it takes writes.", ge=0, le=3_600, label="Promote",
                                assumption="a self-managed pair with a watcher")  # fmt: skip
    propagate_ttl_s: float = quantity(5, "s", "Callers keep the old address for up to this long.", ge=0, le=3_600,
                                      label="Address TTL", assumption="a short DNS TTL")  # fmt: skip
    resync_s: float = quantity(60, "s", "A returned member copies what it missed before it is a standby again.", ge=0, le=LONGEST_S,
                               label="Resync", assumption="a short gap of the log to copy")  # fmt: skip
    warm_s: float = quantity(0, "s", "For this long after a promotion the new primary's buffers are cold.", ge=0, le=LONGEST_S,
                             label="Warm-up", assumption="a standby keeps its buffers warm",
                             likely=(0, 600))  # fmt: skip
    warm_factor: float = quantity(2, "×", "While they are cold, its work takes so many times as long.", ge=1, le=1_000,
                                  label="Cold factor", assumption="half of the reads go to disk at first",
                                  likely=(1, 5))  # fmt: skip
    fail_back: bool = quantity(False, "", "The original primary takes over again once it has caught up.", label="Fail back",
                               assumption="one interruption is enough")  # fmt: skip

    def lower(self) -> Failover:
        return Failover(self.monitor_interval_s, self.monitor_timeout_s, self.misses, self.decide_s, self.promote_s,
                        self.propagate_ttl_s, self.resync_s, self.warm_s, self.warm_factor, self.fail_back)  # fmt: skip

    def check(self) -> Iterator[tuple[str, str]]:
        if self.monitor_timeout_s > self.monitor_interval_s:
            limit = f"monitor_interval_s = {self.monitor_interval_s:g}"
            yield "monitor_timeout_s", f"a probe must be over before the next one: at most {limit}, not {self.monitor_timeout_s:g}"


class RegionFailoverFields(FailoverFields):
    """The clocks of a failover to another Region: watched from there, decided by a person, who accepts what is lost."""

    monitor_interval_s: float = quantity(10, "s", "The primary is probed from the other Region this often.", gt=0, le=3_600,
                                         label="Monitor interval", assumption="a health check across Regions",
                                         likely=(5, 30))  # fmt: skip
    monitor_timeout_s: float = quantity(5, "s", "A probe without an answer for this long is a miss.", gt=0, le=3_600,
                                        label="Monitor timeout", assumption="a health check across Regions",
                                        likely=(2, 10))  # fmt: skip
    misses: int = quantity(6, "", "Misses in a row before somebody is called.", ge=1, le=100, label="Misses",
                           assumption="a minute: time for a failover inside the Region",
                           likely=(3, 10))  # fmt: skip
    decide_s: float = quantity(300, "s", "Until a person has decided to give up the Region.", ge=0, le=LONGEST_S, label="Decide",
                               assumption="to wake up, look, and agree",
                               likely=(60, 1_800))  # fmt: skip
    promote_s: float = quantity(60, "s", "Promotion of the replica until it takes writes.", ge=0, le=3_600, label="Promote",
                                source="Aurora user guide, Global Database disaster recovery: within a few minutes, all of it")  # fmt: skip
    propagate_ttl_s: float = quantity(60, "s", "Callers keep the old address for up to this long.", ge=0, le=3_600, label="Address TTL",
                                      assumption="a DNS record with a usual TTL",
                                      likely=(5, 300))  # fmt: skip
    resync_s: float = quantity(600, "s", "A returned member copies what it missed before it follows.", ge=0, le=LONGEST_S, label="Resync",
                               assumption="a copy across Regions",
                               likely=(60, 3_600))  # fmt: skip


def check_abroad(
    failover: RegionFailoverFields | None, replicas: list[str] | None, home: str, geography: Geography, field: str = "replica_azs"
) -> Iterator[tuple[str, str]]:
    """A failover to another Region needs a replica there."""
    if failover is None:
        return
    yield from ((f"region_failover.{name}", message) for name, message in failover.check())
    if not {geography.region_of.get(place) for place in replicas or ()} - {home, None}:
        yield "region_failover", f"no replica is in another Region; name one in `{field}`"


def check_replica_regions(replicas: list[str] | None, home: str, geography: Geography) -> Iterator[tuple[str, str]]:
    """Replicas are in Regions that there are, each once, and not at home."""
    names = replicas or []
    for region in names:
        if region not in geography.azs_of:
            yield "replica_regions", f"there is no Region {region!r}; the Regions are {listed(geography.azs_of)}"
        elif region == home or names.count(region) > 1:
            yield "replica_regions", f"{region!r} has a copy already; name other Regions, each once"


class QuorumFields(Strict):
    """So many members have to have a write, or are asked by a read. What more than write + read − members share is never stale or lost."""

    members: int = quantity(3, "", "Members of each partition, spread over the AZs, the primary included.", ge=2, le=15, label="Members",
                            assumption="one in each of three AZs")  # fmt: skip
    write: int = quantity(2, "", "Members that have a write when it is acknowledged.", ge=1, le=15, label="Write quorum",
                          assumption="a majority of three")  # fmt: skip
    read: int = quantity(1, "", "Members a read asks, the answering one included; the newest answer counts.", ge=1, le=15,
                         label="Read quorum", assumption="the answering member alone")  # fmt: skip

    def check(self) -> Iterator[tuple[str, str]]:
        for name in ("write", "read"):
            if getattr(self, name) > self.members:
                yield name, f"more than there are: at most members = {self.members}, not {getattr(self, name)}"
