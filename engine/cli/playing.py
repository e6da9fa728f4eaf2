"""Playing a run to its end with a progress bar, which shows on a terminal only and on standard error only."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

    from engine.document import Scenario
    from engine.results import Result

SLICE_S = 0.1  # wall time between two looks at the progress and at Ctrl-C


class Player:
    """Plays one run after the other under one progress bar."""

    def __init__(self, bar: Progress | None) -> None:
        self.bar = bar

    def play(self, scenario: Scenario, label: str, seed: int | None = None, duration_s: float | None = None) -> Result:
        """The result of a whole run, partial when the system saturates."""
        from engine.run import Run

        task = self.bar.add_task(label, total=1.0) if self.bar else None
        run = Run(scenario, seed=seed, duration_s=duration_s)
        while not run.advance(budget_s=SLICE_S):
            if self.bar and task is not None:
                self.bar.update(task, completed=run.reached_s / run.plan.duration_s)
        if self.bar and task is not None:
            self.bar.remove_task(task)
        result = run.result()
        run.release()
        return result

    def play_all(self, scenario: Scenario, label: str, seeds: Sequence[int]) -> Iterator[Result]:
        """The results under each of several seeds, in their order, as many at a time as there are processors."""
        from engine.run import replicate

        task = self.bar.add_task(f"{label}, {len(seeds)} seeds", total=len(seeds)) if self.bar else None
        for result in replicate(scenario, seeds):
            if self.bar and task is not None:
                self.bar.advance(task)
            yield result
        if self.bar and task is not None:
            self.bar.remove_task(task)


@contextmanager
def player() -> Iterator[Player]:
    """A player, with a bar where a person can see it."""
    if not sys.stderr.isatty():
        yield Player(None)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        _tell_when_cold(bar)
        yield Player(bar)


def _tell_when_cold(bar: Progress) -> None:
    """The first run of a new version compiles its kernel: some ten seconds in which nothing moves."""
    from engine.warm import is_warm

    if not is_warm():
        bar.console.print("Compiling the engine; this happens once.", style="dim")
