"""The command line: ``python -m engine …``, installed as ``faultline``."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from engine.cli.commands import faultline
from engine.cli.exits import BUG, INTERRUPTED, OK


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. Whatever goes wrong ends in a sentence on standard error, never in a traceback.

    With FAULTLINE_DEBUG set in the environment, an unexpected error is raised as it is.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that knows no → prints ? instead of failing
    try:
        code = faultline.main(args=None if argv is None else list(argv), prog_name="faultline", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else OK
    except click.exceptions.Exit as exit:
        return exit.exit_code
    except click.ClickException as problem:
        problem.show(file=sys.stderr)
        return problem.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted.", err=True)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output has left: `faultline … | head`
        _discard_output()
        return OK
    except OSError as error:
        click.echo(f"Cannot go on: {error}", err=True)
        _discard_output()
        return BUG
    except Exception as error:
        if os.environ.get("FAULTLINE_DEBUG"):
            raise
        click.echo(f"Faultline met a problem of its own: {type(error).__name__}: {error}", err=True)
        click.echo("Set FAULTLINE_DEBUG=1 to see where; please report it with the document.", err=True)
        return BUG


def _discard_output() -> None:
    """Keep the interpreter from trying again, and complaining, when it exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
