"""What every rule has in common, and what it finds."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

if TYPE_CHECKING:
    from engine.advice.design import Design

Severity = Literal["high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = ("high", "medium", "low")  # an outage · makes one worse or longer · hygiene, or little room
# The five categories of failure modes of AWS Resilience Hub (2026).
Category = Literal["SINGLE_POINT_OF_FAILURE", "EXCESSIVE_LOAD", "EXCESSIVE_LATENCY", "MISCONFIGURATION_AND_BUGS", "SHARED_FATE"]
Change = dict[str, dict[str, Any]]  # as `change` of a variant: section → id → fields


@dataclass(frozen=True)
class Finding:
    """One weak point: where, why with the numbers, what to change. ``change`` is that as a variant of the document would say it."""

    rule: str
    title: str
    severity: Severity
    nodes: tuple[str, ...]
    edges: tuple[str, ...]
    why: str
    advice: str
    practice: str  # id of the best practice in the AWS Well-Architected reliability pillar (2025/26)
    category: Category
    change: Change = field(default_factory=dict)  # empty where one number would not do it
    preset: str | None = None  # the preset that shows it, and its variant
    variant: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON-able data."""
        return {**asdict(self), "nodes": list(self.nodes), "edges": list(self.edges)}


class Rule:
    """Looks for one kind of weak point in a design."""

    id: ClassVar[str] = ""
    title: ClassVar[str]
    practice: ClassVar[str]
    category: ClassVar[Category]
    preset: ClassVar[str | None] = None
    variant: ClassVar[str | None] = None

    def find(self, design: Design) -> Iterator[Finding]:
        """Every place where the design has it."""
        raise NotImplementedError

    def finding(self, severity: Severity, why: str, advice: str, nodes: tuple[str, ...] = (), edges: tuple[str, ...] = (),
                change: Change | None = None) -> Finding:  # fmt: skip
        """A finding with what this rule says of all of them."""
        return Finding(self.id, self.title, severity, tuple(sorted(nodes)), tuple(sorted(edges)), why, advice, self.practice, self.category,
                       change or {}, self.preset, self.variant)  # fmt: skip


def seconds(value_s: float) -> str:
    """12 ms, 1.5 s, 90 s."""
    return f"{value_s * 1000:.3g} ms" if 0 < value_s < 1 else f"{value_s:,.4g} s"


def share(value: float) -> str:
    """94 %, with a decimal where the difference to 100 % would vanish."""
    return f"{value * 100:.1f} %" if 0.99 <= value < 1.01 else f"{value * 100:,.0f} %"


def per_s(rate: float) -> str:
    """600 requests/s."""
    return f"{rate:,.4g} requests/s"


def amount(count: int, singular: str, plural: str = "") -> str:
    """1 instance, 3 instances."""
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"


def named(words: list[str]) -> str:
    """a, b and c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def round_up(value: float) -> float:
    """The next of 1, 2, 5, 10, 20 … times a power of ten: a number a person would choose."""
    power = 10.0 ** math.floor(math.log10(value))
    factor = next(f for f in (1, 2, 5, 10) if value <= f * power * (1 + 1e-9))
    return float(f"{factor * power:.3g}")
