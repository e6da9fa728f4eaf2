"""Results for people: short tables on standard output."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from engine.advice import Finding
    from engine.cli.checking import Checked

WIDTH_IN_A_PIPE = 120  # columns, where there is no terminal to ask

MANY_OPEN = 0.01  # share of the requests started from which on it is said that they have not ended; ours to choose

Row = dict[str, Any]


def console() -> Console:
    """Standard output; plain text of a fixed width when it is not a terminal."""
    return Console(file=sys.stdout, highlight=False, width=None if sys.stdout.isatty() else WIDTH_IN_A_PIPE)


def percent(share: float | None) -> str:
    """A share with as many decimals as its nines need, so that only 1 reads 100 %; – when there is none."""
    if share is None:
        return "–"
    nines = -math.log10(1 - share) if share < 1 else 0.0
    decimals = 0 if share == 1 else 1 if nines < 2 else 2 if nines < 3 else max(4, math.ceil(nines) - 1)
    return f"{share * 100:.{decimals}f} %"


def seconds(value: float | None) -> str:
    """Seconds in the unit one would say them in."""
    if value is None:
        return "–"
    return f"{value * 1000:.3g} ms" if 0 < value < 1 else f"{value:.4g} s"


def causes(failed: dict[str, int]) -> str:
    """Failures by cause, the most frequent first."""
    return ", ".join(f"{n:,} {cause}" for cause, n in sorted(failed.items(), key=lambda item: -item[1])) or "none"


def show_run(summary: dict[str, Any]) -> None:
    """The short account of one run."""
    out = console()
    requests, latency = summary["requests"], summary["latency_s"]
    out.print(Text(summary["title"], style="bold"))
    took = f"{summary['duration_s']:g} s simulated in {summary['wall_s']:.2f} s"
    out.print(f"seed {summary['seed']}, {took}, digest {summary['digest'][:12]}")
    if "stopped" in summary:
        out.print(Text(f"Stopped at {summary['stopped']['at_s']:g} s: {summary['stopped']['why']}", style="bold red"))
    out.print(
        _grid([
            ("availability", percent(summary["availability"]) + _still_open(requests)),
            ("requests", f"{requests['started']:,} started, {requests['ok']:,} ok, {requests['in_flight']:,} in flight"),
            ("failed", causes(requests["failed"])),
            ("latency", f"p50 {seconds(latency['p50'])}, p95 {seconds(latency['p95'])}, p99 {seconds(latency['p99'])}"),
        ])
    )  # fmt: skip
    if summary["cost"]:
        out.print(_grid([("cost", cost(summary["cost"]))]))
    out.print(_nodes(summary["nodes"]))
    out.print(_edges(summary["edges"]))
    if summary["faults"]:
        out.print(_faults(summary["faults"]))
    for title, lines in (("Objectives", summary["objectives"]), ("Expectations", summary["expectations"])):
        if lines:
            out.print(Text(title, style="bold"))
            show_lines(lines, out)


def cost(bill: dict[str, Any]) -> str:
    """The month's total with its date, and what is not in it."""
    without = f", without {', '.join(bill['not_priced'])}" if bill["not_priced"] else ""
    read = f"prices of {bill['prices_read']}, {bill['region']}" if bill["prices_read"] else "nothing here has a price"
    return f"about ${bill['usd_per_month']:,.2f} a month at this rate ({read}{without})"


def _still_open(requests: Row) -> str:
    """A remark where so many requests have not ended that the availability of those that have says little."""
    if requests["in_flight"] <= MANY_OPEN * requests["started"]:
        return ""
    return f" of those that ended; {requests['in_flight']:,} of {requests['started']:,} requests are still open"


def show_lines(lines: Sequence[Row], out: Console | None = None) -> None:
    """Judged expectations or objectives, one a line."""
    out = out or console()
    for line in lines:
        mark = Text("  ✔ ", style="green") if line["pass"] else Text("  ✘ ", style="bold red")
        out.print(mark.append(say(line), style="none"), soft_wrap=True)


def show_checked(document: Checked) -> None:
    """Every judged run of a document; nothing when it could not be run."""
    out = console()
    for judgement in document.judgements:
        mark = Text("✔ ", style="green") if judgement.holds else Text("✘ ", style="bold red")
        out.print(mark.append(f"{document.file}, {judgement.variant}, seed {judgement.seed}", style="bold"), soft_wrap=True)
        if judgement.stopped:
            out.print(f"  stopped at {judgement.stopped['at_s']:g} s: {judgement.stopped['why']}", soft_wrap=True)
        if not judgement.lines:
            out.print("  expects nothing", style="dim")
        show_lines(judgement.lines, out)


MARKS = {"high": ("▲▲", "bold red"), "medium": ("▲ ", "yellow"), "low": ("△ ", "dim")}


def show_advice(file: str, findings: Sequence[Finding]) -> None:
    """What a drawing shows, the worst first: what and where, why, what to change."""
    out = console()
    out.print(Text(f"{file}: {len(findings)} {'finding' if len(findings) == 1 else 'findings'}", style="bold"), soft_wrap=True)
    for finding in findings:
        mark, style = MARKS[finding.severity]
        where = ", ".join(finding.edges or finding.nodes)
        out.print(Text(f"{mark} {finding.title}: {where} ({finding.severity}, {finding.practice})", style=style), soft_wrap=True)
        out.print(Text(f"   {finding.why}"), soft_wrap=True)
        shown = f" See the preset {finding.preset}{f', variant {finding.variant}' if finding.variant else ''}." if finding.preset else ""
        out.print(Text(f"   → {finding.advice}{shown}"), soft_wrap=True)


def say(line: Row) -> str:
    """A judged expectation in words: what, its value, its bounds, why it should or does not hold."""
    of = next((f" of {line[k]}" for k in ("node", "edge", "fault") if k in line), "")
    since = f" from {line['from_s']:g} s" if "from_s" in line else ""
    until = f" to {line['to_s']:g} s" if "to_s" in line else ""
    value = "has no value" if line["value"] is None else f"is {line['value']:.6g}"
    bounds = [f"at {bound} {line[key]:g}" for key, bound in (("at_least", "least"), ("at_most", "most")) if key in line]
    reason = "" if line["pass"] else f": {line['reason']}"
    because = f" (because {line['because']})" if line.get("because") else ""
    return f"{line['metric']}{of}{since}{until} {value}, wanted {' and '.join(bounds)}{reason}{because}"


def _grid(rows: Sequence[tuple[str, str]]) -> Table:
    table = Table.grid(padding=(0, 2))
    for label, value in rows:
        table.add_row(Text(label, style="dim"), value)
    return table


def _table(first: str, *columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column(first, no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right" if column not in ("failed", "phases", "lost requests") else "left")
    return table


def _nodes(nodes: dict[str, Row]) -> Table:
    table = _table("node", "arrived", "completed", "utilisation", "load", "peak queue", "rejected", "killed")
    for name, n in nodes.items():
        counted = [f"{n[k]:,}" for k in ("peak_queue", "rejected", "killed")]
        table.add_row(name, f"{n['arrived']:,}", f"{n['completed']:,}", percent(n["utilisation"]), _two(n["load"]), *counted)
    return table


def _edges(edges: dict[str, Row]) -> Table:
    table = _table("edge", "calls", "attempts", "per call", "ok", "failed")
    for name, e in edges.items():
        table.add_row(name, f"{e['calls']:,}", f"{e['attempts']:,}", _two(e["amplification"]), f"{e['ok']:,}", causes(e["failed"]))
    return table


def _faults(faults: Sequence[Row]) -> Table:
    table = _table("fault", "start", "RTO", "RPO", "phases", "lost requests")
    for f in faults:
        phases = ", ".join(f"{name.replace('_', ' ')} {seconds(s)}" for name, s in f["phases"].items()) or "–"
        rto = "not reached" if not f["began"] else "not restored" if f["rto_s"] is None else seconds(f["rto_s"])
        table.add_row(f"{f['kind']} {f['target']}", seconds(f["start"]), rto, seconds(f["rpo_s"]), phases, causes(f["lost_requests"]))
    return table


def _two(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
