"""The one place that touches ``st.session_state``: the visitor's store, the widgets that mirror it, and what a callback sets going."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ui import events, presets
from ui import store as stores
from ui.runner import Runner, Status
from ui.store import Store

CANVAS = "canvas"  # key of the canvas component, of its trigger and of its session in the browser
_STORE, _POLLING = "faultline_store", "faultline_polling"
PRESET_KEY, VARIANT_KEY, SEED_KEY, UPLOAD_KEY = "toolbar_preset", "toolbar_variant", "toolbar_seed", "toolbar_upload"
FIRST_PRESET = "three-tier-shop"
TICK_S = 0.5  # the canvas looks for new frames this often while a run goes on


def store() -> Store:
    """The visitor's store, made at the first look with the first preset on it."""
    if _STORE not in st.session_state:
        st.session_state[_STORE] = _first_store()
    found: Store = st.session_state[_STORE]
    return found


def _first_store() -> Store:
    known = presets.presets()
    if not known:
        return Store(Runner(), base=stores.blank(), document=stores.blank())
    name = FIRST_PRESET if FIRST_PRESET in known else next(iter(known))
    return stores.new_store(known[name].scenario, name)


def is_dark() -> bool:
    """Whether the page is dark. At the very first look the browser has not said yet; then it counts as light."""
    return bool(st.context.theme.type == "dark")


def polling(status: Status) -> bool:
    """Whether the canvas has to look for news by itself; remembered, so that the last look can end it."""
    st.session_state[_POLLING] = status.busy
    return status.busy


def finished_while_polling() -> bool:
    """Whether the run the canvas was watching is over, so the whole page is due."""
    return bool(st.session_state.get(_POLLING)) and not store().status().busy


def on_canvas_event() -> None:
    """Callback of the canvas: do what it asks and redraw no more of the page than that needs."""
    visitor = store()
    before = (visitor.gen, visitor.variant, visitor.seed, visitor.status().run_id)
    value: Any = st.session_state[CANVAS]
    events.handle(visitor, value["ev"])
    after = (visitor.gen, visitor.variant, visitor.seed, visitor.status().run_id)
    started = after[3] != before[3]
    if started:
        visitor.runner.wait()
    busy, watching = visitor.status().busy, bool(st.session_state.get(_POLLING))
    if before[:3] != after[:3] or (watching and not busy):
        st.rerun()
    if busy and not watching:
        st.rerun("workspace")
    if started and not busy:
        st.rerun(["stage", "board"])


def mirror_toolbar() -> None:
    """Let the widgets of the toolbar show the store; called before they are drawn."""
    visitor = store()
    st.session_state[PRESET_KEY] = visitor.preset or ""
    st.session_state[VARIANT_KEY] = visitor.variant or ""
    st.session_state[SEED_KEY] = visitor.seed


def on_preset() -> None:
    """A preset was chosen."""
    name = st.session_state[PRESET_KEY]
    known = presets.presets()
    if name in known and name != store().preset:
        stores.load_scenario(store(), known[name].scenario, name)


def on_reset() -> None:
    """The preset is wanted as it was shipped."""
    name = store().preset
    if name in (known := presets.presets()):
        stores.load_scenario(store(), known[name].scenario, name)


def on_blank() -> None:
    """A blank sheet was asked for."""
    stores.load_blank(store())


def on_variant() -> None:
    """The base or a variant was chosen."""
    stores.choose_variant(store(), st.session_state[VARIANT_KEY] or None)
    store().runner.wait()


def on_seed() -> None:
    """Another seed was typed."""
    events.on_seed(store(), {"seed": st.session_state[SEED_KEY]})
    store().runner.wait()


def on_upload() -> None:
    """A document was uploaded; a broken one leaves the drawing as it is."""
    file = st.session_state[UPLOAD_KEY]
    if file is None:
        store().upload_problems = []
        return
    stores.load_text(store(), file.getvalue(), file.name)


def on_dismiss() -> None:
    """The list of problems of an upload was read."""
    store().upload_problems = []
