"""`verify`: the cases under a progress bar, and what came of them."""

from __future__ import annotations

import sys
from typing import Any

import click


def run(short: bool) -> dict[str, Any]:
    """Run every case, with a bar where a person can see it."""
    from engine.validation.case import FULL, SHORT
    from engine.validation.verify import verify

    effort = SHORT if short else FULL
    if not sys.stderr.isatty():
        return verify(effort)
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (MofNCompleteColumn(), BarColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        return verify(effort, lambda done, total, title: bar.update(task, completed=done, total=total, description=title))


def show(found: dict[str, Any]) -> None:
    """One line a group, and every row that does not hold."""
    from engine.validation.report import all_cases, exact_text, ours_text, tally

    for group in found["groups"]:
        passed, total = tally(group["cases"])
        click.echo(f"{passed:4} of {total:<4} {group['title']}")
        for case in group["cases"]:
            for row in case["rows"]:
                if not row["passed"]:
                    click.echo(f"     {case['title']} · {row['what']}: exact {exact_text(row)}, ours {ours_text(row)}")
            if "error" in case:
                click.echo(f"     {case['title']}: {case['error']}")
    passed, total = tally(all_cases(found))
    click.echo(f"{passed:4} of {total:<4} hold, in {found['seconds']} s")


def keep(found: dict[str, Any]) -> None:
    """Write the results where the page and the documentation have them."""
    from engine.validation.report import write

    try:
        for path in write(found):
            click.echo(f"Wrote {path}.", err=True)
    except OSError as error:
        raise click.ClickException(f"cannot keep the results: {error}") from None
