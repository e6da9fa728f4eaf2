"""The commands with their options. Each returns its exit code; what it prints on standard output is its result and nothing else."""

from __future__ import annotations

import importlib
import json
import math
from pathlib import Path
from typing import Any

import click

from engine import memory
from engine.cli import documents, outputs
from engine.cli.exits import BAD_DOCUMENT, FAILED, OK, SATURATED

GREATEST_SEED = 2**63 - 1
LONGEST_S = 86_400


class Seconds(click.ParamType):
    """A length of simulated time."""

    name = "seconds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """A finite number above 0 and up to a day."""
        try:
            seconds = float(value)
        except ValueError:
            self.fail(f"{value!r} is not a number of seconds.", param, ctx)
        if not (math.isfinite(seconds) and 0 < seconds <= LONGEST_S):
            self.fail(f"{value} is not above 0 and at most {LONGEST_S:,} seconds.", param, ctx)
        return seconds


class Seed(click.ParamType):
    """A seed as the document has it."""

    name = "seed"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """A whole number from 0 to 2⁶³ − 1."""
        try:
            seed = int(value)
        except ValueError:
            seed = -1
        if not 0 <= seed <= GREATEST_SEED:
            self.fail(f"{value!r} is not a whole number from 0 to {GREATEST_SEED}.", param, ctx)
        return seed


def _version() -> str:
    """Of the installed distribution; a checkout that is not installed has none."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("faultline")
    except PackageNotFoundError:
        return "not installed"


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(_version(), prog_name="faultline")
def faultline() -> None:
    """Run cloud architectures, break them, and measure what happens.

    A FILE is a scenario in YAML or JSON; - reads standard input. Exit codes: 0 all is well, 1 an expectation does not hold, 2 a bad
    document or option, 3 the system saturated before the run's end.
    """


@faultline.command()
@click.argument("file")
@click.option("--variant", metavar="ID", help="Run this variant instead of the base.")
@click.option("--seed", type=Seed(), help="Instead of the document's seed.")
@click.option("--duration", "duration_s", type=Seconds(), help="Simulate this long instead of the document's duration.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as one JSON object.")
@click.option("--memory-mib", type=click.IntRange(256), help="So much memory for the run; 4096, or FAULTLINE_MEMORY_MIB.")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Write the tables, the log, the traces and the summary there.")
def run(
    file: str, variant: str | None, seed: int | None, duration_s: float | None, as_json: bool, memory_mib: int | None, out: Path | None
) -> int:
    """Run one scenario and print what came of it."""
    from engine.cli.playing import player
    from engine.document import ScenarioError

    if out is not None:
        outputs.check_folder(out, "--out")
    if memory_mib is not None:
        memory.allow(memory_mib)
    try:
        scenario = documents.read(file)
        scenario = scenario.variant(variant) if variant is not None else scenario
        with player() as play:
            result = play.play(scenario, scenario.title or file, seed=seed, duration_s=duration_s)
    except ScenarioError as error:
        documents.tell(file, error.problems)
        return BAD_DOCUMENT
    if as_json:
        click.echo(result.to_json())
    else:
        from engine.cli.tables import show_run

        show_run(result.summary)
    if out is not None:
        try:
            result.write(out)
        except OSError as error:
            raise click.BadParameter(f"cannot write to {out}: {error.strerror or error}", param_hint="--out") from None
        click.echo(f"Wrote frames.parquet, events.csv, traces.csv, summary.json and document.json to {out}.", err=True)
    return SATURATED if result.stopped else OK


@faultline.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--seeds", type=click.IntRange(1, 10_000), default=1, show_default=True, help="Every one of this many seeds must hold.")
@click.option("--junit", type=click.Path(path_type=Path), metavar="FILE", help="Write a report for a build server.")
@click.option("--json", "as_json", is_flag=True, help="Print the judgements as a JSON list.")
def check(files: tuple[str, ...], seeds: int, junit: Path | None, as_json: bool) -> int:
    """Run the base and every variant of each FILE and judge what they expect.

    Objectives are judged too where the document says `enforce: true`.
    """
    from engine.cli import checking, tables
    from engine.cli.playing import player

    if junit is not None:
        outputs.check_file(junit, "--junit")
    checked = []
    with player() as play:
        for file in files:
            document = checking.check(file, seeds, play)
            documents.tell(file, document.problems)
            if not as_json:
                tables.show_checked(document)
            checked.append(document)
    if as_json:
        click.echo(json.dumps([checking.as_json(c) for c in checked], indent=1, allow_nan=False))
    if junit is not None:
        _write_junit(junit, checked)
    return max(BAD_DOCUMENT if c.problems else OK if c.holds else FAILED for c in checked)


def _write_junit(path: Path, checked: list[Any]) -> None:
    from engine.cli.junit import write

    try:
        write(path, checked)
    except OSError as error:
        raise click.BadParameter(f"cannot write {path}: {error.strerror or error}", param_hint="--junit") from None


@faultline.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
def validate(files: tuple[str, ...]) -> int:
    """Print every problem of each FILE, one a line with its path."""
    code = OK
    for file in files:
        found = documents.problems(file)
        documents.tell(file, found, err=False)
        if not found:
            click.echo(f"{file}: ok", err=True)
        code = max(code, BAD_DOCUMENT if found else OK)
    return code


@faultline.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as a JSON list, one entry per FILE.")
def advise(files: tuple[str, ...], as_json: bool) -> int:
    """Tell the weak points of each FILE's drawing and what to change, without running it.

    Advice fails nothing: the exit code is 0 however much there is to say.
    """
    from engine.advice import advise as of_drawing
    from engine.cli.tables import show_advice
    from engine.document import ScenarioError

    code, listed = OK, []
    for file in files:
        try:
            findings = of_drawing(documents.read(file))
        except ScenarioError as error:
            documents.tell(file, error.problems)
            code = BAD_DOCUMENT
            continue
        listed.append({"file": file, "findings": [finding.as_dict() for finding in findings]})
        if not as_json:
            show_advice(file, findings)
    if as_json:
        click.echo(json.dumps(listed, indent=1, ensure_ascii=False, allow_nan=False))
    return code


@faultline.command()
@click.option("--json", "as_json", is_flag=True, help="Print the measurements as one JSON object.")
def bench(as_json: bool) -> int:
    """Measure the engine against its reference points and print the ratios."""
    return int(importlib.import_module("engine.bench").main(as_json=as_json) or OK)


@faultline.command()
@click.option("--short", is_flag=True, help="With fewer replications, in half a minute.")
@click.option("--write", is_flag=True, help="Keep the results: the page and docs/validation.md show them.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as one JSON object.")
def verify(short: bool, write: bool, as_json: bool) -> int:
    """Compare the engine with exact results, and look at what must always hold.

    Cases with a known answer, invariants over random systems, and AWS's simulator of back-off. Code 1 when one does not hold.
    """
    from engine.cli import verifying

    found = verifying.run(short)
    if as_json:
        click.echo(json.dumps(found, indent=1, allow_nan=False))
    else:
        verifying.show(found)
    if write:
        verifying.keep(found)
    return OK if found["passed"] else FAILED


@faultline.command()
def schema() -> int:
    """Print the JSON Schema of the document."""
    from engine.document import schema as of_document

    click.echo(json.dumps(of_document(), indent=1))
    return OK
