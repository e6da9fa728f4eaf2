"""How long a click takes: branch a run at half time with the loss of an AZ."""

from __future__ import annotations

from engine.bench.measure import Row, cpu_s
from engine.bench.systems import three_tier
from engine.run import Run


def at_half_time() -> list[Row]:
    """A branch at 300 of 600 s, 1000 requests a second."""
    run = Run(three_tier())
    run.advance()
    struck = three_tier(faults=[{"kind": "az_power_loss", "target": "us-east-1a", "at_s": 300, "for_s": 120}])
    run.branch(struck).advance(301.0)  # whatever is compiled or loaded once
    first = cpu_s(lambda: run.branch(struck).advance(301.0), 7)
    whole = cpu_s(lambda: run.branch(struck).advance(), 3)
    return [
        Row("branch: to the first new second", first * 1e3, "ms", "below 30"),
        Row("branch: to the end", whole * 1e3, "ms", "below 500"),
    ]
