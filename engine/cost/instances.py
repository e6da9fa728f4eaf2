"""EC2 instances by the hour."""

from __future__ import annotations

from engine.cost.base import KP, Rate

PER_HOUR = {
    "t3.micro": 0.0104, "t3.small": 0.0208, "t3.medium": 0.0416, "t3.large": 0.0832, "t4g.medium": 0.0336, "t4g.large": 0.0672,
    "m5.large": 0.096, "m5.xlarge": 0.192, "m5.2xlarge": 0.384, "m6i.large": 0.096, "m6g.large": 0.077, "m7g.large": 0.0816,
    "m7i.large": 0.1008, "c5.large": 0.085, "c7g.large": 0.0725, "r5.large": 0.126, "r6g.large": 0.1008, "r7g.large": 0.1071,
}  # fmt: skip
USUAL = "m6i.large"  # assumption: two vCPUs and 8 GB, the commonest size of a web server


def hour(instance_type: str) -> Rate:
    """Linux, on demand."""
    return Rate(PER_HOUR[instance_type], "h", KP, "2026-07-20")
