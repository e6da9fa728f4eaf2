"""How it works: what is simulated and what is assumed, with every default and its source."""

import streamlit as st

from engine.catalogue import catalogue
from ui import frame
from ui.catalogue_tables import shares, table
from ui.prose import ASSUMED, BELIEF, MEASURED, SIMULATED

frame.complete()

entries = catalogue()
kinds, faults = entries["kinds"], entries["faults"]
sourced, assumed = shares([*kinds, *faults, {"fields": entries["edge_fields"]}])

with st.container(width=1100):
    st.header("How it works")
    st.markdown(BELIEF)
    left, right = st.columns(2, gap="large")
    left.subheader("What is simulated")
    left.markdown(SIMULATED)
    right.subheader("What is assumed and left out")
    right.markdown(ASSUMED)
    st.subheader("What is measured")
    st.markdown(MEASURED)

st.subheader("Every default and where it comes from")
st.caption(f"{sourced} defaults are taken from published documents; {assumed} are assumptions of ours and say so.")
st.caption("The fields of components are on the page *Components*, one component at a time.")
calls, breaks = st.tabs(["Calls", "Faults"])
with calls:
    st.caption("How a caller treats one edge: set on the edge, per attempt unless it says otherwise.")
    st.table(table(entries["edge_fields"]), hide_index=True, border="horizontal")
with breaks:
    for entry in faults:
        with st.expander(f"**{entry['label']}** · happens to {', '.join(entry['targets'])} · `{entry['kind']}`"):
            st.caption(entry["sentence"])
            st.table(table(entry["fields"]), hide_index=True, border="horizontal")
