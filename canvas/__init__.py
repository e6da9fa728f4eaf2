"""The interactive canvas as one Streamlit component: Python hands it data, it hands back numbered events.

``canvas`` shows it, ``new_events`` turns what it sent into each event exactly once, ``f32`` packs an array for it.
The bundle in ``build/`` is generated from ``frontend/`` and committed, so nobody needs Node to use it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from canvas.bundle import component

__all__ = ["canvas", "f32", "new_events"]

MOST_TABS = 8  # acknowledgements kept per store: one per browser tab that ever spoke, oldest out first
MIN_HEIGHT_PX = 420


def canvas(store: dict[str, Any], data: dict[str, Any], *, key: str, on_ev: Callable[[], None], height: int | str = 680) -> Any:
    """Show the canvas with ``data``; ``on_ev`` runs when it sent something, to be read as ``st.session_state[key].ev``.

    ``store`` lives in the session state: it remembers what was acknowledged and tells the canvas when the server lost it.
    ``key`` must never change, or the browser builds a new canvas. ``height`` is in pixels, or a length of CSS that follows
    the window: ``clamp(460px, calc(100vh - 160px), 1100px)``. A share of the parent (``100%``) is none: the parent is as high as we are.
    """
    height = max(MIN_HEIGHT_PX, height) if isinstance(height, int) else height
    envelope = {
        **data,
        "instance": key,
        "store": store.setdefault("id", uuid.uuid4().hex[:8]),
        "ack": dict(store.setdefault("ack", {})),
        "height": height,
    }
    return component()(key=key, data=envelope, on_ev_change=on_ev, width="stretch", height=height if isinstance(height, int) else "content")


def new_events(store: dict[str, Any], raw: Any) -> list[dict[str, Any]]:
    """What is new in a message, in order. The canvas repeats all that was not acknowledged; numbers rise by browser tab (``sid``)."""
    if not raw or not isinstance(raw.get("evs"), list):
        return []
    acks: dict[str, int] = store.setdefault("ack", {})
    seen = acks.get(raw["sid"], 0)
    fresh = sorted((event for event in raw["evs"] if event["n"] > seen), key=lambda event: event["n"])
    if fresh:
        acks.pop(raw["sid"], None)  # written anew, so that the tab that spoke last is the last to be forgotten
        acks[raw["sid"]] = fresh[-1]["n"]
        for forgotten in list(acks)[:-MOST_TABS]:
            del acks[forgotten]
    return fresh


def f32(values: np.ndarray) -> pd.DataFrame:
    """One float32 column, row-major: the browser reads it as a typed array without a copy, ten times faster than JSON."""
    return pd.DataFrame({"v": np.ascontiguousarray(values, dtype=np.float32).ravel()})
