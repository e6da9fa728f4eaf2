"""The visual grammar in one place: the four hues and words of state, cause groups and phase bands for both themes.

Only four hues carry meaning because a fifth collapses for some kind of colour blindness; whatever else has to be told
apart is told apart by dash, hatch and word. Blue, not green, is healthy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "strained", "failing", "down", "none"]


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of one theme as CSS hex strings."""

    ok: str
    strained: str
    failing: str
    down: str
    text: str
    muted: str
    grid: str
    ghost: str  # the previous run

    def of(self, state: State) -> str:
        """Hue of a state; text-grey for ``none``."""
        return {"ok": self.ok, "strained": self.strained, "failing": self.failing, "down": self.down}.get(state, self.muted)


DARK = Palette("#6FB1F5", "#F5B700", "#E0402F", "#4A4F57", "#E6EAF0", "#9AA5B1", "#2A323D", "#8A94A0")
LIGHT = Palette("#1F77C9", "#C98A00", "#A50F1A", "#4B5563", "#1B2430", "#5B6774", "#E3E8EE", "#8A94A0")

STATES: tuple[State, ...] = ("ok", "strained", "failing", "down")  # index = the health column of the frames


def palette(dark: bool) -> Palette:
    """The palette of the dark or the light theme."""
    return DARK if dark else LIGHT


CAUSE_WORDS = {
    "ok": "ok",
    "timeout": "timed out",
    "refused": "connection refused",
    "error": "error answered",
    "throttled": "throttled",
    "shed": "load shed",
    "queue_full": "queue full",
    "breaker_open": "circuit open",
    "bulkhead_full": "bulkhead full",
    "no_healthy_target": "no healthy target",
    "no_writer": "no writer",
    "unresolved": "name not resolved",
}


@dataclass(frozen=True, slots=True)
class CauseGroup:
    """Outcomes that are drawn as one area: a hue and a hatch, so that neither channel stands alone."""

    label: str
    outcomes: tuple[str, ...]
    state: State
    hatch: str  # Plotly fill pattern


TURNED_AWAY = ("throttled", "shed", "queue_full", "breaker_open", "bulkhead_full")
NOBODY_THERE = ("refused", "no_healthy_target", "no_writer", "unresolved")

CAUSE_GROUPS = (
    CauseGroup("ok", ("ok",), "ok", ""),
    CauseGroup("timed out", ("timeout",), "failing", ""),
    CauseGroup("error answered", ("error",), "failing", "x"),
    CauseGroup("turned away (throttled, shed, full, open circuit)", TURNED_AWAY, "strained", "/"),
    CauseGroup("nobody there (refused, no target, no writer, no name)", NOBODY_THERE, "down", "."),
)

# Failover phases in order: the hue says who waits (amber: nobody serves yet, blue: serving again), the word is always printed too.
PHASE_STATES: dict[str, State] = {
    "detect": "failing",
    "decide": "failing",
    "promote": "strained",
    "propagate": "strained",
    "warm": "ok",
    "drain": "ok",
    "fail_back": "none",
}
PHASE_WORDS = {"fail_back": "fail back"}

DASHES = ("solid", "dash", "dot", "dashdot")


def identity_styles(dark: bool) -> list[tuple[str, str]]:
    """(colour, dash) pairs that tell lines of different nodes apart: twelve, blue, amber and grey in four dashes each.

    Red is left out: it always means failing.
    """
    p = palette(dark)
    return [(colour, dash) for dash in DASHES for colour in (p.ok, p.strained, p.muted)]


def with_alpha(colour: str, alpha: float) -> str:
    """``#rrggbb`` as ``rgba(…)`` with the opacity 0 … 1."""
    r, g, b = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({r}, {g}, {b}, {alpha:g})"
