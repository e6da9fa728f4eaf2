"""The slim row above the canvas: preset, variant, seed, story, import and export."""

from __future__ import annotations

import json

import streamlit as st

from engine.document import dumps
from ui import presets, state
from ui.gallery import gallery
from ui.store import Store, to_save

MAX_UPLOAD_MB = 2  # the longest document the engine reads
BASE, OWN = "as drawn", "your own drawing"


def toolbar(store: Store) -> None:
    """One row of controls. Every callback ends in a full run of the page, which costs nothing the canvas would notice."""
    state.mirror_toolbar()
    state.mirror_address()
    known = presets.presets()
    titles = {name: f"{p.group}: {p.title}" for name, p in known.items()}
    variants = dict(store.variants())
    preset, browse, variant, seed, file = st.columns([3.8, 1.1, 2.6, 1.2, 2.4], vertical_alignment="bottom")
    own = [] if store.preset in titles else [""]
    preset.selectbox(
        "Preset", [*own, *titles], format_func=lambda name: titles.get(name, OWN), key=state.PRESET_KEY, on_change=state.on_preset,
        help="Type to find one by its pattern or title.",
    )  # fmt: skip
    if browse.button("Browse", icon=":material/apps:", width="stretch", help="All presets by pattern, with a search"):
        gallery()
    variant.selectbox(
        "Variant", ["", *variants], format_func=lambda v: variants.get(v, v) or BASE, key=state.VARIANT_KEY,
        on_change=state.on_variant, disabled=not variants,
        help="The smallest change that makes the difference. After a first run the other variant runs at once, with the same seed.",
    )  # fmt: skip
    seed.number_input(
        "Seed", min_value=0, step=1, key=state.SEED_KEY, on_change=state.on_seed,
        help="The same drawing with the same seed gives the same run, to the last bit.",
    )  # fmt: skip
    with file, st.container(horizontal=True, horizontal_alignment="right", gap="small"):
        _story(store)
        _file_menu(store)
    _upload_problems(st.container(), store)


def _story(store: Store) -> None:
    """The story, of the variant too, with its sources; the canvas shows it as well while nothing is selected."""
    with st.popover("Story", icon=":material/menu_book:"):
        st.markdown(f"**{store.base.get('title') or 'Untitled'}**")
        st.markdown(str(store.base.get("story") or "").strip() or "This drawing has no story yet: `story:` in the document tells one.")
        varied = store.variant_entry()
        if varied.get("story"):
            st.markdown(f"**{varied.get('title') or store.variant}**\n\n{varied['story']}")
        for source in store.base.get("reading") or []:
            st.markdown(f"- [{source['title']}]({source['url']})")


def _file_menu(store: Store) -> None:
    with st.popover("File", icon=":material/folder_open:"):
        st.file_uploader(
            "Open a scenario (YAML or JSON)", type=["yaml", "yml", "json"], key=state.UPLOAD_KEY, on_change=state.on_upload,
            max_upload_size=MAX_UPLOAD_MB,
        )  # fmt: skip
        name = file_name(store)
        st.download_button(
            "Save as YAML", lambda: as_yaml(store), f"{name}.yaml", "application/yaml", on_click="ignore", width="stretch",
            icon=":material/download:",
        )  # fmt: skip
        st.download_button(
            "Save as JSON", lambda: as_json(store), f"{name}.json", "application/json", on_click="ignore",
            width="stretch", icon=":material/download:",
        )  # fmt: skip
        if store.preset:
            st.button("Back to the preset as shipped", on_click=state.on_reset, width="stretch", icon=":material/restart_alt:")
        st.button("Start with a blank sheet", on_click=state.on_blank, width="stretch", icon=":material/note_add:")


def as_yaml(store: Store) -> str:
    """The drawing as YAML, empty for a sheet that was never readable."""
    scenario = to_save(store)
    return dumps(scenario) if scenario else ""


def as_json(store: Store) -> str:
    """The drawing as JSON; an unfinished sheet as it stands."""
    scenario = to_save(store)
    return json.dumps(scenario.to_dict() if scenario else store.document, indent=2)


def file_name(store: Store) -> str:
    """A name for downloads: the preset's, else the title, with the variant."""
    stem = store.preset or str(store.document.get("title") or "scenario")
    safe = "".join(c if c.isalnum() else "-" for c in stem.lower()).strip("-")
    return f"{safe}-{store.variant}" if store.variant else safe


def _upload_problems(slot: st.delta_generator.DeltaGenerator, store: Store) -> None:
    """What is wrong with the last upload; the place is reserved, or the canvas below would be built anew."""
    if not store.upload_problems:
        return
    count = len(store.upload_problems)
    with slot:
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.markdown(f":red[**{store.upload_name}** has {count} {'problem' if count == 1 else 'problems'}; the drawing is unchanged.]")
            st.button("Dismiss", on_click=state.on_dismiss, type="tertiary", icon=":material/close:")
        st.dataframe(store.upload_problems, hide_index=True, width="stretch", height=min(38 + 35 * count, 220))
