"""One file per chart. A module in this folder that defines ``CHART`` is on the page; nothing else has to be touched."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from ui.charts.base import Chart


@cache
def all_charts() -> tuple[Chart, ...]:
    """Every chart of the folder, in the order they ask for."""
    modules = [importlib.import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__) if info.name != "base"]
    return tuple(sorted((m.CHART for m in modules if hasattr(m, "CHART")), key=lambda chart: (chart.order, chart.id)))
