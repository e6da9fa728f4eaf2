"""Request rates that move: ramps, waves, measured traces; and users instead of a rate. All become piecewise constant rates."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from engine.fields import LONGEST_S, Strict, quantity

MOST_RATE_PER_S = 1_000_000.0  # a limit of ours: beyond it a run takes minutes per simulated second
MOST_USERS = 200_000
RAMP_STEPS = 1_000
WAVE_STEPS = 96

Segments = tuple[tuple[float, float], ...]
RateField = Annotated[float, Field(ge=0, le=MOST_RATE_PER_S)]
Point = Annotated[tuple[Annotated[float, Field(ge=0, le=LONGEST_S)], RateField], Field(strict=False)]
NO_FILE = "the file {value!r} is not here: only a document that is read from a folder can name files in it; write the numbers instead"


def numbers_of(value: Any) -> Any:
    """``100, 400`` as the list it means, which is how an editor for text writes one; anything else stays. The name of a file is refused:
    where files can be read, its contents stand here already."""
    if not isinstance(value, str):
        return value
    try:
        return [float(part) for part in value.replace(",", " ").split()]
    except ValueError:
        raise PydanticCustomError("one_of", "{sentence}", {"sentence": NO_FILE.format(value=value)}) from None


Numbers = BeforeValidator(numbers_of)


class Shape(Strict):
    """What every way to write a rate can do."""

    def segments(self) -> Segments:
        """(start in s, requests per second) of each piece."""
        raise NotImplementedError

    @property
    def repeat_s(self) -> float:
        """The pieces start over after this long; 0: the last one stays."""
        return 0.0

    def check(self) -> Iterator[tuple[str, str]]:
        """(field, what is wrong) that single fields cannot tell."""
        yield from ()


def _rate(default: Any, help: str, label: str, start: float | None = None) -> Any:
    return quantity(default, "1/s", help, ge=0, le=MOST_RATE_PER_S, label=label, start=start)


class Steady(Shape):
    """The same rate all the time."""

    steady: float = _rate(100, "Requests per second.", "Rate")

    def segments(self) -> Segments:
        return ((0.0, self.steady),)


class Spike(Shape):
    """A base rate, another one for a while, then the base rate again."""

    spike: float = _rate(100, "Requests per second before and after the spike.", "Base rate")
    to: float = _rate(..., "Requests per second during the spike.", "Spike rate", start=300)
    at_s: float = quantity(..., "s", "When the spike starts.", ge=0, le=LONGEST_S, label="Starts at", start=60)
    for_s: float = quantity(..., "s", "How long it lasts.", gt=0, le=LONGEST_S, label="Lasts", start=30)

    def segments(self) -> Segments:
        before = ((0.0, self.spike),) if self.at_s > 0 else ()
        return (*before, (self.at_s, self.to), (self.at_s + self.for_s, self.spike))


class Steps(Shape):
    """A rate from each given time on; nothing before the first."""

    steps: list[Point] = quantity([(0, 100)], "", "Pairs of start time in s and requests per second, times ascending.", label="Steps",
                                 min_length=1, max_length=1000, widget="pairs")  # fmt: skip

    def segments(self) -> Segments:
        before = ((0.0, 0.0),) if self.steps[0][0] > 0 else ()
        return (*before, *self.steps)

    def check(self) -> Iterator[tuple[str, str]]:
        times = [t for t, _ in self.steps]
        for earlier, later in pairwise(times):
            if later <= earlier:
                yield "steps", f"times must ascend: {later:g} s comes after {earlier:g} s"
                return


class Ramp(Shape):
    """From one rate to another in a straight line, then the second rate.

    In 1000 steps with the mean rate of each: never more than a 2000th of the difference off the line, and exact at every step's end.
    """

    ramp: Annotated[tuple[RateField, RateField], Field(strict=False), Numbers] = quantity((100, 400), "1/s", "First and last rate.",
                                                                                          label="From, to")  # fmt: skip
    over_s: float = quantity(..., "s", "How long it takes to get there.", gt=0, le=LONGEST_S, label="Over", start=60)

    def segments(self) -> Segments:
        (low, high), n = self.ramp, RAMP_STEPS
        steps = tuple((self.over_s * k / n, low + (high - low) * (k + 0.5) / n) for k in range(n))
        return (*steps, (self.over_s, high))


class Sine(Shape):
    """A wave around a mean rate, rising first, over and over.

    In 96 steps per period with the mean rate of each: never more than 3.3 % of the amplitude off the curve, and exact at every step's end.
    """

    sine: float = quantity(100, "1/s", "Mean rate.", ge=0, le=MOST_RATE_PER_S / 2, label="Mean rate")
    amplitude: float = quantity(..., "1/s", "How far the rate swings above and below its mean.", ge=0, le=MOST_RATE_PER_S / 2,
                                label="Amplitude", start=50)  # fmt: skip
    period_s: float = quantity(..., "s", "From one peak to the next.", ge=1, le=LONGEST_S, label="Period", start=300)

    def segments(self) -> Segments:
        turn = 2 * math.pi / WAVE_STEPS

        def mean(k: int) -> float:
            return self.sine + self.amplitude * (math.cos(k * turn) - math.cos((k + 1) * turn)) / turn

        return tuple((self.period_s * k / WAVE_STEPS, max(0.0, mean(k))) for k in range(WAVE_STEPS))

    @property
    def repeat_s(self) -> float:
        return self.period_s

    def check(self) -> Iterator[tuple[str, str]]:
        if self.amplitude > self.sine:
            yield "amplitude", f"must be at most the mean rate, {self.sine:g}, not {self.amplitude:g}: a rate cannot fall below 0"


class Trace(Shape):
    """A measured rate: from each time on, so many requests per second.

    A file has two columns, seconds and requests per second, with or without a line of names, and lies beside the document. Reading the
    document replaces its name by the pairs, so that a document is whole wherever it goes.
    """

    trace: Annotated[list[Point], Numbers] = quantity(..., "", "Pairs of time in s and requests per second; or a CSV file of them.",
                                                      label="Trace", widget="pairs", min_length=1, max_length=20_000,
                                                      start=[[0, 100]])  # fmt: skip

    def segments(self) -> Segments:
        before = ((0.0, 0.0),) if self.trace[0][0] > 0 else ()
        return (*before, *((float(t), float(rate)) for t, rate in self.trace))

    def check(self) -> Iterator[tuple[str, str]]:
        for (earlier, _), (later, _) in pairwise(self.trace):
            if later <= earlier:
                yield "trace", f"times must ascend: {later:g} s comes after {earlier:g} s"
                return


class Users(Shape):
    """Not a rate but users: each thinks, asks, waits for the answer, and thinks again. Slow answers slow them down."""

    users: int = quantity(..., "", "How many there are.", ge=1, le=MOST_USERS, label="Users", start=100)
    think_s: float = quantity(1, "s", "Mean time between an answer and the next request; exponential.", ge=0.001, le=LONGEST_S,
                              label="Think time", assumption="a second between two clicks")  # fmt: skip

    def segments(self) -> Segments:
        return ((0.0, 0.0),)


def users_of(data: Any) -> Any:
    """Plain data of a clients node with ``users`` and ``think_s`` written beside ``rate_per_s``, or under ``arrivals``, put in place."""
    if not isinstance(data, dict):
        return data
    arrivals = data.get("arrivals")
    if isinstance(arrivals, dict) and "users" in arrivals and "rate_per_s" not in data:
        return {**{k: v for k, v in data.items() if k != "arrivals"}, "rate_per_s": arrivals}
    if "users" in data and "rate_per_s" not in data:
        loop = {k: data[k] for k in ("users", "think_s") if k in data}
        return {**{k: v for k, v in data.items() if k not in loop}, "rate_per_s": loop}
    return data
