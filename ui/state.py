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
SEARCH_KEY = "presets_search"
FIRST_PRESET = "three-tier-shop"
TICK_S = 0.5  # the canvas looks for new frames this often while a run goes on


def store() -> Store:
    """The visitor's store, made at the first look with the first preset on it."""
    if _STORE not in st.session_state:
        st.session_state[_STORE] = _first_store()
    found: Store = st.session_state[_STORE]
    return found


def _first_store() -> Store:
    """What the address asks for (``?preset=…&variant=…&seed=…``), else the first preset."""
    known, wanted = presets.presets(), st.query_params.get("preset", "")
    if not known:
        return Store(Runner(), base=stores.blank(), document=stores.blank())
    name = wanted if wanted in known else FIRST_PRESET if FIRST_PRESET in known else next(iter(known))
    visitor = stores.new_store(known[name].scenario, name)
    if wanted == name:
        visitor.linked = True
        stores.choose_variant(visitor, st.query_params.get("variant"))
        events.on_seed(visitor, {"seed": _whole_number(st.query_params.get("seed"), visitor.seed)})
        visitor.gen, visitor.refusal = 1, ""  # no canvas has seen it yet
    return visitor


def _whole_number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else otherwise


def mirror_address() -> None:
    """Keep the address a link to what is shown: preset, variant and seed, as far as they differ from the first look."""
    visitor = store()
    shown = {"preset": visitor.preset, "variant": visitor.variant, "seed": str(visitor.seed)}
    if visitor.preset is None or visitor.seed == visitor.base.get("seed", 1):
        shown["seed"] = None
    if visitor.preset is None:
        shown["variant"] = None
    for name, value in shown.items():
        if value is None:
            st.query_params.pop(name, None)
        elif st.query_params.get(name) != value:
            st.query_params[name] = value


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
    before, run_before, document = _toolbar_shows(visitor), visitor.status().run_id, visitor.document
    value: Any = st.session_state[CANVAS]
    events.handle(visitor, value["ev"])
    started = visitor.status().run_id != run_before
    if started:
        visitor.runner.wait_for_news()
    busy, watching = visitor.status().busy, bool(st.session_state.get(_POLLING))
    if _toolbar_shows(visitor) != before or (watching and not busy):
        st.rerun()
    if busy and not watching:
        st.rerun("workspace")
    if not started and visitor.document is not document and visitor.status().snapshot is None:
        st.rerun(["stage", "board"])  # before the first run the board shows the drawing's cost
    if started and not busy:
        st.rerun(["stage", "board"])


def _toolbar_shows(visitor: Store) -> tuple[Any, ...]:
    """What the toolbar is drawn from: when it changes, a fragment is not enough."""
    return visitor.gen, visitor.preset, visitor.variant, visitor.seed, visitor.variants(), visitor.base.get("title")


def mirror_toolbar() -> None:
    """Let the widgets of the toolbar show the store; called before they are drawn. A drawing named like a preset counts as it."""
    visitor = store()
    title = visitor.base.get("title")
    visitor.preset = visitor.preset or next((name for name, p in presets.presets().items() if p.title == title), None)
    st.session_state[PRESET_KEY] = visitor.preset or ""
    st.session_state[VARIANT_KEY] = visitor.variant or ""
    st.session_state[SEED_KEY] = visitor.seed


def on_preset() -> None:
    """A preset was chosen."""
    choose_preset(st.session_state[PRESET_KEY])


def choose_preset(name: str) -> None:
    """Put a preset on the canvas, unless it is there."""
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
    store().runner.wait_for_news()


def on_seed() -> None:
    """Another seed was typed."""
    events.on_seed(store(), {"seed": st.session_state[SEED_KEY]})
    store().runner.wait_for_news()


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
