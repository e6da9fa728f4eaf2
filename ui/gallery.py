"""All presets in a dialog: grouped by pattern, with a search that follows every key."""

from __future__ import annotations

import streamlit as st

from ui import presets, state
from ui.presets import Preset

HINT = "a pattern, a service or a failure: caching, SQS, power loss …"


@st.dialog("Presets", width="large", icon=":material/apps:")
def gallery() -> None:
    """The list; choosing one puts it on the canvas and closes the dialog."""
    search = st.text_input("Search", placeholder=HINT, key=state.SEARCH_KEY, type="search", icon=":material/search:", live=True) or ""
    groups = presets.grouped(search)
    if not groups:  # nothing of what was typed is taken for Markdown
        st.markdown(f"Nothing here has **{_plain(search)}** in it. Try {HINT}; or draw it yourself, on a blank sheet.")
    for group, found in groups.items():
        with st.container(gap="xxsmall"):
            st.markdown(f"##### {group}")
            for preset in found:
                _entry(preset)


def _entry(preset: Preset) -> None:
    shown = preset.name == state.store().preset
    icon = ":material/check:" if shown else ":material/account_tree:"
    title, line = st.columns([2, 3], vertical_alignment="center")
    if title.button(preset.title, key=f"preset_{preset.name}", type="tertiary", icon=icon, help=_variants(preset)):
        state.choose_preset(preset.name)
        st.rerun()
    line.caption(preset.line)


def _variants(preset: Preset) -> str | None:
    return f"Variants: {' · '.join(preset.variants)}" if preset.variants else None


def _plain(text: str) -> str:
    """What a person typed, without what Markdown would make of it."""
    return "".join(c for c in text.strip() if c.isalnum() or c in " -.,'")[:60]
