"""What `verify` found, kept for the page and the documentation. Reads and writes; runs nothing."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).with_name("results.json")
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "validation.md"
COMMAND = "make verify"


def load() -> dict[str, Any] | None:
    """The results that came with this version; None when there are none."""
    return json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else None


def write(found: dict[str, Any]) -> list[Path]:
    """Keep the results for the page, and the document where this is a checkout. Returns what was written."""
    RESULTS.write_text(json.dumps(found, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    if not DOCUMENT.parent.is_dir():
        return [RESULTS]
    DOCUMENT.write_text(document(found), encoding="utf-8")
    return [RESULTS, DOCUMENT]


def tally(cases: list[dict[str, Any]]) -> tuple[int, int]:
    """(passed, all) cases."""
    return sum(case["passed"] for case in cases), len(cases)


def all_cases(found: dict[str, Any]) -> list[dict[str, Any]]:
    """The cases of every group."""
    return [case for group in found["groups"] for case in group["cases"]]


def document(found: dict[str, Any]) -> str:
    """The results as Markdown."""
    passed, total = tally(all_cases(found))
    effort = found["effort"]
    parts = [
        "# How do we know?",
        f"{passed} of {total} cases hold. Made by `{COMMAND}` on {found['made']} in {found['seconds']} s: Faultline {found['version']}, "
        f"kernel `{found['kernel']}`, Python {found['python']}, {found['platform']}.",
        f"*Ours* is a mean of {effort['replications']} independent runs with its 99.9 % interval (Student's t), or one value where every "
        "run gives the same. A row holds when the exact value lies in the interval; where the way of measuring has a width of its own (a "
        "bucket of a histogram, a second of a series) that is allowed too. One row in a thousand would fail by chance, so the seeds are "
        f"fixed. Invariants are looked at in {effort['systems']} random systems of each family.",
    ]
    for group in found["groups"]:
        parts += [f"## {group['title']}", group["text"], table(group["cases"])]
    return "\n\n".join(parts) + "\n"


def table(cases: list[dict[str, Any]]) -> str:
    """Case, exact value, ours, whether it holds: a row per quantity."""
    lines = ["| case | quantity | exact | ours | |", "|---|---|--:|--:|---|"]
    for case in cases:
        name = f"**{case['title']}**" + (f"<br>{case['source']}" if case["source"] else "")
        for row in case["rows"]:
            cells = (name, row["what"], exact_text(row), ours_text(row), "holds" if row["passed"] else "**does not hold**")
            lines.append(f"| {' | '.join(cell.replace('|', '∣') for cell in cells)} |")
            name = ""
        if "error" in case:
            lines.append(f"| {name} | | | {case['error']} | **does not hold** |")
    return "\n".join(lines)


# ---- numbers for people ----
def scale(row: dict[str, Any]) -> tuple[float, str]:
    """Factor and unit a row is shown in: milliseconds below a second."""
    return (1e3, "ms") if row["unit"] == "s" and abs(row["exact"]) < 1 and row["exact"] != 0 else (1.0, row["unit"])


def exact_text(row: dict[str, Any]) -> str:
    """The exact value, or the bound with its sign."""
    factor, unit = scale(row)
    sign = "" if row["sign"] == "=" else f"{row['sign']} "
    return f"{sign}{plain(row['exact'] * factor)} {unit}".strip()


def ours_text(row: dict[str, Any]) -> str:
    """What was measured, with its interval where there is one."""
    factor, unit = scale(row)
    ours, half = row["ours"] * factor, row["half"] * factor
    if half <= 0:
        return f"{plain(ours)} {unit}".strip()
    decimals = max(0, 1 - math.floor(math.log10(half)))
    return f"{ours:,.{decimals}f} ± {half:.{decimals}f} {unit}".strip()


def plain(value: float) -> str:
    """Six digits, without zeros at the end; thousands apart."""
    if value == int(value):
        return f"{int(value):,}"
    decimals = max(0, 5 - math.floor(math.log10(abs(value))))
    return f"{value:,.{decimals}f}".rstrip("0").rstrip(".")
