"""The table of the page "How do we know?": exact value, ours, and a drawing of the interval on a scale common to its group."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from engine.validation.report import exact_text, ours_text
from ui.theme import Palette, palette

Found = dict[str, Any]
WIDTH, MIDDLE = 160, 80  # of a drawing, in pixels
SCALES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)  # half widths of the axis, as shares of the exact value


def chosen(found: Found, words: str, only_failed: bool) -> list[Found]:
    """The groups with the cases in which every word of the filter begins a word (of title, source or group) and, if asked for, do not
    hold."""
    groups = []
    for group in found["groups"]:
        cases = [c for c in group["cases"] if _matches(c, group, words) and not (only_failed and c["passed"])]
        if cases:
            groups.append(group | {"cases": cases})
    return groups


def _matches(case: Found, group: Found, words: str) -> bool:
    text = " ".join((case["title"], case["source"], group["title"], *(row["what"] for row in case["rows"]))).lower()
    return all(re.search(rf"(?<!\w){re.escape(word)}", text) for word in words.lower().split())


def table(group: Found, dark: bool) -> str:
    """One group as HTML."""
    p, reach = palette(dark), axis(group)
    drawn = any(draws(row) for case in group["cases"] for row in case["rows"])
    scale = f"<div class='scale'><span>−{reach:.0%}</span><span>exact</span><span>+{reach:.0%}</span></div>" if drawn else ""
    heads = ["case", "quantity", "exact", "ours, 99.9 %", scale, ""]
    body = "".join(_rows(case, p, reach) for case in group["cases"])
    return f"<style>{css(p)}</style><table class='proof'><tr>{''.join(f'<th>{h}</th>' for h in heads)}</tr>{body}</table>"


def draws(row: Found) -> bool:
    """Whether a row has an exact value to draw around."""
    return bool(row["sign"] == "=" and row["exact"] and row["unit"] != "systems")


def axis(group: Found) -> float:
    """The smallest scale that holds nine in ten of the group's intervals; the others end in an arrow."""
    ends = sorted((abs(r["ours"] - r["exact"]) + r["half"]) / abs(r["exact"]) for c in group["cases"] for r in c["rows"] if draws(r))
    need = ends[int(0.9 * (len(ends) - 1))] if ends else 0.0
    return next((scale for scale in SCALES if scale >= need), SCALES[-1])


def _rows(case: Found, p: Palette, reach: float) -> str:
    rows = case["rows"] or [{"what": case.get("error", ""), "unit": "", "exact": 0, "ours": 0, "half": 0, "sign": "=", "passed": False}]
    lines = []
    for k, row in enumerate(rows):
        name = f"<td rowspan='{len(rows)}'><b>{escape(case['title'])}</b><i>{escape(case['source'])}</i></td>" if k == 0 else ""
        numbers = f"<td class='n'>{escape(exact_text(row))}</td><td class='n'>{escape(ours_text(row))}</td>"
        drawing = f"<td>{interval(row, p, reach)}</td>"
        verdict = "<td class='ok'>● holds</td>" if row["passed"] else "<td class='bad'>✖ does not hold</td>"
        lines.append(f"<tr{' class=first' if k == 0 else ''}>{name}<td>{escape(row['what'])}</td>{numbers}{drawing}{verdict}</tr>")
    return "".join(lines)


def interval(row: Found, p: Palette, reach: float) -> str:
    """The interval as a bar with a dot at its mean; the line in the middle is the exact value. Beyond the scale an arrow.

    Boxes placed by their style: Streamlit lets no SVG through.
    """
    if not draws(row):
        return ""

    def x(value: float) -> float:
        return MIDDLE + max(-1.0, min(1.0, (value / row["exact"] - 1) / reach)) * (MIDDLE - 8)

    colour = p.ok if row["passed"] else p.failing
    low, high = row["ours"] - row["half"], row["ours"] + row["half"]
    marks = [_box("exact", f"left:{MIDDLE}px;background:{p.muted}")]
    if row["half"] > 0:
        marks.append(_box("bar", f"left:{x(low):.1f}px;width:{x(high) - x(low):.1f}px;background:{colour}"))
        ends = ((low, "‹", x(low) - 6), (high, "›", x(high) + 1))
        marks += [_box("end", f"left:{at:.1f}px;color:{colour}", sign) for value, sign, at in ends if abs(value / row["exact"] - 1) > reach]
    marks.append(_box("dot", f"left:{x(row['ours']) - 3.5:.1f}px;background:{colour}"))
    return f"<div class='drawing' style='width:{WIDTH}px'>{''.join(marks)}</div>"


def _box(kind: str, place: str, text: str = "") -> str:
    return f"<span class='{kind}' style='{place}'>{text}</span>"


def css(p: Palette) -> str:
    """Rules of the table in one theme."""
    return f"""
.proof {{ border-collapse: collapse; table-layout: fixed; width: 100%; min-width: 1000px; margin: 0; }}
.proof {{ font-size: 0.875rem; color: {p.text}; }}
.proof th, .proof td {{ padding: 0.28rem 0.9rem 0.28rem 0; vertical-align: middle; border: none; }}
.proof th {{ text-align: left; font-weight: 500; color: {p.muted}; white-space: nowrap; }}
.proof td[rowspan] {{ vertical-align: top; }}
.proof th:nth-child(1) {{ width: 37%; }} .proof th:nth-child(2) {{ width: 22%; }}
.proof th:nth-child(3) {{ width: 9%; }} .proof th:nth-child(4) {{ width: 11%; }}
.proof th:nth-child(5) {{ width: 13%; }}
.proof .scale {{ display: flex; justify-content: space-between; width: 160px; font-weight: 400; }}
.proof tr.first td {{ border-top: 1px solid {p.grid}; }}
.proof b {{ font-weight: 500; display: block; }}
.proof i {{ font-style: normal; color: {p.muted}; font-size: 0.8125rem; display: block; }}
.proof .n, .proof th:nth-child(3), .proof th:nth-child(4) {{ text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }}
.proof .drawing {{ position: relative; height: 18px; }}
.proof .drawing span {{ position: absolute; display: block; }}
.proof .exact {{ top: 0; width: 1px; height: 18px; }}
.proof .bar {{ top: 7.5px; height: 3px; }}
.proof .dot {{ top: 5.5px; width: 7px; height: 7px; border-radius: 50%; }}
.proof .end {{ top: 0; line-height: 17px; font-weight: 700; }}
.proof .ok {{ color: {p.ok}; white-space: nowrap; }}
.proof .bad {{ color: {p.failing}; white-space: nowrap; font-weight: 600; }}
"""
