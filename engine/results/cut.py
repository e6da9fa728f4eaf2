"""A series as far as the run has come, standing still while the run goes on."""

from __future__ import annotations

from dataclasses import fields, replace

from engine.series import BY_EVENT, Series

GROWING = ("start_", "total_", "acked", "lost")  # these change after their second is over, the others never do

BY_BIN = ("start_hist", "start_fastest_s", "start_slowest_s")  # a row covers several seconds in long runs


def cut(series: Series) -> Series:
    """The rows filled so far: views of what is final, copies of what may still change."""
    rows = series.reached_s
    bins = -(-rows // series.hist_bin_s)
    parts = {}
    for field in fields(series):
        value = getattr(series, field.name)
        if field.name in BY_BIN:
            value = value[:bins]
        elif field.name.startswith((*BY_EVENT, "start_")):
            value = value[:rows]
        parts[field.name] = value.copy() if field.name.startswith(GROWING) else value
    return replace(series, **parts)
