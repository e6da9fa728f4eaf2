"""Run every preset and write ``docs/presets.md``: what each pair shows, and the difference it makes. ``make presets``.

The numbers are those of each document's own seed; `make verify` holds them under many.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine import load, simulate
from engine.advice import RULES
from engine.cli.tables import percent, seconds
from engine.document import Scenario
from engine.document.patterns import PATTERNS
from engine.results.result import Result

ROOT = Path(__file__).resolve().parent.parent
SCENARIOS, PAGE = ROOT / "scenarios", ROOT / "docs" / "presets.md"
HEAD = """# Presets

Made by `make presets` from the documents in [`scenarios/`](../scenarios): every pattern with and without it, measured. A preset's first
row is the document as it is drawn, the others are its variants. *Available* is the share of requests answered over the whole run, so it
depends on how much of the run is an outage; *expected* is the first expectation of that document. Every bound follows from the
configuration by the computation in its `because`, and holds under twenty seeds (`make verify`). *Cost* is [an approximate
month](cost.md) at the rates of the run.

"""


def main() -> None:
    """The whole page."""
    known = {path.stem: load(path) for path in sorted(SCENARIOS.glob("*.yaml"))}
    PAGE.write_text(HEAD + "".join(_pattern(id, title, known) for id, title in PATTERNS.items()), encoding="utf-8")
    print(f"{len(known)} presets in {PAGE.relative_to(ROOT)}")


def _pattern(id: str, title: str, known: dict[str, Scenario]) -> str:
    own = {name: s for name, s in known.items() if s.patterns[0] == id}
    also = [f"[{s.title}](#{_anchor(s.title)})" for name, s in known.items() if id in s.patterns[1:]]
    more = f"Also in {', '.join(also)}.\n\n" if also else ""
    return f"## {id} {title}\n\n" + "".join(_preset(name, s) for name, s in own.items()) + more


def _preset(name: str, scenario: Scenario) -> str:
    print(f"  {name}", file=sys.stderr)
    rows = [_row("as drawn", simulate(scenario), scenario)]
    rows += [_row(v.title or v.id, simulate(scenario, variant=v.id), scenario) for v in scenario.variants]
    told = [f"Advice that links here: {', '.join(f'`{rule}`' for rule in rules)}.\n\n"] if (rules := list(_rules(name))) else []
    table = "| | available | p99 | recovered after | expected and measured | cost |\n|---|---|---|---|---|---|\n"
    link = f"[`{name}.yaml`](../scenarios/{name}.yaml)"
    return f"### {scenario.title}\n\n{scenario.story.strip()} {link}\n\n{table}{''.join(rows)}\n{''.join(told)}"


def _rules(name: str) -> Iterator[str]:
    return (rule.id for rule in RULES.values() if rule.preset == name)


def _row(title: str, result: Result, scenario: Scenario) -> str:
    s = result.summary
    rto = [fault["rto_s"] for fault in s["faults"] if fault["began"]]
    worst = "–" if not rto else "never" if None in rto else seconds(max(rto))
    cost = s["cost"]["usd_per_month"] if s["cost"] else None
    cells = [title, percent(s["availability"]), seconds(s["latency_s"]["p99"]), worst, _expected(result.expectations[0]),
             "–" if cost is None else f"${cost:,.0f}"]  # fmt: skip
    return f"| {' | '.join(cells)} |\n"


def _expected(line: dict[str, Any]) -> str:
    """error_ratio of web, 60 to 94 s: 0.25, at least 0.2 and at most 0.3."""
    whose = next((f" of `{line[key]}`" for key in ("node", "edge", "fault") if line.get(key)), "")
    from_s, to_s = line.get("from_s"), line.get("to_s")
    end = "the end" if to_s is None else f"{to_s:g} s"
    window = "" if from_s is None and to_s is None else f", {from_s or 0:g} s to {end}"
    bounds = [f"{word} {line[key]:g}" for key, word in (("at_least", "at least"), ("at_most", "at most")) if line.get(key) is not None]
    return f"`{line['metric']}`{whose}{window}: **{line['value']:.4g}**, {' and '.join(bounds)}"


def _anchor(title: str) -> str:
    """The id GitHub gives a heading."""
    return "".join(c for c in title.lower().replace(" ", "-") if c.isalnum() or c == "-")


if __name__ == "__main__":
    main()
