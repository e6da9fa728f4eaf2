"""The words of the page "How it works"."""

BELIEF = """ Most outages are not the moment something breaks but the time until somebody **notices, decides and acts**.
So nothing in Faultline knows the truth by magic. A load balancer believes a target healthy until enough probes in a row
have failed; a caller finds out by its own timeout; a standby is promoted only after the monitor has missed the primary
often enough, and callers keep the old address until their DNS answer has expired. The simulation holds the truth, every
part acts on its **belief**, and the canvas draws both: the truth inside a chip, the belief as the ring around it. Where
they differ, requests are being lost.
"""

SIMULATED = """
- **Every request on its own**: when it starts, which instance it reaches, how long it waits and is served, what it
  calls in turn, when its caller gives up, and whether it is tried again.
- **Queues and slots**: an instance serves as many requests at once as it has slots; the rest wait, in a bounded or
  unbounded queue.
- **Clocks of detection**: probes with their interval, timeout and thresholds, each target's starting at a random phase.
- **Failover**: detect, decide, promote, propagate, with the durations the vendor states, and the acknowledged writes
  that are lost.
- **Callers**: timeouts, retries, back-off with jitter, circuit breakers, bulkheads, retry budgets.
- **Networks**: round trips within an AZ, across AZs and between Regions; added delay, partitions, dropped answers.
- **Random draws from one seed**: the same document with the same seed repeats to the last bit, and a change elsewhere
  in the drawing does not reshuffle the arrivals.
"""

ASSUMED = """
- Service times follow the distribution you choose; real ones have heavier tails and change with the load.
- Instances of a node are alike, and a slot serves one request at a time; processor sharing, garbage collection and
  caches warming up are not modelled unless a component says so.
- A Region, an AZ or an instance is up, refuses, is silent, slow or answers with errors. A slow disk is slow work, and
  clocks do not drift.
- Vendors publish limits, but seldom the durations of a failover: those we could not find are marked as assumptions
  below.
- The numbers are **directionally right**: they show which design suffers, why and roughly how long. They are no load
  test of your system.
"""

MEASURED = """
**Availability** is the share of requests, of those started after the warm-up, that were answered well. **RTO** runs
from the start of a fault to the first ten seconds in which the service level is back at the objective (without one: at
99 % of what it was before) and stays so for thirty. **RPO** is the age, when the fault began, of the oldest
acknowledged write that was lost. **Utilisation** counts busy slots of instances in service; **load** is the work asked
for over the capacity and may exceed 100 %. Percentiles come from a histogram of every successful request, from its
first attempt to its answer; they are never a multiple of the mean.
"""

PROOF = """
A simulation is worth what its answers are worth, so here they are where somebody knows the right ones. *Exact* is computed
on paper or published, with its source; *ours* is the mean of independent runs with its 99.9 % interval, or one value where
every run gives the same. A row **holds** when the exact value lies in the interval. Tolerances are computed from the runs,
not chosen; where the way of measuring has a width of its own (a bucket of a histogram, a second of a series) that is allowed
too. An interval wider than a twentieth of an exact value counts as a failure: it would prove nothing.
"""
