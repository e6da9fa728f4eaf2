"""Numbers and kinds as a person reads them."""

from __future__ import annotations

from engine.faults import FAULTS


def fault_label(kind: str) -> str:
    """What people call a kind of fault."""
    return str(FAULTS[kind].label) if kind in FAULTS else kind.replace("_", " ")


def seconds(value_s: float) -> tuple[str, str]:
    """A duration as (number, unit) with three meaningful digits: 0.0123 → ("12.3", "ms"), 95 → ("95", "s")."""
    if value_s == 0:
        return "0", "s"
    if value_s < 1:
        return f"{1000 * value_s:.3g}", "ms"
    return (f"{value_s:.3g}" if value_s < 100 else f"{value_s:.0f}"), "s"


def count(value: float) -> str:
    """A count in a few characters: 950, 9 500, 12.3k, 4.5M."""
    if value >= 1e6:
        return f"{value / 1e6:.3g}M"
    if value >= 1e4:
        return f"{value / 1e3:.3g}k"
    return f"{value:,.0f}".replace(",", "\u202f")


def percent(share: float) -> str:
    """A share in percent that never rounds a loss away: 0.99996 → "99.996", 1 → "100"."""
    if share in (0, 1):
        return f"{100 * share:.0f}"
    digits = 2
    while digits < 6 and round(100 * share, digits) in (0.0, 100.0):
        digits += 1
    return f"{100 * share:.{digits}f}"
